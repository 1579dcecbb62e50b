"""The real supervisor with real forks, in a process of its own (it takes signals over); the workers are the test's."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import pytest

from calls.errors import UnavailableError
from calls.outcome import Reason
from capture.pool.status import PoolStatus, read_status
from storage.spool.spool import Spool

ROOT = Path(__file__).parents[2]
DEADLINE_S = 15.0
Found = TypeVar("Found")

# each worker does what the file <folder>/<name>.does says when it starts; a call is open while it lives
POOL = """
import os, signal, sys, time
from pathlib import Path
from fixtures_spool import SpoolMaker
from capture.plan import CapturePlan
from capture.pool.supervisor import Supervisor
from capture.settings import CaptureSettings
from storage.spool.spool import Spool

folder = Path(sys.argv[1])
plan = CapturePlan(
    settings=CaptureSettings(workers=3), edge_port=1, domain="x", services={}, run_folder=folder
)
spool = Spool(folder / "spool", reserve_bytes=1)
spool.prepare()
leave = []

def work(worker, spool, instance):
    signal.signal(signal.SIGTERM, lambda *_: leave.append(True))
    does = folder / f"{worker.name}.does"
    does = does.read_text() if does.exists() else "wait"
    with (folder / "starts").open("a") as starts:
        starts.write(f"{worker.name} {instance} {worker.sip_port} {time.monotonic()}\\n")
    if does == "die":
        os._exit(3)
    if does == "raise":
        raise RuntimeError("the worker is broken")
    call = SpoolMaker(spool).call(worker=instance)
    call.talk()
    (folder / f"{worker.name}.ready").touch()
    while not leave:
        time.sleep(0.01)
    (folder / f"{worker.name}.left").touch()
    if does == "commit":
        call.entry.commit()
    os._exit(0)

def end_calls(worker, died_at):
    with (folder / "ended").open("a") as ended:
        ended.write(worker + "\\n")

Supervisor(
    plan, spool=spool, status_file=folder / "capture.json", run_worker=work, end_calls=end_calls
).run()
"""


def eventually(find: Callable[[], Found], what: str) -> Found:
    """Poll until something is found; None, False and nothing are not found."""
    deadline = time.monotonic() + DEADLINE_S
    while not (found := find()):
        assert time.monotonic() < deadline, what
        time.sleep(0.01)
    return found


class Pool:
    """A supervisor in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spool = Spool(folder / "spool", reserve_bytes=1)
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", POOL, str(folder)],
                env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
                stdout=log,
                stderr=log,
            )

    def status(self) -> PoolStatus | None:
        try:
            return read_status(self.folder / "capture.json")
        except UnavailableError:
            return None

    def pids(self) -> dict[str, int]:
        status = self.status()
        return {worker.name: worker.pid for worker in status.workers} if status else {}

    def whole(self) -> dict[str, int]:
        return eventually(lambda: pids if len(pids := self.pids()) == 3 else {}, "a whole pool")

    def ready(self, *names: str) -> None:
        eventually(lambda: all((self.folder / f"{name}.ready").exists() for name in names), f"{names} ready")

    def starts(self, name: str) -> list[float]:
        lines = (self.folder / "starts").read_text(encoding="utf-8").splitlines()
        return [float(line.split()[3]) for line in lines if line.startswith(f"{name} ")]

    def committed(self) -> list[Reason]:
        return [entry.manifest().reason for entry in self.spool.committed_entries()]

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=DEADLINE_S)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Pool]]:
    pools: list[Pool] = []

    def start_pool(**does: str) -> Pool:
        for name, what in does.items():
            (tmp_path / f"{name}.does").write_text(what, encoding="utf-8")
        pools.append(Pool(tmp_path))
        return pools[-1]

    yield start_pool
    for pool in pools:
        if pool.process.poll() is None:
            pool.process.kill()
            pool.process.wait()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_killed_worker_is_replaced_and_its_calls_are_kept(start: Callable[..., Pool]) -> None:
    pool = start()
    before = pool.whole()
    pool.ready("w0", "w1", "w2")
    killed_monotonic = time.monotonic()
    os.kill(before["w1"], signal.SIGKILL)
    after = eventually(
        lambda: pids if (pids := pool.pids()) and pids.get("w1", before["w1"]) != before["w1"] else {}, "w1"
    )
    eventually(lambda: len(pool.starts("w1")) == 2, "the second start of w1")
    assert pool.starts("w1")[1] - killed_monotonic < 1.0, "replaced within a second"
    assert (after["w0"], after["w2"]) == (before["w0"], before["w2"])
    eventually(lambda: pool.committed() == [Reason.CALLER_HUNG_UP], "the dead worker's call")
    eventually((pool.folder / "ended").exists, "the edge is told")
    assert (pool.folder / "ended").read_text(encoding="utf-8") == "w1\n"
    status = pool.status()
    assert status is not None
    assert status.pid == pool.process.pid
    assert {worker.name: worker.restarts for worker in status.workers} == {"w0": 0, "w1": 1, "w2": 0}
    instances = {line.split()[1] for line in (pool.folder / "starts").read_text(encoding="utf-8").splitlines()}
    assert len(instances) == 4, "a new process never writes into a dead one's folder"
    assert pool.stop() == 0


