"""Reading a whole folder before anything is written: the slow part of an import, in no one's way."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from ledger_link.importing.file_reading import ReadFile, read_file
from ledger_link.importing.given_files import given_files
from ledger_link.importing.mapping import Mapping, plain_mapping
from ledger_link.importing.marks import Mark, holds_nothing_else, marks
from ledger_link.importing.problem import Problems
from storage.vault.field_vault import FieldVault

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ReadFolder:
    """What the files of a folder hold, by the register's name of each, and what is wrong with them.

    ``marks`` are those of the register when reading began, by kind. ``delete_missing``: what the files no longer name
    is to be deleted.
    """

    folder: Path
    files: dict[str, ReadFile]
    problems: Problems
    marks: dict[str, Mark]
    delete_missing: bool = False

    def close(self) -> None:
        """Let go what was read."""
        for read in self.files.values():
            read.spool.close()


def read_folder(
    session: Session,
    folder: Path,
    *,
    vault: FieldVault,
    progress: Progress,
    mapping: Mapping | None = None,
    delete_missing: bool = False,
) -> ReadFolder:
    """Read the files of a folder; raise BadDataError where there is no such folder, or none of the files in it.

    The register of the session tells which rows are unchanged. It must stay as it is until they are written: read in
    the transaction that writes, or hold the import lock. Files that the register is marked to hold are not read; where
    what they no longer name is to be deleted, only if it holds nothing else of their kind.
    """
    problems = Problems()
    files = {}
    kept = marks(session)
    for given in given_files(folder, mapping or plain_mapping(), problems):
        mark = kept.get(given.schema.name)
        if mark is not None and delete_missing and not holds_nothing_else(session, given.schema, mark):
            mark = None
        step = partial(progress, f"reading {given.name}")
        files[given.schema.file] = read_file(given, session, mark, vault=vault, problems=problems, progress=step)
    return ReadFolder(folder, files, problems, kept, delete_missing)
