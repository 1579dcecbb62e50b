"""The tables of published documents. A version never changes; a newer one takes its place."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger_link.tables.schema_checks import is_one_of
from privacy.documents.kinds import DocumentKind
from storage.database.base import Base

SHA256_HEX_CHARS = 64


class DocumentTextRow(Base):
    """A version's text in one language: HTML without markup of the page around it."""

    __tablename__ = "document_texts"
    __table_args__ = (CheckConstraint("language IN ('fi', 'sv', 'en')", name="language"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("document_versions.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    html: Mapped[str]


class DocumentVersionRow(Base):
    """A version that was published, in all languages; ``sha256`` is over its texts in the order fi, sv, en."""

    __tablename__ = "document_versions"
    __table_args__ = (
        is_one_of("kind", DocumentKind),
        CheckConstraint("number > 0", name="number"),
        UniqueConstraint("kind", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS))
    published_at: Mapped[datetime]
    published_by_account: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    published_by: Mapped[str]
    texts: Mapped[list[DocumentTextRow]] = relationship(lazy="selectin", order_by=DocumentTextRow.language)


class AcknowledgementRow(Base):
    """An employee has read a version."""

    __tablename__ = "document_acknowledgements"

    version_id: Mapped[int] = mapped_column(ForeignKey("document_versions.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    acknowledged_at: Mapped[datetime]
