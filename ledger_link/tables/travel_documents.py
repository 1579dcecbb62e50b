"""The table of travel documents, by which a person without a Finnish identity code is known."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Imported
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.schema_checks import is_one_of
from storage.database.base import Base

TRAVEL_DOCUMENT_FIELD = "travel_document"
"""The vault's field of ``travel_documents.number_sealed``; the owner is the ``person_no``."""


class TravelDocumentKind(StrEnum):
    """What kind of document it is."""

    PASSPORT = "passport"
    IDENTITY_CARD = "identity_card"
    RESIDENCE_PERMIT = "residence_permit"
    OTHER = "other"


class TravelDocumentRow(Imported, Base):
    """A travel document; ``issuer`` is a country of ISO 3166-1 alpha-2.

    The number is kept sealed alone (``storage.vault.field_vault``), with a blind index to find it by.
    """

    __tablename__ = "travel_documents"
    __table_args__ = (
        is_one_of("kind", TravelDocumentKind),
        CheckConstraint("length(issuer) = 2", name="issuer"),
        UniqueConstraint("person_id", "kind", "issuer"),
        Index("ix_travel_documents_number_index", "number_index"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PersonRow.id))
    kind: Mapped[str]
    issuer: Mapped[str]
    number_sealed: Mapped[bytes]
    number_index: Mapped[bytes]
    number_key_version: Mapped[int]
    valid_until: Mapped[date | None]
