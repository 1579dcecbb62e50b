"""Importing a folder: all of it in one transaction, or nothing.

Invariants: nothing is committed before every file was read, written and checked; what the folder does not name is
neither changed nor ended, unless its deletion was asked for; the same folder a second time changes nothing.
"""

from functools import partial
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from calls.errors import UnavailableError
from ledger_link.importing.checking import overlapping_periods, parties_outside_lease
from ledger_link.importing.deleting import Missing
from ledger_link.importing.file_reading import ReadFile
from ledger_link.importing.file_schema import FileSchema
from ledger_link.importing.files.housing import LEASE_PARTIES, LEASES
from ledger_link.importing.files.ledger import CHARGES, PAYMENTS
from ledger_link.importing.folder_reading import Progress, ReadFolder, read_folder
from ledger_link.importing.known_keys import KnownKeys
from ledger_link.importing.linked_numbers import RowIds, note_numbers
from ledger_link.importing.mapping import Mapping
from ledger_link.importing.marks import begin_marks, holds_nothing_else, marks, set_mark
from ledger_link.importing.merging import Merge
from ledger_link.importing.paying_leases import resolve_payments
from ledger_link.importing.problem import BadRegisterError
from ledger_link.importing.report import FileCounts, FileSample, ImportReport
from ledger_link.importing.schemas import FILES
from ledger_link.importing.stage import Stage
from ledger_link.importing.staging import staged
from ledger_link.importing.uniqueness import refuse_alike, refuse_same_keys
from ledger_link.linking.due_numbers import newest_due
from storage.vault.field_vault import FieldVault

_ANALYZE_ROWS = 1_000
_SQLITE_CACHE_KIB = 65_536


def import_folder(
    session: Session, folder: Path, *, vault: FieldVault, progress: Progress, mapping: Mapping | None = None
) -> ImportReport:
    """Read and import a folder in one go; a large one is better read before the transaction begins."""
    lock_register(session)
    begin_marks(session)
    read = read_folder(session, folder, vault=vault, progress=progress, mapping=mapping)
    return import_read(session, read, progress=progress)


def import_read(session: Session, read: ReadFolder, *, progress: Progress) -> ImportReport:
    """Import what was read in the session's transaction; ``progress`` is told (step, done, total).

    Raise BadRegisterError with the problems of every file; the caller's transaction must then be rolled back, as
    ``Database.begin`` does.

    1. Keep others from changing the register. 2. File by file: stage, refuse what is alike, write. 3. Find the lease
    of each payment. 4. Delete, if asked. 5. Check the register as it stands. 6. Clear the stages, and mark the files.
    """
    try:
        # 1
        lock_register(session)
        _give_room(session)
        # 2
        run = _Run(session, read, progress)
        for given in read.files.values():
            run.write(given)
        # 3
        if any(run.did_change(file) for file in (LEASES.file, CHARGES.file, PAYMENTS.file)):
            resolve_payments(session)
        # 4
        if read.delete_missing:
            run.delete_missing()
        # 5
        run.check()
        if read.problems.count:
            order = {one.given.name: place for place, one in enumerate(read.files.values())}
            listed = read.problems.listed(order=order)
            raise BadRegisterError(listed, count=read.problems.count, where=str(read.folder))
        # 6
        return run.finish()
    finally:
        read.close()


def lock_register(session: Session) -> None:
    """Let nobody else write the register (SQLite: the transaction already holds the one write lock)."""
    if session.get_bind().dialect.name == "postgresql":
        tables = ", ".join(schema.table.name for schema in FILES)
        session.execute(text(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))


