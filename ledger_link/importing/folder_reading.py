"""Reading a whole folder, before any transaction begins: the slow part of an import, and no database in it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from calls.errors import BadDataError
from ledger_link.importing.problem import Problem
from ledger_link.importing.reading import FileRows, read_rows
from ledger_link.importing.schemas import FILES

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ReadFolder:
    """The rows of every file of the register (none of one that is not ``given``), and what is wrong with them."""

    folder: Path
    given: frozenset[str]
    files: dict[str, FileRows]
    problems: tuple[Problem, ...]


def read_folder(folder: Path, *, progress: Progress) -> ReadFolder:
    """Read the CSV files of a folder; raise BadDataError where there is no such folder, or none of the files in it."""
    problems: list[Problem] = []
    paths = _paths(folder, problems)
    files = {
        schema.file: read_rows(
            paths[schema.file],
            schema,
            report=problems.append,
            progress=partial(progress, f"reading {schema.file}"),
        )
        if schema.file in paths
        else FileRows([], complete=True)
        for schema in FILES
    }
    return ReadFolder(folder=folder, given=frozenset(paths), files=files, problems=tuple(problems))


def _paths(folder: Path, problems: list[Problem]) -> dict[str, Path]:
    known = {schema.file for schema in FILES}
    expected = ", ".join(schema.file for schema in FILES)
    try:
        found = {path.name: path for path in folder.iterdir() if path.suffix.lower() == ".csv"}
    except OSError as error:
        raise BadDataError(
            what=f"the folder cannot be read: {error.strerror}", where=str(folder), remedy=f"a folder with {expected}"
        ) from error
    if not found:
        raise BadDataError(what="there is no CSV file", where=str(folder), remedy=f"a folder with any of {expected}")
    problems += [Problem(name, None, None, "unknown file", expected) for name in sorted(found.keys() - known)]
    return {name: path for name, path in found.items() if name in known}
