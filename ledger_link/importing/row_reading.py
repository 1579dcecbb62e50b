"""Reading the cells of a row: every cell by its kind, every fault as a problem."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger_link.importing.file_schema import SEALED, Column, FileSchema, Values
from ledger_link.importing.formats import Formats
from ledger_link.importing.problem import Problem, holds_identity_code, shape_of
from ledger_link.values.names import normal_text
from storage.vault.field_vault import FieldVault

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_GUARDED = re.compile(r"'+[=+\-@]")
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: its values in the order of ``FileSchema.stored_columns``, references as the keys that they are.

    ``values`` is None for a row that is not whole; ``key`` is the first part of the natural key where it could be read.
    """

    values: tuple[object, ...] | None
    key: object


class RowReader:
    """Reads the rows of one file whose header named ``columns``; None stands for a column that is passed over."""

    def __init__(
        self,
        schema: FileSchema,
        columns: Sequence[Column | None],
        *,
        file: str,
        headings: dict[str, str],
        formats: Formats,
        translations: dict[str, dict[str, str]],
        is_guarded: bool,
        vault: FieldVault,
        report: Callable[[Problem], None],
    ) -> None:
        self._schema = schema
        self._columns = columns
        self._file = file
        self._headings = headings
        self._formats = formats
        self._translations = translations
        self._is_guarded = is_guarded
        self._vault = vault
        self._report = report
        present = {column.name for column in columns if column is not None}
        self._is_complete = all(column.name in present for column in schema.columns if column.required)
        self._left_out: Values = {
            name: column.empty
            for column in schema.columns
            if column.name not in present
            for name in (column.name, *((column.raw_as,) if column.raw_as else ()))
        }
        self._remembered: list[dict[str, object]] = [{} for _ in columns]

    def read(self, cells: list[str], line: int) -> Row:
        """Read a row's cells; report what is wrong with them."""
        columns = self._columns
        if len(cells) != len(columns):  # what stands where cannot be known: one problem says it all
            self._tell(line, None, f"{len(cells)} cells", f"{len(columns)} cells, as in the header")
            return Row(None, None)
        values = self._left_out.copy()
        whole = True
        for column, cell, remembered in zip(columns, cells, self._remembered, strict=True):
            if column is None:
                continue
            try:
                values[column.name] = remembered[cell] if cell in remembered else self._learnt(cell, column, remembered)
            except ValueError as error:
                whole = False
                self._tell(line, column.name, str(error), column.kind.expectation(self._formats))
            else:
                if column.raw_as:
                    values[column.raw_as] = self._text(cell) or None
        key = values.get(self._schema.key[0])
        whole = whole and self._holds(values, line)
        return Row(self._stored(values) if whole and self._is_complete else None, key)

    def _learnt(self, cell: str, column: Column, remembered: dict[str, object]) -> object:
        """Read a cell and remember its value: most cells of a large file have been there before."""
        value = self._value(cell, column)
        if len(remembered) >= _MOST_REMEMBERED:
            remembered.clear()
        remembered[cell] = value
        return value

    def _holds(self, values: Values, line: int) -> bool:
        broken = [rule for rule in self._schema.rules if not rule.holds(values)]
        for rule in broken:
            self._tell(line, rule.column, rule.wrong, rule.expected)
        return not broken

    def _text(self, cell: str) -> str:
        text = normal_text(cell)
        return text[1:] if self._is_guarded and _GUARDED.match(text) else text

    def _value(self, cell: str, column: Column) -> object:
        """Read a cell; raise ValueError with what is wrong, which never tells the cell itself."""
        if _SURROGATE.search(cell):
            raise ValueError(f"bytes that are not {self._formats.encoding.value.upper()}")
        if _CONTROL.search(cell):
            raise ValueError("a line break or control character")
        text = self._text(cell)
        translated = self._translations.get(column.name)
        if translated:
            text = translated.get(text.casefold(), text)
        if not text:
            if column.required:
                raise ValueError("empty")
            return column.empty
        if not column.kind.is_identity_code and holds_identity_code(text):
            raise ValueError("a personal identity code, which belongs into persons.identity_code alone")
        try:
            return column.kind.read(text, self._formats)
        except ValueError as error:
            shape = "" if column.kind.is_identity_code else f" ({shape_of(text)})"
            raise ValueError(f"{error}{shape}") from None

    def _stored(self, values: Values) -> tuple[object, ...]:
        """Complete the values, and put them into the order of the schema's stored columns."""
        schema = self._schema
        if schema.derive is not None:
            values = schema.derive(values)
        stored: list[object] = []
        for column in schema.columns:
            value = values[column.name]
            if column.sealed_as:
                stored += self._sealed(value, column.sealed_as, owner=str(values["person_no"]))
            else:
                stored.append(value)
                if column.raw_as:
                    stored.append(values[column.raw_as])
        stored += [values[name] for name in schema.derived]
        return tuple(stored)

    def _sealed(self, value: object, field: str, *, owner: str) -> tuple[object, ...]:
        if value is None:
            return (None,) * len(SEALED)
        sealed, version = self._vault.seal(str(value), field=field, owner=owner)
        return sealed, self._vault.index(str(value), field=field), version

    def _tell(self, line: int, column: str | None, what: str, expected: str) -> None:
        heading = None if column is None else self._headings.get(column, column)
        self._report(Problem(self._file, line, heading, what, expected))
