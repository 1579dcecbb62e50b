"""What is wrong with an import: one problem a bad cell, row or file, and the error that lists them all."""

import re
from dataclasses import dataclass
from typing import Any

from stdnum.fi import hetu

from calls.errors import BadDataError

_LIKE_IDENTITY_CODE = re.compile(r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Z]", re.IGNORECASE)
_MAX_SHAPE_CHARS = 24


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where, and what is expected there.

    Invariant: no text says what a cell holds. Identity codes turn up in every column, so cells are described by their
    shape alone (:func:`shape_of`), and the line and the column lead to the rest.
    """

    file: str
    line: int | None
    column: str | None
    what: str
    expected: str

    def __str__(self) -> str:
        """Write the problem on one line, e.g. ``leases.csv:7: starts_on: no day (99.99.9999); expected ...``."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        column = f"{self.column}: " if self.column else ""
        return f"{place}: {column}{self.what}; expected {self.expected}"

    def to_json(self) -> dict[str, Any]:
        """Give a plain object with the five fields."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "what": self.what,
            "expected": self.expected,
        }


class BadRegisterError(BadDataError):
    """A folder was refused whole; ``problems`` lists everything that is wrong with it, in the order of the files."""

    def __init__(self, problems: tuple[Problem, ...], *, where: str) -> None:
        super().__init__(
            what=f"{len(problems)} problem{'s' if len(problems) != 1 else ''}, nothing was imported",
            where=where,
            remedy="docs/ref/register-import.md describes every file",
        )
        self.problems = problems

    def __str__(self) -> str:
        """List every problem on a line of its own under the summary."""
        return "\n".join((super().__str__(), *(f"  {problem}" for problem in self.problems)))


def shape_of(text: str) -> str:
    """Describe a cell without telling it: ``9`` for a digit, ``a`` for a letter, as ``99.9.9999``."""
    shape = "".join("9" if char.isdigit() else "a" if char.isalpha() else char for char in text)
    return shape if len(shape) <= _MAX_SHAPE_CHARS else f"{shape[:_MAX_SHAPE_CHARS]}... ({len(text)} characters)"


def holds_identity_code(text: str) -> bool:
    """Tell whether a valid Finnish identity code (a temporary one included) stands anywhere in a text."""
    return any(hetu.is_valid(found.upper(), allow_temporary=True) for found in _LIKE_IDENTITY_CODE.findall(text))
