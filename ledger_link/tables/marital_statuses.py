"""The table of marital statuses."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Imported
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.schema_checks import in_order, is_one_of
from ledger_link.tables.unique_null import unique_where_null
from storage.database.base import Base


class MaritalStatus(StrEnum):
    """A marital status as the population register and an application know it."""

    UNMARRIED = "unmarried"
    MARRIED = "married"
    REGISTERED_PARTNERSHIP = "registered_partnership"
    COHABITING = "cohabiting"
    DIVORCED = "divorced"
    SEPARATED = "separated"
    WIDOWED = "widowed"
    UNKNOWN = "unknown"


class MaritalStatusRow(Imported, Base):
    """A person's marital status, from one day to another (both included; None is open)."""

    __tablename__ = "marital_statuses"
    __table_args__ = (
        is_one_of("status", MaritalStatus),
        in_order("valid_from", "valid_until", name="validity"),
        UniqueConstraint("person_id", "valid_from"),
        unique_where_null("uq_marital_statuses_open_beginning", "person_id", null="valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PersonRow.id))
    status: Mapped[str]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
