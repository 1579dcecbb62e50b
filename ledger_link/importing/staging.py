"""Putting what was read of a file onto its stage: references become ids, and unknown ones problems."""

from collections.abc import Callable, Iterator

from sqlalchemy.orm import Session

from ledger_link.importing.file_reading import ReadFile
from ledger_link.importing.known_keys import KnownKeys
from ledger_link.importing.problem import Problem, Problems
from ledger_link.importing.row_spool import SpooledRow
from ledger_link.importing.stage import Stage

_VALUES_AT = 2  # after line and fingerprint


def staged(
    session: Session, read: ReadFile, keys: KnownKeys, problems: Problems, *, progress: Callable[[int, int], None]
) -> Stage:
    """Make the stage of a file and load it; rows with an unknown reference stay out of it."""
    schema = read.given.schema
    stage = Stage(session, schema)
    if read.spool.count:
        for file in schema.references().values():
            keys.ids(file)  # nothing can be asked of a connection while rows are copied to it
        stage.load(_resolved(read, keys, problems, progress))
    return stage


def _resolved(
    read: ReadFile, keys: KnownKeys, problems: Problems, progress: Callable[[int, int], None]
) -> Iterator[list[SpooledRow]]:
    references = [
        _Reference(read, keys, problems, column=column.name) for column in read.given.schema.columns if column.refers_to
    ]
    done = 0
    for batch in read.spool.batches():
        rows = batch
        for reference in references:
            rows = list(reference.with_ids(rows))
        out = {line for reference in references for line in reference.unknown}
        yield [row for row in rows if row[0] not in out] if out else rows
        done += len(batch)
        progress(done, read.spool.count)


class _Reference:
    """A column that refers to another file; ``unknown`` has the lines on which nothing is known by that key."""

    def __init__(self, read: ReadFile, keys: KnownKeys, problems: Problems, *, column: str) -> None:
        schema = read.given.schema
        self._read = read
        self._file = schema.references()[column]
        self._column = column
        self._place = schema.stored_columns().index(schema.column(column).stored_as or column) + _VALUES_AT
        self._ids = keys.ids(self._file)
        self._keys = keys
        self._problems = problems
        self.unknown: set[object] = set()

    def with_ids(self, rows: list[SpooledRow]) -> Iterator[SpooledRow]:
        """Put ids in the place of keys; a row with an unknown one stays as it is."""
        place = self._place
        for row in rows:
            key = row[place]
            row_id = self._ids.get(key)
            if row_id is not None:
                yield (*row[:place], row_id, *row[place + 1 :])
                continue
            yield row
            if key is not None:
                self.unknown.add(row[0])
                self._tell(row[0], key)

    def _tell(self, line: object, key: object) -> None:
        if isinstance(line, int) and not self._keys.is_excused(self._file, key):
            told = self._read.headings.get(self._column, self._column)
            expected = f"a {self._column} of {self._file} or of the register"
            self._problems.add(Problem(self._read.given.name, line, told, f"no such {told}", expected))
