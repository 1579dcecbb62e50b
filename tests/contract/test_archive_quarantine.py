"""What is damaged goes into quarantine, whole and with its reason; what cannot be read for a while does not."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from fixtures_archive import CallMaker
from fixtures_archive_contents import MakeArchive, committed, garbage_of, quarantined, rows_of

from calls.errors import UnavailableError
from storage.archive.archive import Archive
from storage.archive.step import Step
from storage.database.engine import Database
from storage.objects.file_store import FileStore
from storage.spool.committed import CommittedEntry
from storage.spool.spool import Spool


@pytest.mark.parametrize(
    ("code", "file"),
    [(errno.EIO, "manifest.json"), (errno.EACCES, "customer.wav"), (errno.EMFILE, "agent.wav")],
)
def test_a_disk_that_fails_for_a_while_puts_no_call_into_quarantine(
    code: int, file: str, archive_of_files: Archive, call_maker: CallMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, manifest = archive_of_files, call_maker.recorded()
    real = Path.open

    def failing(path: Path, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 (the signature of Path.open)
        if path.name == file:
            raise OSError(code, os.strerror(code), str(path))
        return real(path, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", failing)
        with pytest.raises(UnavailableError, match=os.strerror(code)):
            archive.run_once()
    assert committed(call_maker.spool) == [manifest.call_id]
    assert quarantined(call_maker.spool) == {}
    assert archive.run_once() == 1


@pytest.mark.parametrize(
    "damage", ["no manifest", "not JSON", "audio", "length", "other call", "contradiction", "negative", "end", "no wav"]
)
def test_a_damaged_entry_goes_whole_into_quarantine(
    damage: str,
    sqlite_database: Database,
    file_store: FileStore,
    make_archive: MakeArchive,
    call_maker: CallMaker,
) -> None:
    good, bad = call_maker.recorded(), call_maker.recorded()
    folder = call_maker.spool.committed / bad.call_id
    manifest = folder / "manifest.json"
    match damage:
        case "no manifest":
            manifest.unlink()
        case "not JSON":
            manifest.write_text('{"version": 1')
        case "audio":
            with (folder / "agent.wav").open("r+b") as file:
                file.seek(100)
                file.write(b"\x7f")
        case "length":
            with (folder / "agent.wav").open("ab") as file:
                file.write(b"\x00\x00")
        case "other call":
            manifest.write_text(manifest.read_text().replace(bad.call_id, good.call_id))
        case "contradiction":
            manifest.write_text(manifest.read_text().replace('"state": "recorded"', '"state": "not_recorded"'))
        case "negative":
            manifest.write_text(manifest.read_text().replace('"duration_ms": 1000', '"duration_ms": -1'))
        case "end":
            manifest.write_text(manifest.read_text().replace('"ended_at": "2026', '"ended_at": "2025'))
        case "no wav":
            (folder / "customer.wav").unlink()
    before = {path.name for path in folder.iterdir()}
    assert make_archive(sqlite_database, file_store).run_once() == 1
    assert [call.id for call in rows_of(sqlite_database)] == [good.call_id]
    assert committed(call_maker.spool) == []
    reasons = quarantined(call_maker.spool)
    assert list(reasons) == [bad.call_id]
    assert reasons[bad.call_id]
    assert {path.name for path in (call_maker.spool.quarantine / bad.call_id).iterdir()} == before | {"reason.txt"}
    assert garbage_of(sqlite_database) == []


def test_an_archived_call_whose_object_is_gone_stays_in_quarantine(
    sqlite_database: Database, file_store: FileStore, make_archive: MakeArchive, call_maker: CallMaker, spool: Spool
) -> None:
    """Killed before the discard, and the object lost since: the spool's audio is the last there is."""
    manifest = call_maker.recorded()
    archive = make_archive(sqlite_database, file_store)

    def die(step: Step, _entry: CommittedEntry) -> None:
        if step is Step.COMMITTED:
            raise KeyboardInterrupt

    archive._after = die
    with pytest.raises(KeyboardInterrupt):
        archive.run_once()
    (call,) = rows_of(sqlite_database)
    assert call.recording is not None
    file_store.delete(call.recording.object_key)
    assert make_archive(sqlite_database, file_store).run_once() == 0
    assert "object is not there" in quarantined(spool)[manifest.call_id]
