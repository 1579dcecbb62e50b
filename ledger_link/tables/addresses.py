"""The table of persons' own addresses, which need not be those of their leases."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Imported
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.schema_checks import in_order, is_one_of
from ledger_link.tables.unique_null import unique_where_null
from storage.database.base import Base


class AddressKind(StrEnum):
    """What an address is for."""

    HOME = "home"
    POSTAL = "postal"


class PersonAddressRow(Imported, Base):
    """An address of a person, from one day to another (both included; None is open).

    ``country`` is of ISO 3166-1 alpha-2; the postal code is free text, for it may be foreign.
    """

    __tablename__ = "person_addresses"
    __table_args__ = (
        is_one_of("kind", AddressKind),
        CheckConstraint("street_address <> ''", name="has_street_address"),
        CheckConstraint("length(country) = 2", name="country"),
        in_order("valid_from", "valid_until", name="validity"),
        UniqueConstraint("person_id", "kind", "valid_from"),
        unique_where_null("uq_person_addresses_open_beginning", "person_id", "kind", null="valid_from"),
        Index("ix_person_addresses_street_address", "street_address"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PersonRow.id))
    kind: Mapped[str]
    street_address: Mapped[str]
    postal_code: Mapped[str]
    city: Mapped[str]
    country: Mapped[str]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
