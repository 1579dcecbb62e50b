"""Reading a whole folder before anything is written: the slow part of an import, in no one's way."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from ledger_link.importing.file_reading import ReadFile, read_file
from ledger_link.importing.given_files import given_files
from ledger_link.importing.known_rows import KnownRows
from ledger_link.importing.mapping import Mapping, plain_mapping
from ledger_link.importing.problem import Problems
from storage.vault.field_vault import FieldVault

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ReadFolder:
    """What the files of a folder hold, by the register's name of each, and what is wrong with them."""

    folder: Path
    files: dict[str, ReadFile]
    problems: Problems

    def close(self) -> None:
        """Let go what was read."""
        for read in self.files.values():
            read.spool.close()


def read_folder(
    session: Session, folder: Path, *, vault: FieldVault, progress: Progress, mapping: Mapping | None = None
) -> ReadFolder:
    """Read the files of a folder; raise BadDataError where there is no such folder, or none of the files in it.

    The register of the session tells which rows are unchanged. It must stay as it is until they are written: read in
    the transaction that writes, or hold the import lock.
    """
    problems = Problems()
    files = {}
    for given in given_files(folder, mapping or plain_mapping(), problems):
        known = KnownRows.of(session, given.schema.table)
        step = partial(progress, f"reading {given.name}")
        files[given.schema.file] = read_file(given, known, vault=vault, problems=problems, progress=step)
    return ReadFolder(folder, files, problems)
