"""What an import did, or would do."""

from dataclasses import dataclass, field
from typing import Any

from ledger_link.importing.merging import SampledChange


@dataclass(frozen=True, slots=True)
class FileCounts:
    """How many rows of a file were new, other than before, as before, and deleted since the file names them no more."""

    added: int
    changed: int
    unchanged: int
    deleted: int = 0


@dataclass(frozen=True, slots=True)
class FileSample:
    """Some of the lines whose rows are added, and some of those that change; no content."""

    added: tuple[int, ...]
    changed: tuple[SampledChange, ...]

    def to_json(self) -> dict[str, Any]:
        """Give a plain object."""
        return {
            "added": list(self.added),
            "changed": [{"line": one.line, "columns": list(one.columns)} for one in self.changed],
        }


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, for each file that the folder has, in the order of their dependence."""

    files: dict[str, FileCounts]
    samples: dict[str, FileSample] = field(default_factory=dict)

    @property
    def has_changes(self) -> bool:
        """Whether the register is another than before."""
        return any(counts.added or counts.changed or counts.deleted for counts in self.files.values())

    def to_json(self) -> dict[str, dict[str, int]]:
        """Give the counts as a plain object by file; ``deleted`` where something was."""
        return {
            file: {
                "added": counts.added,
                "changed": counts.changed,
                "unchanged": counts.unchanged,
                **({"deleted": counts.deleted} if counts.deleted else {}),
            }
            for file, counts in self.files.items()
        }

    def samples_to_json(self) -> dict[str, Any]:
        """Give the samples as a plain object by file."""
        return {file: sample.to_json() for file, sample in self.samples.items()}
