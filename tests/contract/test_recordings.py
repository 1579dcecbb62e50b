"""A recording is opened with its own row and key, and damage is an error, never other bytes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fixtures_archive import CallMaker

from calls.errors import IntegrityError, UnavailableError
from storage.archive.archive import Archive
from storage.database.calls import RecordingRow
from storage.database.engine import Database
from storage.objects.file_store import FileStore
from storage.objects.store import ObjectStore
from storage.recordings import open_recording, peaks_of
from storage.vault.key_ring import KeyRing

MakeArchive = Callable[[Database, ObjectStore], Archive]


@pytest.fixture
def row(
    sqlite_database: Database, file_store: FileStore, call_maker: CallMaker, make_archive: MakeArchive
) -> RecordingRow:
    call_id = call_maker.recorded(seconds=15).call_id
    make_archive(sqlite_database, file_store).run_once()
    with sqlite_database.read() as session:
        return session.get_one(RecordingRow, call_id)


def test_any_range_is_read_alike(row: RecordingRow, file_store: FileStore, keys: KeyRing) -> None:
    recording = open_recording(row, objects=file_store, keys=keys)
    whole = recording.read(0, 10**9)
    assert len(whole) == recording.size_bytes == row.size_bytes
    assert row.size_bytes > 2 * 65536
    assert recording.read(65530, 12) == whole[65530:65542]
    assert recording.read(recording.size_bytes - 3, 100) == whole[-3:]
    assert recording.read(recording.size_bytes, 5) == b""
    assert b"".join(recording.iterate(0, recording.size_bytes)) == whole
    assert max(map(len, recording.iterate(100, 200_000))) <= 65536


def test_a_missing_object_is_damage(row: RecordingRow, file_store: FileStore, keys: KeyRing) -> None:
    file_store.delete(row.object_key)
    with pytest.raises(IntegrityError, match="missing"):
        open_recording(row, objects=file_store, keys=keys).read(0, 1)
    file_store.delete(row.peaks_key)
    with pytest.raises(IntegrityError, match="missing"):
        peaks_of(row, objects=file_store, keys=keys)


def test_a_store_that_is_away_is_no_damage(row: RecordingRow, keys: KeyRing, tmp_path: Path) -> None:
    away = FileStore(tmp_path / "not-mounted")
    with pytest.raises(UnavailableError):
        open_recording(row, objects=away, keys=keys).read(0, 1)


def test_audio_is_not_peaks_and_a_row_with_another_size_is_refused(
    row: RecordingRow, file_store: FileStore, keys: KeyRing
) -> None:
    row.size_bytes += 1
    with pytest.raises(IntegrityError, match="says"):
        open_recording(row, objects=file_store, keys=keys)
    row.size_bytes -= 1
    row.peaks_key, row.peaks_size_bytes = row.object_key, row.object_size_bytes
    with pytest.raises(IntegrityError, match="not what was sealed"):
        peaks_of(row, objects=file_store, keys=keys)


def test_another_ring_opens_nothing(row: RecordingRow, file_store: FileStore, keys: KeyRing, tmp_path: Path) -> None:
    stranger = KeyRing.create(tmp_path / "stranger", shares=keys.shares)
    with pytest.raises(IntegrityError, match="unwrap"):
        open_recording(row, objects=file_store, keys=stranger)
