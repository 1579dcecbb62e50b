"""The table of contacts with persons, as the source system kept them; calls of this system stand beside them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Imported
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.schema_checks import is_one_of
from storage.database.base import Base


class ContactKind(StrEnum):
    """How a person was met."""

    VISIT = "visit"
    LETTER = "letter"
    EMAIL = "email"
    SMS = "sms"
    CALL = "call"
    OTHER = "other"


class ContactDirection(StrEnum):
    """Who approached whom: ``in`` is the person, ``out`` the landlord."""

    IN = "in"
    OUT = "out"


class ContactRow(Imported, Base):
    """A contact at a moment (UTC); ``contact_no`` is its key in the source system."""

    __tablename__ = "contacts"
    __table_args__ = (
        is_one_of("kind", ContactKind),
        is_one_of("direction", ContactDirection),
        Index("ix_contacts_person_id_at", "person_id", "at"),
        Index("ix_contacts_lease_id", "lease_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_no: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PersonRow.id))
    lease_id: Mapped[int | None] = mapped_column(ForeignKey(LeaseRow.id))
    at: Mapped[datetime]
    kind: Mapped[str]
    direction: Mapped[str]
    subject: Mapped[str]
    handled_by: Mapped[str]
