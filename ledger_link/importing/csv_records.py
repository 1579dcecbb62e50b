"""The records of a CSV file (RFC 4180), found in its bytes: the cells of an unchanged row are never looked at."""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from ledger_link.importing.formats import Encoding, Formats
from ledger_link.importing.records import BrokenRecordError, Header

_DELIMITERS = ",;\t"
_MOST_RECORD_BYTES = 100_000
_BLOCK_BYTES = 2**20
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"
_EXPECTED = "CSV as in RFC 4180"


class CsvRecords:
    """An open CSV file. A record ends at the first line's end at which its quotes are even."""

    def __init__(self, file: BinaryIO, formats: Formats) -> None:
        self._file = file
        self._encoding = formats.encoding
        self.total = _count_lines(file)
        start = file.read(len(_BOM))
        file.seek(0)
        if start.startswith(_UTF_16):
            raise BrokenRecordError("UTF-16", "UTF-8 or, with a mapping, Windows-1252", line=1)
        self.header: Header | None = None
        self._rows = self._records()
        for line, raw in self._rows:
            clean = raw.removeprefix(_BOM)
            if not clean.strip():
                continue
            if b"\r" in clean.rstrip(b"\r\n") and b'"' not in clean:
                raise BrokenRecordError("lines that end in CR alone", "lines that end in LF or CR LF", line=line)
            text = self._decoded(clean)
            self._delimiter = formats.delimiter or max(_DELIMITERS, key=text.split("\n", 1)[0].count)
            self.header = Header(line, self.cells(clean), clean.rstrip(b"\r\n"))
            return

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Give each record after the header, without its line's end."""
        return self._rows

    def cells(self, raw: bytes) -> list[str]:
        """Find the cells of a record; bytes that are no letters become lone surrogates, to be told cell by cell."""
        try:
            rows = list(csv.reader([self._decoded(raw)], delimiter=self._delimiter, strict=True))
        except csv.Error:
            raise BrokenRecordError("broken quotes", _EXPECTED) from None
        return rows[0] if rows else []

    def _decoded(self, raw: bytes) -> str:
        if self._encoding is Encoding.UTF_8:
            return raw.decode("utf-8", errors="surrogateescape")
        return raw.decode("windows-1252", errors="surrogateescape")

    def _records(self) -> Iterator[tuple[int, bytes]]:
        began, held = 0, b""
        for line, raw in enumerate(self._file, start=1):
            if held:
                held += raw
                if len(held) > _MOST_RECORD_BYTES:
                    break
                if b'"' in raw and held.count(b'"') % 2 == 0:
                    yield began, held.rstrip(b"\r\n")
                    held = b""
            elif b'"' in raw and raw.count(b'"') % 2:
                began, held = line, raw
            elif len(raw) > _MOST_RECORD_BYTES:
                began, held = line, raw
                break
            else:
                yield line, raw.rstrip(b"\r\n")
        if held:
            wrong = "broken quotes" if held.count(b'"') % 2 else "too long a row"
            raise BrokenRecordError(f"{wrong}; from here on nothing was read", _EXPECTED, line=began)


def _count_lines(file: BinaryIO) -> int:
    lines = 0
    while block := file.read(_BLOCK_BYTES):
        lines += block.count(b"\n")
    file.seek(0)
    return lines
