"""What a task on calls reaches: own calls, a team's, a service's, all; and whose calls nobody else hears."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fixtures_rights import ALL_CALLS, MORNING, OPERATOR, OWN_CALLS, Office, approved
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError
from ledger_link.linking.link_decisions import decide
from rights.access.actor import Actor
from rights.access.exclusions import all_exclusions, end_exclusion, exclude_agent, exclude_person
from rights.access.permit import Permit, parse_permit, permit_of
from rights.access.scope import ALL, OWN, TEAM, Reach, Scope, of_service, parse_scope
from rights.access.tasks import SCOPED_TASKS, Task
from rights.access.teams import add_leader, add_member, add_team, all_teams, end_leader, end_member, end_team, get_team
from rights.calls.reach import hearable, may_hear, permitted
from rights.identity.accounts import change_agent
from storage.database.calls import CallRow

HELSINKI_SERVICE, SWEDISH_SERVICE = "+358102001000", "+358102002000"


def seen(office: Office, actor: Actor) -> set[str]:
    with office.database.read() as session:
        return set(session.scalars(select(CallRow.id).where(permitted(actor))))


def heard(office: Office, actor: Actor, task: Task = Task.LISTEN) -> set[str]:
    with office.database.read() as session:
        ids = set(session.scalars(select(CallRow.id).where(hearable(actor, task))))
        for row in session.scalars(select(CallRow)):
            assert may_hear(session, actor, row, task) == (row.id in ids)
    return ids


def holder(office: Office, login: str, *permits: Permit, agent_id: int | None = None) -> Actor:
    return office.actor(office.add_account(login, *permits, agent_id=agent_id))


def on(scope: Scope) -> tuple[Permit, Permit]:
    return Permit(Task.VIEW_CALLS, scope), Permit(Task.LISTEN, scope)


def test_each_scope_reaches_its_calls(office: Office) -> None:
    of_sanna = office.add_call(agent_id=office.sanna_id)
    in_swedish = office.add_call(agent_id=office.mikko_id, service_number=SWEDISH_SERVICE)
    of_nobody = office.add_call(agent_id=None, recorded=False)
    expected = [
        (holder(office, "own", *on(OWN), agent_id=office.sanna_id), {of_sanna}),
        (holder(office, "own-of-nobody", *on(OWN)), set()),
        (holder(office, "team-of-nobody", *on(TEAM), agent_id=office.sanna_id), set()),
        (holder(office, "service", *on(of_service(SWEDISH_SERVICE))), {in_swedish}),
        (holder(office, "services", *on(of_service(SWEDISH_SERVICE)), *on(of_service(HELSINKI_SERVICE))),
         {of_sanna, in_swedish, of_nobody}),
        (holder(office, "all", *on(ALL)), {of_sanna, in_swedish, of_nobody}),
        (holder(office, "none"), set()),
    ]  # fmt: skip
    for actor, calls in expected:
        assert seen(office, actor) == heard(office, actor) == calls, actor.login


def test_to_hear_takes_seeing_and_hearing_alike(office: Office) -> None:
    of_sanna, of_mikko = office.add_call(agent_id=office.sanna_id), office.add_call(agent_id=office.mikko_id)
    wide = holder(office, "wide", Permit(Task.VIEW_CALLS, OWN), Permit(Task.LISTEN, ALL), agent_id=office.sanna_id)
    assert heard(office, wide) == {of_sanna}
    narrow = holder(office, "narrow", Permit(Task.VIEW_CALLS, ALL), Permit(Task.LISTEN, OWN), agent_id=office.sanna_id)
    assert (seen(office, narrow), heard(office, narrow)) == ({of_sanna, of_mikko}, {of_sanna})
    blind = holder(office, "blind", Permit(Task.LISTEN, ALL))
    assert (seen(office, blind), heard(office, blind)) == (set(), set())
    assert (seen(office, OPERATOR), heard(office, OPERATOR)) == ({of_sanna, of_mikko}, set())
    viewer = holder(office, "viewer", Permit(Task.VIEW_CALLS, ALL))
    assert heard(office, viewer) == heard(office, viewer, Task.EXPORT_AUDIO) == set()
    exporter = holder(office, "exporter", Permit(Task.VIEW_CALLS, ALL), Permit(Task.EXPORT_AUDIO, OWN))
    assert (heard(office, exporter), heard(office, exporter, Task.EXPORT_AUDIO)) == (set(), set())


def test_a_teams_calls_are_those_its_members_answered_while_they_were_in_it(office: Office) -> None:
    before = office.add_call(agent_id=office.sanna_id, started_at=MORNING - timedelta(days=2))
    leader_id = office.add_account("esa", *on(TEAM))
    with office.database.begin() as session:
        team = add_team(session, name=" Pohjoinen ", by=OPERATOR, clock=office.clock)
        since = MORNING - timedelta(days=1)
        add_member(session, team, agent_id=office.sanna_id, since=since, by=OPERATOR, clock=office.clock)
        asked = add_leader(session, team, account_id=leader_id, reason="vetää", by=OPERATOR, clock=office.clock)
    approved(office, asked)
    inside = office.add_call(agent_id=office.sanna_id)
    office.add_call(agent_id=office.mikko_id)
    esa = office.actor(leader_id)
    assert seen(office, esa) == heard(office, esa) == {inside}
    assert before not in seen(office, esa)
    office.clock.advance(hours=1)
    with office.database.begin() as session:
        member = get_team(session, team, by=OPERATOR).members[0]
        end_member(session, team, member_id=member.id, by=OPERATOR, clock=office.clock)
    office.add_call(agent_id=office.sanna_id, started_at=MORNING + timedelta(hours=2))
    assert seen(office, office.actor(leader_id)) == {inside}
    with office.database.begin() as session:
        leader = get_team(session, team, by=OPERATOR).leaders[0]
        end_leader(session, team, leader_id=leader.id, by=OPERATOR, clock=office.clock)
    assert seen(office, office.actor(leader_id)) == set()


def test_a_dissolved_team_reaches_nothing(office: Office) -> None:
    office.add_call(agent_id=office.sanna_id)
    leader_id = office.add_account("esa", *on(TEAM))
    with office.database.begin() as session:
        team = add_team(session, name="Pohjoinen", by=OPERATOR, clock=office.clock)
        add_member(session, team, agent_id=office.sanna_id, by=OPERATOR, clock=office.clock)
        asked = add_leader(session, team, account_id=leader_id, reason="vetää", by=OPERATOR, clock=office.clock)
    approved(office, asked)
    assert seen(office, office.actor(leader_id)) != set()
    with office.database.begin() as session:
        with pytest.raises(BadDataError, match="of this name"):
            add_team(session, name="Pohjoinen", by=OPERATOR, clock=office.clock)
        end_team(session, team, by=OPERATOR, clock=office.clock)
        with pytest.raises(BadDataError, match="dissolved"):
            add_member(session, team, agent_id=office.mikko_id, by=OPERATOR, clock=office.clock)
        add_team(session, name="Pohjoinen", by=OPERATOR, clock=office.clock)
    assert seen(office, office.actor(leader_id)) == set()
    with office.database.read() as session:
        assert [team.ended_at is None for team in all_teams(session, by=OPERATOR)] == [True, False]


def test_an_excluded_agents_calls_are_heard_by_himself_alone(office: Office) -> None:
    of_sanna, of_mikko = office.add_call(agent_id=office.sanna_id), office.add_call(agent_id=office.mikko_id)
    unanswered = office.add_call(agent_id=None)
    trainer = holder(office, "tiina", *ALL_CALLS, Permit(Task.EXPORT_AUDIO, ALL))
    sanna = holder(office, "sanna", *OWN_CALLS, agent_id=office.sanna_id)
    with office.database.begin() as session:
        exclude_agent(session, office.sanna_id, reason="luottamusmies", by=OPERATOR, clock=office.clock)
        with pytest.raises(BadDataError, match="already"):
            exclude_agent(session, office.sanna_id, reason="again", by=OPERATOR, clock=office.clock)
    for task in (Task.LISTEN, Task.EXPORT_AUDIO):
        assert heard(office, trainer, task) == {of_mikko, unanswered}, task
    assert seen(office, trainer) == {of_sanna, of_mikko, unanswered}
    assert heard(office, sanna) == {of_sanna}
    with office.database.begin() as session:
        [exclusion] = all_exclusions(session, by=OPERATOR)
        assert (exclusion.agent, exclusion.person_no) == ("Sanna Laine", None)
        end_exclusion(session, exclusion.id, because="ei enää", by=OPERATOR, clock=office.clock)
    assert heard(office, trainer) == {of_sanna, of_mikko, unanswered}


def test_naming_an_excluded_agent_an_accounts_own_opens_nothing_that_nobody_approved(office: Office) -> None:
    of_sanna, of_mikko = office.add_call(agent_id=office.sanna_id), office.add_call(agent_id=office.mikko_id)
    tiina_id = office.add_account("tiina", *ALL_CALLS, Permit(Task.EXPORT_AUDIO, ALL))
    with office.database.begin() as session:
        exclude_agent(session, office.sanna_id, reason="luottamusmies", by=OPERATOR, clock=office.clock)
        change_agent(session, login="tiina", agent_id=office.sanna_id, by=OPERATOR, clock=office.clock)
    for task in (Task.LISTEN, Task.EXPORT_AUDIO):
        assert heard(office, office.actor(tiina_id), task) == {of_mikko}, task
    sanna = holder(office, "sanna", *OWN_CALLS, *ALL_CALLS, agent_id=office.sanna_id)
    assert heard(office, sanna) == {of_sanna, of_mikko}


def unlink(office: Office, call_id: str, _person_id: int) -> None:
    with office.database.begin() as session:
        decide(session, call_id, [], decided_by="tiina", clock=office.clock)


def link_from_elsewhere(office: Office, call_id: str, person_id: int) -> None:
    with office.database.begin() as session:
        decide(session, call_id, [person_id], decided_by="tiina", clock=office.clock)
        decide(session, call_id, [], decided_by="tiina", clock=office.clock)


@pytest.mark.parametrize(
    ("number", "change"),
    [("+358401000001", None), ("+358401000001", unlink), ("+358409999999", link_from_elsewhere)],
    ids=["by-number", "unlinked", "once-linked"],
)
def test_an_excluded_persons_calls_are_heard_by_who_answered_alone(
    office: Office, number: str, change: Callable[[Office, str, int], None] | None
) -> None:
    person_id = office.add_person("Kalle", "Kollega", number)
    call = office.add_call(agent_id=office.sanna_id)
    other = office.add_call(agent_id=office.sanna_id, caller_e164="+358405555555")
    if change is not None:
        change(office, call, person_id)
    trainer = holder(office, "tiina", *ALL_CALLS)
    assert heard(office, trainer) == {call, other}
    with office.database.begin() as session:
        exclude_person(session, "P1", reason="työntekijän puoliso", by=OPERATOR, clock=office.clock)
        with pytest.raises(BadDataError, match="nobody has this number"):
            exclude_person(session, "P999", reason="x", by=OPERATOR, clock=office.clock)
    assert (seen(office, trainer), heard(office, trainer)) == ({call, other}, {other})
    assert heard(office, holder(office, "sanna", *OWN_CALLS, agent_id=office.sanna_id)) == {call, other}


def test_only_the_administrator_keeps_teams_and_exclusions(office: Office) -> None:
    sanna = holder(office, "sanna", *ALL_CALLS)
    pekka = office.actor(office.add_account("pekka", Task.ADMINISTER_ACCOUNTS))
    with office.database.begin() as session:
        team = add_team(session, name="T", by=pekka, clock=office.clock)
        with pytest.raises(RefusedError, match="makes himself"):
            add_leader(session, team, account_id=pekka.account_id or 0, by=pekka, clock=office.clock)
        with pytest.raises(RefusedError, match="grants himself"):
            change_agent(session, login="pekka", agent_id=office.sanna_id, by=pekka, clock=office.clock)
        add_member(session, team, agent_id=office.sanna_id, by=pekka, clock=office.clock)
        add_leader(session, team, account_id=pekka.account_id or 0, by=OPERATOR, clock=office.clock)
        with pytest.raises(RefusedError, match="that he leads"):
            add_member(session, team, agent_id=office.mikko_id, by=pekka, clock=office.clock)
        with pytest.raises(RefusedError, match="administer-accounts"):
            add_team(session, name="U", by=sanna, clock=office.clock)
        with pytest.raises(RefusedError, match="administer-accounts"):
            exclude_agent(session, office.sanna_id, reason="x", by=sanna, clock=office.clock)
        for reason in ("", " ", "x" * 1001):
            with pytest.raises(BadDataError, match="reason"):
                exclude_agent(session, office.sanna_id, reason=reason, by=pekka, clock=office.clock)
        with pytest.raises(NotFoundError):
            end_exclusion(session, 99, because="x", by=pekka, clock=office.clock)


def test_scopes_and_permits_are_read_as_they_are_written() -> None:
    for scope in (OWN, TEAM, ALL, of_service("010 200 1000")):
        assert parse_scope(str(scope)) == scope
        for task in SCOPED_TASKS:
            assert parse_permit(f" {str(Permit(task, scope)).upper()} ") == Permit(task, scope)
    assert parse_permit("view-register") == permit_of(Task.VIEW_REGISTER) == Permit(Task.VIEW_REGISTER)
    for wrong in ("", "mine", "own:", "own:x", "service", "service:", "service:x", "all:1"):
        if wrong != "own:":
            with pytest.raises(BadDataError):
                parse_scope(wrong)
    for wrong in ("listen", "view-calls:", "view-register:all", "own-calls", "listen:mine", "listen:all:all"):
        with pytest.raises(BadDataError):
            parse_permit(wrong)
    with pytest.raises(BadDataError, match="knows no scope"):
        Permit(Task.VIEW_AUDIT, OWN)
    with pytest.raises(BadDataError):
        Scope(Reach.SERVICE)
