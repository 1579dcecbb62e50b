"""An open entry: a call that is going on, as its worker writes it."""

from contextlib import suppress
from pathlib import Path

from calls.manifest import Manifest
from storage.spool.channels import AGENT_FILE, CUSTOMER_FILE, whole_audio
from storage.spool.durable import fsync_file, fsync_folder, move_folder, write_whole
from storage.spool.fold import facts_of, manifest_of
from storage.spool.journal import Journal, JournalEvent, read_journal

JOURNAL_FILE = "journal.jsonl"
MANIFEST_FILE = "manifest.json"


class OpenEntry:
    """A folder ``open/<worker>/<call id>/`` with its journal open for appending."""

    def __init__(self, *, folder: Path, committed: Path) -> None:
        self.folder = folder
        self._committed = committed
        self._journal = Journal(folder / JOURNAL_FILE)

    @property
    def customer_wav(self) -> Path:
        """Where the customer's recorder writes."""
        return self.folder / CUSTOMER_FILE

    @property
    def agent_wav(self) -> Path:
        """Where the agent's recorder writes."""
        return self.folder / AGENT_FILE

    def note(self, event: JournalEvent) -> None:
        """Append an event to the journal."""
        self._journal.append(event)

    def flush(self) -> None:
        """Force what was written so far to the disk; safe from another thread, and after the commit."""
        for path in (self.folder / JOURNAL_FILE, self.customer_wav, self.agent_wav):
            try:
                fsync_file(path)
            except FileNotFoundError:
                continue  # not recorded yet, or committed in the meantime
        with suppress(FileNotFoundError):
            fsync_folder(self.folder)  # the files' names: without them their bytes are nobody's after a power cut

    def commit(self) -> Manifest:
        """Keep the call: the recorders are closed, the journal has its ``Ended``. Blocks on the disk.

        1. Make both recordings whole, and fsync them and the journal; 2. write the manifest; 3. rename into
        ``committed/``; 4. fsync both folders. The rename in 3 is the moment the call is kept.
        """
        self._journal.close()
        facts = facts_of(read_journal(self.folder / JOURNAL_FILE))
        audio = whole_audio(self.folder, sample_rate_hz=facts.answered.sample_rate_hz) if facts.answered else None
        self.flush()
        return commit_folder(self.folder, manifest_of(facts, audio=audio), committed=self._committed)


def commit_folder(folder: Path, manifest: Manifest, *, committed: Path) -> Manifest:
    """Write the manifest and rename the folder: steps 2 to 4 of :meth:`OpenEntry.commit`."""
    write_whole(folder / MANIFEST_FILE, manifest.to_json().encode())
    fsync_folder(folder)
    move_folder(folder, committed / folder.name)
    return manifest
