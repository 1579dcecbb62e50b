"""Policies, plan, schedule, holds and four eyes: what goes, when, and what keeps it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fixtures_rights import MORNING, OPERATOR, Office, keep_audio
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError, UnavailableError
from privacy.cases.case_words import CaseKind, Channel
from privacy.cases.handling import withdraw
from privacy.cases.intake import open_case, subject_agent
from privacy.retention.deletion_state import Because, State
from privacy.retention.holds import ask_release, holds, put_hold, release
from privacy.retention.house_actor import HOUSE
from privacy.retention.period import Period, Unit, day_in_finland
from privacy.retention.plan import plan
from privacy.retention.policies import make_policy, policies, retire_policy, rules
from privacy.retention.proofs import proofs
from privacy.retention.register_rows import RowsReport
from privacy.retention.retention_rows import CallDeletionRow
from privacy.retention.run import Retention
from privacy.retention.scheduling import ask_early_deletion, delete_early, reserve, scheduled_calls
from privacy.retention.shredder import Shredder
from rights.access.approvals import decide
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.listening.restrictions import Restricted, RestrictionKind, restrict
from rights.tables import AuditRow
from storage.database.calls import CallRow
from storage.objects.file_store import FileStore
from storage.spool.spool import Spool
from storage.vault.key_ring import KeyRing

SERVICE = "+358102001000"
OTHER_SERVICE = "+358102002000"
SERVICES = {SERVICE: ("verify", "training"), OTHER_SERVICE: ("verify",)}
MONTH, YEAR = Period(1, Unit.MONTHS), Period(1, Unit.YEARS)


@pytest.mark.parametrize(
    ("period", "day", "end"),
    [
        (Period(14, Unit.DAYS), date(2026, 2, 20), date(2026, 3, 6)),
        (Period(1, Unit.MONTHS), date(2026, 1, 31), date(2026, 2, 28)),
        (Period(13, Unit.MONTHS), date(2026, 12, 31), date(2028, 1, 31)),
        (Period(2, Unit.YEARS), date(2024, 2, 29), date(2026, 2, 28)),
    ],
)
def test_a_period_ends_by_the_calendar(period: Period, day: date, end: date) -> None:
    assert period.end_from(day) == end


def test_a_period_of_nothing_or_of_ages_is_refused() -> None:
    for count, unit in ((0, Unit.DAYS), (-1, Unit.YEARS), (101, Unit.YEARS)):
        with pytest.raises(BadDataError):
            Period(count, unit)


def test_the_day_is_finlands() -> None:
    assert day_in_finland(datetime(2026, 1, 1, 22, 30, tzinfo=UTC)) == date(2026, 1, 2)


class Bureau:
    """The office with its retention, a keeper and an approver."""

    def __init__(self, office: Office, *, objects: FileStore, keys: KeyRing, spool: Spool, folder: Path) -> None:
        self.office, self.clock, self.folder = office, office.clock, folder
        self.objects, self.keys = objects, keys
        self.retention = Retention(
            shredder=Shredder(
                database=office.database,
                objects=objects,
                keys=keys,
                spool=spool,
                clock=office.clock,
                give_back_space=lambda: None,
            ),
            services=SERVICES,
            folder=folder / "retention",
            clock=office.clock,
        )
        tasks = (Task.MANAGE_RETENTION, Task.MANAGE_HOLDS, Task.HANDLE_CASES)
        self.keeper = office.actor(office.add_account("keeper", *tasks))
        self.approver = office.actor(office.add_account("approver", Task.APPROVE_DELETIONS))
        self.nobody = office.actor(office.add_account("nobody", Task.VIEW_CALLS))

    def policy(self, period: Period, *, purpose: str = "verify", service: str | None = None) -> int:
        with self.office.database.begin() as session:
            made = make_policy(
                session,
                service=service,
                purpose=purpose,
                period=period,
                reason="the statement says so",
                by=self.keeper,
                clock=self.clock,
            )
        return made.id

    def add_call(self, **facts: Any) -> str:  # noqa: ANN401 (columns of a call)
        call_id = self.office.add_call(agent_id=self.office.sanna_id, **facts)
        keep_audio(self.office.database, call_id, objects=self.objects, keys=self.keys, folder=self.folder)
        return call_id

    def hold(self, **on: object) -> int:
        with self.office.database.begin() as session:
            return put_hold(
                session,
                reason="lawsuit",
                review_on=day_in_finland(self.clock.now()) + timedelta(days=90),
                by=self.keeper,
                clock=self.clock,
                **on,  # type: ignore[arg-type]
            ).id

    def states(self) -> dict[str, str]:
        with self.office.database.read() as session:
            return {row.call_id: row.state for row in session.scalars(select(CallDeletionRow))}

    def left(self) -> set[str]:
        with self.office.database.read() as session:
            return set(session.scalars(select(CallRow.id)))

    def actions(self) -> list[str]:
        with self.office.database.read() as session:
            return list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))

    def approve(self, approval_id: int) -> None:
        with self.office.database.begin() as session:
            decide(session, approval_id, is_approved=True, by=self.approver, clock=self.clock)


@pytest.fixture
def bureau(office: Office, file_store: FileStore, keys: KeyRing, spool: Spool, tmp_path: Path) -> Bureau:
    return Bureau(office, objects=file_store, keys=keys, spool=spool, folder=tmp_path)


def test_the_longest_period_that_applies_wins(bureau: Bureau) -> None:
    bureau.policy(MONTH)
    bureau.policy(YEAR, purpose="training")
    bureau.policy(Period(3, Unit.YEARS), service=OTHER_SERVICE)
    with bureau.office.database.read() as session:
        standing = rules(session, services=SERVICES)
    day = date(2026, 11, 2)
    assert standing.keeping(service=SERVICE, reserved=(), ended_on=day).until == date(2027, 11, 2)
    assert standing.keeping(service=OTHER_SERVICE, reserved=(), ended_on=day).until == date(2029, 11, 2)
    # a service that the settings do not know has every purpose, by the periods of all services
    assert standing.keeping(service="+358999", reserved=(), ended_on=day).until == date(2027, 11, 2)
    assert standing.keeping(service=OTHER_SERVICE, reserved=("request",), ended_on=day).missing == ("request",)
    assert standing.gaps() == {}


def test_a_purpose_without_a_period_keeps_for_ever(bureau: Bureau) -> None:
    call_id = bureau.add_call()
    bureau.policy(MONTH)
    bureau.clock.advance(days=4000)
    assert not bureau.retention.run_once().did_something
    assert bureau.left() == {call_id}
    with bureau.office.database.read() as session:
        standing = rules(session, services=SERVICES)
        made = plan(session, rules=standing, clock=bureau.clock)
    assert standing.gaps() == {SERVICE: ("training",)}
    assert (made.due, made.without_period) == (0, 1)


def test_what_is_over_is_seen_for_two_weeks_and_then_gone(bureau: Bureau) -> None:
    old, young = bureau.add_call(), bureau.add_call(started_at=MORNING + timedelta(days=20))
    bureau.policy(MONTH)
    bureau.policy(MONTH, purpose="training")
    bureau.clock.advance(days=29)
    assert bureau.retention.run_once().scheduled == 0  # 1.12.: not yet
    bureau.clock.advance(days=1)
    with bureau.office.database.read() as session:
        made = plan(session, rules=rules(session, services=SERVICES), clock=bureau.clock)
    assert (made.due, dict(made.by_month)) == (1, {date(2026, 12, 1): 1})
    assert bureau.retention.run_once().scheduled == 1
    with bureau.office.database.read() as session:
        (seen,) = scheduled_calls(session)
    assert (seen.call_id, seen.state, seen.shred_from - seen.scheduled_at) == (old, State.SCHEDULED, timedelta(days=14))
    bureau.clock.advance(days=13, hours=23)
    bureau.retention.run_once()
    assert bureau.left() == {old, young}
    bureau.clock.advance(hours=1)
    bureau.retention.run_once()
    bureau.clock.advance(minutes=1)
    assert bureau.retention.run_once().erased == 1
    assert bureau.left() == {young}
    with bureau.office.database.read() as session:
        (proof,) = proofs(session)
    assert (proof.subject, proof.because, proof.scheduled_by) == (old, Because.POLICY, HOUSE.login)
    assert set(proof.hashes) == {"flac", "audio_object", "peaks_object"}
    assert Action.CALL_ERASED in bureau.actions()


def test_a_longer_policy_a_reservation_or_a_hold_takes_it_back(bureau: Bureau) -> None:
    calls = [bureau.add_call() for _ in range(3)]
    for purpose in ("verify", "training", "request"):
        bureau.policy(MONTH, purpose=purpose)
    bureau.clock.advance(days=40)
    assert bureau.retention.run_once().scheduled == 3
    bureau.hold(call_id=calls[0])
    bureau.policy(YEAR, purpose="request")
    with bureau.office.database.begin() as session:
        reserve(session, calls[1], purpose="request", reason="a case", by=bureau.keeper, clock=bureau.clock)
    assert bureau.states()[calls[1]] == "withdrawn"  # at once: its last day may be today
    assert bureau.retention.run_once().withdrawn == 1
    assert bureau.states() == {calls[0]: "withdrawn", calls[1]: "withdrawn", calls[2]: "scheduled"}
    bureau.policy(YEAR)
    assert bureau.retention.run_once().withdrawn == 1
    bureau.policy(MONTH)
    assert bureau.retention.run_once().scheduled == 1
    bureau.clock.advance(days=14)
    bureau.retention.run_once()
    assert bureau.left() == {calls[0], calls[1]}


def test_a_policy_of_the_very_last_day_still_keeps_what_is_due(bureau: Bureau) -> None:
    """The daily part is over; the shredding of each minute asks the policies as they are then."""
    kept, doomed = bureau.add_call(service_number=OTHER_SERVICE), bureau.add_call()
    for purpose in ("verify", "training"):
        bureau.policy(MONTH, purpose=purpose)
    bureau.clock.advance(days=40)
    assert bureau.retention.run_once().scheduled == 2
    bureau.clock.advance(days=14, seconds=-1)
    assert bureau.retention.run_once().withdrawn == 0
    bureau.policy(YEAR, service=OTHER_SERVICE)
    bureau.clock.advance(seconds=1)
    bureau.retention.shred_due()
    assert bureau.states() == {kept: "withdrawn", doomed: "emptying"}
    assert bureau.left() == {kept}


def test_nobody_reserves_what_is_being_erased(bureau: Bureau) -> None:
    call_id = bureau.add_call()
    for purpose in ("verify", "training"):
        bureau.policy(MONTH, purpose=purpose)
    bureau.clock.advance(days=40)
    bureau.retention.run_once()
    bureau.clock.advance(days=14)
    assert bureau.retention.shredder.claim() == [call_id]
    with bureau.office.database.begin() as session, pytest.raises(BadDataError, match="erased"):
        reserve(session, call_id, purpose="request", reason="a case", by=bureau.keeper, clock=bureau.clock)


def test_a_persons_hold_keeps_every_call_that_may_be_his(bureau: Bureau) -> None:
    person = bureau.office.add_person("Aino", "Virtanen", "+358401000001")
    his, other = bureau.add_call(), bureau.add_call(caller_e164="+358401000009")
    for purpose in ("verify", "training"):
        bureau.policy(MONTH, purpose=purpose)
    bureau.hold(person_id=person)
    bureau.clock.advance(days=40)
    assert bureau.retention.run_once().scheduled == 1
    assert bureau.states() == {other: "scheduled"}
    assert his in bureau.left()


def test_a_restricted_call_stays(bureau: Bureau) -> None:
    """GDPR article 18: the subject may need just what we need no longer."""
    call_id = bureau.add_call()
    for purpose in ("verify", "training"):
        bureau.policy(MONTH, purpose=purpose)
    with bureau.office.database.begin() as session:
        restrict(
            session,
            Restricted(call_id=call_id),
            kind=RestrictionKind.RESTRICTION,
            case_number="T-2026-0001",
            reason="a claim of his own",
            by=bureau.keeper,
            clock=bureau.clock,
        )
    bureau.clock.advance(days=400)
    bureau.retention.run_once()
    assert bureau.states() == {}


@pytest.mark.parametrize("kind", [CaseKind.ACCESS, CaseKind.RESTRICTION])
def test_what_somebody_asked_for_stays_until_the_case_is_closed(bureau: Bureau, kind: CaseKind) -> None:
    call_id = bureau.add_call()
    for purpose in ("verify", "training"):
        bureau.policy(MONTH, purpose=purpose)
    with bureau.office.database.begin() as session:
        case = open_case(
            session,
            subject_agent(session, bureau.office.sanna_id),
            kind=kind,
            channel=Channel.IN_PERSON,
            received_on=MORNING.date(),
            request="a copy of my calls",
            language="fi",
            by=bureau.keeper,
            clock=bureau.clock,
        )
    bureau.clock.advance(days=400)
    bureau.retention.run_once()
    assert bureau.states() == {}
    with bureau.office.database.begin() as session:
        withdraw(session, case.case_no, reasons="not wanted any more", by=bureau.keeper, clock=bureau.clock)
    bureau.retention.run_once()
    assert bureau.states() == {call_id: "scheduled"}


def test_a_hold_is_released_by_two_people_alone(bureau: Bureau) -> None:
    call_id = bureau.add_call()
    hold = bureau.hold(call_id=call_id)
    database, clock = bureau.office.database, bureau.clock
    with pytest.raises(RefusedError), database.begin() as session:
        release(session, hold, by=bureau.keeper, clock=clock)
    with pytest.raises(RefusedError), database.begin() as session:
        ask_release(session, hold, reason="over", by=bureau.nobody, clock=clock)
    with database.begin() as session:
        approval = ask_release(session, hold, reason="the suit is over", by=bureau.keeper, clock=clock)
    with pytest.raises((RefusedError, NotFoundError)), database.begin() as session:
        decide(session, approval.id, is_approved=True, by=bureau.keeper, clock=clock)
    bureau.approve(approval.id)
    with database.begin() as session:
        assert release(session, hold, by=bureau.keeper, clock=clock).released_by == "keeper"
        assert holds(session) == []
        assert [one.id for one in holds(session, standing=False)] == [hold]
    with pytest.raises(NotFoundError), database.begin() as session:
        ask_release(session, hold, reason="again", by=bureau.keeper, clock=clock)


def test_what_a_hold_refuses(bureau: Bureau) -> None:
    call_id = bureau.add_call()
    database, today = bureau.office.database, day_in_finland(bureau.clock.now())
    good = {"call_id": call_id, "reason": "lawsuit", "review_on": today + timedelta(days=9), "by": bureau.keeper}
    for change, error in (
        ({"by": bureau.nobody}, RefusedError),
        ({"by": OPERATOR}, RefusedError),
        ({"reason": "  "}, BadDataError),
        ({"review_on": today}, BadDataError),
        ({"call_id": None}, BadDataError),
        ({"person_id": 1, "call_id": None}, NotFoundError),
        ({"call_id": "0199a1b2-0000-7000-8000-000000000001"}, NotFoundError),
    ):
        with pytest.raises(error), database.begin() as session:
            put_hold(session, **{**good, **change}, clock=bureau.clock)  # type: ignore[arg-type]


def test_an_early_deletion_needs_a_second_person_and_no_hold(bureau: Bureau) -> None:
    call_id, held = bureau.add_call(), bureau.add_call()
    bureau.hold(call_id=held)
    database, clock = bureau.office.database, bureau.clock
    case = {"case_no": "T-2026-0001", "by": bureau.keeper, "clock": clock}
    with pytest.raises(BadDataError, match="held"), database.begin() as session:
        ask_early_deletion(session, call_ids=[call_id, held], reasons="unlawful", **case)  # type: ignore[arg-type]
    with pytest.raises(RefusedError), database.begin() as session:
        ask_early_deletion(
            session, call_ids=[call_id], reasons="x", case_no="T-2026-0001", by=bureau.nobody, clock=clock
        )
    with database.begin() as session:
        approval = ask_early_deletion(session, call_ids=[call_id], reasons="unlawful", **case)  # type: ignore[arg-type]
    with pytest.raises(RefusedError), database.begin() as session:
        delete_early(session, call_ids=[call_id], **case)  # type: ignore[arg-type]
    bureau.approve(approval.id)
    with database.begin() as session:
        delete_early(session, call_ids=[call_id], **case)  # type: ignore[arg-type]
    with pytest.raises(RefusedError), database.begin() as session:  # an approval is used once
        delete_early(session, call_ids=[call_id], **case)  # type: ignore[arg-type]
    bureau.retention.run_once()
    clock.advance(minutes=1)
    assert bureau.retention.run_once().erased == 1
    assert bureau.left() == {held}
    with database.read() as session:
        (proof,) = proofs(session)
    assert (proof.case_no, proof.approved_by) == ("T-2026-0001", "approver")


def test_who_may_make_policies_and_what_they_refuse(bureau: Bureau) -> None:
    database, clock = bureau.office.database, bureau.clock
    good = {"service": None, "purpose": "verify", "period": MONTH, "reason": "law", "by": bureau.keeper}
    for change, error in (
        ({"by": bureau.nobody}, RefusedError),
        ({"purpose": "curiosity"}, BadDataError),
        ({"reason": ""}, BadDataError),
        ({"reason": "x" * 1001}, BadDataError),
    ):
        with pytest.raises(error), database.begin() as session:
            make_policy(session, **{**good, **change}, clock=clock)  # type: ignore[arg-type]
    first, second = bureau.policy(MONTH), bureau.policy(YEAR)
    with database.read() as session:
        assert [policy.id for policy in policies(session)] == [second]
    with pytest.raises(NotFoundError), database.begin() as session:
        retire_policy(session, first, by=bureau.keeper, clock=clock)
    with pytest.raises(RefusedError), database.begin() as session:
        retire_policy(session, second, by=bureau.nobody, clock=clock)
    with database.begin() as session:
        retire_policy(session, second, by=bureau.keeper, clock=clock)
        assert policies(session) == []


def test_one_run_works_at_a_time(bureau: Bureau) -> None:
    with bureau.retention._alone(), pytest.raises(UnavailableError, match="another run"):
        bureau.retention.run_once()


def test_a_run_that_dies_leaves_the_next_one_nothing_undone(bureau: Bureau) -> None:
    """Killed between two pages of scheduling: what was committed is not scheduled twice, the rest is."""
    calls = {bureau.add_call() for _ in range(3)}
    for purpose in ("verify", "training"):
        bureau.policy(MONTH, purpose=purpose)
    bureau.clock.advance(days=40)

    def die(_halted: object) -> RowsReport:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(bureau.retention, keep_periods=die).run_once()
    assert bureau.retention.run_once().scheduled == 0
    assert set(bureau.states()) == calls
    assert bureau.actions().count(Action.DELETION_SCHEDULED) == 3
