"""Accounts, permissions and one-time links on both databases."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from fixtures_rights import (
    ALL_CALLS,
    GOOD_PASSWORD,
    OPERATOR,
    OTHER_PASSWORD,
    OWN_CALLS,
    SEE_ALL,
    SEE_OWN,
    HandClock,
    Office,
)
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError
from rights.access.actor import Actor
from rights.access.permissions import permissions_of
from rights.access.permit import Permit
from rights.access.tasks import Task, parse_task
from rights.identity.account_grants import end_grant, grant_permit
from rights.identity.accounts import (
    account_of_link,
    actor_of,
    add_account,
    authenticate,
    change_agent,
    disable_account,
    enable_account,
    get_account,
    grant_task,
    list_accounts,
    renew_link,
    revoke_task,
    set_password,
)
from rights.identity.last_administrator import LastAdministratorError
from rights.identity.log_in import log_in
from rights.identity.one_time_links import LINK_LIFETIME, OneTimeLink
from rights.identity.passwords import WeakPasswordError
from rights.tables import AccountRow, AuditRow, OneTimeLinkRow, PermissionRow


def actions(office: Office) -> list[str]:
    with office.database.read() as session:
        return list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))


def new_account(office: Office, **given: object) -> OneTimeLink:
    wanted: dict[str, object] = {"name": "Sanna Laine", "login": "sanna", "tasks": [*OWN_CALLS], **given}
    with office.database.begin() as session:
        return add_account(session, by=OPERATOR, clock=office.clock, **wanted)  # type: ignore[arg-type]


def test_account_is_made_and_its_owner_sets_the_password(office: Office) -> None:
    link = new_account(office, login="  Sanna.LAINE ", name=" Sanna   Laine", agent_id=office.sanna_id)
    with office.database.begin() as session:
        assert account_of_link(session, token=link.token, clock=office.clock).login == "sanna.laine"
        set_password(session, token=link.token, password=GOOD_PASSWORD, clock=office.clock)
    with office.database.read() as session:
        account = authenticate(session, login="SANNA.laine", password=GOOD_PASSWORD, clock=office.clock)
        assert account is not None
        assert (account.name, account.permits, account.created_by) == (
            "Sanna Laine",
            frozenset({SEE_OWN}),  # to hear waits for a second person
            "cli:test",
        )
        actor = actor_of(session, account.id, office.clock)
        assert actor == Actor(account.id, "sanna.laine", "Sanna Laine", office.sanna_id, frozenset({SEE_OWN}))
        stored = session.get_one(AccountRow, account.id).password_hash
        assert stored is not None
        assert stored.startswith("$argon2id$")
    assert actions(office) == [
        "account-added", "approval-asked", "task-granted", "one-time-link-made", "password-set",
    ]  # fmt: skip


def test_malformed_account_is_refused_whole(office: Office) -> None:
    for wrong in (
        {"login": "cli:root"},
        {"login": "a"},
        {"login": "two words"},
        {"login": "x" * 65},
        {"name": "  "},
        {"name": "x" * 201},
        {"agent_id": 999},
    ):
        with pytest.raises(BadDataError):
            new_account(office, **wrong)
    assert actions(office) == []


def test_login_is_taken_whatever_its_case(office: Office) -> None:
    new_account(office, login="väinö")
    with pytest.raises(BadDataError, match="taken"):
        new_account(office, login="VA\u0308INO\u0308")


def test_unknown_task_is_refused() -> None:
    assert parse_task(" View-Calls ") is Task.VIEW_CALLS
    with pytest.raises(
        BadDataError, match=r"view-calls, listen, export-audio, link-customers, .*, administer-accounts"
    ):
        parse_task("own-calls")


def test_nobody_else_is_authenticated(office: Office) -> None:
    office.add_account("sanna", password=GOOD_PASSWORD)
    office.add_account("fresh")  # has no password yet
    office.add_account("gone", password=GOOD_PASSWORD)
    with office.database.begin() as session:
        disable_account(session, login="gone", by=OPERATOR, clock=office.clock)
    with office.database.read() as session:
        for login, password in (
            ("sanna", OTHER_PASSWORD),
            ("nobody", GOOD_PASSWORD),
            ("fresh", GOOD_PASSWORD),
            ("gone", GOOD_PASSWORD),
        ):
            assert authenticate(session, login=login, password=password, clock=office.clock) is None, login
        assert authenticate(session, login="sanna", password=GOOD_PASSWORD, clock=office.clock) is not None


def test_link_is_kept_as_a_hash_and_shown_nowhere(office: Office) -> None:
    link = new_account(office)
    with office.database.read() as session:
        rows = session.scalars(select(OneTimeLinkRow)).all()
        audited = session.scalars(select(AuditRow.detail)).all()
    assert len(link.token) == 43
    assert [len(row.token_sha256) for row in rows] == [64]
    assert link.token not in repr(link)
    assert not any(link.token in (detail or "") for detail in audited)
    assert link.address("https://viewer.example/") == f"https://viewer.example/link/{link.token}"


def test_link_works_once(office: Office) -> None:
    link = new_account(office)
    with office.database.begin() as session:
        set_password(session, token=link.token, password=GOOD_PASSWORD, clock=office.clock)
    with office.database.begin() as session, pytest.raises(NotFoundError):
        set_password(session, token=link.token, password=OTHER_PASSWORD, clock=office.clock)
    with office.database.read() as session:
        row = session.scalars(select(OneTimeLinkRow)).one()
    assert (row.used_at, row.revoked_at) == (office.clock.now(), None)


def test_of_two_who_use_a_link_at_once_one_gets_through(office: Office) -> None:
    link = new_account(office)

    def use(password: str) -> bool:
        try:
            with office.database.begin() as session:
                set_password(session, token=link.token, password=password, clock=office.clock)
        except NotFoundError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(use, (GOOD_PASSWORD, OTHER_PASSWORD))) == [False, True]
    assert actions(office).count("password-set") == 1


def test_weak_password_does_not_use_the_link_up(office: Office) -> None:
    link, weak = new_account(office), "sanna.laine1"
    with pytest.raises(WeakPasswordError), office.database.begin() as session:
        set_password(session, token=link.token, password=weak, clock=office.clock)
    with office.database.begin() as session:
        set_password(session, token=link.token, password=GOOD_PASSWORD, clock=office.clock)


def expire(office: Office) -> None:
    office.clock.moment += LINK_LIFETIME


def renew(office: Office) -> None:
    with office.database.begin() as session:
        renew_link(session, login="sanna", by=OPERATOR, clock=office.clock)


def disable(office: Office) -> None:
    with office.database.begin() as session:
        disable_account(session, login="sanna", by=OPERATOR, clock=office.clock)


@pytest.mark.parametrize("stop", [expire, renew, disable])
def test_link_stops_working(office: Office, stop: Callable[[Office], None]) -> None:
    link = new_account(office)
    stop(office)
    with office.database.read() as session, pytest.raises(NotFoundError, match="does not work"):
        account_of_link(session, token=link.token, clock=office.clock)
    with office.database.begin() as session, pytest.raises(NotFoundError, match="does not work"):
        set_password(session, token=link.token, password=GOOD_PASSWORD, clock=office.clock)


def test_renewed_link_replaces_the_password_only_when_used(office: Office) -> None:
    office.add_account("sanna", password=GOOD_PASSWORD)
    with office.database.begin() as session:
        link = renew_link(session, login="sanna", by=OPERATOR, clock=office.clock)
    with office.database.read() as session:
        assert authenticate(session, login="sanna", password=GOOD_PASSWORD, clock=office.clock)
    with office.database.begin() as session:
        set_password(session, token=link.token, password=OTHER_PASSWORD, clock=office.clock)
    with office.database.read() as session:
        assert authenticate(session, login="sanna", password=GOOD_PASSWORD, clock=office.clock) is None
        assert authenticate(session, login="sanna", password=OTHER_PASSWORD, clock=office.clock)


def test_disabled_account_acts_no_more_and_can_come_back(office: Office) -> None:
    account_id = office.add_account("sanna", *ALL_CALLS)
    with office.database.begin() as session:
        disable_account(session, login="sanna", by=OPERATOR, clock=office.clock)
        disable_account(session, login="sanna", by=OPERATOR, clock=office.clock)
        assert actor_of(session, account_id, office.clock) is None
        with pytest.raises(BadDataError, match="disabled"):
            renew_link(session, login="sanna", by=OPERATOR, clock=office.clock)
        enable_account(session, login="sanna", by=OPERATOR, clock=office.clock)
        enable_account(session, login="sanna", by=OPERATOR, clock=office.clock)
        assert actor_of(session, account_id, office.clock) is not None
    assert actions(office)[-2:] == ["account-disabled", "account-enabled"]


def test_permission_begins_and_ends(office: Office, hand_clock: HandClock) -> None:
    account_id = office.add_account("sanna")
    ends = hand_clock.now() + timedelta(days=30)
    with office.database.begin() as session:
        grant_task(
            session, login="sanna", permit=SEE_ALL, reason="test", by=OPERATOR, clock=hand_clock, valid_until=ends
        )
    assert office.actor(account_id).may(Task.VIEW_CALLS)
    hand_clock.moment = ends - timedelta(microseconds=1)
    assert office.actor(account_id).may(Task.VIEW_CALLS)
    hand_clock.moment = ends
    assert office.actor(account_id).tasks == frozenset()


def test_permission_of_the_future_is_none_yet_and_can_be_revoked(office: Office) -> None:
    account_id = office.add_account("sanna")
    begins = office.clock.now() + timedelta(days=1)
    with office.database.begin() as session:
        grant_task(
            session, login="sanna", permit=SEE_ALL, reason="test", by=OPERATOR, clock=office.clock, valid_from=begins
        )
        grant_task(
            session, login="sanna", permit=SEE_OWN, reason="test", by=OPERATOR, clock=office.clock, valid_from=begins
        )
        revoke_task(session, login="sanna", permit=SEE_OWN, by=OPERATOR, clock=office.clock)
    assert office.actor(account_id).tasks == frozenset()
    office.clock.moment = begins
    assert office.actor(account_id).permits == {SEE_ALL}


def test_permission_is_revoked_at_once_and_remembered(office: Office) -> None:
    account_id = office.add_account("sanna", *ALL_CALLS, *OWN_CALLS)
    with office.database.begin() as session:
        revoke_task(session, login="sanna", permit=SEE_ALL, by=OPERATOR, clock=office.clock)
        revoke_task(session, login="sanna", permit=SEE_ALL, by=OPERATOR, clock=office.clock)
    assert office.actor(account_id).permits == {*OWN_CALLS, ALL_CALLS[1]}
    with office.database.read() as session:
        history = [(row.task, row.reach, row.granted_by, row.revoked_by) for row in permissions_of(session, account_id)]
    assert history == [
        ("listen", "all", "cli:test", None),
        ("listen", "own", "cli:test", None),
        ("view-calls", "all", "cli:test", "cli:test"),
        ("view-calls", "own", "cli:test", None),
    ]
    assert actions(office).count("task-revoked") == 1


def test_permission_that_ends_before_it_begins_is_refused(office: Office) -> None:
    office.add_account("sanna")
    with office.database.begin() as session, pytest.raises(BadDataError, match="must end after"):
        grant_task(
            session,
            login="sanna",
            permit=SEE_ALL,
            reason="test",
            by=OPERATOR,
            clock=office.clock,
            valid_until=office.clock.now(),
        )


def test_only_the_administrator_administers(office: Office) -> None:
    office.add_account("sanna", *ALL_CALLS, *OWN_CALLS, Task.LINK_CUSTOMERS)
    sanna = office.actor(1)
    doings: list[Callable[..., object]] = [
        lambda session: add_account(session, name="N", login="new", tasks=[], by=sanna, clock=office.clock),
        lambda session: renew_link(session, login="sanna", by=sanna, clock=office.clock),
        lambda session: disable_account(session, login="sanna", by=sanna, clock=office.clock),
        lambda session: enable_account(session, login="sanna", by=sanna, clock=office.clock),
        lambda session: grant_task(session, login="sanna", permit=SEE_OWN, reason="test", by=sanna, clock=office.clock),
        lambda session: revoke_task(session, login="sanna", permit=SEE_OWN, by=sanna, clock=office.clock),
        lambda session: change_agent(session, login="sanna", agent_id=None, by=sanna, clock=office.clock),
        lambda session: list_accounts(session, by=sanna, clock=office.clock),
        lambda session: get_account(session, login="sanna", by=sanna, clock=office.clock),
    ]
    before = actions(office)
    for doing in doings:
        with office.database.begin() as session, pytest.raises(RefusedError, match="administer-accounts"):
            doing(session)
    assert actions(office) == before


def test_the_last_administrator_stays(office: Office) -> None:
    office.add_account("pekka", Task.ADMINISTER_ACCOUNTS, *ALL_CALLS)
    office.add_account("gone", Task.ADMINISTER_ACCOUNTS)
    office.add_account("later")
    office.add_account("sanna", *ALL_CALLS)
    later = office.clock.now() + timedelta(days=1)
    with office.database.begin() as session:
        disable_account(session, login="gone", by=OPERATOR, clock=office.clock)
        grant_task(
            session,
            login="later",
            permit=Task.ADMINISTER_ACCOUNTS,
            reason="test",
            by=OPERATOR,
            clock=office.clock,
            valid_from=later,
        )
        pekka = office.actor(1).account_id or 0
        permit = Permit(Task.ADMINISTER_ACCOUNTS)
        grant_permit(session, pekka, permit=permit, reason="test", by=OPERATOR, clock=office.clock)
        first, second = session.scalars(
            select(PermissionRow)
            .where(PermissionRow.account_id == pekka, PermissionRow.task == Task.ADMINISTER_ACCOUNTS)
            .order_by(PermissionRow.id)
        )
        second.valid_from = later  # it begins too late to stand for the first
        session.flush()
        with pytest.raises(LastAdministratorError):
            end_grant(session, pekka, permission_id=first.id, by=OPERATOR, clock=office.clock)
    before = actions(office)
    for by in (OPERATOR, office.actor(1)):
        with office.database.begin() as session, pytest.raises(LastAdministratorError, match="another account first"):
            disable_account(session, login="pekka", by=by, clock=office.clock)
        with office.database.begin() as session, pytest.raises(LastAdministratorError, match="another account first"):
            revoke_task(session, login="pekka", permit=Task.ADMINISTER_ACCOUNTS, by=by, clock=office.clock)
    assert actions(office) == before
    with office.database.begin() as session:
        revoke_task(session, login="pekka", permit=SEE_ALL, by=OPERATOR, clock=office.clock)
        disable_account(session, login="sanna", by=OPERATOR, clock=office.clock)
    office.clock.moment = later
    with office.database.begin() as session:
        disable_account(session, login="pekka", by=OPERATOR, clock=office.clock)
    with office.database.begin() as session, pytest.raises(LastAdministratorError):
        disable_account(session, login="later", by=OPERATOR, clock=office.clock)


def test_administrators_who_disable_each_other_leave_one(office: Office) -> None:
    office.add_account("pekka", Task.ADMINISTER_ACCOUNTS)
    office.add_account("pirkko", Task.ADMINISTER_ACCOUNTS)
    both_here = Barrier(2)

    def disable_one(login: str) -> bool:
        both_here.wait()
        try:
            with office.database.begin() as session:
                disable_account(session, login=login, by=OPERATOR, clock=office.clock)
        except LastAdministratorError:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(disable_one, ("pekka", "pirkko")))
    assert sorted(done) == [False, True]


def test_agent_of_an_account_is_changed_at_once(office: Office) -> None:
    account_id = office.add_account("sanna", *OWN_CALLS, agent_id=office.sanna_id)

    def change(agent_id: int | None) -> None:
        with office.database.begin() as session:
            change_agent(session, login="Sanna", agent_id=agent_id, by=OPERATOR, clock=office.clock)

    change(office.sanna_id)  # as it is
    change(office.mikko_id)
    assert office.actor(account_id).agent_id == office.mikko_id
    change(None)
    assert office.actor(account_id).agent_id is None
    for unknown in (999, -1, 2**31, 10**30):
        with pytest.raises(BadDataError, match="no agent"):
            change(unknown)
    with office.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "agent-changed").order_by(AuditRow.id)).all()
    assert [json.loads(row.detail or "") for row in rows] == [
        {"account": "sanna", "agent_id": office.mikko_id, "agent_id_before": office.sanna_id},
        {"account": "sanna", "agent_id": None, "agent_id_before": office.mikko_id},
    ]


def test_address_from_which_a_password_was_set_is_kept(office: Office) -> None:
    link = new_account(office)
    with office.database.begin() as session:
        set_password(session, token=link.token, password=GOOD_PASSWORD, clock=office.clock, address="192.0.2.7")
    with office.database.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "password-set")).one()
    assert (row.login, row.detail) == ("sanna", '{"address": "192.0.2.7"}')


@pytest.mark.parametrize("login", ["sanna\x00", "\ud800", "", "sa nna", "s" * 65])
def test_what_cannot_be_a_login_is_nobodys(office: Office, login: str) -> None:
    office.add_account("sanna", password=GOOD_PASSWORD)
    with office.database.read() as session:
        assert authenticate(session, login=login, password=GOOD_PASSWORD, clock=office.clock) is None
        assert authenticate(session, login="sanna", password="\ud800" * 12, clock=office.clock) is None
    with office.database.read() as session, pytest.raises(NotFoundError):
        get_account(session, login=login, by=OPERATOR, clock=office.clock)
    assert log_in(office.database, login=login, password=GOOD_PASSWORD, clock=office.clock) is None
    for name in ("Sanna\x00", "\ud800"):
        with office.database.begin() as session, pytest.raises(BadDataError, match="can be read"):
            add_account(session, name=name, login="new", tasks=[], by=OPERATOR, clock=office.clock)


def test_accounts_are_listed_without_secrets(office: Office) -> None:
    office.add_account("sanna", *OWN_CALLS, agent_id=office.sanna_id, password=GOOD_PASSWORD)
    office.add_account("admin", Task.ADMINISTER_ACCOUNTS)
    with office.database.read() as session:
        listed = list_accounts(session, by=OPERATOR, clock=office.clock)
    assert [(account.login, account.agent_id, account.permits) for account in listed] == [
        ("admin", None, frozenset({Permit(Task.ADMINISTER_ACCOUNTS)})),
        ("sanna", office.sanna_id, frozenset({*OWN_CALLS})),
    ]
    assert listed[0].password_set_at is None
    assert listed[1].password_set_at == office.clock.now()
    assert "argon2" not in repr(listed)


def test_unknown_login_is_not_found(office: Office) -> None:
    with office.database.begin() as session, pytest.raises(NotFoundError, match="nobody"):
        disable_account(session, login="nobody", by=OPERATOR, clock=office.clock)
