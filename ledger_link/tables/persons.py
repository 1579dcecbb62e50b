"""The tables of persons and their telephone numbers."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Imported
from ledger_link.tables.schema_checks import is_one_of
from ledger_link.tables.unique_null import unique_where_null
from ledger_link.values.names import display_name
from storage.database.base import Base


class Language(StrEnum):
    """In which language a person wants to be served."""

    FINNISH = "fi"
    SWEDISH = "sv"
    ENGLISH = "en"
    OTHER = "other"


class PersonRow(Imported, Base):
    """A person of the register; ``person_no`` is the key in the source system and never an identity code.

    ``non_disclosure`` is the turvakielto: address and numbers are shown to nobody. ``search_name`` is derived from
    the names (``ledger_link.values.names.search_name``) and for searching alone. The identity code is kept sealed alone
    (``storage.vault.field_vault``, field ``identity_code``), with a blind index to find it by.
    """

    __tablename__ = "persons"
    __table_args__ = (
        CheckConstraint("first_names <> '' AND call_name <> '' AND surname <> ''", name="has_names"),
        is_one_of("language", Language),
        CheckConstraint(
            "(identity_code_sealed IS NULL) = (identity_code_index IS NULL)"
            " AND (identity_code_sealed IS NULL) = (identity_code_key_version IS NULL)",
            name="identity_code_is_whole",
        ),
        Index("uq_persons_identity_code_index", "identity_code_index", unique=True),
        # they are few, and what may not be told of them is asked for everywhere
        Index(
            "ix_persons_non_disclosure",
            "id",
            sqlite_where=text("non_disclosure = 1"),
            postgresql_where=text("non_disclosure"),
        ),
        {"sqlite_autoincrement": True},  # the audit and cases name a deleted person by his id: it is never used twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_no: Mapped[str] = mapped_column(unique=True)
    first_names: Mapped[str]
    call_name: Mapped[str]
    surname: Mapped[str]
    non_disclosure: Mapped[bool]
    search_name: Mapped[str]
    birth_date: Mapped[date | None]
    language: Mapped[str | None]
    identity_code_sealed: Mapped[bytes | None]
    identity_code_index: Mapped[bytes | None]
    identity_code_key_version: Mapped[int | None]

    @property
    def name(self) -> str:
        """The name as people say it."""
        return display_name(call_name=self.call_name, surname=self.surname)


class PhoneNumberRow(Imported, Base):
    """A number that a person has, from one day to another (both included; None is open).

    A person has several, and a number belongs to several persons: caller identity is no proof of who speaks.
    ``raw`` is the number as the source wrote it.
    """

    __tablename__ = "phone_numbers"
    __table_args__ = (
        CheckConstraint("e164 LIKE '+%'", name="e164"),
        CheckConstraint("valid_from <= valid_until", name="validity"),
        UniqueConstraint("person_id", "e164", "valid_from"),
        unique_where_null("uq_phone_numbers_open_beginning", "person_id", "e164", null="valid_from"),
        Index("ix_phone_numbers_e164", "e164"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    e164: Mapped[str]
    raw: Mapped[str]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
