"""Four eyes: what nobody grants alone, and that what is approved is what was asked for."""

from datetime import timedelta

import pytest
from fixtures_rights import MORNING, OPERATOR, OWN_CALLS, Office
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError
from rights.access.actor import Actor
from rights.access.approvals import Approval, waiting_for
from rights.access.deciding import decide_and_do
from rights.access.permit import Permit
from rights.access.roles import add_role, all_roles, change_role, get_role
from rights.access.scope import ALL, OWN
from rights.access.tasks import Task
from rights.identity.account_grants import end_grant, grant_role, grants_of, waiting_grants_of
from rights.identity.accounts import change_agent, disable_account, grant_task, revoke_task
from rights.identity.last_administrator import LastAdministratorError
from rights.tables import AuditRow

HEAR_ALL = Permit(Task.LISTEN, ALL)


def ask_for(office: Office, login: str, permit: Permit | Task, *, by: Actor, days: int | None = None) -> Approval:
    until = office.clock.now() + timedelta(days=days) if days else None
    with office.database.begin() as session:
        asked = grant_task(
            session, login=login, permit=permit, reason="koulutus", by=by, clock=office.clock, valid_until=until
        )
    assert asked is not None
    return asked


def decide(office: Office, asked: Approval, *, by: Actor, is_approved: bool = True) -> None:
    with office.database.begin() as session:
        decide_and_do(session, asked.id, is_approved=is_approved, by=by, clock=office.clock)


@pytest.mark.parametrize(
    "permit",
    [HEAR_ALL, Permit(Task.LISTEN, OWN), Permit(Task.EXPORT_AUDIO, ALL), Permit(Task.APPROVE_GRANTS),
     Permit(Task.APPROVE_EXPORTS), Permit(Task.APPROVE_DELETIONS)],
    ids=str,
)  # fmt: skip
def test_it_holds_when_a_second_person_has_approved_it(
    office: Office, pekka: Actor, heikki: Actor, permit: Permit
) -> None:
    account_id = office.add_account("tiina")
    asked = ask_for(office, "tiina", permit, by=pekka, days=30)
    assert office.actor(account_id).permits == frozenset()
    with office.database.read() as session:
        [waiting] = waiting_grants_of(session, account_id, by=pekka, clock=office.clock)
        assert [one.id for one in waiting_for(session, by=heikki, clock=office.clock)] == [asked.id]
    assert (waiting.permit, waiting.reason, waiting.asked_by) == (permit, "koulutus", "pekka")
    decide(office, asked, by=heikki)
    assert office.actor(account_id).permits == {permit}
    with office.database.read() as session:
        [granted] = grants_of(session, account_id, by=pekka)
        assert waiting_grants_of(session, account_id, by=pekka, clock=office.clock) == []
    assert (granted.granted_by, granted.approved_by, granted.reason) == ("pekka", "heikki", "koulutus")
    assert granted.valid_until == MORNING + timedelta(days=30)
    office.clock.advance(days=30)
    assert office.actor(account_id).permits == frozenset()


def test_refused_it_does_not_hold(office: Office, pekka: Actor, heikki: Actor) -> None:
    account_id = office.add_account("tiina")
    asked = ask_for(office, "tiina", HEAR_ALL, by=pekka)
    decide(office, asked, by=heikki, is_approved=False)
    assert office.actor(account_id).permits == frozenset()
    with pytest.raises(NotFoundError):
        decide(office, asked, by=heikki)


