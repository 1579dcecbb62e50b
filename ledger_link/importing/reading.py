"""Reading a CSV file of the register: every cell by its kind, every fault as a problem."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ledger_link.importing.file_schema import Column, FileSchema, Values
from ledger_link.importing.problem import Problem, holds_identity_code, shape_of
from ledger_link.names import normal_text

_DELIMITERS = ",;\t"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_COLUMN_NAME = re.compile(r"[A-Za-z][A-Za-z _-]{0,39}")
_PROGRESS_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file; ``values`` has the columns of the file, and of a row that is not whole those that were read."""

    line: int
    values: Values
    is_whole: bool


@dataclass(frozen=True, slots=True)
class FileRows:
    """The rows of a file. Of one that is not ``complete`` some rows, or all keys, could not be seen at all."""

    rows: list[Row]
    complete: bool


def read_rows(
    path: Path, schema: FileSchema, *, report: Callable[[Problem], None], progress: Callable[[int, int], None]
) -> FileRows:
    """Read a file; tell ``report`` every problem and ``progress`` (rows done, rows in all)."""
    text = _text(path, schema.file, report)
    if text is None:
        return FileRows([], complete=False)
    records, complete = _records(text, schema.file, report)
    header_line, header = records[0] if records else (1, [])
    columns = _columns(header, header_line, schema, report)
    if columns is None:
        return FileRows([], complete=False)
    named = {column.name for column in columns if column is not None}
    has_required = all(column.name in named for column in schema.columns if column.required)
    rows = []
    for done, (line, cells) in enumerate(records[1:], start=1):
        row = _row(cells, line, columns, schema, report)
        rows.append(row if has_required else replace(row, is_whole=False))
        if done % _PROGRESS_ROWS == 0:
            progress(done, len(records) - 1)
    progress(len(records) - 1, len(records) - 1)
    return FileRows(rows, complete=complete and schema.key[0] in named)


def _text(path: Path, file: str, report: Callable[[Problem], None]) -> str | None:
    """Read a file as text; bytes that are not UTF-8 become lone surrogates, to be found again in row and column."""
    try:
        data = path.read_bytes()
    except OSError as error:
        report(Problem(file, None, None, f"cannot be read: {error.strerror}", "a file that this user may read"))
        return None
    if data.startswith(_UTF_16):
        report(Problem(file, 1, None, "UTF-16", "UTF-8, with or without a byte order mark"))
        return None
    return data.decode("utf-8-sig", errors="surrogateescape")


def _records(text: str, file: str, report: Callable[[Problem], None]) -> tuple[list[tuple[int, list[str]]], bool]:
    """Split a text into its records, each with the line on which it begins, and tell whether that worked to the end.

    Records without any text are left out.
    """
    first_line = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[tuple[int, list[str]]] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return records, True
        except csv.Error:
            report(Problem(file, line, None, "broken quotes; from here on nothing was read", "CSV as in RFC 4180"))
            return records, False
        if any(cell.strip() for cell in cells):
            records.append((line, cells))


def _columns(
    header: list[str], line: int, schema: FileSchema, report: Callable[[Problem], None]
) -> list[Column | None] | None:
    """Find the column of each cell of the header; None where there is no header at all."""
    known = {column.name: column for column in schema.columns}
    names = [cell.strip().lower() for cell in header]
    expected = ", ".join(known)
    if not known.keys() & set(names):
        report(Problem(schema.file, line, None, "no header", f"a first line with the columns {expected}"))
        return None
    for position, (name, cell) in enumerate(zip(names, header, strict=True), start=1):
        if name not in known:
            # a cell that does not look like a name is not printed: it may be anything
            called = f" '{cell.strip()}'" if _COLUMN_NAME.fullmatch(cell.strip()) else ""
            report(Problem(schema.file, line, None, f"unknown column{called} in place {position}", expected))
        elif name in names[: position - 1]:
            report(Problem(schema.file, line, name, "the column is given twice", "each column once"))
    for column in schema.columns:
        if column.required and column.name not in names:
            report(Problem(schema.file, line, column.name, "the column is missing", column.kind.expected))
    return [known.get(name) for name in names]


def _row(
    cells: list[str],
    line: int,
    columns: list[Column | None],
    schema: FileSchema,
    report: Callable[[Problem], None],
) -> Row:
    problems: list[Problem] = []
    values: Values = {}
    for column, cell in zip(columns, cells, strict=False):
        if column is None:
            continue
        try:
            values[column.name] = _value(cell, column)
            if column.raw_as:
                values[column.raw_as] = normal_text(cell)
        except ValueError as error:
            problems.append(Problem(schema.file, line, column.name, str(error), column.kind.expected))
    if len(cells) != len(columns):  # what stands where cannot be known: one problem says it all
        wanted = f"{len(columns)} cells, as in the header"
        problems = [Problem(schema.file, line, None, f"{len(cells)} cells", wanted)]
    if not problems:
        problems = [
            Problem(schema.file, line, rule.column, rule.wrong, rule.expected)
            for rule in schema.rules
            if not rule.holds(values)
        ]
    for problem in problems:
        report(problem)
    return Row(line=line, values=values, is_whole=not problems)


def _value(cell: str, column: Column) -> object:
    """Read a cell; raise ValueError with what is wrong, which never tells the cell itself."""
    if any(unicodedata.category(char) == "Cs" for char in cell):
        raise ValueError("bytes that are not UTF-8")
    if any(unicodedata.category(char) == "Cc" and char != "\t" for char in cell):
        raise ValueError("a line break or control character")
    text = normal_text(cell)
    if not text:
        if column.required:
            raise ValueError("empty")
        return column.empty
    if holds_identity_code(text):
        raise ValueError("a personal identity code, which this register does not take")
    try:
        return column.kind.read(text)
    except ValueError as error:
        raise ValueError(f"{error} ({shape_of(text)})") from None
