"""Recovery: what a crash left open is repaired and committed as *interrupted*; nothing is thrown away."""

from dataclasses import dataclass
from pathlib import Path

from calls.errors import BadDataError, IntegrityError, UnavailableError
from calls.identity import CallId
from calls.manifest import Manifest
from storage.spool.channels import whole_audio
from storage.spool.committed import CommittedEntry
from storage.spool.fold import facts_of, manifest_of
from storage.spool.journal import read_journal
from storage.spool.open_entry import JOURNAL_FILE, commit_folder
from storage.spool.spool import Spool


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of one open entry: a manifest, or the reason why it is in quarantine or still open."""

    call_id: CallId
    manifest: Manifest | None
    quarantined: str | None = None
    left_open: str | None = None


def recover(spool: Spool, *, worker: str | None = None) -> list[Recovered]:
    """Close every entry that was left open (by one dead worker, or by all: at start).

    The caller guarantees that no living process writes to these entries.

    1. Read the journal. 2. If the call was answered, make both recordings whole. 3. Commit like any call. An entry
    whose journal or recording is damaged is quarantined. Where the disk refuses (it may be full, or fail for a while),
    the entry stays open for the next recovery: it must neither be lost nor keep the pool from starting.
    """
    return [_recover_one(spool, folder) for folder in spool.open_folders(worker=worker)]


def _recover_one(spool: Spool, folder: Path) -> Recovered:
    call_id = CallId(folder.name)
    try:
        return _close(spool, folder, call_id)
    except (OSError, UnavailableError) as error:
        return Recovered(call_id=call_id, manifest=None, left_open=str(error))


def _close(spool: Spool, folder: Path, call_id: CallId) -> Recovered:
    try:
        facts = facts_of(read_journal(folder / JOURNAL_FILE))
        audio = whole_audio(folder, sample_rate_hz=facts.answered.sample_rate_hz) if facts.answered else None
        manifest = manifest_of(facts, audio=audio)
    except (BadDataError, IntegrityError, FileNotFoundError) as error:
        CommittedEntry(folder).quarantine(spool.quarantine, reason=str(error))
        return Recovered(call_id=call_id, manifest=None, quarantined=str(error))
    return Recovered(call_id=call_id, manifest=commit_folder(folder, manifest, committed=spool.committed))