def test_nobody_approves_his_own(office: Office, pekka: Actor, heikki: Actor) -> None:
    both = office.actor(office.add_account("molemmat", Task.ADMINISTER_ACCOUNTS, Task.APPROVE_GRANTS))
    office.add_account("tiina")
    with pytest.raises(RefusedError, match="approves what he asked for"):
        decide(office, ask_for(office, "tiina", HEAR_ALL, by=both), by=both)
    with pytest.raises(RefusedError, match="a right of his own"):
        decide(office, ask_for(office, "heikki", HEAR_ALL, by=pekka), by=heikki)
    for permit in (HEAR_ALL, Permit(Task.VIEW_REGISTER)):
        with pytest.raises(RefusedError, match="nobody grants himself"):
            ask_for(office, "pekka", permit, by=pekka)
    with pytest.raises(NotFoundError):  # who administers is no approver
        decide(office, ask_for(office, "tiina", HEAR_ALL, by=both), by=pekka)


def test_who_asked_must_still_be_permitted_when_it_is_approved(office: Office, pekka: Actor, heikki: Actor) -> None:
    office.add_account("other", Task.ADMINISTER_ACCOUNTS)
    account_id = office.add_account("tiina")
    asked = ask_for(office, "tiina", HEAR_ALL, by=pekka)
    with office.database.begin() as session:
        revoke_task(session, login="pekka", permit=Task.ADMINISTER_ACCOUNTS, by=OPERATOR, clock=office.clock)
    with pytest.raises(RefusedError, match="administer-accounts"):
        decide(office, asked, by=heikki)
    with office.database.begin() as session:
        disable_account(session, login="pekka", by=OPERATOR, clock=office.clock)
    with pytest.raises(RefusedError, match="no account any more"):
        decide(office, asked, by=heikki)
    assert office.actor(account_id).permits == frozenset()
    with office.database.read() as session:  # the refused decisions left no trace of an approval
        assert [one.id for one in waiting_for(session, by=heikki, clock=office.clock)] == [asked.id]


def test_own_calls_are_approved_of_one_agent(office: Office, pekka: Actor, heikki: Actor) -> None:
    account_id = office.add_account("sanna", agent_id=office.sanna_id)
    asked = ask_for(office, "sanna", Permit(Task.LISTEN, OWN), by=pekka)
    with office.database.begin() as session:
        change_agent(session, login="sanna", agent_id=office.mikko_id, by=pekka, clock=office.clock)
    with pytest.raises(RefusedError, match="has changed since"):
        decide(office, asked, by=heikki)
    assert office.actor(account_id).permits == frozenset()


def test_another_agents_calls_are_asked_for_anew(office: Office, pekka: Actor, heikki: Actor) -> None:
    account_id = office.add_account("sanna", *OWN_CALLS, agent_id=office.sanna_id)
    with office.database.begin() as session:
        change_agent(session, login="sanna", agent_id=office.mikko_id, by=pekka, clock=office.clock)
        [asked] = waiting_for(session, by=heikki, clock=office.clock)
    assert office.actor(account_id).permits == {Permit(Task.VIEW_CALLS, OWN)}
    decide(office, asked, by=heikki)
    assert office.actor(account_id).permits == {*OWN_CALLS}
    with office.database.begin() as session:
        change_agent(session, login="sanna", agent_id=None, by=pekka, clock=office.clock)
        assert waiting_for(session, by=heikki, clock=office.clock) == []


def test_the_operator_makes_the_first_approver_and_no_listener(office: Office) -> None:
    first = office.add_account("first")
    with office.database.begin() as session:
        given = grant_task(
            session, login="first", permit=Task.APPROVE_GRANTS, reason="first", by=OPERATOR, clock=office.clock
        )
    assert given is None
    assert office.actor(first).may(Task.APPROVE_GRANTS)
    second = office.add_account("second")
    asked = ask_for(office, "second", HEAR_ALL, by=OPERATOR)
    assert not office.actor(second).may(Task.LISTEN)
    decide(office, asked, by=office.actor(first))
    assert office.actor(second).may(Task.LISTEN)


