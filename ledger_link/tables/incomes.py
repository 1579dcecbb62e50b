"""The table of regular incomes."""

from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.monthly import Monthly, monthly_checks
from ledger_link.tables.persons import PersonRow
from storage.database.base import Base


class IncomeKind(StrEnum):
    """What an income comes from."""

    SALARY = "salary"
    PENSION = "pension"
    BENEFIT = "benefit"
    CAPITAL = "capital"
    OTHER = "other"


class IncomeRow(Monthly, Base):
    """An income a month, before tax, from one day to another (both included; an end of None is open)."""

    __tablename__ = "incomes"
    __table_args__ = monthly_checks("person_id", IncomeKind)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PersonRow.id))
    source: Mapped[str]
