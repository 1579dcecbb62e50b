"""Logging in and sessions on both databases."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from fixtures_rights import (
    ALL_CALLS,
    GOOD_PASSWORD,
    OPERATOR,
    OTHER_PASSWORD,
    OWN_CALLS,
    SEE_ALL,
    WRONG_PASSWORD,
    HandClock,
    Office,
)
from sqlalchemy import select

from rights.identity.accounts import disable_account, renew_link, revoke_task, set_password
from rights.identity.entering import Whence
from rights.identity.log_in import actor_of_session, log_in, log_out
from rights.identity.sessions import AGE_LIMIT, CLOCKS_APART, IDLE_LIMIT, StartedSession
from rights.tables import AccountRow, AuditRow, SessionRow


@pytest.fixture
def started(office: Office) -> StartedSession:
    office.add_account("sanna", *OWN_CALLS, *ALL_CALLS, password=GOOD_PASSWORD)
    whence = Whence(address="192.0.2.7", browser="Firefox, Linux")
    session = log_in(office.database, login="Sanna", password=GOOD_PASSWORD, clock=office.clock, whence=whence)
    assert isinstance(session, StartedSession)
    return session


def who(office: Office, started: StartedSession) -> str | None:
    actor = actor_of_session(office.database, token=started.token, clock=office.clock)
    return actor.login if actor else None


def last_audit(office: Office) -> AuditRow:
    with office.database.read() as session:
        return session.scalars(select(AuditRow).order_by(AuditRow.id.desc())).first() or pytest.fail("no audit")


def test_log_in_starts_an_audited_session(office: Office, started: StartedSession) -> None:
    assert who(office, started) == "sanna"
    row = last_audit(office)
    assert (row.action, row.login, row.detail) == ("logged-in", "sanna", '{"address": "192.0.2.7"}')
    assert started.token not in repr(started)
    with office.database.read() as session:
        assert session.scalars(select(SessionRow.token_sha256)).one() != started.token


@pytest.mark.parametrize(("login", "known"), [("sanna", True), ("my secret password", False)])
def test_refusal_is_audited_without_what_was_typed(office: Office, login: str, known: bool) -> None:  # noqa: FBT001
    office.add_account("sanna", password=GOOD_PASSWORD)
    assert log_in(office.database, login=login, password=WRONG_PASSWORD, clock=office.clock) is None
    row = last_audit(office)
    assert (row.action, row.login) == ("log-in-refused", None)
    assert json.loads(row.detail or "{}") == ({"account": "sanna"} if known else {})


def test_session_idles_away_and_lives_by_requests(office: Office, started: StartedSession) -> None:
    for _ in range(4):
        office.clock.moment += IDLE_LIMIT - timedelta(seconds=1)
        assert who(office, started) == "sanna"
    office.clock.moment += IDLE_LIMIT
    assert who(office, started) is None
    assert who(office, started) is None


def test_session_of_a_clock_that_ran_ahead_does_not_stand_when_it_is_set_right(
    office: Office, started: StartedSession
) -> None:
    office.clock.moment -= CLOCKS_APART
    assert who(office, started) == "sanna"
    office.clock.moment -= timedelta(seconds=1)
    assert who(office, started) is None


def test_what_a_clock_that_ran_ahead_left_behind_stands_no_more_when_its_moment_has_come(
    office: Office, started: StartedSession
) -> None:
    office.clock.moment -= timedelta(hours=1)
    office.add_account("mikko", password=GOOD_PASSWORD)
    log_in(office.database, login="mikko", password=GOOD_PASSWORD, clock=office.clock)
    office.clock.advance(hours=1)
    assert who(office, started) is None


def test_session_ages_away_however_busy(office: Office, started: StartedSession) -> None:
    begun = office.clock.now()
    while office.clock.now() + timedelta(minutes=10) < begun + AGE_LIMIT:
        office.clock.advance(minutes=10)
        assert who(office, started) == "sanna"
    office.clock.moment = begun + AGE_LIMIT
    assert who(office, started) is None
    assert started.expires_at == begun + AGE_LIMIT


def test_quick_requests_do_not_write(office: Office, started: StartedSession) -> None:
    office.clock.advance(seconds=10)
    assert who(office, started) == "sanna"
    with office.database.read() as session:
        row = session.scalars(select(SessionRow)).one()
        assert row.seen_at == row.started_at


def disable(office: Office) -> None:
    with office.database.begin() as session:
        disable_account(session, login="sanna", by=OPERATOR, clock=office.clock)


def set_another_password(office: Office) -> None:
    with office.database.begin() as session:
        link = renew_link(session, login="sanna", by=OPERATOR, clock=office.clock)
        set_password(session, token=link.token, password=OTHER_PASSWORD, clock=office.clock)


@pytest.mark.parametrize("end", [disable, set_another_password])
def test_every_session_of_the_account_ends_at_once(
    office: Office, started: StartedSession, end: Callable[[Office], None]
) -> None:
    other = log_in(office.database, login="sanna", password=GOOD_PASSWORD, clock=office.clock)
    assert isinstance(other, StartedSession)
    end(office)
    assert who(office, started) is None
    assert who(office, other) is None


def test_log_out_ends_this_session_alone(office: Office, started: StartedSession) -> None:
    other = log_in(office.database, login="sanna", password=GOOD_PASSWORD, clock=office.clock)
    assert isinstance(other, StartedSession)
    log_out(office.database, token=started.token, clock=office.clock)
    log_out(office.database, token=started.token, clock=office.clock)
    assert who(office, started) is None
    assert who(office, other) == "sanna"
    assert (last_audit(office).action, last_audit(office).login) == ("logged-out", "sanna")


def test_a_revoked_task_ends_the_sessions_and_is_gone_in_the_next_one(office: Office, started: StartedSession) -> None:
    with office.database.begin() as session:
        revoke_task(session, login="sanna", permit=SEE_ALL, by=OPERATOR, clock=office.clock)
    assert who(office, started) is None
    anew = log_in(office.database, login="sanna", password=GOOD_PASSWORD, clock=office.clock)
    assert anew is not None
    actor = actor_of_session(office.database, token=anew.token, clock=office.clock)
    assert actor is not None
    assert actor.permits == {*OWN_CALLS, ALL_CALLS[1]}


def test_invented_token_is_nobody(office: Office, started: StartedSession) -> None:
    assert actor_of_session(office.database, token=started.token + "x", clock=office.clock) is None
    assert actor_of_session(office.database, token="", clock=office.clock) is None


@pytest.mark.usefixtures("costly_passwords")
def test_outdated_hash_is_renewed_at_log_in(office: Office, started: StartedSession) -> None:
    assert who(office, started) == "sanna"
    outdated = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(GOOD_PASSWORD)
    with office.database.begin() as session:
        session.scalars(select(AccountRow)).one().password_hash = outdated
    for _ in range(2):
        assert log_in(office.database, login="sanna", password=GOOD_PASSWORD, clock=office.clock) is not None
    with office.database.read() as session:
        kept = session.scalars(select(AccountRow.password_hash)).one()
    assert kept is not None
    assert extract_parameters(kept) == RFC_9106_LOW_MEMORY
    assert who(office, started) == "sanna"  # the password is the same, so the sessions go on


class MeddlingClock(HandClock):
    """While the password is being compared, its owner sets another one."""

    def __init__(self, office: Office) -> None:
        super().__init__(office.clock.moment)
        self._meddle: Callable[[], None] | None = lambda: set_another_password(office)

    def now(self) -> datetime:
        meddle, self._meddle = self._meddle, None
        if meddle is not None:
            meddle()
        return super().now()


def test_password_changed_meanwhile_opens_nothing(office: Office, started: StartedSession) -> None:
    office.clock.advance(minutes=1)
    clock = MeddlingClock(office)
    assert log_in(office.database, login="sanna", password=GOOD_PASSWORD, clock=clock) is None
    assert last_audit(office).action == "log-in-refused"
    assert who(office, started) is None
