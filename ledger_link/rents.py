"""The table of rents: what a lease costs a month, and since when."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.imported import Cents, Imported
from ledger_link.leases import LeaseRow
from ledger_link.schema_checks import in_order, is_one_of, not_negative
from storage.database.base import Base


class RentKind(StrEnum):
    """What is paid for every month."""

    RENT = "rent"
    WATER = "water"
    SAUNA = "sauna"
    PARKING = "parking"
    OTHER = "other"


class RentRow(Imported, Base):
    """What is paid a month, from one day to another (both included; an end of None is open)."""

    __tablename__ = "rents"
    __table_args__ = (
        is_one_of("kind", RentKind),
        not_negative("amount_cents_per_month"),
        in_order("valid_from", "valid_until", name="validity"),
        UniqueConstraint("lease_id", "kind", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lease_id: Mapped[int] = mapped_column(ForeignKey(LeaseRow.id))
    kind: Mapped[str]
    amount_cents_per_month: Mapped[Cents]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
