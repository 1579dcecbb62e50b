"""The table of rents: what a lease costs a month, and since when."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

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


def rents_on(session: Session, lease_ids: Collection[int], *, on: date) -> dict[int, int]:
    """Tell what each of some leases costs a month on a day, in cents, all kinds together; 0 without a rent."""
    rows = session.execute(
        select(RentRow.lease_id, func.sum(RentRow.amount_cents_per_month))
        .where(
            RentRow.lease_id.in_(sorted(lease_ids)),
            RentRow.valid_from <= on,
            or_(RentRow.valid_until.is_(None), RentRow.valid_until >= on),
        )
        .group_by(RentRow.lease_id)
    )
    return defaultdict(int, {lease_id: int(cents) for lease_id, cents in rows})
