"""A kind of value that a cell may hold: how it is read and written, and what is said of one that cannot be read.

A value is what the database keeps: None, ``str``, ``int``, ``bool`` or ``bytes``. Days are ``YYYY-MM-DD`` and moments
``YYYY-MM-DD HH:MM:SS.ffffff`` in UTC, so that rows can be copied into either database as they are, and compare as text.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ledger_link.importing.formats import Formats

Read = Callable[[str, Formats], object]


def as_written(value: object) -> str:
    """Write a value that reads as itself."""
    return str(value)


@dataclass(frozen=True, slots=True)
class ValueKind:
    """``read`` gives the value of a cell that is not empty, or raises ValueError with what is wrong with it.

    ``expected`` says what a cell may hold, ``expected_in`` the same where the formats make a difference. ``write`` is
    the inverse of ``read`` in the formats of an export. ``is_free_text``: the kind's own grammar lets a spreadsheet
    take a cell for a formula, so that an export has to guard it. ``is_identity_code``: the one kind of cell in which
    a personal identity code may stand.
    """

    expected: str
    read: Read
    expected_in: Callable[[Formats], str] | None = None
    write: Callable[[object], str] = as_written
    is_free_text: bool = False
    is_identity_code: bool = False

    def expectation(self, formats: Formats) -> str:
        """Say what a cell of a file with these formats may hold."""
        return self.expected_in(formats) if self.expected_in else self.expected
