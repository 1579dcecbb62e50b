"""The records of the first sheet of an XLSX file, a row at a time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import count
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook

from ledger_link.importing.formats import DayFormat, Formats
from ledger_link.importing.records import BrokenRecordError, Header

_SEPARATOR = "\x1f"  # no XML document can hold it
_MOST_DECIMALS = 6
_GIB = 2**30
MAX_SHEETS_BYTES = 4 * _GIB
"""What the sheets may unpack to: some ten times a sheet full to its last row. They are read a row at a time."""
MAX_OTHER_BYTES = _GIB // 4
"""What all else may unpack to, the texts of the cells among it, which openpyxl keeps in memory."""
MAX_PARTS = 5000
"""How many files a workbook may hold: some for each sheet, picture and chart."""
_SHEETS = "xl/worksheets/"


class XlsxRecords:
    """An open workbook. Typed cells are written as a CSV file with the same formats would have them."""

    def __init__(self, file: BinaryIO, formats: Formats) -> None:
        _require_bounded(file)
        try:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            self.total = max((sheet.max_row or 1) - 1, 0)
            rows = sheet.iter_rows(values_only=True)
        except Exception:  # noqa: BLE001 (openpyxl raises whatever a damaged part makes it raise)
            raise BrokenRecordError("no workbook with a sheet", "an XLSX file") from None
        self._formats = formats
        self._width = 0
        self._rows = self._numbered(rows)
        self.header: Header | None = None
        for line, cells in self._rows:
            while cells and not cells[-1].strip():
                cells.pop()  # a sheet is as wide as its widest formatting
            if cells:
                self._width = len(cells)
                self.header = Header(line, cells, _SEPARATOR.join(cells).encode())
                return

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Give each row after the header as its cells' text; missing cells at the end are empty ones."""
        for line, cells in self._rows:
            while len(cells) > self._width and not cells[-1]:
                cells.pop()
            whole = cells + [""] * (self._width - len(cells))
            yield line, _SEPARATOR.join(whole).encode("utf-8", errors="surrogatepass")

    def cells(self, raw: bytes) -> list[str]:
        """Give the cells of a row."""
        return raw.decode("utf-8", errors="surrogatepass").split(_SEPARATOR)

    def _numbered(self, rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[int, list[str]]]:
        """Give the rows as text with their lines; a fault is told by its line alone, for openpyxl's errors hold it."""
        for line in count(1):
            try:
                row = next(rows, None)
                cells = None if row is None else [self._text(cell) for cell in row]
            except Exception:  # noqa: BLE001 (a sheet is read while it is walked, and raises whatever is in the way)
                raise BrokenRecordError(
                    "a damaged workbook; from here on nothing was read", "an XLSX file", line=line
                ) from None
            if cells is None:
                return
            yield line, cells

    def _text(self, cell: object) -> str:  # noqa: PLR0911 (a case for each type of cell)
        match cell:
            case None:
                return ""
            case str():
                return cell.replace(_SEPARATOR, " ")
            case bool():
                return "yes" if cell else "no"
            case int():
                return str(cell)
            case float() | Decimal():
                return self._number(float(cell))
            case datetime():
                return self._moment(cell)
            case date():
                return self._day(cell)
            case time():
                return cell.isoformat()
            case _:
                return str(cell)

    def _number(self, value: float) -> str:
        if value.is_integer():
            return str(int(value))
        text = f"{value:.{_MOST_DECIMALS}f}".rstrip("0")  # 712.5 and not 712.4999999999999
        return text.replace(".", ",") if self._formats.decimal_comma else text

    def _day(self, day: date) -> str:
        if self._formats.days is DayFormat.FINNISH:
            return f"{day.day}.{day.month}.{day.year}"
        return day.isoformat()

    def _moment(self, moment: datetime) -> str:
        """Write a moment; at midnight it is a day: sheets know no other."""
        if moment.time() == time():
            return self._day(moment.date())
        if self._formats.days is DayFormat.FINNISH:
            return f"{self._day(moment.date())} {moment:%H:%M:%S}"
        return moment.astimezone(UTC).isoformat() if moment.tzinfo else moment.isoformat()


def _require_bounded(file: BinaryIO) -> None:
    """Refuse a workbook of too many files, or that would unpack to more than its bounds (ASVS 5.2.3).

    zipfile reads no more of a part than its directory says, so that the sizes told there are bounds.
    """
    try:
        with ZipFile(file) as archive:
            parts = archive.infolist()
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        raise BrokenRecordError("no workbook with a sheet", "an XLSX file") from None
    finally:
        file.seek(0)
    if len(parts) > MAX_PARTS:
        raise BrokenRecordError(f"a workbook of {len(parts)} files", f"at most {MAX_PARTS}, or CSV")
    sheets = sum(part.file_size for part in parts if part.filename.startswith(_SHEETS))
    others = sum(part.file_size for part in parts) - sheets
    for size, most, what in ((sheets, MAX_SHEETS_BYTES, "sheets"), (others, MAX_OTHER_BYTES, "texts and other parts")):
        if size > most:
            raise BrokenRecordError(
                f"a workbook whose {what} unpack to {size // 2**20} MiB", f"at most {most // 2**20} MiB, or CSV"
            )
