"""Reading one file: its unchanged rows are counted, its other rows are read into a spool."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from sqlalchemy.orm import Session

from ledger_link.importing.csv_records import CsvRecords
from ledger_link.importing.file_schema import Column
from ledger_link.importing.fingerprint import RowFingerprint, file_fingerprint
from ledger_link.importing.given_files import GivenFile
from ledger_link.importing.header import columns_of
from ledger_link.importing.known_rows import KnownRows
from ledger_link.importing.marks import Mark
from ledger_link.importing.problem import Problem, Problems
from ledger_link.importing.records import BrokenRecordError, Records
from ledger_link.importing.row_reading import RowReader
from ledger_link.importing.row_spool import RowSpool
from ledger_link.importing.xlsx_records import XlsxRecords
from storage.vault.field_vault import FieldVault

_BATCH_ROWS = 10_000


@dataclass(slots=True)
class ReadFile:
    """What a file holds. ``known``: the register's rows, with the lines of those that the file has unchanged.

    ``spool`` has the whole rows that are not among them, ``bad_keys`` the keys of rows that are not whole. Of a file
    that is not ``complete`` some rows, or all keys, could not be seen at all. ``columns`` are those that it names.
    ``fingerprint`` is the whole file's. A file that ``is_marked`` was not read at all: its mark says that the register
    has each of its ``rows``.
    """

    given: GivenFile
    known: KnownRows
    spool: RowSpool = field(default_factory=RowSpool)
    bad_keys: set[object] = field(default_factory=set)
    columns: frozenset[str] = frozenset()
    complete: bool = True
    rows: int = 0
    fingerprint: bytes | None = None
    is_marked: bool = False

    @property
    def unchanged(self) -> int:
        """How many rows are known to be in the register as they are."""
        return self.rows if self.is_marked else self.known.unchanged

    @property
    def headings(self) -> dict[str, str]:
        """How the file calls our columns, where it is otherwise."""
        return self.given.mapping.headings


def read_file(
    given: GivenFile,
    register: Session,
    mark: Mark | None,
    *,
    vault: FieldVault,
    problems: Problems,
    progress: Callable[[int, int], None],
) -> ReadFile:
    """Read a file; ``problems`` gets what is wrong with it, ``progress`` is told (rows done, rows in all).

    Of the file of ``mark`` no row is looked at.
    """
    read = ReadFile(given, KnownRows.none())
    try:
        read.fingerprint = file_fingerprint(vault, given)
        if mark is not None and mark.rows is not None and mark.fingerprint == read.fingerprint:
            read.is_marked, read.rows = True, mark.rows
            progress(read.rows, read.rows)
            return read
        read.known = KnownRows.of(register, given.schema.table)
        with given.path.open("rb") as file:
            _read(read, file, vault, problems, progress)
        if file_fingerprint(vault, given) != read.fingerprint:
            read.fingerprint = None  # it was written to while it was read, so what was read has no name
    except OSError as error:
        problems.add(Problem(given.name, None, None, f"cannot be read: {error.strerror}", "a file that can be read"))
        read.complete = False
    except BrokenRecordError as error:
        problems.add(Problem(given.name, error.line, None, error.what, error.expected))
        read.complete = False
    return read


def _read(
    read: ReadFile,
    file: BinaryIO,
    vault: FieldVault,
    problems: Problems,
    progress: Callable[[int, int], None],
) -> None:
    given = read.given
    formats = given.mapping.formats
    records: Records = XlsxRecords(file, formats) if given.is_sheet else CsvRecords(file, formats)
    columns = _columns(read, records, problems)
    if columns is None or records.header is None:
        read.complete = False
        return
    fingerprint = RowFingerprint(
        vault, file=given.schema.file, header=records.header.raw, settings=given.mapping.settings()
    )
    reader = RowReader(
        given.schema,
        columns,
        file=given.name,
        headings=read.headings,
        formats=formats,
        translations=given.mapping.translations,
        is_guarded=not given.is_sheet,
        vault=vault,
        report=problems.add,
    )
    for batch in _batches(records):
        _read_batch(read, batch, fingerprint=fingerprint, records=records, reader=reader, problems=problems)
        progress(read.rows, max(records.total, read.rows))
    progress(read.rows, read.rows)


def _columns(read: ReadFile, records: Records, problems: Problems) -> list[Column | None] | None:
    given = read.given
    schema, mapping = given.schema, given.mapping
    if records.header is None:
        expected = ", ".join(mapping.headings.get(column.name, column.name) for column in schema.columns)
        problems.add(Problem(given.name, 1, None, "no header", f"a first line with the columns {expected}"))
        return None
    columns = columns_of(
        records.header,
        schema,
        file=given.name,
        headings=mapping.headings,
        ignores_others=mapping.ignores_other_columns,
        formats=mapping.formats,
        report=problems.add,
    )
    read.columns = frozenset(column.name for column in columns or () if column is not None)
    read.complete = columns is not None and schema.key[0] in read.columns
    return columns


def _batches(records: Records) -> Iterator[list[tuple[int, bytes]]]:
    """Give all records in batches, those before the place from which nothing can be read included."""
    rows = iter(records)
    batch: list[tuple[int, bytes]] = []
    while True:
        try:
            batch.extend(islice(rows, _BATCH_ROWS))
        except BrokenRecordError:
            yield batch
            raise
        if not batch:
            return
        yield batch
        batch = []


def _read_batch(
    read: ReadFile,
    batch: list[tuple[int, bytes]],
    *,
    records: Records,
    fingerprint: RowFingerprint,
    reader: RowReader,
    problems: Problems,
) -> None:
    fingerprints = [fingerprint.of(raw) for _, raw in batch]
    is_known, twice = read.known.see(fingerprints, [line for line, _ in batch])
    if all(is_known) and not twice:
        read.rows += len(batch)
        return
    for line, earlier in twice:
        problems.add(same_key(read, line, earlier))
    for (line, raw), digest, known in zip(batch, fingerprints, is_known, strict=True):
        if known:
            read.rows += 1
            continue
        try:
            cells = records.cells(raw)
        except BrokenRecordError as error:
            problems.add(Problem(read.given.name, line, None, error.what, error.expected))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        read.rows += 1
        row = reader.read(cells, line)
        if row.values is not None:
            read.spool.add((line, digest, *row.values))
        elif row.key is not None:
            read.bad_keys.add(row.key)


def same_key(read: ReadFile, line: int, earlier: int) -> Problem:
    """Give the problem of a row whose natural key an earlier row of the file has."""
    names = [read.headings.get(name, name) for name in read.given.schema.key]
    return Problem(
        read.given.name, line, names[0], f"the same {' + '.join(names)} as on line {earlier}", "each key once"
    )
