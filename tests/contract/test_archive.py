"""Committed entries become rows and objects, once each, on both databases and both stores; nothing is lost."""

import errno
import io
import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from fixtures_archive import AGENT_AOR, RATE, STARTED, CallMaker, tone
from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import SystemClock
from calls.errors import IntegrityError, UnavailableError
from storage.archive.archive import LOCK_FILE, Archive
from storage.archive.attempt import ATTEMPT_FILE
from storage.archive.garbage import sweep
from storage.archive.patience import Patience
from storage.archive.step import Step
from storage.database.calls import AgentRow, CallRow, GarbageRow, RecordingRow
from storage.database.engine import Database
from storage.objects.file_store import FileStore
from storage.objects.store import ObjectDigest, ObjectStore
from storage.recordings import open_recording, peaks_of
from storage.spool.committed import CommittedEntry
from storage.spool.spool import Spool
from storage.vault.key_ring import KeyRing

MakeArchive = Callable[[Database, ObjectStore], Archive]
CLOCK = SystemClock()


def rows_of(database: Database) -> list[CallRow]:
    with database.read() as session:
        return list(session.scalars(select(CallRow).order_by(CallRow.id)))


def garbage_of(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(GarbageRow.object_key)))


def committed(spool: Spool) -> list[str]:
    return sorted(path.name for path in spool.committed.iterdir())


def quarantined(spool: Spool) -> dict[str, str]:
    return {path.name: (path / "reason.txt").read_text() for path in spool.quarantine.iterdir()}


def test_a_recorded_call_becomes_its_rows_and_plays(
    database: Database,
    objects: ObjectStore,
    make_archive: MakeArchive,
    call_maker: CallMaker,
    keys: KeyRing,
) -> None:
    with database.begin() as session:
        session.add(AgentRow(name="Sanna Laine", aor=AGENT_AOR, sip_user="sanna", ha1="0", created_at=STARTED))
    manifest = call_maker.recorded(seconds=20)
    assert make_archive(database, objects).run_once() == 1
    (call,) = rows_of(database)
    assert (call.id, call.agent_name, call.agent_aor) == (manifest.call_id, "Sanna Laine", AGENT_AOR)
    assert (call.caller_e164, call.caller_withheld) == ("+358401000001", False)
    assert (call.started_at, call.answered_at) == (STARTED, STARTED + timedelta(seconds=6))
    assert (call.duration_ms, call.state, call.reason) == (20_000, "recorded", "caller_hung_up")
    assert [(told.name, told.complete) for told in call.disclosures] == [("recording-fi", True)]
    assert call.recording is not None
    recording = open_recording(call.recording, objects=objects, keys=keys)
    flac = recording.read(0, recording.size_bytes)
    decoded, rate = soundfile.read(io.BytesIO(flac), dtype="int16")
    assert rate == RATE
    assert decoded[:, 0].tobytes() == tone(440, 20 * RATE)
    assert decoded[:, 1].tobytes() == tone(1000, 20 * RATE)
    assert b"".join(recording.iterate(70_000, 90_000)) == flac[70_000:90_000]
    pixels = np.frombuffer(peaks_of(call.recording, objects=objects, keys=keys)[24:], dtype=np.int8)
    assert pixels.reshape(-1, 2, 2)[:, :, 1].min() > 30
    assert committed(call_maker.spool) == []
    assert garbage_of(database) == []
    assert {item.key for item in objects.all("")} == {call.recording.object_key, call.recording.peaks_key}


def test_a_stored_object_holds_nothing_readable(
    sqlite_database: Database, file_store: FileStore, make_archive: MakeArchive, call_maker: CallMaker
) -> None:
    call_maker.recorded(seconds=5)
    make_archive(sqlite_database, file_store).run_once()
    for item in file_store.all(""):
        sealed = file_store.read(item.key, 0, item.size_bytes)
        for magic in (b"fLaC", b"RIFF", b"WAVE", tone(440, 8), tone(1000, 8)):
            assert magic not in sealed


