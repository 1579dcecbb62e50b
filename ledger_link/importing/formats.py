"""How a file writes its text, its numbers and its days."""

from dataclasses import dataclass
from enum import StrEnum


class Encoding(StrEnum):
    """How a file's bytes are letters; both keep ASCII as it is, so that lines and quotes are found in the bytes."""

    UTF_8 = "utf-8"
    WINDOWS_1252 = "windows-1252"


class DayFormat(StrEnum):
    """How a file writes days."""

    ISO = "yyyy-mm-dd"
    FINNISH = "d.m.yyyy"


@dataclass(frozen=True, slots=True)
class Formats:
    """The formats of one file. ``delimiter`` None: whichever of ``,;`` and tab its first line has most of.

    ``decimal_comma``: amounts are ``1 234,56`` and not ``1234.56``.
    """

    encoding: Encoding = Encoding.UTF_8
    delimiter: str | None = None
    decimal_comma: bool = False
    days: DayFormat = DayFormat.ISO
