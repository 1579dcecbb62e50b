"""Sums a month of one kind, with their days: what rents and incomes have alike."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from ledger_link.tables.imported import Cents, Imported
from ledger_link.tables.schema_checks import in_order, is_one_of, not_negative


class Monthly(Imported):
    """A sum a month, from one day to another (both included; an end of None is open)."""

    kind: Mapped[str]
    amount_cents_per_month: Mapped[Cents]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


def monthly_checks(owner: str, kinds: type[StrEnum]) -> tuple[CheckConstraint | UniqueConstraint, ...]:
    """Give what a table of such sums holds to: one sum of a kind that begins on a day, for an owner (its column)."""
    return (
        is_one_of("kind", kinds),
        not_negative("amount_cents_per_month"),
        in_order("valid_from", "valid_until", name="validity"),
        UniqueConstraint(owner, "kind", "valid_from"),
    )
