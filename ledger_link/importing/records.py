"""A record of a file: the raw row before anything is made of it, and how its cells are found."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Header:
    """The first record: the line on which it stands, its cells and its bytes."""

    line: int
    cells: list[str]
    raw: bytes


class BrokenRecordError(Exception):
    """A record whose cells cannot be found, or a file without records; the parts of the problem."""

    def __init__(self, what: str, expected: str, *, line: int | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.expected = expected
        self.line = line


class Records(Protocol):
    """The records of one open file. ``total`` is about how many there are, for progress alone."""

    header: Header | None
    total: int

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Give each record after the header: its line and its bytes, by which an unchanged one is known.

        Raise BrokenRecordError where from here on nothing can be read.
        """

    def cells(self, raw: bytes) -> list[str]:
        """Find the cells of a record; raise BrokenRecordError for a broken one."""
