"""The check is silent about what is whole, and names whatever was tampered with."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fixtures_archive import CallMaker
from sqlalchemy import text

from calls.clock import SystemClock
from storage.archive.archive import Archive
from storage.check.check import check
from storage.check.finding import Kind, Level, Report
from storage.database.calls import RecordingRow
from storage.database.engine import Database
from storage.objects.file_store import FileStore
from storage.objects.store import ObjectStore
from storage.spool.spool import Spool
from storage.vault.key_ring import KeyRing

MakeArchive = Callable[[Database, ObjectStore], Archive]
LEVELS = tuple(Level)


class Kept:
    """Two recorded calls and one without audio, archived."""

    def __init__(self, *, database: Database, objects: ObjectStore, keys: Path, call_maker: CallMaker) -> None:
        self.database, self.objects, self.keys, self.spool = database, objects, keys, call_maker.spool
        self.first = call_maker.recorded().call_id
        self.second = call_maker.recorded(seconds=3).call_id
        self.silent = call_maker.abandoned().call_id

    def check(self, level: Level = Level.HASH) -> Report:
        return check(
            database=self.database,
            objects=self.objects,
            keys=KeyRing.load(self.keys),
            spool=self.spool,
            level=level,
        )

    def found(self, level: Level = Level.HASH) -> set[tuple[Kind, str]]:
        return {(finding.kind, finding.name) for finding in self.check(level).findings}

    def recording(self, call_id: str) -> RecordingRow:
        with self.database.read() as session:
            return session.get_one(RecordingRow, call_id)

    def say(self, statement: str, **values: object) -> None:
        with self.database.begin() as session:
            session.execute(text(statement), values)


@pytest.fixture
def keep(
    file_store: FileStore, call_maker: CallMaker, make_archive: MakeArchive, tmp_path: Path
) -> Callable[[Database], Kept]:
    def keep(database: Database) -> Kept:
        kept = Kept(database=database, objects=file_store, keys=tmp_path / "keys", call_maker=call_maker)
        assert make_archive(database, file_store).run_once() == 3
        return kept

    return keep


@pytest.fixture
def kept(sqlite_database: Database, keep: Callable[[Database], Kept]) -> Kept:
    return keep(sqlite_database)


def test_what_is_whole_is_clean(database: Database, keep: Callable[[Database], Kept]) -> None:
    kept = keep(database)
    for level in LEVELS:
        assert kept.found(level) == set()
    report = kept.check()
    assert report.findings == []
    assert report.clean
    assert (report.calls, report.recordings, report.objects) == (3, 2, 4)
    assert (report.garbage, report.waiting, report.open, report.quarantined) == (0, 0, 0, [])
    assert report.to_json()["clean"] is True


def test_it_holds_on_the_real_s3_server_too(
    sqlite_database: Database, s3_store: ObjectStore, call_maker: CallMaker, make_archive: MakeArchive, tmp_path: Path
) -> None:
    kept = Kept(database=sqlite_database, objects=s3_store, keys=tmp_path / "keys", call_maker=call_maker)
    make_archive(sqlite_database, s3_store).run_once()
    assert kept.check().findings == []
    key = kept.recording(kept.first).object_key
    s3_store.delete(key)
    assert kept.found(Level.PRESENCE) == {(Kind.OBJECT, key)}


@pytest.mark.parametrize("which", ["object_key", "peaks_key"])
def test_one_changed_byte_of_an_object_is_named(kept: Kept, tmp_path: Path, which: str) -> None:
    key = getattr(kept.recording(kept.first), which)
    path = tmp_path / "objects" / key
    whole = path.read_bytes()
    for position in (0, 4, 8, 30, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        assert kept.found() == {(Kind.OBJECT, key)}
    assert kept.found(Level.SIZE) == set()
    path.write_bytes(whole)
    assert kept.found() == set()


def test_a_shorter_or_longer_object_is_named_without_reading_it(kept: Kept, tmp_path: Path) -> None:
    key = kept.recording(kept.second).object_key
    path = tmp_path / "objects" / key
    whole = path.read_bytes()
    for changed in (whole[:-1], whole + b"x", b""):
        path.write_bytes(changed)
        assert kept.found(Level.SIZE) == {(Kind.OBJECT, key)}
        assert kept.found(Level.PRESENCE) == set()


def test_a_missing_object_is_named(kept: Kept) -> None:
    key = kept.recording(kept.first).peaks_key
    kept.objects.delete(key)
    for level in LEVELS:
        assert kept.found(level) == {(Kind.OBJECT, key)}


def test_an_object_of_another_call_is_not_taken_for_this_ones(kept: Kept, tmp_path: Path) -> None:
    first, second = (tmp_path / "objects" / kept.recording(call).peaks_key for call in (kept.first, kept.second))
    first.write_bytes(second.read_bytes())
    assert (Kind.OBJECT, kept.recording(kept.first).peaks_key) in kept.found()


def test_an_object_without_a_row_is_named(kept: Kept, put_bytes: Callable[[ObjectStore, str, bytes], None]) -> None:
    put_bytes(kept.objects, "calls/2026/11/stranger.sealed", b"x")
    assert kept.found(Level.PRESENCE) == {(Kind.OBJECT, "calls/2026/11/stranger.sealed")}


def test_a_deleted_recording_row_leaves_its_call_and_objects_named(kept: Kept) -> None:
    recording = kept.recording(kept.first)
    kept.say("DELETE FROM recordings WHERE call_id = :id", id=kept.first)
    assert kept.found(Level.PRESENCE) == {
        (Kind.ROW, kept.first),
        (Kind.OBJECT, recording.object_key),
        (Kind.OBJECT, recording.peaks_key),
    }


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE calls SET agent_name = 'Somebody Else' WHERE id = :id",
        "UPDATE calls SET caller_e164 = '+358401000009' WHERE id = :id",
        "UPDATE calls SET ended_at = archived_at WHERE id = :id",
        "UPDATE calls SET reason = 'agent_hung_up' WHERE id = :id",
        "UPDATE calls SET facts_mac = NULL WHERE id = :id",
        "UPDATE disclosures_played SET sha256 = 'b' WHERE call_id = :id",
        "DELETE FROM disclosures_played WHERE call_id = :id",
        "UPDATE recordings SET sha256 = 'b' WHERE call_id = :id",
        "UPDATE recordings SET samples = samples + 1 WHERE call_id = :id",
        "UPDATE recordings SET sample_rate_hz = 0 WHERE call_id = :id",
        "UPDATE recordings SET key_version = 7 WHERE call_id = :id",
    ],
)
def test_one_changed_row_is_named_at_every_level(kept: Kept, change: str) -> None:
    kept.say(change, id=kept.first)
    for level in LEVELS:
        names = {finding.name for finding in kept.check(level).findings}
        assert kept.first in names
        assert kept.second not in names


def test_a_changed_fact_of_a_call_without_audio_is_named(kept: Kept) -> None:
    kept.say("UPDATE calls SET reason = 'busy' WHERE id = :id", id=kept.silent)
    assert kept.found(Level.PRESENCE) == {(Kind.ROW, kept.silent)}


def test_a_changed_wrapped_key_is_named(kept: Kept) -> None:
    kept.say(
        "UPDATE recordings SET wrapped_key = (SELECT wrapped_key FROM recordings WHERE call_id = :other) "
        "WHERE call_id = :id",
        id=kept.first,
        other=kept.second,
    )
    assert kept.found(Level.PRESENCE) == {(Kind.ROW, kept.first), (Kind.KEY, kept.first)}


def test_a_changed_key_file_is_named(kept: Kept, tmp_path: Path) -> None:
    path = tmp_path / "keys" / "kek-1"
    key = bytearray(bytes.fromhex(path.read_text()))
    key[7] ^= 1
    path.write_text(key.hex())
    found = kept.found(Level.PRESENCE)
    assert (Kind.KEY, "kek-1") in found
    assert {(Kind.KEY, kept.first), (Kind.KEY, kept.second)} <= found


def test_a_rotated_key_ring_is_clean_and_its_old_key_is_still_needed(
    kept: Kept, call_maker: CallMaker, tmp_path: Path
) -> None:
    KeyRing.rotate(tmp_path / "keys")
    archive = Archive(
        spool=kept.spool,
        database=kept.database,
        objects=kept.objects,
        keys=KeyRing.load(tmp_path / "keys"),
        clock=SystemClock(),
        link=lambda _session, _call: None,
    )
    new = call_maker.recorded().call_id
    assert archive.run_once() == 1
    assert kept.recording(new).key_version == 2
    assert kept.check().findings == []
    (tmp_path / "keys" / "kek-1").rename(tmp_path / "lost")
    names = {finding.name for finding in kept.check().findings}
    assert {kept.first, kept.second, kept.silent} <= names
    assert new not in names


def test_a_recording_of_another_length_than_its_call_is_named(kept: Kept) -> None:
    kept.say("UPDATE calls SET duration_ms = duration_ms + 41 WHERE id = :id", id=kept.first)
    whats = [finding.what for finding in kept.check(Level.SIZE).findings]
    assert any("1000 ms, the call 1041 ms" in what for what in whats)


def test_waiting_and_quarantined_calls_are_told_and_no_finding(kept: Kept, call_maker: CallMaker, spool: Spool) -> None:
    call_maker.recorded()
    broken = call_maker.recorded()
    next(entry for entry in spool.committed_entries() if entry.call_id == broken.call_id).quarantine(
        spool.quarantine, reason="test"
    )
    report = kept.check()
    assert report.clean
    assert (report.waiting, report.quarantined) == (1, [broken.call_id])


def test_a_call_in_two_places_of_the_spool_is_named(kept: Kept, call_maker: CallMaker, spool: Spool) -> None:
    call_id = call_maker.recorded().call_id
    (spool.quarantine / call_id).mkdir()
    assert kept.found(Level.PRESENCE) == {(Kind.ENTRY, call_id)}
