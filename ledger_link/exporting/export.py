"""Exporting the register: a folder in the same form, which imported into an empty register gives the same data back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calls.errors import BadDataError
from ledger_link.exporting.undisclosed_rows import UndisclosedRows
from ledger_link.exporting.writers import CsvWriter, RowWriter, XlsxWriter
from ledger_link.importing.file_schema import SEALED, Column, FileSchema
from ledger_link.importing.schemas import FILES, SCHEMAS
from storage.vault.field_vault import FieldVault

_FETCH_ROWS = 5_000


class ExportFormat(StrEnum):
    """What kind of files an export has."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class ExportScope:
    """What an export tells of what is protected: ``identity_codes`` are those and the numbers of travel documents."""

    undisclosed: bool = False
    identity_codes: bool = False


@dataclass(frozen=True, slots=True)
class ExportReport:
    """How many rows of each file were written, and how many were left out for non-disclosure orders."""

    files: dict[str, int]
    left_out: dict[str, int]


class Export:
    """One export of the register as a session sees it."""

    def __init__(self, session: Session, vault: FieldVault, scope: ExportScope) -> None:
        self._session = session
        self._vault = vault
        self._scope = scope
        self._hidden = None if scope.undisclosed else UndisclosedRows(session)
        self._keys: dict[str, dict[object, str]] = {}

    def write(self, folder: Path, kind: ExportFormat, *, progress: Callable[[str, int, int], None]) -> ExportReport:
        """Write all files to a new folder, which has its name only when it is whole; ``progress`` as in an import.

        Raise BadDataError where the folder is there already.
        """
        if folder.exists():
            raise BadDataError(what="it is there already", where=str(folder), remedy="name a new folder")
        part = folder.with_name(f"{folder.name}.part")
        try:
            part.mkdir(mode=0o700, parents=True)
        except FileExistsError:
            raise BadDataError(
                what="an export that was cut short is there", where=str(part), remedy="remove it first"
            ) from None
        report = ExportReport({}, {})
        for schema in FILES:
            columns = self._columns(schema)
            if columns is None:
                continue
            writer: RowWriter = (CsvWriter if kind is ExportFormat.CSV else XlsxWriter)(part, schema.name)
            try:
                self._write(schema, columns, writer, report, progress)
            finally:
                writer.close()
        part.rename(folder)
        return report

    def _columns(self, schema: FileSchema) -> list[Column] | None:
        """Choose the columns; None for a file that would lack a required one."""
        columns = [column for column in schema.columns if self._scope.identity_codes or not column.sealed_as]
        lacking = any(column.required for column in schema.columns if column not in columns)
        return None if lacking else columns

    def _write(
        self,
        schema: FileSchema,
        columns: list[Column],
        writer: RowWriter,
        report: ExportReport,
        progress: Callable[[str, int, int], None],
    ) -> None:
        total = self._session.scalar(select(func.count()).select_from(schema.table)) or 0
        are_free = [column.kind.is_free_text for column in columns]
        writer.header([column.name for column in columns])
        written = left_out = 0
        for row in self._rows(schema):
            if self._hidden is not None and self._hidden.has(schema, row):
                left_out += 1
            else:
                writer.row([self._cell(column, row) for column in columns], are_free)
                written += 1
            if (written + left_out) % _FETCH_ROWS == 0:
                progress(f"writing {schema.name}", written + left_out, total)
        progress(f"writing {schema.name}", total, total)
        report.files[schema.file] = written
        if left_out:
            report.left_out[schema.file] = left_out

    def _rows(self, schema: FileSchema) -> Iterator[dict[str, Any]]:
        table = schema.table
        names = ["id", *schema.stored_columns(), *(("lease_id",) if schema.name == "payments" else ())]
        query = select(*(table.c[name] for name in names)).order_by(table.c.id)
        with self._session.execute(query, execution_options={"yield_per": _FETCH_ROWS}) as rows:
            for row in rows:
                yield dict(zip(names, row, strict=True))

    def _cell(self, column: Column, row: dict[str, Any]) -> str:
        if column.sealed_as:
            return self._opened(column, column.sealed_as, row)
        value = row[column.raw_as or column.stored_as or column.name]
        if value is None or value == "":
            return ""
        if column.refers_to:
            return self._key(column.refers_to, value)
        return str(value) if column.raw_as else column.kind.write(value)

    def _opened(self, column: Column, field: str, row: dict[str, Any]) -> str:
        sealed, version = row[f"{column.name}_{SEALED[0]}"], row[f"{column.name}_{SEALED[2]}"]
        if sealed is None:
            return ""
        owner = row["person_no"] if "person_no" in row else self._key("persons.csv", row["person_id"])
        return self._vault.open(sealed, version, field=field, owner=owner)

    def _key(self, file: str, row_id: object) -> str:
        if file not in self._keys:
            table, key = SCHEMAS[file].table, SCHEMAS[file].key[0]
            rows = self._session.execute(select(table.c.id, table.c[key]))
            self._keys[file] = {row_id: key for row_id, key in rows}  # noqa: C416 (rows are not pairs to a type checker)
        return self._keys[file][row_id]
