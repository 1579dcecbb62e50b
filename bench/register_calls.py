"""Calls of the register's numbers, and how quickly they are linked."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from sqlalchemy import Table, select, text

from calls.clock import SystemClock
from calls.identity import new_call_id
from ledger_link.linking.bulk_insert import insert_rows
from ledger_link.linking.relinking import relink
from ledger_link.tables.persons import PhoneNumberRow
from storage.database.calls import CallRow
from storage.database.engine import Database

_BATCH_CALLS = 20_000
_FIRST_CALL = datetime(2026, 1, 1, tzinfo=UTC)
_CALLS_DAYS = 300
_ALIKE = {
    "sip_call_id": "bench",
    "direction": "inbound",
    "service_number": "+358102001000",
    "service_name": "Asiakaspalvelu",
    "caller_display_name": "",
    "caller_withheld": False,
    "state": "not_recorded",
    "reason": "no_answer",
    "worker": "bench",
}
_OWN = ("id", "caller_e164", "caller_raw", "started_at", "ended_at", "archived_at")


@dataclass(frozen=True, slots=True)
class LinkingCost:
    """What linking took; the processor's time is this process's, without a database server's."""

    calls: int
    linked: int
    wall_s: float
    cpu_s: float

    @property
    def per_s(self) -> float:
        """Calls a second on the clock."""
        return self.calls / self.wall_s


def add_calls(database: Database, calls: int) -> None:
    """Put calls of the register's numbers into the database, each of a number and a moment by chance."""
    dice = random.Random(1)
    with database.read() as session:
        numbers = list(session.scalars(select(PhoneNumberRow.e164).order_by(PhoneNumberRow.id)))
    for start in range(0, calls, _BATCH_CALLS):
        with database.begin() as session:
            rows = _calls(dice, numbers, min(_BATCH_CALLS, calls - start))
            insert_rows(session, cast("Table", CallRow.__table__), (*_OWN, *_ALIKE), rows)
    analyze(database)


def link_all(database: Database, progress: Callable[[int, int], None]) -> LinkingCost:
    """Link every call, as ``tallenne register relink`` does."""
    began, worked = time.monotonic(), time.process_time()
    report = relink(database, clock=SystemClock(), progress=progress)
    cost = LinkingCost(report.checked, report.changed, time.monotonic() - began, time.process_time() - worked)
    analyze(database)
    return cost


def analyze(database: Database) -> None:
    """Let the planner know of what was added: PostgreSQL would see to it by itself within minutes."""
    with database.begin() as session:
        session.execute(text("ANALYZE"))


def _calls(dice: random.Random, numbers: Sequence[str], count: int) -> Iterator[tuple[object, ...]]:
    for _ in range(count):
        at = _FIRST_CALL + timedelta(seconds=dice.randrange(_CALLS_DAYS * 86_400))
        number = dice.choice(numbers)
        yield (new_call_id(), number, number, at, at, at, *_ALIKE.values())
