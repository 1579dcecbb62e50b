"""The table of charges: what a lease's tenant was billed."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Cents, Imported
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.schema_checks import is_one_of, positive
from storage.database.base import Base

_HAS_REFERENCE = text("reference_number IS NOT NULL")


class ChargeKind(StrEnum):
    """What is billed."""

    RENT = "rent"
    WATER = "water"
    PARKING = "parking"
    DAMAGE = "damage"
    FEE = "fee"
    OTHER = "other"


class ChargeRow(Imported, Base):
    """A charge, owed from its due day on; ``charge_no`` is its key in the source system.

    ``reference_number`` (national form) is the charge's own where it has one that is not its lease's.
    """

    __tablename__ = "charges"
    __table_args__ = (
        is_one_of("kind", ChargeKind),
        positive("amount_cents"),
        Index("ix_charges_lease_id_due_on", "lease_id", "due_on"),
        Index(
            "ix_charges_reference_number",
            "reference_number",
            sqlite_where=_HAS_REFERENCE,
            postgresql_where=_HAS_REFERENCE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    charge_no: Mapped[str] = mapped_column(unique=True)
    lease_id: Mapped[int] = mapped_column(ForeignKey(LeaseRow.id))
    kind: Mapped[str]
    period_starts_on: Mapped[date | None]
    due_on: Mapped[date]
    amount_cents: Mapped[Cents]
    reference_number: Mapped[str | None]
