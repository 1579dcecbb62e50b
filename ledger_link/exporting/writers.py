"""Writing the rows of a file, as CSV or as a workbook, so that its owner alone can read it."""

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Protocol, Self

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from calls.errors import BadDataError
from ledger_link.exporting.guard import guarded

_MOST_SHEET_ROWS = 1_048_576  # of the format itself


class RowWriter(Protocol):
    """One open file."""

    def header(self, names: Sequence[str]) -> None:
        """Write the first row."""

    def row(self, cells: Sequence[str], are_free: Sequence[bool]) -> None:
        """Write a row; ``are_free``: which of its columns hold free text."""

    def close(self) -> None:
        """Write the rest, and close the file."""


def _private(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


class CsvWriter:
    """A CSV file in UTF-8, with commas."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file: IO[str] = os.fdopen(_private(folder / f"{name}.csv"), "w", encoding="utf-8", newline="")
        self._writer: Any = csv.writer(self._file, lineterminator="\n")

    def header(self, names: Sequence[str]) -> None:
        """Write the first row."""
        self._writer.writerow(names)

    def row(self, cells: Sequence[str], are_free: Sequence[bool]) -> None:
        """Write a row, its free texts guarded."""
        self._writer.writerow(
            [guarded(cell) if is_free and cell else cell for cell, is_free in zip(cells, are_free, strict=True)]
        )

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class XlsxWriter:
    """A workbook with one sheet. Every cell is text by its type, which no spreadsheet takes for a formula."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"{name}.xlsx"
        self._book = Workbook(write_only=True)
        self._sheet: Any = self._book.create_sheet(name)
        self._rows = 0

    def header(self, names: Sequence[str]) -> None:
        """Write the first row."""
        self.row(names, ())

    def row(self, cells: Sequence[str], _are_free: Sequence[bool]) -> None:
        """Write a row; raise BadDataError where the format has no room for it."""
        self._rows += 1
        if self._rows > _MOST_SHEET_ROWS:
            raise BadDataError(what=f"more than {_MOST_SHEET_ROWS} rows", where=str(self._path), remedy="export as csv")
        self._sheet.append([self._cell(cell) if cell else None for cell in cells])

    def close(self) -> None:
        """Write the file."""
        with os.fdopen(_private(self._path), "wb") as file:
            self._book.save(file)

    def _cell(self, text: str) -> Self | object:
        cell = WriteOnlyCell(self._sheet, value=text)
        cell.data_type = "s"
        return cell