def _give_room(session: Session) -> None:
    """Let SQLite keep the upper pages of the indexes that are being filled: by default it has 2 MB."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text(f"PRAGMA cache_size = -{_SQLITE_CACHE_KIB}"))


class _Run:
    """One import in one transaction."""

    def __init__(self, session: Session, read: ReadFolder, progress: Progress) -> None:
        self._session = session
        self._read = read
        self._progress = progress
        found = marks(session)
        # nobody else touched these since reading began; from here on, nobody can
        self._untouched = {kind for kind, mark in read.marks.items() if found.get(kind) == mark}
        self._due_before = newest_due(session)
        self._keys = KnownKeys(session, read.files)
        self._stages: dict[str, Stage] = {}
        self._merges: dict[str, Merge] = {}
        self._samples: dict[str, FileSample] = {}
        self._deleted: dict[str, int] = {}

    def did_change(self, file: str) -> bool:
        merge = self._merges.get(file)
        return merge is not None and bool(merge.added or merge.changed)

    def write(self, read: ReadFile) -> None:
        """Stage a file, refuse what is alike in it, and write the rest.

        Raise UnavailableError where rows were not read, since all were there, and somebody touched them since.
        """
        schema, problems = read.given.schema, self._read.problems
        if read.is_marked and schema.name not in self._untouched:
            raise _touched(schema)
        step = partial(self._progress, f"writing {read.given.name}")
        stage = staged(self._session, read, self._keys, problems, progress=step)
        merge = Merge(self._session, stage, named=read.columns)
        self._stages[schema.file], self._merges[schema.file] = stage, merge
        if stage.count:
            merge.match()
            refuse_same_keys(self._session, stage, read, problems)
            merge.fill_left_out()
            for unique in schema.uniques:
                refuse_alike(self._session, stage, read, unique, problems)
            merge.count()
            self._samples[schema.file] = FileSample(tuple(merge.sample_added()), tuple(merge.sample()))
            for unique in schema.uniques:
                merge.park(unique)
            self._note(schema, merge.row_ids())
            merge.write()
            if schema.periods or schema.file in (LEASES.file, LEASE_PARTIES.file):
                merge.match_added()
        step(read.spool.count, read.spool.count)

    def delete_missing(self) -> None:
        """Delete what each file that could be read whole no longer names, from the last file to the first."""
        for file, read in reversed(self._read.files.items()):
            if not read.complete or self._has_nothing_else(read):
                continue
            missing = Missing(self._session, read, self._stages[file], last_id=self._merges[file].last_id)
            problems = [*missing.hides_old_calls(), *missing.still_referred_to()]
            for problem in problems:
                self._read.problems.add(problem)
            if not problems:
                self._note(read.given.schema, missing.row_ids())
                self._deleted[file] = missing.delete()
            missing.close()

    def check(self) -> None:
        """Check the register as it stands."""
        problems = self._read.problems
        for file, read in self._read.files.items():
            stage = self._stages[file]
            for periods in read.given.schema.periods if stage.count else ():
                for problem in overlapping_periods(self._session, stage, read, periods):
                    problems.add(problem)
        given = [file for file in (LEASE_PARTIES.file, LEASES.file) if file in self._stages]
        if any(self._stages[file].count for file in given):
            names = {file: self._read.files[file].given.name for file in given}
            stages = [self._stage_of(LEASE_PARTIES.file), self._stage_of(LEASES.file)]
            for problem in parties_outside_lease(self._session, stages[0], stages[1], names):
                problems.add(problem)

    def finish(self) -> ImportReport:
        """Clear up, mark what the register now holds whole, and tell what was done."""
        for file, read in self._read.files.items():
            schema = read.given.schema
            if self._merges[file].matched or self._merges[file].added:
                self._note(schema, self._merges[file].written_ids())
            if read.fingerprint is not None and schema.name in self._untouched:
                set_mark(self._session, schema, read.fingerprint, rows=read.rows)
        for stage in self._stages.values():
            stage.drop()
        files = {}
        for file, read in self._read.files.items():
            merge = self._merges[file]
            if merge.added + merge.changed >= _ANALYZE_ROWS:
                # the planner, ours and the viewer's, still thinks of the table as it was
                self._session.execute(text(f"ANALYZE {read.given.schema.table.name}"))
            files[file] = FileCounts(
                added=merge.added,
                changed=merge.changed,
                unchanged=read.unchanged + merge.matched - merge.changed,
                deleted=self._deleted.get(file, 0),
            )
        return ImportReport(files, self._samples)

    def _note(self, schema: FileSchema, row_ids: RowIds) -> None:
        note_numbers(self._session, schema, row_ids, before=self._due_before)

    def _has_nothing_else(self, read: ReadFile) -> bool:
        """Tell whether a file that was not read names all that is there; its rows are looked at otherwise.

        Raise UnavailableError where they were not, since all was there when reading began.
        """
        if not read.is_marked:
            return False
        schema = read.given.schema
        mark = self._read.marks[schema.name]
        if not holds_nothing_else(self._session, schema, mark):
            raise _touched(schema)
        return True

    def _stage_of(self, file: str) -> Stage:
        """Give the stage of a file; an empty one where the folder has no such file."""
        if file not in self._stages:
            schema = next(schema for schema in FILES if schema.file == file)
            self._stages[file] = Stage(self._session, schema)
        return self._stages[file]


def _touched(schema: FileSchema) -> UnavailableError:
    return UnavailableError(
        what=f"{schema.name} was changed by somebody else during the import", remedy="import the folder again"
    )
