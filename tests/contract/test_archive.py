"""Committed entries become rows and objects, once each, on both databases and both stores; nothing is lost."""

import io
import threading
from datetime import timedelta

import numpy as np
import pytest
import soundfile
from fixtures_archive import AGENT_AOR, RATE, STARTED, CallMaker, tone
from fixtures_archive_contents import CLOCK, MakeArchive, committed, garbage_of, rows_of
from sqlalchemy.orm import Session

from calls.errors import IntegrityError, UnavailableError
from storage.archive.archive import LOCK_FILE, Archive
from storage.database.calls import AgentRow, CallRow
from storage.database.engine import Database
from storage.objects.file_store import FileStore
from storage.objects.store import ObjectStore
from storage.recordings import open_recording, peaks_of
from storage.spool.spool import Spool
from storage.vault.key_ring import KeyRing


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
