"""kill -9 of the archive, after each numbered step and at any moment: every call is archived exactly once."""

import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from fixtures_archive import CallMaker
from sqlalchemy import select

from calls.clock import SystemClock
from storage.archive.archive import Archive
from storage.archive.garbage import sweep
from storage.archive.step import Step
from storage.check.check import check
from storage.check.finding import Level
from storage.database.calls import CallRow
from storage.database.engine import Database, open_database
from storage.objects.s3_store import S3Store
from storage.recordings import open_recording
from storage.spool.committed import CommittedEntry
from storage.spool.spool import Spool
from storage.vault.key_ring import KeyRing

_FORK = multiprocessing.get_context("fork")
After = Callable[[Step, CommittedEntry], None]


class Place:
    """Where an archive works; everything is opened anew by each process."""

    def __init__(self, *, url: str, store: S3Store, spool: Spool, keys: Path) -> None:
        self.url, self.store, self.spool, self._keys = url, store, spool, keys
        self._opened: list[Database] = []

    @property
    def keys(self) -> KeyRing:
        return KeyRing.load(self._keys)

    def open(self) -> Database:
        self._opened.append(open_database(self.url))
        return self._opened[-1]

    def close(self) -> None:
        for database in self._opened:
            database.dispose()

    def archive(self, *, after: After | None = None) -> Archive:
        return Archive(
            spool=self.spool,
            database=self.open(),
            objects=self.store,
            keys=self.keys,
            clock=SystemClock(),
            link=lambda _session, _call: None,
            after=after,
            poll_s=0.005,
        )

    def in_a_process(self, work: Callable[[], object]) -> "multiprocessing.process.BaseProcess":
        process = _FORK.Process(target=work)
        process.start()
        return process

    def require_exactly_once(self, call_ids: Sequence[str]) -> None:
        database = self.open()
        with database.read() as session:
            calls = session.scalars(select(CallRow).order_by(CallRow.id)).all()
        assert [call.id for call in calls] == sorted(call_ids)
        for call in calls:
            assert call.recording is not None
            recording = open_recording(call.recording, objects=self.store, keys=self.keys)
            assert len(recording.read(0, recording.size_bytes)) == call.recording.size_bytes
        assert list(self.spool.committed.iterdir()) == []
        assert list(self.spool.quarantine.iterdir()) == []
        report = check(database=database, objects=self.store, keys=self.keys, spool=self.spool, level=Level.HASH)
        assert report.findings == []
        sweep(database, self.store, now=SystemClock().now() + timedelta(days=1))
        assert len(list(self.store.all("calls/"))) == 2 * len(call_ids)


@pytest.fixture
def place(database_url: str, s3_store: S3Store, spool: Spool, tmp_path: Path) -> Iterator[Place]:
    KeyRing.create(tmp_path / "keys")
    place = Place(url=database_url, store=s3_store, spool=spool, keys=tmp_path / "keys")
    yield place
    place.close()


def die_after(wanted: Step) -> After:
    def after(step: Step, _entry: CommittedEntry) -> None:
        if step is wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    return after


@pytest.mark.parametrize("step", list(Step))
def test_killed_after_each_step(step: Step, place: Place, call_maker: CallMaker) -> None:
    call_ids = [call_maker.recorded().call_id]
    for _ in range(2):  # a second death at the same place changes nothing
        process = place.in_a_process(place.archive(after=die_after(step)).run_once)
        process.join(30)
        assert process.exitcode in {-signal.SIGKILL, 0}  # 0: the first life got past this step for good
    place.archive().run_once()
    place.require_exactly_once(call_ids)


def test_killed_at_any_moment(place: Place, call_maker: CallMaker) -> None:
    call_ids = [call_maker.recorded(seconds=1 + number / 4).call_id for number in range(8)]
    moments = random.Random(20261103)  # noqa: S311 (the same moments in every run)
    deaths = 0
    deadline = time.monotonic() + 60
    while any(place.spool.committed.iterdir()):
        assert time.monotonic() < deadline
        archive = place.archive()
        process = place.in_a_process(lambda archive=archive: archive.run(threading.Event()))  # type: ignore[misc]
        time.sleep(moments.uniform(0.01, 0.25))  # the moment of death, no synchronisation
        process.kill()
        process.join()
        deaths += 1
    place.archive().run_once()
    place.require_exactly_once(call_ids)
    assert deaths > 1
