"""No team grows unseen: whom its leader may hear is widened by two people, and narrowed by one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from fixtures_rights import ALL_CALLS, MORNING, OPERATOR, Office, approved
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError
from rights.access.actor import Actor
from rights.access.approvals import Approval
from rights.access.deciding import decide_and_do
from rights.access.permit import Permit
from rights.access.scope import TEAM
from rights.access.tasks import Task
from rights.access.team_widening import waiting_for_team, widening_of
from rights.access.teams import add_leader, add_member, add_team, end_leader, end_member, end_team, get_team
from rights.identity.accounts import grant_task, revoke_task
from rights.tables import AuditRow

HEARS_TEAM = (Permit(Task.VIEW_CALLS, TEAM), Permit(Task.LISTEN, TEAM))


def team_of(office: Office, by: Actor, *agents: int) -> int:
    with office.database.begin() as session:
        team = add_team(session, name="Pohjoinen", by=by, clock=office.clock)
        for agent in agents:
            assert add_member(session, team, agent_id=agent, by=by, clock=office.clock) is None
    return team


def lead(office: Office, team: int, account_id: int, by: Actor, reason: str = "vetää") -> Approval | None:
    with office.database.begin() as session:
        return add_leader(session, team, account_id=account_id, reason=reason, by=by, clock=office.clock)


def join(office: Office, team: int, agent: int, by: Actor, reason: str = "siirtyi") -> Approval | None:
    with office.database.begin() as session:
        return add_member(session, team, agent_id=agent, reason=reason, by=by, clock=office.clock)


def decide(office: Office, asked: Approval | None, by: Actor) -> None:
    assert asked is not None
    with office.database.begin() as session:
        decide_and_do(session, asked.id, is_approved=True, by=by, clock=office.clock)


def in_team(office: Office, team: int) -> tuple[list[int], list[int]]:
    with office.database.read() as session:
        told = get_team(session, team, by=OPERATOR)
    return (
        sorted(one.who_id for one in told.members if one.valid_until is None),
        sorted(one.who_id for one in told.leaders if one.valid_until is None),
    )


def last_detail(office: Office) -> str:
    with office.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "team-changed").order_by(AuditRow.id)).all()
        return rows[-1].detail or ""


@pytest.mark.parametrize("permit", [Permit(Task.LISTEN, TEAM), Permit(Task.EXPORT_AUDIO, TEAM)], ids=str)
@pytest.mark.parametrize("by_operator", [False, True])
def test_who_hears_his_team_gets_an_agent_and_a_team_from_two_people(
    office: Office, pekka: Actor, heikki: Actor, permit: Permit, *, by_operator: bool
) -> None:
    by = OPERATOR if by_operator else pekka
    esa, team = office.add_account("esa", permit), team_of(office, by, office.sanna_id)
    asked = lead(office, team, esa, by)
    assert in_team(office, team) == ([office.sanna_id], [])
    decide(office, asked, heikki)
    assert in_team(office, team) == ([office.sanna_id], [esa])
    assert '"approved_by": "heikki"' in last_detail(office)
    asked = join(office, team, office.mikko_id, by)
    with office.database.read() as session:
        [waiting] = waiting_for_team(session, team, by=pekka, clock=office.clock)
    assert (widening_of(waiting).agent_id, waiting.reason) == (office.mikko_id, "siirtyi")
    assert in_team(office, team)[0] == [office.sanna_id]
    decide(office, asked, heikki)
    assert in_team(office, team)[0] == [office.sanna_id, office.mikko_id]
    assert '"approved_by": "heikki"' in last_detail(office)


def test_it_needs_a_reason_and_an_approver_and_ends_after_a_week(office: Office, pekka: Actor, heikki: Actor) -> None:
    esa, team = office.add_account("esa", *HEARS_TEAM), team_of(office, pekka)
    with pytest.raises(BadDataError, match="reason"):
        lead(office, team, esa, pekka, reason=" ")
    asked = lead(office, team, esa, pekka)
    assert asked is not None
    with pytest.raises(NotFoundError):
        decide(office, asked, office.actor(esa))
    office.clock.advance(days=7)
    with pytest.raises(NotFoundError):
        decide(office, asked, heikki)


def test_whose_leader_hears_nothing_is_widened_by_one(office: Office, pekka: Actor) -> None:
    sees = office.add_account("sees", Permit(Task.VIEW_CALLS, TEAM))
    hears_all = office.add_account("all", *ALL_CALLS)
    team = team_of(office, pekka)
    assert lead(office, team, sees, pekka, reason="") is lead(office, team, hears_all, pekka, reason="") is None
    assert join(office, team, office.sanna_id, pekka, reason="") is None
    assert in_team(office, team) == ([office.sanna_id], sorted([sees, hears_all]))


def test_it_is_narrowed_by_one(office: Office, pekka: Actor) -> None:
    esa, team = office.add_account("esa", *HEARS_TEAM), team_of(office, pekka, office.sanna_id)
    approved(office, lead(office, team, esa, pekka))
    with office.database.begin() as session:
        told = get_team(session, team, by=pekka)
        end_member(session, team, member_id=told.members[0].id, by=pekka, clock=office.clock)
        end_leader(session, team, leader_id=told.leaders[0].id, by=pekka, clock=office.clock)
        end_team(session, team, by=pekka, clock=office.clock)
    assert in_team(office, team) == ([], [])


def test_neither_the_asker_nor_who_leads_it_or_is_to_approves(office: Office) -> None:
    both = (Task.ADMINISTER_ACCOUNTS, Task.APPROVE_GRANTS)
    olli, oona = (office.actor(office.add_account(login, *both, *HEARS_TEAM)) for login in ("olli", "oona"))
    team = team_of(office, olli, office.sanna_id)
    asked = lead(office, team, oona.account_id or 0, olli)
    for who, why in ((olli, "himself"), (oona, "his own team")):
        with pytest.raises(RefusedError, match=why):
            decide(office, asked, who)
    approved(office, asked)
    asked = join(office, team, office.mikko_id, olli)
    for who, why in ((olli, "himself"), (oona, "his own team")):
        with pytest.raises(RefusedError, match=why):
            decide(office, asked, who)


def test_who_waits_for_the_right_counts_as_having_it(office: Office, pekka: Actor, heikki: Actor) -> None:
    esa, team = office.add_account("esa"), team_of(office, pekka, office.sanna_id)
    assert lead(office, team, esa, pekka) is None
    with office.database.begin() as session:
        grant_task(
            session, login="esa", permit=HEARS_TEAM[1], reason="koulutus", by=pekka, clock=office.clock,
            valid_from=MORNING + timedelta(days=1),
        )  # fmt: skip
    asked = join(office, team, office.mikko_id, pekka)
    assert asked is not None
    with office.database.begin() as session:
        revoke_task(session, login="esa", permit=HEARS_TEAM[1], by=pekka, clock=office.clock)
    decide(office, asked, heikki)


def test_what_was_approved_is_of_the_team_as_it_was(office: Office, pekka: Actor, heikki: Actor) -> None:
    esa, ella = (office.add_account(login, *HEARS_TEAM) for login in ("esa", "ella"))
    team = team_of(office, pekka, office.sanna_id)
    to_lead = lead(office, team, esa, pekka)
    assert join(office, team, office.mikko_id, pekka) is None  # nobody who hears leads it yet
    with pytest.raises(RefusedError, match="changed since"):
        decide(office, to_lead, heikki)
    with office.database.begin() as session:
        mikko = next(one for one in get_team(session, team, by=pekka).members if one.who_id == office.mikko_id)
        end_member(session, team, member_id=mikko.id, by=pekka, clock=office.clock)
    decide(office, lead(office, team, esa, pekka), heikki)
    to_join = join(office, team, office.mikko_id, pekka)
    decide(office, lead(office, team, ella, pekka), heikki)
    with pytest.raises(RefusedError, match="changed since"):
        decide(office, to_join, heikki)
    decide(office, join(office, team, office.mikko_id, pekka), heikki)
    assert in_team(office, team) == ([office.sanna_id, office.mikko_id], [esa, ella])


def test_who_asked_must_still_be_permitted(office: Office, pekka: Actor, heikki: Actor) -> None:
    office.add_account("paavo", Task.ADMINISTER_ACCOUNTS)
    esa, team = office.add_account("esa", *HEARS_TEAM), team_of(office, pekka, office.sanna_id)
    asked = lead(office, team, esa, pekka)
    decide(office, lead(office, team, esa, OPERATOR), heikki)
    to_join = join(office, team, office.mikko_id, pekka)
    assert lead(office, team, pekka.account_id or 0, OPERATOR) is None  # who hears nothing, and now leads it
    with pytest.raises(RefusedError, match="that he leads"):
        decide(office, to_join, heikki)
    with office.database.begin() as session:
        revoke_task(session, login="pekka", permit=Task.ADMINISTER_ACCOUNTS, by=OPERATOR, clock=office.clock)
    with pytest.raises(RefusedError, match="administer-accounts"):
        decide(office, asked, heikki)


def test_of_two_who_approve_at_once_the_second_finds_the_team_changed(
    office: Office, pekka: Actor, heikki: Actor
) -> None:
    esa, ella = (office.add_account(login, *HEARS_TEAM) for login in ("esa", "ella"))
    team = team_of(office, pekka, office.sanna_id)
    decide(office, lead(office, team, esa, pekka), heikki)
    asked = [join(office, team, office.mikko_id, pekka), lead(office, team, ella, pekka)]
    hilla = office.actor(office.add_account("hilla", Task.APPROVE_GRANTS))
    both = Barrier(2)

    def approve(one: Approval | None, by: Actor) -> bool:
        both.wait()
        try:
            decide(office, one, by)
        except RefusedError:
            return False
        return True

    with ThreadPoolExecutor(2) as at_once:
        done = list(at_once.map(approve, asked, [heikki, hilla]))
    assert sorted(done) == [False, True]
