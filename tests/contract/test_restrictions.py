"""What a data subject restricted or objected to is not heard for the purposes that this blocks (GDPR 18 and 21)."""

import pytest
from fixtures_rights import OPERATOR, Office
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.listening.restrictions import (
    Restricted,
    RestrictedError,
    Restriction,
    RestrictionKind,
    blocked,
    blocked_purposes,
    lift,
    require_unblocked,
    restrict,
    restrictions_of,
    restrictions_of_case,
    standing_on_call,
)
from rights.tables import AuditPersonRow, AuditRow

CASE = "T-2026-0001"
PURPOSES = ("verify", "training", "own-call", "request", "technical")


@pytest.fixture
def officer(office: Office) -> Actor:
    return office.actor(office.add_account("paivi", Task.HANDLE_CASES))


def put(
    office: Office,
    officer: Actor,
    subject: Restricted,
    *,
    kind: RestrictionKind = RestrictionKind.RESTRICTION,
    purpose: str | None = None,
) -> Restriction:
    with office.database.begin() as session:
        return restrict(
            session, subject, kind=kind, purpose=purpose, case_number=CASE, reason="Kiistää tiedot",
            by=officer, clock=office.clock,
        )  # fmt: skip


def purposes_blocked(office: Office, call_id: str) -> set[str]:
    with office.database.read() as session:
        told = blocked_purposes(session, call_id, PURPOSES)
        assert set(told) == {purpose for purpose in PURPOSES if blocked(session, call_id, purpose)}
    return set(told)


def test_restricted_call_is_heard_for_the_subjects_own_request_alone(office: Office, officer: Actor) -> None:
    call_id, other = office.add_call(agent_id=office.sanna_id), office.add_call(agent_id=office.sanna_id)
    put(office, officer, Restricted(call_id=call_id))
    assert purposes_blocked(office, call_id) == {"verify", "training", "own-call", "technical"}
    assert purposes_blocked(office, other) == set()
    with office.database.read() as session:
        require_unblocked(session, call_id, "request")
        with pytest.raises(RestrictedError, match="restricted") as refused:
            require_unblocked(session, call_id, "training")
    assert refused.value.restriction.case_number == CASE


def test_objection_blocks_its_purpose_alone(office: Office, officer: Actor) -> None:
    call_id = office.add_call(agent_id=office.sanna_id)
    put(office, officer, Restricted(call_id=call_id), kind=RestrictionKind.OBJECTION, purpose="training")
    assert purposes_blocked(office, call_id) == {"training"}


def test_person_is_restricted_in_every_call_that_may_be_his(office: Office, officer: Actor) -> None:
    salla = office.add_person("Salla", "Virtanen", "+358401000001", "+358401000002")
    office.add_person("Pekka", "Virtanen", "+358401000002")
    before = office.add_call(agent_id=office.sanna_id)
    put(office, officer, Restricted(person_id=salla))
    shared = office.add_call(agent_id=office.mikko_id, caller_e164="+358401000002")
    strangers = office.add_call(agent_id=office.sanna_id, caller_e164="+358401000003")
    for call_id in (before, shared):
        assert purposes_blocked(office, call_id) == {"verify", "training", "own-call", "technical"}
    assert purposes_blocked(office, strangers) == set()


def test_agents_restriction_keeps_others_from_his_calls_but_not_himself(office: Office, officer: Actor) -> None:
    call_id, other = office.add_call(agent_id=office.sanna_id), office.add_call(agent_id=office.mikko_id)
    put(office, officer, Restricted(agent_id=office.sanna_id))
    assert purposes_blocked(office, call_id) == {"verify", "training", "technical"}
    assert purposes_blocked(office, other) == set()


