"""The spool's folders, and the only ways into and out of them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from calls.errors import SpoolFullError
from calls.identity import CallId
from storage.spool.committed import CommittedEntry
from storage.spool.durable import fsync_folder
from storage.spool.open_entry import OpenEntry


class Spool:
    """``open/<worker>/<call id>/``, ``committed/<call id>/`` and ``quarantine/<call id>/`` on one file system.

    ``disclosures/<sha256>.wav`` holds every disclosure that was ever played, for as long as calls name it;
    ``callers.sqlite`` what the agents' phones show of a caller (:mod:`storage.spool.caller_names`).
    """

    def __init__(self, folder: Path, *, reserve_bytes: int) -> None:
        self.folder = folder
        self.reserve_bytes = reserve_bytes
        self.open = folder / "open"
        self.committed = folder / "committed"
        self.quarantine = folder / "quarantine"
        self.disclosures = folder / "disclosures"
        self.callers = folder / "callers.sqlite"

    def prepare(self) -> None:
        """Make the folders that are missing, readable by the owner and his group alone."""
        for path in (self.folder, self.open, self.committed, self.quarantine, self.disclosures):
            path.mkdir(mode=0o750, parents=True, exist_ok=True)

    def free_bytes(self) -> int:
        """Tell how much an unprivileged writer may still write here."""
        stat = os.statvfs(self.folder)
        return stat.f_bavail * stat.f_frsize

    def reserve(self, call_id: CallId, *, worker: str, even_if_full: bool = False) -> OpenEntry:
        """Take a place for a call before it is answered.

        Raise SpoolFullError when less than the reserve is free. The reserve is there so that a refused call can
        still be written down without audio (``even_if_full``), and the running calls can end in order.
        """
        if not even_if_full and (free := self.free_bytes()) < self.reserve_bytes:
            raise SpoolFullError(
                what=f"{free // 2**20} MiB free, {self.reserve_bytes // 2**20} MiB are kept in reserve",
                where=str(self.folder),
                remedy="free disk space, or see why the archive does not empty the spool",
            )
        worker_folder = self.open / worker
        with suppress(FileExistsError):
            worker_folder.mkdir(mode=0o750)
            fsync_folder(self.open)
        folder = worker_folder / call_id
        folder.mkdir(mode=0o750)
        fsync_folder(worker_folder)
        return OpenEntry(folder=folder, committed=self.committed)

    def open_folders(self, *, worker: str | None = None) -> list[Path]:
        """List the entries that are open, of one worker or of all."""
        return sorted(path for path in self.open.glob(f"{worker or '*'}/*") if path.is_dir())

    def tidy(self, *, worker: str | None = None) -> None:
        """Remove the empty folders of workers that are gone. The caller guarantees that they are."""
        for path in self.open.glob(worker or "*"):
            with suppress(OSError):  # not empty: somebody has to look at what is in it
                path.rmdir()

    def forget(self, call_id: CallId) -> bool:
        """Delete what waits or lies in quarantine of a call that was erased; tell whether there was anything."""
        folders = [place / name for place in (self.committed, self.quarantine) for name in (call_id, f".{call_id}")]
        found = [folder for folder in folders if folder.is_dir()]
        for folder in found:
            shutil.rmtree(folder)
            fsync_folder(folder.parent)
        return bool(found)

    def quarantined(self) -> list[str]:
        """Give the ids of the calls in quarantine, oldest first."""
        return sorted(path.name for path in self.quarantine.iterdir() if path.is_dir())

    def committed_entries(self) -> Iterator[CommittedEntry]:
        """Give the committed entries, oldest call first (their names sort by time)."""
        for path in sorted(self.committed.iterdir()):
            if path.is_dir() and not path.name.startswith("."):
                yield CommittedEntry(path)
