"""What the register holds already, in the terms of the files."""

from dataclasses import dataclass

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from ledger_link.importing.file_schema import FileSchema, Key, Values

Kept = dict[Key, tuple[int, Values]]  # by natural key: the row's id and its values


@dataclass(frozen=True, slots=True)
class KeptRegister:
    """The rows of each file's table, by the file's name."""

    files: dict[str, Kept]

    def ids(self, file: str) -> dict[object, int]:
        """Map the natural keys of a file that others refer to (of one column) to ids."""
        return {key[0]: row_id for key, (row_id, _) in self.files[file].items()}


def kept_register(session: Session, schemas: tuple[FileSchema, ...]) -> KeptRegister:
    """Read the whole register; ids that refer to other tables become natural keys again."""
    register = KeptRegister({})
    for schema in schemas:
        register.files[schema.file] = _kept(session, schema, register)
    return register


def _kept(session: Session, schema: FileSchema, register: KeptRegister) -> Kept:
    keys_by_id: dict[str, dict[object, object]] = {
        column: {row_id: key for key, row_id in register.ids(file).items()}
        for column, file in schema.references().items()
    }
    stored = schema.stored()
    kept: Kept = {}
    for row in session.execute(select(schema.table.c.id, *(schema.table.c[name] for name in stored.values()))):
        values = _values(row, stored, keys_by_id)
        kept[schema.key_of(values)] = (row.id, values)
    return kept


def _values(row: Row[*tuple[object, ...]], stored: dict[str, str], keys: dict[str, dict[object, object]]) -> Values:
    fields = row._mapping  # noqa: SLF001 (the documented name of a row's mapping)
    values: Values = {name: fields[column] for name, column in stored.items()}
    for column, by_id in keys.items():
        values[column] = by_id[values[column]]
    return values
