"""The table of fault reports about apartments."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.buildings import ApartmentRow
from ledger_link.tables.imported import Imported
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.schema_checks import in_order, is_one_of
from storage.database.base import Base


class FaultState(StrEnum):
    """How far a fault report is."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    REJECTED = "rejected"


def fault_on(day: date, state: str, closed_on: date | None) -> tuple[str, date | None]:
    """Tell how far a fault report was on a day: what was closed later was open; whether under repair, nobody knows."""
    if closed_on is not None and day < closed_on:
        return FaultState.OPEN.value, None
    return state, closed_on


class FaultReportRow(Imported, Base):
    """A fault of an apartment, and who reported it if that is known; ``fault_no`` is its key in the source system."""

    __tablename__ = "fault_reports"
    __table_args__ = (
        is_one_of("state", FaultState),
        in_order("reported_on", "closed_on", name="term"),
        CheckConstraint("closed_on IS NULL OR state IN ('done', 'rejected')", name="closed_is_over"),
        Index("ix_fault_reports_apartment_id_reported_on", "apartment_id", "reported_on"),
        Index("ix_fault_reports_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fault_no: Mapped[str] = mapped_column(unique=True)
    apartment_id: Mapped[int] = mapped_column(ForeignKey(ApartmentRow.id))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(PersonRow.id))
    reported_on: Mapped[date]
    subject: Mapped[str]
    state: Mapped[str]
    closed_on: Mapped[date | None]
