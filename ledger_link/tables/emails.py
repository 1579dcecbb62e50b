"""The table of e-mail addresses."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Imported
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.schema_checks import in_order
from ledger_link.tables.unique_null import unique_where_null
from storage.database.base import Base


class EmailAddressRow(Imported, Base):
    """An e-mail address that a person has, from one day to another (both included; None is open)."""

    __tablename__ = "email_addresses"
    __table_args__ = (
        CheckConstraint("address LIKE '%_@_%'", name="address"),
        in_order("valid_from", "valid_until", name="validity"),
        UniqueConstraint("person_id", "address", "valid_from"),
        unique_where_null("uq_email_addresses_open_beginning", "person_id", "address", null="valid_from"),
        Index("ix_email_addresses_address", "address"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PersonRow.id))
    address: Mapped[str]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
