"""An attempt's objects have an owner before they are there, and are finished, swept or made anew; never kept twice."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from fixtures_archive import CallMaker
from fixtures_archive_contents import CLOCK, AwayStore, MakeArchive, committed, garbage_of, rows_of
from sqlalchemy import select

from calls.errors import UnavailableError
from storage.archive.garbage import sweep
from storage.database.calls import GarbageRow, RecordingRow
from storage.database.engine import Database
from storage.objects.file_store import FileStore
from storage.objects.store import ObjectDigest
from storage.recordings import open_recording
from storage.spool.spool import Spool
from storage.vault.key_ring import KeyRing


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
