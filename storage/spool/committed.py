"""A committed entry: a call that is over and kept, waiting for the archive."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from calls.identity import CallId
from calls.manifest import Manifest, parse_manifest
from storage.spool.durable import fsync_folder, move_folder, write_whole
from storage.spool.open_entry import MANIFEST_FILE

QUARANTINE_REASON_FILE = "reason.txt"


@dataclass(frozen=True, slots=True)
class CommittedEntry:
    """A folder ``committed/<call id>/`` with its manifest and, where the call was recorded, both WAV files."""

    folder: Path

    @property
    def call_id(self) -> CallId:
        """The call's identity, which is the folder's name."""
        return CallId(self.folder.name)

    def manifest(self) -> Manifest:
        """Read the manifest; raise BadDataError where it is not a whole one."""
        path = self.folder / MANIFEST_FILE
        return parse_manifest(path.read_text(encoding="utf-8"), where=f"{self.call_id}/{MANIFEST_FILE}")

    def discard(self) -> None:
        """Delete the entry. Only after its row is committed and its object was read back (invariant 4)."""
        doomed = self.folder.with_name(f".{self.folder.name}")
        if self.folder.exists():
            move_folder(self.folder, doomed)
        shutil.rmtree(doomed, ignore_errors=True)
        fsync_folder(doomed.parent)

    def quarantine(self, quarantine: Path, *, reason: str) -> Path:
        """Move an entry that cannot be archived out of the way, whole, with the reason beside it."""
        target = quarantine / self.folder.name
        write_whole(self.folder / QUARANTINE_REASON_FILE, reason.encode())
        move_folder(self.folder, target)
        return target
