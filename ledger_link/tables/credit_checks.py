"""The table of credit checks."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Imported
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.schema_checks import is_one_of
from storage.database.base import Base


class CreditResult(StrEnum):
    """What a check of credit data said."""

    CLEAR = "clear"
    ENTRIES = "entries"
    NOT_FOUND = "not_found"


class CreditCheckRow(Imported, Base):
    """What a source of credit data (Asiakastieto) said about a person on a day."""

    __tablename__ = "credit_checks"
    __table_args__ = (is_one_of("result", CreditResult), UniqueConstraint("person_id", "source", "checked_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PersonRow.id))
    source: Mapped[str]
    result: Mapped[str]
    note: Mapped[str]
    checked_on: Mapped[date]
