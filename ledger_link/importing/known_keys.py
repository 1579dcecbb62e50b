"""The natural keys that rows may refer to, with the ids of their rows."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger_link.importing.file_reading import ReadFile
from ledger_link.importing.schemas import SCHEMAS


class KnownKeys:
    """The keys of each file that others refer to, read when first asked for: files are written in that order."""

    def __init__(self, session: Session, reads: dict[str, ReadFile]) -> None:
        self._session = session
        self._reads = reads
        self._ids: dict[str, dict[object, int]] = {}

    def ids(self, file: str) -> dict[object, int]:
        """Map the keys of a file's table to ids, as the register has them by now."""
        if file not in self._ids:
            schema = SCHEMAS[file]
            rows = self._session.execute(select(schema.table.c[schema.key[0]], schema.table.c.id))
            self._ids[file] = {key: row_id for key, row_id in rows}  # noqa: C416 (rows are not pairs to a type checker)
        return self._ids[file]

    def is_excused(self, file: str, key: object) -> bool:
        """Tell whether a key that has no row is no fault of its own: its row is bad, or could not be seen at all."""
        read = self._reads.get(file)
        return read is not None and (not read.complete or key in read.bad_keys)
