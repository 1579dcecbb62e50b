"""The tables of organisations: employers and others whose switchboard calls for a person."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Imported
from ledger_link.tables.schema_checks import in_order
from ledger_link.tables.unique_null import unique_where_null
from storage.database.base import Base


class OrganisationRow(Imported, Base):
    """An organisation; ``organisation_no`` is its key in the source system.

    ``business_id`` is kept as the source wrote it, ``business_id_valid`` False flags one that fails its own check:
    public data holds such typos. ``search_name`` is the folded name, for searching alone.
    """

    __tablename__ = "organisations"
    __table_args__ = (
        CheckConstraint("name <> ''", name="has_name"),
        CheckConstraint("business_id IS NOT NULL OR NOT business_id_valid", name="no_business_id_is_not_valid"),
        Index("ix_organisations_business_id", "business_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_no: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    business_id: Mapped[str | None]
    business_id_valid: Mapped[bool]
    search_name: Mapped[str]


class OrganisationNumberRow(Imported, Base):
    """A number of an organisation (its switchboard), from one day to another (both included; None is open)."""

    __tablename__ = "organisation_numbers"
    __table_args__ = (
        CheckConstraint("e164 LIKE '+%'", name="e164"),
        in_order("valid_from", "valid_until", name="validity"),
        UniqueConstraint("organisation_id", "e164", "valid_from"),
        unique_where_null("uq_organisation_numbers_open_beginning", "organisation_id", "e164", null="valid_from"),
        Index("ix_organisation_numbers_e164", "e164"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    e164: Mapped[str]
    raw: Mapped[str]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