def test_drain_tells_every_worker_and_waits_for_the_last(start: Callable[..., Pool]) -> None:
    pool = start(w0="commit", w1="commit", w2="commit")
    pids = pool.whole()
    pool.ready("w0", "w1", "w2")
    assert pool.stop() == 0
    assert {name for name in pids if (pool.folder / f"{name}.left").exists()} == set(pids)
    assert not any(map(is_alive, pids.values()))
    assert pool.status() is None
    assert len(pool.starts("w0")) == 1, "nobody is replaced during the drain"
    assert pool.committed() == [Reason.CALLER_HUNG_UP] * 3
    assert pool.spool.open_folders() == []
    assert list(pool.spool.open.iterdir()) == []
    assert not (pool.folder / "ended").exists(), "an orderly end hangs up by itself"


def test_stop_that_comes_at_once_leaves_nobody_behind(start: Callable[..., Pool]) -> None:
    pool = start()
    eventually((pool.folder / "starts").exists, "the first worker")
    assert pool.stop() == 0
    lines = (pool.folder / "starts").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 3
    assert pool.status() is None


def test_worker_that_keeps_dying_is_waited_for_longer_each_time(start: Callable[..., Pool]) -> None:
    pool = start(w2="die", w1="raise")
    pool.ready("w0")
    starts = eventually(lambda: found if len(found := pool.starts("w2")) >= 5 else [], "five starts of w2")
    *quick, waited = (later - earlier for earlier, later in pairwise(starts[:5]))
    assert waited >= 2.0, "a pause, so that a broken worker does not eat the machine"
    assert max(quick) < waited, "replaced at once as long as it may be chance"
    eventually(lambda: len(pool.starts("w1")) >= 4, "an exception is a death like any other")
    assert set(pool.pids()) <= {"w0", "w1", "w2"}
    assert is_alive(pool.pids()["w0"]), "the others are not disturbed"
    assert pool.stop() == 0


def test_workers_die_with_a_killed_supervisor_and_the_next_one_recovers(start: Callable[..., Pool]) -> None:
    pool = start()
    pids = pool.whole()
    pool.ready("w0", "w1", "w2")
    pool.process.kill()
    pool.process.wait()
    eventually(lambda: not any(map(is_alive, pids.values())), "the workers' end")
    assert pool.status() is None, "a status file of a dead pool says nothing"
    assert len(pool.spool.open_folders()) == 3
    again = start()
    again.whole()
    assert again.committed() == [Reason.CALLER_HUNG_UP] * 3
    assert "an open entry was recovered" in again.log.read_text(encoding="utf-8")
    assert again.stop() == 0


def test_status_that_cannot_be_written_does_not_end_the_pool(start: Callable[..., Pool]) -> None:
    pool = start()
    before = pool.whole()
    pool.ready("w0", "w1", "w2")
    (pool.folder / "capture.part").mkdir()
    os.kill(before["w0"], signal.SIGKILL)
    eventually(lambda: len(pool.starts("w0")) == 2, "the second start of w0")
    eventually(lambda: "status cannot be written" in pool.log.read_text(encoding="utf-8"), "the log line")
    assert is_alive(before["w1"])
    assert json.loads((pool.folder / "capture.json").read_text(encoding="utf-8"))["pid"] == pool.process.pid
    assert pool.stop() == 0
