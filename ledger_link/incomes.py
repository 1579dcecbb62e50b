"""The table of regular incomes."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.imported import Cents, Imported
from ledger_link.persons import PersonRow
from ledger_link.schema_checks import in_order, is_one_of, not_negative
from storage.database.base import Base


class IncomeKind(StrEnum):
    """What an income comes from."""

    SALARY = "salary"
    PENSION = "pension"
    BENEFIT = "benefit"
    CAPITAL = "capital"
    OTHER = "other"


class IncomeRow(Imported, Base):
    """An income a month, before tax, from one day to another (both included; an end of None is open)."""

    __tablename__ = "incomes"
    __table_args__ = (
        is_one_of("kind", IncomeKind),
        not_negative("amount_cents_per_month"),
        in_order("valid_from", "valid_until", name="validity"),
        UniqueConstraint("person_id", "kind", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PersonRow.id))
    kind: Mapped[str]
    amount_cents_per_month: Mapped[Cents]
    source: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
