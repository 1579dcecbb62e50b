"""The table of guardianships (edunvalvonta): who acts for a person, in what, and how to reach the guardian."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Imported
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.schema_checks import in_order
from storage.database.base import Base


class GuardianshipRow(Imported, Base):
    """A guardianship, from one day to another (both included; an end of None is open)."""

    __tablename__ = "guardianships"
    __table_args__ = (
        CheckConstraint("guardian_name <> ''", name="has_guardian"),
        CheckConstraint("guardian_e164 LIKE '+%'", name="guardian_e164"),
        in_order("valid_from", "valid_until", name="validity"),
        UniqueConstraint("person_id", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PersonRow.id))
    guardian_name: Mapped[str]
    guardian_e164: Mapped[str | None]
    guardian_phone_raw: Mapped[str | None]
    guardian_email: Mapped[str | None]
    scope: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
