"""A clock that leaps, and too many calls at once, end no call before somebody has said that it is as it should be."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from fixtures_rights import OPERATOR, Office, keep_audio
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError, UnavailableError
from privacy.retention.doubts import ALWAYS_ALLOWED, HaltKind, apart, leap, too_many
from privacy.retention.guard import Guard, database_moment
from privacy.retention.halts import standing_halts
from privacy.retention.register_rows import RowsReport
from privacy.retention.retention_rows import CallDeletionRow, RetentionHaltRow, RetentionPolicyRow
from privacy.retention.run import Retention
from privacy.retention.scheduling import ask_early_deletion, delete_early
from privacy.retention.shredder import Shredder
from rights.access.approvals import decide
from rights.access.tasks import Task
from rights.audit.chain_rows import CheckpointRow
from rights.audit.trail import Action
from rights.tables import AuditRow
from softphones.ports import free_ports
from storage.objects.file_store import FileStore
from storage.objects.server_moment import server_moment
from storage.spool.spool import Spool
from storage.vault.key_ring import KeyRing
from tallenne.house import House
from tallenne.installing import install

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
SERVICE = "+358102001000"


def test_a_clock_leaps_when_nothing_tells_of_the_days_between() -> None:
    days = [NOON + timedelta(days=day) for day in range(0, 60, 5)]
    assert leap(now=NOON, seen=[], most=WEEK) is None
    assert leap(now=NOON + WEEK, seen=[NOON], most=WEEK) is None
    assert leap(now=days[-1], seen=days, most=WEEK) is None
    assert leap(now=days[-1], seen=[*reversed(days)], most=WEEK) is None
    for seen in ([NOON], [*days[:4], NOON + timedelta(days=400)]):
        doubt = leap(now=NOON + timedelta(days=401), seen=seen, most=WEEK)
        assert doubt is not None
        assert (doubt.kind, doubt.needs_clock) == (HaltKind.CLOCK, False)
    # set back since: what was seen in the future tells nothing
    assert leap(now=NOON, seen=[NOON + timedelta(days=4000)], most=WEEK) is None


def test_a_clock_that_is_ahead_of_another_is_doubted() -> None:
    assert apart(now=NOON, told={}) is None
    assert apart(now=NOON, told={"store": NOON - timedelta(minutes=59), "database": NOON + timedelta(days=9)}) is None
    doubt = apart(now=NOON, told={"database": NOON, "store": NOON - timedelta(minutes=61)})
    assert doubt is not None
    assert doubt.needs_clock
    assert "that of the store" in doubt.what


def test_a_share_of_all_calls_may_go_in_a_day() -> None:
    assert too_many(due=ALWAYS_ALLOWED, gone=0, calls=ALWAYS_ALLOWED, percent=1) is None
    assert too_many(due=0, gone=5000, calls=6000, percent=10) is None  # nothing more would go
    assert too_many(due=600, gone=400, calls=10_000, percent=10) is None
    assert too_many(due=600, gone=400, calls=10_000, percent=10, permitted=900) is None
    doubt = too_many(due=601, gone=400, calls=10_000, percent=10)
    assert doubt is not None
    assert (doubt.kind, doubt.calls) == (HaltKind.AMOUNT, 1001)


class Watched:
    """The office with its guarded retention, and three calls whose period is a month."""

    def __init__(self, office: Office, *, objects: FileStore, keys: KeyRing, spool: Spool, folder: Path) -> None:
        self.office, self.clock = office, office.clock
        self.guard = Guard(database=office.database, clock=office.clock, most_days_away=7, most_percent_a_day=10)
        self.retention = Retention(
            shredder=Shredder(
                database=office.database,
                objects=objects,
                keys=keys,
                spool=spool,
                clock=office.clock,
                give_back_space=lambda: None,
            ),
            services={SERVICE: ("verify",)},
            folder=folder / "retention",
            clock=office.clock,
            guard=self.guard,
        )
        self.calls = [office.add_call(agent_id=office.sanna_id) for _ in range(3)]
        for call_id in self.calls:
            keep_audio(office.database, call_id, objects=objects, keys=keys, folder=folder)
        with office.database.begin() as session:
            session.add(
                RetentionPolicyRow(
                    purpose="verify",
                    keep_count=1,
                    keep_unit="months",
                    reason="x",
                    made_by="x",
                    made_at=self.clock.now(),
                )
            )

    def days(self, count: int) -> None:
        """Let days pass in which the retention runs."""
        for _ in range(count):
            self.clock.advance(days=1)
            self.retention.run_once()

    def states(self) -> dict[str, str]:
        with self.office.database.read() as session:
            return {row.call_id: row.state for row in session.scalars(select(CallDeletionRow))}

    def halts(self) -> list[HaltKind]:
        with self.office.database.read() as session:
            return [halt.kind for halt in standing_halts(session)]

    def audited(self) -> list[tuple[str, str | None]]:
        actions = (Action.RETENTION_HALTED, Action.RETENTION_WENT_ON)
        with self.office.database.read() as session:
            rows = session.scalars(select(AuditRow).where(AuditRow.action.in_(actions)).order_by(AuditRow.id))
            return [(row.action, row.login) for row in rows]

    def decide_in_a_case(self, call_id: str) -> None:
        handler = self.office.actor(self.office.add_account("handler", Task.HANDLE_CASES))
        approver = self.office.actor(self.office.add_account("approver", Task.APPROVE_DELETIONS))
        case = {"call_ids": [call_id], "case_no": "T-2026-0001", "clock": self.clock}
        with self.office.database.begin() as session:
            asked = ask_early_deletion(session, reasons="he asked", by=handler, **case)  # type: ignore[arg-type]
        with self.office.database.begin() as session:
            decide(session, asked.id, is_approved=True, by=approver, clock=self.clock)
            delete_early(session, by=handler, **case)  # type: ignore[arg-type]


@pytest.fixture
def watched(office: Office, file_store: FileStore, keys: KeyRing, spool: Spool, tmp_path: Path) -> Watched:
    return Watched(office, objects=file_store, keys=keys, spool=spool, folder=tmp_path)


def test_a_clock_that_leapt_ends_nothing_but_what_two_people_decided(watched: Watched) -> None:
    watched.days(32)
    assert set(watched.states().values()) == {"scheduled"}
    watched.decide_in_a_case(watched.calls[0])
    right = watched.clock.moment
    watched.clock.advance(days=3650)
    report = watched.retention.run_once()
    assert report.halted == {HaltKind.CLOCK}
    assert not watched.retention.shred_due(report.halted)
    assert watched.states() == {call: "emptying" if call == watched.calls[0] else "scheduled" for call in watched.calls}
    assert watched.halts() == [HaltKind.CLOCK]
    watched.retention.run_once()
    assert watched.audited() == [(Action.RETENTION_HALTED, "system:retention")]  # once, and not every minute

    watched.clock.moment = right + timedelta(hours=1)  # the clock is set right
    assert not watched.retention.run_once().halted
    assert watched.halts() == []
    assert watched.audited()[1:] == [(Action.RETENTION_WENT_ON, "system:retention")]
    watched.days(14)
    assert set(watched.states().values()) == {"emptying", "done"}


def test_what_was_put_on_the_list_by_a_wrong_clock_is_nothing(watched: Watched) -> None:
    """The daily part waits too: the list of calls, and that of the rest."""
    kept: list[str] = []

    def keep_periods(_halted: object) -> RowsReport:
        kept.append("rows")
        return RowsReport()

    retention = replace(watched.retention, keep_periods=keep_periods)
    retention.run_once()
    kept.clear()
    watched.clock.advance(days=400)
    assert retention.run_once().scheduled == 0
    assert (watched.states(), kept) == ({}, [])


def test_an_operator_says_that_the_house_was_really_away(watched: Watched) -> None:
    watched.days(1)
    with pytest.raises(NotFoundError, match="nothing is doubted"):
        watched.guard.go_on(reason="just so", by=OPERATOR)
    watched.clock.advance(days=60)
    assert watched.retention.run_once().halted
    with pytest.raises(BadDataError):
        watched.guard.go_on(reason=" ", by=OPERATOR)
    assert [doubt.kind for doubt in watched.guard.go_on(reason="closed for the summer", by=OPERATOR)] == [
        HaltKind.CLOCK
    ]
    assert watched.halts() == []
    assert watched.retention.run_once().scheduled == 3
    watched.clock.advance(days=3650)  # the word was for that day alone
    assert watched.retention.run_once().halted
    assert [login for _, login in watched.audited()] == ["system:retention", OPERATOR.login, "system:retention"]


def test_a_word_does_not_outlive_a_clock_that_was_set_back(watched: Watched) -> None:
    watched.days(1)
    right = watched.clock.moment
    watched.clock.advance(days=3650)
    watched.guard.go_on(reason="a mistake", by=OPERATOR)
    assert not watched.guard.doubts()
    watched.clock.moment = right + timedelta(days=1)
    assert not watched.retention.run_once().halted
    watched.clock.advance(days=3650)
    assert [doubt.kind for doubt in watched.guard.doubts()] == [HaltKind.CLOCK]


def test_the_checkpoints_of_the_audit_bear_out_days_in_which_the_retention_was_away(watched: Watched) -> None:
    watched.days(1)
    last = watched.clock.moment
    with watched.office.database.begin() as session:
        for number, days in enumerate((5, 11, 18), start=1):
            session.add(
                CheckpointRow(number=number, size=number, made_at=last + timedelta(days=days), note=f"note {number}")
            )
    watched.clock.advance(days=25)
    assert watched.guard.doubts() == []
    watched.clock.advance(days=1)
    assert [doubt.kind for doubt in watched.guard.doubts()] == [HaltKind.CLOCK]


def test_two_clocks_that_disagree_wait_for_one_of_them_to_be_set(watched: Watched) -> None:
    watched.days(1)
    guard = replace(watched.guard, witnesses={"object store": lambda: NOON - timedelta(days=365)})
    with pytest.raises(RefusedError, match="object store") as refused:
        guard.go_on(reason="ours is right", by=OPERATOR)
    assert refused.value.remedy == "set the clock that is wrong"
    assert guard.halts() == {HaltKind.CLOCK}
    assert replace(guard, witnesses={"object store": lambda: None}).halts() == frozenset()


def test_more_calls_than_a_day_should_see_wait_for_a_word(watched: Watched) -> None:
    watched.days(32)
    with watched.office.database.begin() as session:  # as if a period had been made shorter for most of a year's calls
        for number in range(ALWAYS_ALLOWED):
            session.add(
                CallDeletionRow(
                    call_id=f"00000000-0000-0000-0000-{number:012}",
                    state="scheduled",
                    because="policy",
                    scheduled_at=watched.clock.now(),
                    scheduled_by="x",
                    shred_from=watched.clock.now() + timedelta(days=12),  # when the three are due too
                )
            )
    watched.days(11)
    assert watched.halts() == []
    watched.days(1)
    assert watched.halts() == [HaltKind.AMOUNT]
    assert {watched.states()[call_id] for call_id in watched.calls} == {"scheduled"}
    (doubt,) = watched.guard.go_on(reason="the board shortened the period", by=OPERATOR)
    assert (doubt.kind, doubt.calls) == (HaltKind.AMOUNT, ALWAYS_ALLOWED + 3)
    watched.retention.run_once()
    assert set(watched.states().values()) == {"emptying"}
    with watched.office.database.read() as session:
        (row,) = session.scalars(select(RetentionHaltRow))
    assert (row.calls, row.ended_by) == (ALWAYS_ALLOWED + 3, OPERATOR.login)
    watched.clock.advance(minutes=1)
    assert watched.retention.run_once().erased == ALWAYS_ALLOWED + 3


class _Dated(BaseHTTPRequestHandler):
    date = "Mon, 02 Nov 2026 12:00:00 GMT"

    def do_HEAD(self) -> None:
        """Refuse, as an S3 server does who does not know us, and tell the time."""
        self.send_response_only(403)
        if self.date:
            self.send_header("Date", self.date)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def dated() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Dated) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_server_tells_its_time_to_whoever_it_refuses(dated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert server_moment(dated) == NOON
    for date in ("", "yesterday"):
        monkeypatch.setattr(_Dated, "date", date)
        assert server_moment(dated) is None
    with pytest.raises(UnavailableError, match="does not tell the time"):
        server_moment(f"http://127.0.0.1:{free_ports()}")


def test_a_database_on_another_machine_tells_its_time(office: Office) -> None:
    moment = database_moment(office.database)
    if office.database.engine.dialect.name == "postgresql":
        assert moment is not None
        assert moment.utcoffset() == timedelta(0)
    else:
        assert moment is None


def test_the_house_guards_its_retention(
    tmp_path: Path, sqlite_url: str, dated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALLENNE_DATABASE__URL", sqlite_url)
    monkeypatch.setenv("TALLENNE_OBJECTS__EMBEDDED", "false")
    monkeypatch.setenv("TALLENNE_OBJECTS__ENDPOINT", dated)
    install(tmp_path / "home")
    house = House(tmp_path / "home")
    guard = house.retention.guard
    assert guard is not None
    assert (guard.most_days_away, guard.most_percent_a_day) == (7, 10)
    assert {name: tell() for name, tell in guard.witnesses.items()} == {"database": None, "object store": NOON}
    house.database.dispose()
