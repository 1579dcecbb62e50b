"""Importing a folder: all of it in one transaction, or nothing.

Invariants: nothing is written before every file was read and checked; what the folder does not name is neither
changed nor ended; the same folder a second time changes nothing.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from calls.errors import BadDataError
from ledger_link.importing.checking import register_faults, unknown_references
from ledger_link.importing.folder_reading import Progress, ReadFolder, read_folder
from ledger_link.importing.kept import kept_register
from ledger_link.importing.planning import plan_file
from ledger_link.importing.problem import BadRegisterError, Problem
from ledger_link.importing.reading import Row
from ledger_link.importing.schemas import FILES
from ledger_link.importing.writing import Ids, write_plan


@dataclass(frozen=True, slots=True)
class FileCounts:
    """How many rows of a file were new, other than before, and as before."""

    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, for each file that the folder has, in the order of their dependence."""

    files: dict[str, FileCounts]

    def to_json(self) -> dict[str, dict[str, int]]:
        """Give a plain object by file."""
        return {
            file: {"added": counts.added, "changed": counts.changed, "unchanged": counts.unchanged}
            for file, counts in self.files.items()
        }


def import_folder(session: Session, folder: Path, *, progress: Progress) -> ImportReport:
    """Read and import a folder in one go; a large one is better read before the transaction begins."""
    return import_rows(session, read_folder(folder, progress=progress), progress=progress)


def import_rows(session: Session, read: ReadFolder, *, progress: Progress) -> ImportReport:
    """Import what was read in the session's transaction; ``progress`` is told (step, done, total).

    Raise BadRegisterError with every problem of every file; the caller's transaction is then to be rolled back, as
    ``Database.begin`` does, but nothing was written to it anyway.

    1. Keep others from changing the register. 2. Read the register. 3. Check references.
    4. Plan, and check the register as it would stand. 5. Write.
    """
    problems = list(read.problems)
    # 1
    _lock(session)
    # 2
    kept = kept_register(session, FILES)
    # 3
    known = {
        schema.file: {key[0] for key in kept.files[schema.file]} | _keys(read.files[schema.file].rows, schema.key[0])
        if read.files[schema.file].complete
        else None
        for schema in FILES
    }
    for schema in FILES:
        problems += unknown_references(schema, read.files[schema.file].rows, known)
    # 4
    plans = {}
    for schema in FILES:
        plans[schema.file], twice = plan_file(schema, read.files[schema.file].rows, kept.files[schema.file])
        problems += twice
    problems += register_faults(plans)
    if problems:
        raise BadRegisterError(_in_order(problems), where=str(read.folder))
    # 5
    ids: Ids = {}
    for schema in FILES:
        try:
            write_plan(session, plans[schema.file], ids, progress=partial(progress, f"writing {schema.file}"))
        except IntegrityError as error:
            raise BadDataError(
                what="two rows would have the same address on the way",
                where=str(read.folder / schema.file),
                remedy="apartments that swap their addresses need two imports",
            ) from error
    return ImportReport(
        {
            file: FileCounts(added=len(plan.added), changed=len(plan.changed), unchanged=plan.unchanged)
            for file, plan in plans.items()
            if file in read.given
        }
    )


def _keys(rows: list[Row], column: str) -> set[object]:
    return {row.values[column] for row in rows if column in row.values}


def _lock(session: Session) -> None:
    """Let nobody else write the register (SQLite: the transaction already holds the one write lock)."""
    if session.get_bind().dialect.name == "postgresql":
        tables = ", ".join(schema.table.name for schema in FILES)
        session.execute(text(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    order = {schema.file: position for position, schema in enumerate(FILES)}
    return tuple(sorted(problems, key=lambda problem: (order.get(problem.file, -1), problem.file, problem.line or 0)))
