"""What is wrong with an import: one problem a bad cell, row or file, and the error that lists them all."""

import re
from dataclasses import dataclass
from typing import Any

from stdnum.fi import hetu

from calls.errors import BadDataError

MOST_LISTED = 1000
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


class Problems:
    """The problems of an import as they are found: the first ``MOST_LISTED`` of each file, and how many there are."""

    def __init__(self) -> None:
        self._listed: dict[str, list[Problem]] = {}
        self.count = 0

    def add(self, problem: Problem) -> None:
        """Take one more problem."""
        self.count += 1
        listed = self._listed.setdefault(problem.file, [])
        if len(listed) < MOST_LISTED:
            listed.append(problem)

    def listed(self, *, order: dict[str, int]) -> tuple[Problem, ...]:
        """Give the listed ones by file (in ``order``, unknown files first) and line."""
        every = [problem for listed in self._listed.values() for problem in listed]
        return tuple(sorted(every, key=lambda one: (order.get(one.file, -1), one.file, one.line or 0)))


class BadRegisterError(BadDataError):
    """A folder was refused whole; ``problems`` lists what is wrong with it, in the order of the files.

    ``count`` is how many problems there are; where one file has very many, not all of them are listed.
    """

    def __init__(self, problems: tuple[Problem, ...], *, count: int, where: str) -> None:
        super().__init__(
            what=f"{count} problem{'s' if count != 1 else ''}, nothing was imported",
            where=where,
            remedy="docs/ref/register-import.md describes every file",
        )
        self.problems = problems
        self.count = count

    def to_json(self) -> dict[str, Any]:
        """Give a plain object with the problems, and how many there are."""
        return {"count": self.count, "problems": [problem.to_json() for problem in self.problems]}

    def __str__(self) -> str:
        """List every problem on a line of its own under the summary, and say how many more there are."""
        more = self.count - len(self.problems)
        rest = [f"  and {more} more"] if more else []
        return "\n".join((super().__str__(), *(f"  {problem}" for problem in self.problems), *rest))


def shape_of(text: str) -> str:
    """Describe a cell without telling it: ``9`` for a digit, ``a`` for a letter, as ``99.9.9999``."""
    shape = "".join("9" if char.isdigit() else "a" if char.isalpha() else char for char in text)
    return shape if len(shape) <= _MAX_SHAPE_CHARS else f"{shape[:_MAX_SHAPE_CHARS]}... ({len(text)} characters)"


def holds_identity_code(text: str) -> bool:
    """Tell whether a valid Finnish identity code (a temporary one included) stands anywhere in a text."""
    return any(hetu.is_valid(found.upper(), allow_temporary=True) for found in _LIKE_IDENTITY_CODE.findall(text))
