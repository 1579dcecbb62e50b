"""The table of participation in the landlord's activities."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Imported
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.schema_checks import in_order
from storage.database.base import Base


class ParticipationRow(Imported, Base):
    """What a person took part in (``activity``: a tenants' committee), and as what (``part``: its chair)."""

    __tablename__ = "participations"
    __table_args__ = (
        CheckConstraint("activity <> ''", name="has_activity"),
        in_order("starts_on", "ends_on", name="term"),
        UniqueConstraint("person_id", "activity", "starts_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PersonRow.id))
    activity: Mapped[str]
    part: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