def test_a_role_grants_its_tasks_and_says_so(office: Office, pekka: Actor, heikki: Actor) -> None:
    account_id = office.add_account("tiina")
    with office.database.begin() as session:
        waiting = grant_role(session, account_id, role="trainer", reason="kouluttaa", by=pekka, clock=office.clock)
    assert [str(one.detail["permit"]) for one in waiting] == ["listen:all"]
    held = {"link-customers", "view-calls:all", "view-ledger", "view-register"}
    assert {str(permit) for permit in office.actor(account_id).permits} == held
    decide(office, waiting[0], by=heikki)
    with office.database.begin() as session:
        grants = grants_of(session, account_id, by=pekka)
        assert {str(one.permit) for one in grants} == held | {"listen:all"}
        assert {(one.role, one.reason) for one in grants} == {("trainer", "kouluttaa")}
        change_role(
            session, "trainer", name_fi="Opettaja", name_sv="L", name_en="T",
            permits=[Permit(Task.VIEW_CALLS, ALL)], is_retired=True, by=pekka, clock=office.clock,
        )  # fmt: skip
        assert get_role(session, "trainer").permits == {Permit(Task.VIEW_CALLS, ALL)}
        with pytest.raises(BadDataError, match="no longer granted"):
            grant_role(session, account_id, role="trainer", reason="x", by=pekka, clock=office.clock)
    assert len(office.actor(account_id).permits) == len(held) + 1  # what was granted stays
    with office.database.begin() as session:
        end_grant(session, account_id, permission_id=grants[0].id, by=pekka, clock=office.clock)
        end_grant(session, account_id, permission_id=grants[0].id, by=pekka, clock=office.clock)
        with pytest.raises(NotFoundError):
            end_grant(session, pekka.account_id or 0, permission_id=grants[1].id, by=OPERATOR, clock=office.clock)
    assert len(office.actor(account_id).permits) == len(held)
    with office.database.read() as session:
        ended = session.scalars(select(AuditRow).where(AuditRow.action == "task-revoked")).all()
    assert len(ended) == 1


def test_roles_are_kept_by_the_administrator(office: Office, pekka: Actor, heikki: Actor) -> None:
    names = {"name_fi": "Perintä", "name_sv": "Indrivning", "name_en": "Débt collection!"}
    with office.database.begin() as session:
        assert [role.code for role in all_roles(session)] == [
            "agent", "trainer", "supervisor", "privacy-officer", "approver", "administrator",
        ]  # fmt: skip
        held = [Permit(Task.VIEW_LEDGER)]
        made = add_role(session, **names, permits=held, by=pekka, clock=office.clock)
        assert made.code == "debt-collection"
        with pytest.raises(BadDataError, match="of this name"):
            add_role(session, **names, permits=held, by=pekka, clock=office.clock)
        with pytest.raises(BadDataError, match="a task at least"):
            add_role(session, **names | {"name_en": "Other"}, permits=[], by=pekka, clock=office.clock)
        with pytest.raises(BadDataError, match="a name has"):
            add_role(session, **names | {"name_sv": " "}, permits=held, by=pekka, clock=office.clock)
        with pytest.raises(RefusedError, match="administer-accounts"):
            add_role(session, **names, permits=held, by=heikki, clock=office.clock)
        with pytest.raises(NotFoundError):
            get_role(session, "nobody")


def test_who_was_disabled_a_moment_ago_approves_nothing(office: Office, pekka: Actor, heikki: Actor) -> None:
    account_id = office.add_account("tiina")
    asked = ask_for(office, "tiina", HEAR_ALL, by=pekka)
    with office.database.begin() as session:
        disable_account(session, login="heikki", by=OPERATOR, clock=office.clock)
    with pytest.raises(RefusedError, match="does not stand"):
        decide(office, asked, by=heikki)
    assert office.actor(account_id).permits == frozenset()


def test_the_last_administrators_grant_is_not_ended(office: Office, pekka: Actor) -> None:
    with office.database.begin() as session:
        [granted] = grants_of(session, pekka.account_id or 0, by=OPERATOR)
        with pytest.raises(LastAdministratorError):
            end_grant(session, pekka.account_id or 0, permission_id=granted.id, by=OPERATOR, clock=office.clock)
