"""The register at size: import, import again, linking, searching and opening a person's record.

Run from the top of the repository: ``.venv/bin/python -m bench.register --database postgresql``. It makes a home, a
sample and a database of its own in a temporary folder, and takes them away again. README.md beside this file explains
the figures.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table
from sqlalchemy import insert, select

from bench.figures import Spread
from bench.postgres import postgres
from calls.clock import SystemClock
from calls.identity import new_call_id
from ledger_link.day import day_of
from ledger_link.persons import PersonRow, PhoneNumberRow
from ledger_link.relinking import relink
from ledger_link.sampling.sample import SampleSize, write_sample
from rights.actor import Actor
from rights.register_finding import RegisterQuery, find_in_register
from rights.register_view import view_person
from rights.tasks import Task
from storage.database.calls import CallRow
from storage.database.engine import Database, open_database
from tallenne.installing import install
from tallenne.settings import HOME_VARIABLE

LOOKS = 300
_Thing = TypeVar("_Thing")
_BATCH_CALLS = 5_000
_FIRST_CALL = datetime(2026, 1, 1, tzinfo=UTC)
_CALLS_DAYS = 300


@dataclass(frozen=True, slots=True)
class ImportCost:
    """What one run of ``tallenne register import`` took, the start of Python included."""

    wall_s: float
    cpu_s: float
    peak_mib: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFigures:
    """What a run showed; times of looks in milliseconds."""

    database: str
    persons: int
    leases: int
    ledger_rows: int
    rows: int
    sample_s: float
    first_import: ImportCost
    second_import: ImportCost
    calls: int
    calls_linked_per_s: float
    search_by_name_ms: Spread
    search_by_number_ms: Spread
    person_ms: Spread


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure once and print."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="tallenne-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the PostgreSQL server is somebody else
        with _database(options.database, folder) as url:
            figures = _measure(options, folder, url)
    print(json.dumps(asdict(figures)) if options.json else "", end="")
    if not options.json:
        _show(figures)
    return 0


def _measure(options: argparse.Namespace, folder: Path, url: str) -> RegisterFigures:
    say = Console(stderr=True).print
    os.environ["TALLENNE_DATABASE__URL"] = url
    os.environ[HOME_VARIABLE] = str(folder / "home")
    install(folder / "home")
    size = SampleSize.of(options.persons, options.leases, options.ledger_rows)
    say(f"a sample of {size.persons} persons")
    began = time.monotonic()
    counts = write_sample(folder / "sample", size, seed=1, progress=lambda _done, _all: None)
    sample_s = time.monotonic() - began
    say("importing it, and once more")
    first, second = _import(folder / "sample"), _import(folder / "sample")
    database = open_database(url)
    say(f"linking {options.calls} calls")
    per_s = _linking(database, options.calls)
    say("looking")
    figures = RegisterFigures(
        database=options.database,
        persons=size.persons,
        leases=size.leases,
        ledger_rows=size.ledger_rows,
        rows=sum(counts.values()),
        sample_s=sample_s,
        first_import=first,
        second_import=second,
        calls=options.calls,
        calls_linked_per_s=per_s,
        **_looking(database),
    )
    database.dispose()
    return figures


def _import(folder: Path) -> ImportCost:
    """Run the command as its user does; the memory is the process's greatest resident set."""
    began = time.monotonic()
    null = os.open(os.devnull, os.O_WRONLY)
    command = [sys.executable, "-m", "tallenne", "register", "import", str(folder), "--json"]
    child = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
    os.close(null)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"the import ended with status {status}")
    return ImportCost(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _linking(database: Database, calls: int) -> float:
    """Put calls of the register's numbers into the database, and link them as a relink after an import does."""
    with database.read() as session:
        numbers = list(session.scalars(select(PhoneNumberRow.e164)))
    dice = random.Random(1)
    for start in range(0, calls, _BATCH_CALLS):
        rows = [_call(dice, numbers) for _ in range(min(_BATCH_CALLS, calls - start))]
        with database.begin() as session:
            session.execute(insert(CallRow), rows)
    began = time.monotonic()
    report = relink(database, clock=SystemClock(), progress=lambda _done, _all: None)
    return report.checked / (time.monotonic() - began) if report.checked else 0.0


def _call(dice: random.Random, numbers: Sequence[str]) -> dict[str, object]:
    at = _FIRST_CALL + timedelta(seconds=dice.randrange(_CALLS_DAYS * 86_400))
    number = dice.choice(numbers)
    return {
        "id": new_call_id(),
        "sip_call_id": "bench",
        "direction": "inbound",
        "service_number": "+358102001000",
        "service_name": "Asiakaspalvelu",
        "caller_e164": number,
        "caller_raw": number,
        "caller_display_name": "",
        "caller_withheld": False,
        "started_at": at,
        "ended_at": at,
        "state": "not_recorded",
        "reason": "no_answer",
        "worker": "bench",
        "archived_at": at,
    }


def _looking(database: Database) -> dict[str, Spread]:
    """Search and open records as the viewer does: permissions, queries and the audit row; not the page's template."""
    clerk = Actor(account_id=None, login="bench", name="Bench", agent_id=None, tasks=frozenset(Task))
    dice, clock = random.Random(2), SystemClock()
    with database.read() as session:
        people = session.execute(select(PersonRow.id, PersonRow.call_name, PersonRow.surname)).all()
        numbers = list(session.scalars(select(PhoneNumberRow.e164)))
    chosen = [dice.choice(people) for _ in range(LOOKS)]
    today = day_of(clock.now())

    def search(text: str) -> None:
        find_in_register(database, clerk, RegisterQuery(text), clock=clock)

    return {
        "search_by_name_ms": _timed(lambda one: search(f"{one[1]} {one[2]}"), chosen),
        "search_by_number_ms": _timed(search, [dice.choice(numbers) for _ in range(LOOKS)]),
        "person_ms": _timed(lambda one: view_person(database, clerk, one[0], on=today, clock=clock), chosen),
    }


def _timed(look: Callable[[_Thing], object], things: Sequence[_Thing]) -> Spread:
    times = []
    for thing in things:
        began = time.perf_counter()
        look(thing)
        times.append((time.perf_counter() - began) * 1000)
    return Spread.of(times)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'register.sqlite'}"
    else:
        with postgres(folder / "postgres") as url:
            yield url


def _show(figures: RegisterFigures) -> None:
    table = Table(title=f"{figures.persons} persons, {figures.rows} rows, {figures.database}")
    table.add_column("measure")
    table.add_column("figure", justify="right")
    for name, cost in (("import", figures.first_import), ("the same again", figures.second_import)):
        table.add_row(name, f"{cost.wall_s:.1f} s ({cost.cpu_s:.1f} s CPU, {cost.peak_mib:.0f} MiB)")
    table.add_row(f"linking {figures.calls} calls", f"{figures.calls_linked_per_s:.0f} calls/s")
    spreads = {
        "search by name": figures.search_by_name_ms,
        "search by number": figures.search_by_number_ms,
        "a person's record": figures.person_ms,
    }
    for name, spread in spreads.items():
        table.add_row(f"{name}, median / p95", f"{spread.median:.1f} / {spread.p95:.1f} ms")
    Console().print(table)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.register", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--leases", type=int, default=None, help="three to five persons if not given")
    parser.add_argument("--ledger-rows", type=int, default=None, help="33 to a lease if not given")
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
