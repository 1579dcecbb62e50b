"""The supervisor: imports pjsua2 once, forks the workers, and is their parent until the last one is gone."""

import ctypes
import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from calls.errors import UnavailableError
from capture.plan import CapturePlan, WorkerPlan
from capture.pool.status import PoolStatus, WorkerStatus, write_status
from storage.spool.recovery import Recovered, recover
from storage.spool.spool import Spool

_log = structlog.get_logger("capture")

LOCK_FILE = "capture.lock"
_PR_SET_PDEATHSIG = 1
QUICK_DEATH_S = 5.0
FREE_QUICK_DEATHS = 3
MAX_BACKOFF_S = 30.0
_POLL_S = 0.05

RunWorker = Callable[[WorkerPlan, Spool, str], None]
EndCalls = Callable[[str, float], None]


@dataclass(slots=True)
class _Worker:
    """A worker's place in the pool: it keeps its name and ports, its process changes."""

    plan: WorkerPlan
    pid: int | None = None
    instance: str = ""
    started_monotonic: float = 0.0
    restarts: int = -1
    quick_deaths: int = 0
    not_before_monotonic: float = 0.0


class Supervisor:
    """Forks, reaps, recovers, replaces. Holds no call and no pjsua2 object itself.

    ``run_worker`` is called in the child and never returns; ``end_calls`` is given the name of a worker that died and
    when (Unix time, seconds), so that the edge can hang up on the parties of the calls that it had until then, who
    would otherwise listen to silence.
    """

    def __init__(
        self, plan: CapturePlan, *, spool: Spool, status_file: Path, run_worker: RunWorker, end_calls: EndCalls
    ) -> None:
        self._spool = spool
        self._status_file = status_file
        self._run_worker = run_worker
        self._end_calls = end_calls
        self._workers = [_Worker(plan.worker(number)) for number in range(plan.settings.workers)]
        self._stopping = False

    def run(self) -> None:
        """Keep the pool whole until SIGTERM or SIGINT; then drain it. Recovers what a crash left, first.

        Raise UnavailableError where another pool writes to this spool.
        """
        self._be_alone()
        self._report(recover(self._spool))
        self._spool.tidy()
        signal.signal(signal.SIGTERM, lambda *_: self._ask_to_stop())
        signal.signal(signal.SIGINT, lambda *_: self._ask_to_stop())
        while self._living() or not self._stopping:
            if not self._stopping:
                self._fill()
            self._reap()
            time.sleep(_POLL_S)
        self._status_file.unlink(missing_ok=True)
        _log.info("the pool is drained")

    def _be_alone(self) -> None:
        """Lock the spool for this pool: recovery must not touch what a living worker writes.

        The workers inherit the lock with the fork, so it is free only when none of them lives either.
        """
        self._lock = os.open(self._spool.folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UnavailableError(
                what="another capture pool works on this spool",
                where=str(self._spool.folder),
                remedy="stop one of them, or give each a spool of its own",
            ) from error

    def _living(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.pid is not None]

    def _ask_to_stop(self) -> None:
        self._stopping = True
        for worker in self._living():
            if worker.pid is not None:
                with suppress(ProcessLookupError):  # it died just now, and will be reaped
                    os.kill(worker.pid, signal.SIGTERM)

    def _fill(self) -> None:
        now = time.monotonic()
        vacant = [one for one in self._workers if one.pid is None and one.not_before_monotonic <= now]
        for worker in vacant:
            self._fork(worker)
        if vacant:
            self._write_status()

    def _fork(self, worker: _Worker) -> None:
        supervisor = os.getpid()
        # the signals that ask to stop must not reach a child before it has its own handlers
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        if self._stopping:  # asked since the caller looked: nobody would tell the new child
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})
            return
        worker.restarts += 1
        worker.started_monotonic = time.monotonic()
        worker.instance = f"{worker.plan.name}-{supervisor}-{worker.restarts}"
        pid = os.fork()
        if pid == 0:
            self._be_worker(worker, supervisor)
        worker.pid = pid
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})

    def _be_worker(self, worker: _Worker, supervisor: int) -> None:
        """Run in the child: die with the supervisor, since nobody else would recover what this process holds."""
        try:
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != supervisor:
                os._exit(1)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})
            self._run_worker(worker.plan, self._spool, worker.instance)
        finally:
            os._exit(70)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            for worker in self._workers:
                if worker.pid == pid:
                    self._bury(worker, status)

    def _bury(self, worker: _Worker, status: int) -> None:
        """Make room for the next process first, then keep what the dead one left."""
        code, died_at = os.waitstatus_to_exitcode(status), time.time()
        worker.pid = None
        if code != 0:
            _log.error("a worker died", worker=worker.plan.name, exit_code=code)
        self._back_off(worker)
        instance = worker.instance
        if not self._stopping and worker.not_before_monotonic <= time.monotonic():
            self._fork(worker)
        self._write_status()
        if code != 0:
            self._in_order(worker, lambda: self._end_calls(worker.plan.name, died_at))
        self._in_order(worker, lambda: self._report(recover(self._spool, worker=instance)))
        self._in_order(worker, lambda: self._spool.tidy(worker=instance))

    @staticmethod
    def _in_order(worker: _Worker, put: Callable[[], None]) -> None:
        try:
            put()
        except Exception as error:  # noqa: BLE001 - the supervisor's death would be that of every call
            _log.error("a dead worker's calls could not be put in order", worker=worker.plan.name, error=str(error))

    def _back_off(self, worker: _Worker) -> None:
        """Replace a worker at once, unless it keeps dying young: then wait longer each time, up to 30 s."""
        lived_s = time.monotonic() - worker.started_monotonic
        worker.quick_deaths = worker.quick_deaths + 1 if lived_s < QUICK_DEATH_S else 0
        excess = worker.quick_deaths - FREE_QUICK_DEATHS
        wait_s = min(MAX_BACKOFF_S, 2.0**excess) if excess > 0 else 0.0
        worker.not_before_monotonic = time.monotonic() + wait_s

    def _write_status(self) -> None:
        living = tuple(
            WorkerStatus(name=worker.plan.name, pid=worker.pid, restarts=worker.restarts)
            for worker in self._workers
            if worker.pid is not None
        )
        try:
            write_status(self._status_file, PoolStatus(pid=os.getpid(), workers=living))
        except OSError as error:  # a full disk: the calls that go on matter more than what is said of them
            _log.error("the pool's status cannot be written", error=error.strerror)

    @staticmethod
    def _report(recovered: Iterable[Recovered]) -> None:
        for one in recovered:
            if one.left_open is not None:
                _log.error("an open entry has to wait: the disk refuses", call_id=one.call_id, reason=one.left_open)
            elif one.manifest is None:
                _log.error("an open entry is in quarantine", call_id=one.call_id, reason=one.quarantined)
            else:
                _log.warning("an open entry was recovered", call_id=one.call_id, reason=one.manifest.reason)
