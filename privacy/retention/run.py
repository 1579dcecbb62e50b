"""The retention's run: once a day what is over its period is scheduled, and all the time what is due is shredded.

1. *restored*  What is known as erased and came back with a restored backup goes again.
2. *schedule*  Once a day: what no policy ends any more is taken back, what is over is put on the list.
3. *shred*     What is due goes (:mod:`privacy.retention.shredder`).
4. *rows*      Once a day: the same for persons, requests, hand-overs and vouchers: taken off the list, gone, put on it
               (:mod:`privacy.retention.register_rows`).
5. *detail*    Once a day: personal detail of the log whose period is over goes (:mod:`privacy.retention.audit_detail`).

Before each look a guard doubts clock and number (:mod:`privacy.retention.guard`). While the clock is doubted there is
nothing of the daily part but step 1, for which no clock counts; while it or the number of calls is, no call begins to
be shredded but what two people decided in a case. Of what too much would go besides calls, nothing goes.

Each step begins anew where a killed run left off. One run works at a time: the second finds the lock of the first.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

import structlog

from calls.clock import Clock
from calls.errors import TallenneError, UnavailableError
from calls.identity import CallId
from privacy.retention.doubts import OF_ROWS, HaltKind
from privacy.retention.guard import Guard
from privacy.retention.period import day_in_finland
from privacy.retention.policies import ServicePurposes, rules
from privacy.retention.register_rows import RowsReport
from privacy.retention.retention_rows import RetentionRunRow
from privacy.retention.scheduling import schedule_due, withdraw_undue
from privacy.retention.shredder import Shredder, reclaim_restored
from storage.archive.key_parting import part_keys
from storage.database.pages import pages

LOOK_EVERY_S = 60.0
LOCK_FILE = "retention.lock"
BEAT_FILE = "retention.beat"
_IDS_A_QUESTION = 500
_log = structlog.get_logger("retention")


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did; ``erased`` are calls that are gone for good now, ``rows`` is of what is no call.

    ``detail_keys`` are those of the log's personal detail.
    """

    restored: int = 0
    scheduled: int = 0
    withdrawn: int = 0
    erased: int = 0
    rows: RowsReport = field(default_factory=RowsReport)
    detail_keys: int = 0
    halted: frozenset[HaltKind] = frozenset()

    @property
    def did_something(self) -> bool:
        """Whether anything changed."""
        counts = (self.restored, self.scheduled, self.withdrawn, self.erased, self.detail_keys)
        return any(counts) or self.rows.did_something


@dataclass(frozen=True, kw_only=True)
class Retention:
    """The whole of it; ``folder`` is where its lock and its beat lie: with the shares of the calls' keys.

    ``services`` are each service's purposes, ``keep_periods`` lists and deletes what is no call, but for what is
    halted, ``forget_detail`` forgets what the log may not keep. Without a ``guard`` every clock is believed.
    """

    shredder: Shredder
    services: ServicePurposes
    folder: Path
    clock: Clock
    keep_periods: Callable[[frozenset[HaltKind]], RowsReport] = lambda _halted: RowsReport()
    forget_detail: Callable[[], int] = lambda: 0
    guard: Guard | None = None

    def run_once(self) -> RunReport:
        """Do everything that is due now, the daily part too. Raise UnavailableError where a part is away."""
        with self._alone():
            return self._daily(self._halted())

    def run(self, stop: threading.Event, *, look_every_s: float = LOOK_EVERY_S) -> None:
        """Go on until ``stop``: the daily part when a day begins, the shredding at every look."""
        done: tuple[date, frozenset[HaltKind]] | None = None
        with self._alone():
            while not stop.is_set():
                today = day_in_finland(self.clock.now())
                try:
                    halted = self._halted()
                    part = (today, halted - {HaltKind.AMOUNT})  # what may go on again goes on today still
                    if done != part:
                        report, done = self._daily(halted), part
                        _log.info("the daily run is done", **_told(report))
                    elif erased := self.shred_due(halted):
                        _log.info("calls are erased", calls=erased)
                    self._beat()
                except TallenneError as error:
                    _log.warning("the retention waits", reason=str(error))
                stop.wait(look_every_s)

    def shred_due(self, halted: frozenset[HaltKind] = frozenset()) -> int:
        """Shred what is due by the policies as they are at this moment; give how many calls are gone for good.

        What was scheduled two weeks ago may have a longer period since, made after the daily part of today.
        """
        if HaltKind.CLOCK in halted:
            return self.shredder.run(policies=False)
        database = self.shredder.database
        with database.read() as session:
            standing = rules(session, services=self.services)
        withdraw_undue(database, rules=standing, clock=self.clock, before_shredding=True)
        return self.shredder.run(policies=not halted - OF_ROWS)

    def _halted(self) -> frozenset[HaltKind]:
        return self.guard.halts() if self.guard else frozenset()

    def _daily(self, halted: frozenset[HaltKind]) -> RunReport:
        if HaltKind.CLOCK in halted:
            return RunReport(restored=self._reclaim(), erased=self.shredder.run(policies=False), halted=halted)
        return self._day(halted)

    def _day(self, halted: frozenset[HaltKind]) -> RunReport:
        database = self.shredder.database
        with database.begin() as session:
            row = RetentionRunRow(
                began_at=self.clock.now(), ended_at=None, scheduled=0, withdrawn=0, erased=0, register_rows=0
            )
            session.add(row)
            session.flush()
            run_id = row.id
        part_keys(database, keys=self.shredder.keys)
        restored = self._reclaim()
        with database.read() as session:
            standing = rules(session, services=self.services)
        report = RunReport(
            restored=restored,
            withdrawn=withdraw_undue(database, rules=standing, clock=self.clock),
            scheduled=schedule_due(database, rules=standing, clock=self.clock),
            erased=self.shredder.run(policies=not halted - OF_ROWS),
            rows=self.keep_periods(halted),
            detail_keys=self.forget_detail(),
            halted=halted,
        )
        with database.begin() as session:
            ended = session.get_one(RetentionRunRow, run_id)
            ended.ended_at = self.clock.now()
            ended.scheduled, ended.withdrawn = report.scheduled, report.withdrawn
            ended.erased, ended.register_rows = report.erased, report.rows.deleted
        return report

    def _reclaim(self) -> int:
        if revived := self.shredder.keys.shares.erase_everywhere():
            _log.warning("a file of the shares was of before: what was erased is erased in it too", calls=revived)
        count = 0
        erased = [call_id for call_id, _ in self.shredder.keys.shares.erased()]
        for ids in pages(erased, size=_IDS_A_QUESTION):
            with self.shredder.database.begin() as session:
                count += reclaim_restored(session, list(ids), clock=self.clock)
        for call_id in set(self.shredder.spool.quarantined()).intersection(erased):  # of rows nothing is known there
            count += self.shredder.spool.forget(CallId(call_id))
        if count:
            _log.warning("erased calls had come back and go again", calls=count)
        return count

    def _beat(self) -> None:
        (self.folder / BEAT_FILE).write_text(self.clock.now().isoformat(), encoding="ascii")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UnavailableError(
                    what="another run of the retention is going on", where=str(self.folder), remedy="wait for its end"
                ) from error
            yield
        finally:
            os.close(descriptor)


def _told(report: RunReport) -> dict[str, int]:
    calls = {name: getattr(report, name) for name in ("restored", "scheduled", "withdrawn", "erased", "detail_keys")}
    return {**calls, **{f"rows_{name}": count for name, count in asdict(report.rows).items()}}
