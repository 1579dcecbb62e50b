"""The table of rents: what a lease costs a month, and since when."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.monthly import Monthly, monthly_checks
from storage.database.base import Base


class RentKind(StrEnum):
    """What is paid for every month."""

    RENT = "rent"
    WATER = "water"
    SAUNA = "sauna"
    PARKING = "parking"
    OTHER = "other"


class RentRow(Monthly, Base):
    """What is paid a month, from one day to another (both included; an end of None is open)."""

    __tablename__ = "rents"
    __table_args__ = monthly_checks("lease_id", RentKind)

    id: Mapped[int] = mapped_column(primary_key=True)
    lease_id: Mapped[int] = mapped_column(ForeignKey(LeaseRow.id))


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
