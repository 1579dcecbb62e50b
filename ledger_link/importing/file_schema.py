"""What a file of the register looks like, as data: the columns, the natural key, the table that it fills."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import Table

from ledger_link.importing.value_kind import ValueKind
from storage.database.base import Base

Values = dict[str, object]  # by the names of columns in the file, and of derived columns of the table
SEALED = ("sealed", "index", "key_version")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file; ``means`` says what is in it, where its name and its kind do not.

    ``required``: the column must be there and none of its cells be empty. ``stored_as``: the table's column, where
    its name is another. ``raw_as``: the derived value that keeps the cell as it was written. ``refers_to``: the file
    whose natural key this is. ``empty``: the value of an empty cell, and of a new row where the column is left out.
    ``sealed_as``: the vault's field; it is kept in ``<name>_sealed``, ``_index`` and ``_key_version`` alone, and its
    owner is the person.
    """

    name: str
    kind: ValueKind
    means: str = ""
    required: bool = False
    stored_as: str | None = None
    raw_as: str | None = None
    refers_to: str | None = None
    empty: object = None
    sealed_as: str | None = None

    def stored(self) -> tuple[str, ...]:
        """Give the table's columns that this one fills."""
        if self.sealed_as:
            return tuple(f"{self.name}_{part}" for part in SEALED)
        return (self.stored_as or self.name, *((self.raw_as,) if self.raw_as else ()))


@dataclass(frozen=True, slots=True)
class RowRule:
    """Something that must hold between the cells of a row; ``holds`` gets values that may be None or missing."""

    column: str
    wrong: str
    expected: str
    holds: Callable[[Values], bool]


@dataclass(frozen=True, slots=True)
class Unique:
    """Columns of a table, not of the natural key, that no two rows have alike; None in all of ``parked`` never clashes.

    ``called`` names them in a problem, which is told at ``column``. ``parked`` is what they hold while rows change, so
    that two rows may swap: by column, ``"#id"`` standing for a text made of the row's id.
    """

    called: str
    column: str
    columns: tuple[str, ...]
    parked: Mapping[str, str | None]
    expected: str


@dataclass(frozen=True, slots=True)
class Periods:
    """Periods from ``first`` to ``last`` (None is open) of which, among rows with the same ``within``, none overlap."""

    within: tuple[str, ...]
    first: str
    last: str
    called: str


@dataclass(frozen=True, slots=True)
class FileSchema:
    """A file of the folder. ``about`` describes it, ``derive`` completes the values of a row that will be written.

    ``whereabouts``: the rows of somebody with a non-disclosure order tell where or how to reach him. ``caseless``: the
    parts of the natural key, as the table's columns, of which capitals make no other key; kept as they are written.
    """

    file: str
    table: Table
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    about: str = ""
    rules: tuple[RowRule, ...] = field(default=())
    uniques: tuple[Unique, ...] = field(default=())
    periods: tuple[Periods, ...] = field(default=())
    derived: tuple[str, ...] = field(default=())
    derive: Callable[[Values], Values] | None = None
    whereabouts: bool = False
    caseless: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The file's name without its ending, which is the table's."""
        return self.file.removesuffix(".csv")

    def column(self, name: str) -> Column:
        """Give a column by its name in the file."""
        return next(column for column in self.columns if column.name == name)

    def stored_columns(self) -> tuple[str, ...]:
        """Give all columns of the table that the file fills, derived ones last."""
        return (*(name for column in self.columns for name in column.stored()), *self.derived)

    def stored_key(self) -> tuple[str, ...]:
        """Give the natural key as the table's columns."""
        return tuple(self.column(name).stored_as or name for name in self.key)

    def references(self) -> dict[str, str]:
        """Map each column that refers to another file to that file's name."""
        return {column.name: column.refers_to for column in self.columns if column.refers_to}


def table_of(row: type[Base]) -> Table:
    """Give the table of a mapped class."""
    return cast("Table", row.__table__)


def in_order(first: str, last: str) -> RowRule:
    """Demand that one day is not before another; days are text that compares as they do."""

    def holds(values: Values) -> bool:
        begin, end = values.get(first), values.get(last)
        return not (isinstance(begin, str) and isinstance(end, str)) or begin <= end

    return RowRule(column=last, wrong=f"before {first}", expected=f"a day on or after {first}", holds=holds)
