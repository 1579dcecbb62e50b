"""The header of a file: which column each of its cells names."""

import re
from collections.abc import Callable, Mapping

from ledger_link.importing.file_schema import Column, FileSchema
from ledger_link.importing.formats import Formats
from ledger_link.importing.problem import Problem
from ledger_link.importing.records import Header

_COLUMN_NAME = re.compile(r"[A-Za-z][A-Za-z _-]{0,39}")


def columns_of(
    header: Header,
    schema: FileSchema,
    *,
    file: str,
    headings: Mapping[str, str],
    ignores_others: bool,
    formats: Formats,
    report: Callable[[Problem], None],
) -> list[Column | None] | None:
    """Find the column of each cell; None where there is no header at all.

    ``headings`` has the names that a mapping gives to columns; ``ignores_others``: cells that name no column of ours
    are passed over.
    """
    known = {headings.get(column.name, column.name).strip().casefold(): column for column in schema.columns}
    names = [cell.strip().casefold() for cell in header.cells]
    expected = ", ".join(headings.get(column.name, column.name) for column in schema.columns)
    if not known.keys() & set(names):
        report(Problem(file, header.line, None, "no header", f"a first line with the columns {expected}"))
        return None
    for place, (name, cell) in enumerate(zip(names, header.cells, strict=True), start=1):
        if name not in known:
            if not ignores_others:
                # a cell that does not look like a name is not printed: it may be anything
                called = f" '{cell.strip()}'" if _COLUMN_NAME.fullmatch(cell.strip()) else ""
                report(Problem(file, header.line, None, f"unknown column{called} in place {place}", expected))
        elif name in names[: place - 1]:
            report(Problem(file, header.line, name, "the column is given twice", "each column once"))
    for heading, column in known.items():
        if column.required and heading not in names:
            told = headings.get(column.name, column.name)
            report(Problem(file, header.line, told, "the column is missing", column.kind.expectation(formats)))
    return [known.get(name) for name in names]