def test_a_call_without_audio_is_kept_with_its_reason(
    database: Database, objects: ObjectStore, make_archive: MakeArchive, call_maker: CallMaker, spool: Spool
) -> None:
    call_maker.abandoned(number=None)
    assert make_archive(database, objects).run_once() == 1
    (call,) = rows_of(database)
    assert (call.state, call.reason, call.recording) == ("not_recorded", "abandoned_in_disclosure", None)
    assert (call.caller_withheld, call.caller_e164, call.caller_raw) == (True, None, "anonymous")
    assert [told.complete for told in call.disclosures] == [False]
    assert committed(spool) == []
    assert list(objects.all("")) == []


def test_the_link_is_made_in_the_transaction_of_the_call(
    database: Database, file_store: FileStore, spool: Spool, keys: KeyRing, call_maker: CallMaker
) -> None:
    seen: list[str] = []

    def link(session: Session, call: CallRow) -> None:
        assert session.get(CallRow, call.id) is call
        seen.append(call.id)
        if len(seen) == 1:
            raise IntegrityError(what="the register is away")

    archive = Archive(spool=spool, database=database, objects=file_store, keys=keys, clock=CLOCK, link=link)
    manifest = call_maker.recorded()
    with pytest.raises(UnavailableError, match="register is away"):
        archive.run_once()
    assert rows_of(database) == []
    assert committed(spool) == [manifest.call_id]
    assert archive.run_once() == 1
    assert seen == [manifest.call_id] * 2
    assert [call.id for call in rows_of(database)] == [manifest.call_id]
    assert garbage_of(database) == []


def test_one_call_that_fails_keeps_no_other_from_being_archived(
    sqlite_database: Database, file_store: FileStore, spool: Spool, keys: KeyRing, call_maker: CallMaker
) -> None:
    first, second = call_maker.recorded(), call_maker.abandoned()

    def link(_session: Session, call: CallRow) -> None:
        if call.id == first.call_id:
            raise RuntimeError("a fault of ours")

    archive = Archive(spool=spool, database=sqlite_database, objects=file_store, keys=keys, clock=CLOCK, link=link)
    with pytest.raises(UnavailableError, match="RuntimeError"):
        archive.run_once()
    assert [call.id for call in rows_of(sqlite_database)] == [second.call_id]
    assert committed(spool) == [first.call_id]


def test_new_calls_never_wait_for_one_that_nothing_can_archive(
    sqlite_database: Database, file_store: FileStore, spool: Spool, keys: KeyRing, call_maker: CallMaker
) -> None:
    """Neither a fault of ours nor a call that the database or the register refuses may pause the others."""
    poisoned = call_maker.recorded()
    tries = 0

    def link(_session: Session, call: CallRow) -> None:
        nonlocal tries
        if call.id == poisoned.call_id:
            tries += 1
            raise IntegrityError(what="the register is damaged at this number")

    archive = Archive(
        spool=spool,
        database=sqlite_database,
        objects=file_store,
        keys=keys,
        clock=CLOCK,
        link=link,
        poll_s=0.01,
        retry_max_s=3600,
    )
    for _ in range(15):  # it has failed for long: its next try is more than a test's patience away
        archive._patience.failed(poisoned.call_id)
    archive._is_away = True
    stop = threading.Event()
    thread = threading.Thread(target=archive.run, args=(stop,))
    thread.start()
    for number in range(1, 4):
        call_maker.abandoned()
        _until(lambda expected=number: len(rows_of(sqlite_database)) == expected)  # type: ignore[misc]
    stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert tries == 1, "the first success showed that nothing is away, and that was one more try"
    assert committed(spool) == [poisoned.call_id]


def test_what_waited_for_a_store_is_archived_as_soon_as_the_store_is_back(
    sqlite_database: Database, archive_of_files: Archive, call_maker: CallMaker
) -> None:
    archive = archive_of_files
    archive._patience = Patience(clock=CLOCK, max_s=3600)
    for call in (call_maker.recorded(), call_maker.recorded()):
        for _ in range(15):
            archive._patience.failed(call.call_id)
    archive._is_away = True
    stop = threading.Event()
    thread = threading.Thread(target=archive.run, args=(stop,))
    thread.start()
    call_maker.abandoned()
    _until(lambda: len(rows_of(sqlite_database)) == 3)
    stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()


