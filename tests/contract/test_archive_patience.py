"""The archive waits out what is away, and no call waits for another that cannot be archived."""

import threading
from pathlib import Path

import pytest
from fixtures_archive import CallMaker
from fixtures_archive_contents import CLOCK, AwayStore, MakeArchive, committed, garbage_of, rows_of
from fixtures_waiting import until
from sqlalchemy.orm import Session

from calls.errors import IntegrityError, UnavailableError
from storage.archive.archive import Archive
from storage.archive.attempt import ATTEMPT_FILE
from storage.archive.patience import Patience
from storage.database.calls import CallRow
from storage.database.engine import Database
from storage.objects.file_store import FileStore
from storage.spool.spool import Spool
from storage.vault.key_ring import KeyRing


def until_archived(database: Database, calls: int) -> None:
    until(lambda: len(rows_of(database)) == calls, what=f"{calls} calls are archived", poll_s=0.01)


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
        until_archived(sqlite_database, number)
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
    until_archived(sqlite_database, 3)
    stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()


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
    until(lambda: not committed(spool), what="the spool is empty", poll_s=0.01)
    second = call_maker.abandoned()
    until_archived(sqlite_database, 2)
    store.away = 10**6
    call_maker.recorded()
    stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert second.call_id in {call.id for call in rows_of(sqlite_database)}
