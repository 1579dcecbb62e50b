"""The table of rent deposits (vuokravakuus)."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Cents, Imported
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.schema_checks import in_order, is_one_of, not_negative, positive
from storage.database.base import Base


class DepositKind(StrEnum):
    """How a deposit was given."""

    CASH = "cash"
    BANK_GUARANTEE = "bank_guarantee"
    SOCIAL_GUARANTEE = "social_guarantee"
    OTHER = "other"


class DepositRow(Imported, Base):
    """A deposit of a lease; ``deposit_no`` is its key in the source system. It is no part of the ledger's balance."""

    __tablename__ = "deposits"
    __table_args__ = (
        is_one_of("kind", DepositKind),
        positive("amount_cents"),
        not_negative("returned_cents"),
        CheckConstraint("returned_cents IS NULL OR returned_on IS NOT NULL", name="returned_has_day"),
        in_order("received_on", "returned_on", name="term"),
        Index("ix_deposits_lease_id", "lease_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    deposit_no: Mapped[str] = mapped_column(unique=True)
    lease_id: Mapped[int] = mapped_column(ForeignKey(LeaseRow.id))
    kind: Mapped[str]
    amount_cents: Mapped[Cents]
    received_on: Mapped[date | None]
    returned_on: Mapped[date | None]
    returned_cents: Mapped[Cents | None]
