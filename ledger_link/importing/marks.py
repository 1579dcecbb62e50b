"""Marks: which file the register is known to hold whole, kind by kind, so that the same file is not read again.

Invariant: while the mark of a kind has a fingerprint and ``rows``, every row of the file with that fingerprint is in
the kind's table as that file says it, by the row fingerprints in ``source_digest``. Reading the file row by row would
find each of its rows unchanged, and nothing else. What breaks the invariant breaks the mark, in the same transaction:
triggers of the database do it when a row of the table is deleted or gets another fingerprint, whoever does that.

A mark without ``rows`` belongs to an import that is reading: it tells that import, when it has written, whether
anybody else touched the kind since.
"""

import os
from dataclasses import dataclass

from sqlalchemy import BigInteger, CheckConstraint, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger_link.importing.file_schema import FileSchema
from ledger_link.importing.schemas import FILES
from storage.database.base import Base
from storage.vault.field_vault import FINGERPRINT_BYTES


class ImportMarkRow(Base):
    """The mark of one kind of row, by its table's name; without a fingerprint it is broken."""

    __tablename__ = "import_marks"
    __table_args__ = (CheckConstraint("rows IS NULL OR fingerprint IS NOT NULL", name="rows_of_a_file"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes | None]
    rows: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark that is whole: of a file (``rows`` says how many it has), or of an import that is reading."""

    fingerprint: bytes
    rows: int | None


def begin_marks(session: Session) -> None:
    """Give each kind whose mark is broken a new one, to see by it whether anybody touches the kind from here on.

    To be committed before the files are read, or to be in the transaction that reads and writes.
    """
    whole = marks(session)
    lacking = [schema.name for schema in FILES if schema.name not in whole]
    session.execute(delete(ImportMarkRow).where(ImportMarkRow.kind.in_(lacking)))
    if lacking:
        rows = [{"kind": kind, "fingerprint": os.urandom(FINGERPRINT_BYTES), "rows": None} for kind in lacking]
        session.execute(insert(ImportMarkRow), rows)


def marks(session: Session) -> dict[str, Mark]:
    """Give the marks that are whole, by kind."""
    rows = session.execute(select(ImportMarkRow.kind, ImportMarkRow.fingerprint, ImportMarkRow.rows))
    return {kind: Mark(fingerprint, count) for kind, fingerprint, count in rows if fingerprint is not None}


def set_mark(session: Session, schema: FileSchema, fingerprint: bytes, *, rows: int) -> None:
    """Say that every row of a file is in its table; to be called when the import wrote its last row."""
    session.execute(delete(ImportMarkRow).where(ImportMarkRow.kind == schema.name))
    session.execute(insert(ImportMarkRow).values(kind=schema.name, fingerprint=fingerprint, rows=rows))


def holds_nothing_else(session: Session, schema: FileSchema, mark: Mark) -> bool:
    """Tell whether the rows of a marked file are all that its table holds."""
    return session.scalar(select(func.count()).select_from(schema.table)) == mark.rows
