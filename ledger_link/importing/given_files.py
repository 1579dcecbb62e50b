"""The files that a folder gives: which of them is which file of the register."""

from dataclasses import dataclass
from pathlib import Path

from calls.errors import BadDataError
from ledger_link.importing.file_schema import FileSchema
from ledger_link.importing.mapping import FileMapping, Mapping
from ledger_link.importing.problem import Problem, Problems
from ledger_link.importing.schemas import FILES

CSV, XLSX = ".csv", ".xlsx"


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file of the folder; ``name`` is how problems call it."""

    schema: FileSchema
    mapping: FileMapping
    path: Path

    @property
    def name(self) -> str:
        """The file's own name, without the folder."""
        return self.path.name

    @property
    def is_sheet(self) -> bool:
        """Whether it is a workbook."""
        return self.path.suffix.lower() == XLSX


def given_files(folder: Path, mapping: Mapping, problems: Problems) -> list[GivenFile]:
    """Find the files of a folder, in the order of their dependence; problems tell of files that are none of ours.

    Raise BadDataError where there is no such folder, or none of the files in it.
    """
    expected = ", ".join(mapping.files[schema.file].file for schema in FILES)
    try:
        found = {path.name: path for path in folder.iterdir() if path.suffix.lower() in (CSV, XLSX)}
    except OSError as error:
        raise BadDataError(
            what=f"the folder cannot be read: {error.strerror}", where=str(folder), remedy=f"a folder with {expected}"
        ) from error
    given = []
    for schema in FILES:
        mapped = mapping.files[schema.file]
        names = {mapped.file, f"{Path(mapped.file).stem}{XLSX}"}
        paths = [found.pop(name) for name in sorted(names & found.keys())]
        given += [GivenFile(schema, mapped, path) for path in paths[:1]]
        for path in paths[1:]:
            problems.add(Problem(path.name, None, None, f"the same file as {paths[0].name}", "one of the two"))
    if not given and not found:
        raise BadDataError(
            what="there is no CSV or XLSX file", where=str(folder), remedy=f"a folder with any of {expected}"
        )
    if not mapping.ignores_other_files:
        for name in sorted(found):
            problems.add(Problem(name, None, None, "unknown file", expected))
    return given