def test_a_sweep_that_fails_is_not_tried_again_at_every_pass(
    tmp_path: Path, sqlite_database: Database, make_archive: MakeArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    def fail(*_arguments: object, **_options: object) -> int:
        nonlocal tries
        tries += 1
        raise UnavailableError(what="away")

    monkeypatch.setattr("storage.archive.archive.sweep", fail)
    store = FileStore(tmp_path / "objects")
    store.prepare()
    archive = make_archive(sqlite_database, store)
    with pytest.raises(UnavailableError):
        archive.run_once()
    assert archive.run_once() == 0
    assert tries == 1


@pytest.fixture
def archive_of_files(sqlite_database: Database, file_store: FileStore, make_archive: MakeArchive) -> Archive:
    return make_archive(sqlite_database, file_store)


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


class AwayStore(FileStore):
    """A store that is away as often as it is told, before or after the bytes got there."""

    away: int = 0
    loses_answers: int = 0

    def put(self, key: str, source: Path, *, sha256: str) -> None:
        if self.away:
            self.away -= 1
            raise UnavailableError(what="away")
        super().put(key, source, sha256=sha256)
        if self.loses_answers:
            self.loses_answers -= 1
            raise UnavailableError(what="the answer was lost")


def test_a_store_that_is_away_loses_nothing_and_makes_nothing_twice(
    tmp_path: Path, database: Database, make_archive: MakeArchive, call_maker: CallMaker, spool: Spool
) -> None:
    store = AwayStore(tmp_path / "objects")
    store.prepare()
    store.away, store.loses_answers = 2, 2
    archive = make_archive(database, store)
    manifest = call_maker.recorded()
    attempts = set()
    for _ in range(4):
        with pytest.raises(UnavailableError):
            archive.run_once()
        assert committed(spool) == [manifest.call_id]
        attempts.add((spool.committed / manifest.call_id / ATTEMPT_FILE).read_bytes())
    assert archive.run_once() == 1
    assert len(attempts) == 1
    assert len(list(store.all(""))) == 2
    assert garbage_of(database) == []


class AlteringStore(FileStore):
    """A store that gives back other bytes than it got, once."""

    altered = False

    def digest(self, key: str) -> ObjectDigest:
        found = super().digest(key)
        if self.altered:
            return found
        self.altered = True
        return ObjectDigest(size_bytes=found.size_bytes, sha256="0" * 64)


def test_bytes_that_come_back_altered_are_put_again(
    tmp_path: Path, sqlite_database: Database, make_archive: MakeArchive, call_maker: CallMaker
) -> None:
    store = AlteringStore(tmp_path / "objects")
    store.prepare()
    archive = make_archive(sqlite_database, store)
    call_maker.recorded()
    with pytest.raises(UnavailableError, match="other bytes"):
        archive.run_once()
    assert archive.run_once() == 1


def test_run_waits_out_what_is_away_and_stops_in_order(
    tmp_path: Path, sqlite_database: Database, make_archive: MakeArchive, call_maker: CallMaker, spool: Spool
) -> None:
    store = AwayStore(tmp_path / "objects")
    store.prepare()
    store.away = 3
    call_maker.recorded()
    stop = threading.Event()
    thread = threading.Thread(target=make_archive(sqlite_database, store).run, args=(stop,))
    thread.start()
    _until(lambda: not committed(spool))
    second = call_maker.abandoned()
    _until(lambda: len(rows_of(sqlite_database)) == 2)
    store.away = 10**6
    call_maker.recorded()
    stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert second.call_id in {call.id for call in rows_of(sqlite_database)}


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_second_archive_on_one_spool_is_refused(
    sqlite_database: Database, file_store: FileStore, make_archive: MakeArchive, call_maker: CallMaker, spool: Spool
) -> None:
    call_maker.abandoned()
    entered, leave = threading.Event(), threading.Event()

    def wait(_session: Session, _call: CallRow) -> None:
        entered.set()
        leave.wait(20)

    archive = make_archive(sqlite_database, file_store)
    archive._link = wait
    thread = threading.Thread(target=archive.run_once)
    thread.start()
    assert entered.wait(20)
    with pytest.raises(UnavailableError, match="another archive"):
        make_archive(sqlite_database, file_store).run_once()
    leave.set()
    thread.join()
    assert len(rows_of(sqlite_database)) == 1
    assert (spool.folder / LOCK_FILE).exists()


def test_a_discard_that_was_cut_off_is_finished(
    sqlite_database: Database, file_store: FileStore, make_archive: MakeArchive, call_maker: CallMaker, spool: Spool
) -> None:
    manifest = call_maker.recorded()
    archive = make_archive(sqlite_database, file_store)
    archive.run_once()
    hidden = spool.committed / f".{manifest.call_id}"
    hidden.mkdir()
    (hidden / "customer.wav").write_bytes(b"x")
    archive.run_once()
    assert list(spool.committed.iterdir()) == []


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


@pytest.fixture
def unfinished(database: Database, tmp_path: Path, make_archive: MakeArchive, call_maker: CallMaker) -> AwayStore:
    """A store with the first object of an attempt that got no further."""
    store = AwayStore(tmp_path / "objects")
    store.prepare()
    store.loses_answers = 1
    call_maker.recorded()
    with pytest.raises(UnavailableError):
        make_archive(database, store).run_once()
    return store


def test_every_object_has_an_owner_before_it_is_there(database: Database, unfinished: AwayStore) -> None:
    announced = garbage_of(database)
    assert len(announced) == 2
    assert {item.key for item in unfinished.all("")} < set(announced)


def test_the_sweep_takes_dead_attempts_and_leaves_young_ones(
    database: Database, unfinished: AwayStore, make_archive: MakeArchive
) -> None:
    assert sweep(database, unfinished, now=CLOCK.now()) == 0
    assert sweep(database, unfinished, now=CLOCK.now() + timedelta(hours=2)) == 2
    assert garbage_of(database) == []
    assert list(unfinished.all("")) == []
    assert make_archive(database, unfinished).run_once() == 1  # the entry is announced and put anew
    assert len(list(unfinished.all(""))) == 2


def test_an_attempt_that_the_sweep_claimed_is_made_anew(
    database: Database, unfinished: AwayStore, make_archive: MakeArchive, spool: Spool
) -> None:
    claimed = set(garbage_of(database))
    with database.begin() as session:
        for row in session.scalars(select(GarbageRow)):
            row.reason = "abandoned"
    with pytest.raises(UnavailableError, match="swept"):
        make_archive(database, unfinished).run_once()
    assert make_archive(database, unfinished).run_once() == 1
    assert committed(spool) == []
    (call,) = rows_of(database)
    assert call.recording is not None
    assert call.recording.object_key not in claimed
    assert {item.key for item in unfinished.all("")} == {call.recording.object_key, call.recording.peaks_key}


def test_a_damaged_attempt_is_made_anew(
    sqlite_database: Database,
    tmp_path: Path,
    make_archive: MakeArchive,
    call_maker: CallMaker,
    keys: KeyRing,
) -> None:
    store = AwayStore(tmp_path / "objects")
    store.prepare()
    store.away = 1
    manifest = call_maker.recorded()
    archive = make_archive(sqlite_database, store)
    with pytest.raises(UnavailableError):
        archive.run_once()
    with (call_maker.spool.committed / manifest.call_id / "recording.sealed").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x00")
    assert archive.run_once() == 1
    with sqlite_database.read() as session:
        recording = session.scalars(select(RecordingRow)).one()
    assert open_recording(recording, objects=store, keys=keys).read(0, 4) == b"fLaC"
