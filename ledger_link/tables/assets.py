"""The table of assets and debts, as they were recorded."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Cents, Imported
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.schema_checks import is_one_of, not_negative
from storage.database.base import Base


class AssetKind(StrEnum):
    """What an asset is; a debt is one that is owed."""

    SAVINGS = "savings"
    PROPERTY = "property"
    VEHICLE = "vehicle"
    DEBT = "debt"
    OTHER = "other"


class AssetRow(Imported, Base):
    """What an asset was worth, or a debt was, on the day when it was recorded; a debt is no negative value."""

    __tablename__ = "assets"
    __table_args__ = (
        is_one_of("kind", AssetKind),
        not_negative("value_cents"),
        UniqueConstraint("person_id", "kind", "recorded_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PersonRow.id))
    kind: Mapped[str]
    value_cents: Mapped[Cents]
    source: Mapped[str]
    recorded_on: Mapped[date]
