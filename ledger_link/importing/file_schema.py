"""What a file of the register looks like, as data: the columns, the natural key, the table that it fills."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Table

from ledger_link.importing.value_kind import ValueKind

Values = dict[str, object]  # by the names of columns in the file, and of derived columns of the table
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file.

    ``required``: the column must be there and none of its cells be empty. ``stored_as``: the table's column, where
    its name is another. ``raw_as``: the derived value that keeps the cell as it was written. ``refers_to``: the file
    whose natural key this is. ``empty``: the value of an empty cell, and of a new row where the column is left out.
    """

    name: str
    kind: ValueKind
    required: bool = False
    stored_as: str | None = None
    raw_as: str | None = None
    refers_to: str | None = None
    empty: object = None


@dataclass(frozen=True, slots=True)
class RowRule:
    """Something that must hold between the cells of a row; ``holds`` gets values that may be None or missing."""

    column: str
    wrong: str
    expected: str
    holds: Callable[[Values], bool]


@dataclass(frozen=True, slots=True)
class FileSchema:
    """A file of the folder. ``derive`` completes the values of a row that will be written."""

    file: str
    table: Table
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: tuple[RowRule, ...] = field(default=())
    derived: tuple[str, ...] = field(default=())
    derive: Callable[[Values], Values] = lambda values: values

    def key_of(self, values: Values) -> Key:
        """Give the natural key of a row's values; parts that are not there are None."""
        return tuple(values.get(name) for name in self.key)

    def stored(self) -> dict[str, str]:
        """Map each value's name to the name of the table's column."""
        columns = {column.name: column.stored_as or column.name for column in self.columns}
        return {**columns, **{name: name for name in self.derived}}

    def references(self) -> dict[str, str]:
        """Map each column that refers to another file to that file's name."""
        return {column.name: column.refers_to for column in self.columns if column.refers_to}

    def empty_values(self) -> Values:
        """Give what a new row has in the columns that a file leaves out."""
        return {column.name: column.empty for column in self.columns}