def test_lifted_restriction_blocks_nothing_and_is_kept(office: Office, officer: Actor) -> None:
    call_id = office.add_call(agent_id=office.sanna_id)
    standing = put(office, officer, Restricted(call_id=call_id))
    office.clock.advance(hours=1)
    with office.database.begin() as session:
        lifted = lift(session, standing.id, reason="Tiedot oikaistu", by=officer, clock=office.clock)
        assert lift(session, standing.id, reason="Toistamiseen", by=officer, clock=office.clock) == lifted
    assert (lifted.lifted_at, lifted.lifted_by, lifted.lifted_reason) == (
        office.clock.now(), "paivi", "Tiedot oikaistu",
    )  # fmt: skip
    assert purposes_blocked(office, call_id) == set()
    with office.database.read() as session:
        assert standing_on_call(session, call_id) == []
        assert restrictions_of(session, Restricted(call_id=call_id)) == [lifted]
        assert restrictions_of_case(session, CASE) == [lifted]
    again = put(office, officer, Restricted(call_id=call_id))
    assert again.id != standing.id
    assert purposes_blocked(office, call_id)


def test_restricting_again_for_the_same_case_changes_nothing(office: Office, officer: Actor) -> None:
    call_id = office.add_call(agent_id=office.sanna_id)
    assert put(office, officer, Restricted(call_id=call_id)) == put(office, officer, Restricted(call_id=call_id))


def test_both_are_audited_and_found_by_the_person(office: Office, officer: Actor) -> None:
    salla = office.add_person("Salla", "Virtanen", "+358401000001")
    standing = put(office, officer, Restricted(person_id=salla), purpose="training")
    with office.database.begin() as session:
        lift(session, standing.id, reason="Peruutti", by=officer, clock=office.clock)
        rows = session.execute(
            select(AuditRow.login, AuditRow.action, AuditRow.purpose)
            .join(AuditPersonRow, AuditPersonRow.audit_id == AuditRow.id)
            .where(AuditPersonRow.person_id == salla)
            .order_by(AuditRow.id)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("paivi", Action.PROCESSING_RESTRICTED, "training"),
        ("paivi", Action.RESTRICTION_LIFTED, "training"),
    ]


def test_only_who_handles_cases_restricts_and_lifts(office: Office, officer: Actor) -> None:
    call_id = office.add_call(agent_id=office.sanna_id)
    standing = put(office, officer, Restricted(call_id=call_id))
    administrator = office.actor(office.add_account("pekka", Task.ADMINISTER_ACCOUNTS, Task.ADMINISTER_PURPOSES))
    for actor in (administrator, OPERATOR):
        with pytest.raises(RefusedError):
            put(office, actor, Restricted(call_id=call_id))
        with pytest.raises(RefusedError), office.database.begin() as session:
            lift(session, standing.id, reason="Turha", by=actor, clock=office.clock)
    assert purposes_blocked(office, call_id)


def test_what_is_not_there_is_not_restricted(office: Office, officer: Actor) -> None:
    for subject in (Restricted(call_id="0" * 36), Restricted(person_id=999), Restricted(agent_id=999)):
        with pytest.raises(NotFoundError):
            put(office, officer, subject)
    with pytest.raises(BadDataError, match="no such purpose"):
        put(office, officer, Restricted(agent_id=office.sanna_id), purpose="curiosity")
    with pytest.raises(NotFoundError), office.database.begin() as session:
        lift(session, 999, reason="Turha", by=officer, clock=office.clock)
    with pytest.raises(ValueError, match="one call"):
        Restricted(call_id="0" * 36, person_id=1)


@pytest.mark.parametrize(("case", "reason"), [("", "syy"), ("T-1", " "), ("T" * 65, "syy"), ("T-1", "s" * 2001)])
def test_reason_and_case_are_required(office: Office, officer: Actor, case: str, reason: str) -> None:
    with pytest.raises(BadDataError, match="characters"), office.database.begin() as session:
        restrict(
            session, Restricted(agent_id=office.sanna_id), kind=RestrictionKind.OBJECTION, case_number=case,
            reason=reason, by=officer, clock=office.clock,
        )  # fmt: skip
