"""Second factors below the viewer, on both databases: codes, their replay, recovery codes, what waits for them."""

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from fixtures_rights import ALL_CALLS, GOOD_PASSWORD, OPERATOR, OTHER_PASSWORD, WRONG_PASSWORD, Office
from sqlalchemy import select

from calls.errors import BadDataError, RefusedError
from rights.access.tasks import Task
from rights.identity.accounts import disable_account, renew_link, set_password
from rights.identity.compulsory_factor import is_compulsory
from rights.identity.confirmation import confirm_by_code, confirm_by_password
from rights.identity.entering import PENDING_LIFETIME, PendingLogIn
from rights.identity.factor_changes import (
    LastFactorError,
    add_authenticator,
    remove_factor,
    renew_recovery_codes,
    reset_second_factor,
)
from rights.identity.log_in import actor_of_session, log_in
from rights.identity.password_change import change_password
from rights.identity.second_factor_rows import RecoveryCodeRow, TotpRow
from rights.identity.second_factors import second_factors_of
from rights.identity.second_step import awaited, finish_by_code
from rights.identity.session_ending import end_all_sessions, end_other_sessions, end_own_session
from rights.identity.sessions import (
    CONFIRMATION_LIFETIME,
    StartedSession,
    find_session,
    session_stands,
    sessions_of,
    start_session,
)
from rights.identity.totp import STEP_S, new_secret
from rights.identity.visits import Visit, visit_of_token
from rights.tables import AuditRow, SessionRow
from storage.vault.field_vault import FieldVault
from storage.vault.key_ring import KeyRing

SECRET = new_secret()


@pytest.fixture
def vault(key_ring: KeyRing) -> FieldVault:
    return FieldVault(key_ring)


@pytest.fixture
def key_ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return KeyRing.create(tmp_path_factory.mktemp("keys") / "keys")


def code_of(office: Office, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret).at(int(office.clock.now().timestamp()))


def visit_of(office: Office, login: str, *tasks: Task, has_second_factor: bool = False) -> tuple[Visit, str]:
    """Add an account with a session, and give the visit and its token."""
    account_id = office.add_account(login, *tasks, password=GOOD_PASSWORD)
    return visiting(office, account_id, has_second_factor=has_second_factor)


def visiting(office: Office, account_id: int, *, has_second_factor: bool = False) -> tuple[Visit, str]:
    with office.database.begin() as session:
        token = start_session(
            session, account_id=account_id, clock=office.clock, has_second_factor=has_second_factor
        ).token
    visit = visit_of_token(office.database, token=token, clock=office.clock)
    assert visit is not None
    return visit, token


def enrol(office: Office, visit: Visit, vault: FieldVault) -> tuple[str, tuple[str, ...]]:
    """Add an authenticator; give the session's new token and the recovery codes. The code is used up by it."""
    with office.database.begin() as session:
        added = add_authenticator(session, visit, secret=SECRET, code=code_of(office), vault=vault, clock=office.clock)
    assert added is not None
    return added.started.token, added.recovery_codes


def pending(office: Office, login: str) -> PendingLogIn:
    waiting = log_in(office.database, login=login, password=GOOD_PASSWORD, clock=office.clock)
    assert isinstance(waiting, PendingLogIn)
    return waiting


def finish(office: Office, waiting: PendingLogIn, code: str, vault: FieldVault) -> StartedSession | None:
    return finish_by_code(office.database, token=waiting.token, code=code, vault=vault, clock=office.clock)


def actions(office: Office) -> list[str]:
    with office.database.read() as session:
        return list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))


def test_who_must_have_a_second_factor() -> None:
    daily = {Task.VIEW_CALLS, Task.LISTEN, Task.LINK_CUSTOMERS, Task.VIEW_REGISTER, Task.REVEAL_INCOME}
    assert not is_compulsory(daily)
    assert not is_compulsory(set())
    for task in (Task.ADMINISTER_ACCOUNTS, Task.HANDLE_CASES, Task.APPROVE_GRANTS, Task.VIEW_AUDIT, Task.EXPORT_AUDIO):
        assert is_compulsory({*daily, task}), task


def test_without_the_factor_that_he_needs_nobody_has_a_permission(office: Office, vault: FieldVault) -> None:
    visit, token = visit_of(office, "pekka", Task.ADMINISTER_ACCOUNTS)
    assert visit.lacks_second_factor
    assert not visit.actor.may(Task.ADMINISTER_ACCOUNTS)
    renewed, codes = enrol(office, visit, vault)
    assert len(set(codes)) == 10
    assert visit_of_token(office.database, token=token, clock=office.clock) is None  # the session has another token
    after = visit_of_token(office.database, token=renewed, clock=office.clock)
    assert after is not None
    assert not after.lacks_second_factor
    assert after.actor.may(Task.ADMINISTER_ACCOUNTS)
    assert actions(office)[-2:] == ["second-factor-added", "recovery-codes-made"]


def test_password_alone_is_nobodys_session(office: Office, vault: FieldVault) -> None:
    visit, _ = visit_of_all(office)
    enrol(office, visit, vault)
    waiting = pending(office, "tiina")
    assert actor_of_session(office.database, token=waiting.token, clock=office.clock) is None
    assert waiting.token not in repr(waiting)
    office.clock.advance(seconds=STEP_S)
    started = finish(office, waiting, f" {code_of(office)[:3]} {code_of(office)[3:]} ", vault)
    assert started is not None
    with office.database.read() as session:
        found = find_session(session, token=started.token, clock=office.clock)
    assert found is not None
    assert found.second_factor_at == office.clock.now()
    assert actions(office)[-2:] == ["first-factor-proved", "logged-in"]
    office.clock.advance(seconds=STEP_S)
    assert finish(office, waiting, code_of(office), vault) is None  # the log-in is over


def visit_of_all(office: Office) -> tuple[Visit, str]:
    account_id = office.add_account("tiina", *ALL_CALLS, password=GOOD_PASSWORD)
    return visiting(office, account_id)


def test_a_code_is_accepted_once(office: Office, vault: FieldVault) -> None:
    visit, _ = visit_of_all(office)
    enrol(office, visit, vault)
    first, second = pending(office, "tiina"), pending(office, "tiina")
    assert finish(office, first, code_of(office), vault) is None  # it was used up by adding the authenticator
    office.clock.advance(seconds=STEP_S)
    code = code_of(office)
    assert finish(office, first, code, vault) is not None
    assert finish(office, second, code, vault) is None
    earlier = pyotp.TOTP(SECRET).at(int(office.clock.now().timestamp()) - STEP_S)
    assert finish(office, second, earlier, vault) is None
    assert actions(office)[-2:] == ["second-factor-refused"] * 2


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_go_half_a_minute_wrong(office: Office, vault: FieldVault, steps: int, is_taken: bool) -> None:  # noqa: FBT001
    visit, _ = visit_of_all(office)
    enrol(office, visit, vault)
    office.clock.advance(minutes=3)
    code = pyotp.TOTP(SECRET).at(int(office.clock.now().timestamp()) + steps * STEP_S)
    assert (finish(office, pending(office, "tiina"), code, vault) is not None) is is_taken


def test_junk_is_no_code(office: Office, vault: FieldVault) -> None:
    visit, _ = visit_of_all(office)
    enrol(office, visit, vault)
    waiting = pending(office, "tiina")
    for junk in ("", "12345", "1234567", "abcdef", "٣٣٣٣٣٣", "ääääää", "AAAA-" * 6, "\0" * 6):
        assert finish(office, waiting, junk, vault) is None, junk


def test_a_recovery_code_lets_in_once_and_new_ones_replace_it(office: Office, vault: FieldVault) -> None:
    visit, _ = visit_of_all(office)
    token, codes = enrol(office, visit, vault)
    assert finish(office, pending(office, "tiina"), codes[0].lower().replace("-", " "), vault) is not None
    assert finish(office, pending(office, "tiina"), codes[0], vault) is None
    with office.database.begin() as session:
        assert second_factors_of(session, visit.session.account_id).codes_left == 9
        renewed = renew_recovery_codes(session, visit, clock=office.clock)
        kept = set(session.scalars(select(RecoveryCodeRow.code_sha256)))
    assert finish(office, pending(office, "tiina"), codes[1], vault) is None
    assert finish(office, pending(office, "tiina"), renewed[1], vault) is not None
    assert not kept & {*codes, *renewed, *(code.replace("-", "") for code in codes)}
    assert token


def test_another_accounts_code_is_nobodys(office: Office, vault: FieldVault) -> None:
    visit, _ = visit_of_all(office)
    _, codes = enrol(office, visit, vault)
    other = visiting(office, office.add_account("mikko", *ALL_CALLS, password=GOOD_PASSWORD))[0]
    other_secret = new_secret()
    with office.database.begin() as session:
        code = code_of(office, other_secret)
        add_authenticator(session, other, secret=other_secret, code=code, vault=vault, clock=office.clock)
    office.clock.advance(seconds=STEP_S)
    assert finish(office, pending(office, "mikko"), code_of(office), vault) is None
    assert finish(office, pending(office, "mikko"), codes[0], vault) is None


def let_time_pass(office: Office) -> None:
    office.clock.moment += PENDING_LIFETIME


def disable(office: Office) -> None:
    with office.database.begin() as session:
        disable_account(session, login="tiina", by=OPERATOR, clock=office.clock)


def set_another_password(office: Office) -> None:
    office.clock.advance(seconds=1)
    with office.database.begin() as session:
        link = renew_link(session, login="tiina", by=OPERATOR, clock=office.clock)
        set_password(session, token=link.token, password=OTHER_PASSWORD, clock=office.clock)


@pytest.mark.parametrize("end", [let_time_pass, disable, set_another_password])
def test_a_log_in_that_waits_is_over(office: Office, vault: FieldVault, end: Callable[[Office], None]) -> None:
    visit, _ = visit_of_all(office)
    _, codes = enrol(office, visit, vault)
    waiting = pending(office, "tiina")
    assert awaited(office.database, token=waiting.token, clock=office.clock) is not None
    end(office)
    assert awaited(office.database, token=waiting.token, clock=office.clock) is None
    assert finish(office, waiting, codes[0], vault) is None


def test_the_secret_is_sealed_and_forgotten(office: Office, vault: FieldVault) -> None:
    visit, _ = visit_of_all(office)
    enrol(office, visit, vault)
    with office.database.begin() as session:
        kept = session.scalars(select(TotpRow)).one().sealed_secret
        assert kept is not None
        assert SECRET.encode() not in kept
        remove_factor(session, visit, passkey_id=None, clock=office.clock)
        row = session.scalars(select(TotpRow).execution_options(populate_existing=True)).one()
        assert (row.sealed_secret, row.removed_at) == (None, office.clock.now())
        assert second_factors_of(session, visit.session.account_id).codes_left == 0
    assert isinstance(
        log_in(office.database, login="tiina", password=GOOD_PASSWORD, clock=office.clock), StartedSession
    )


def test_the_only_factor_that_is_needed_stays(office: Office, vault: FieldVault) -> None:
    visit, _ = visit_of(office, "pekka", Task.ADMINISTER_ACCOUNTS, has_second_factor=True)
    enrol(office, visit, vault)
    with pytest.raises(LastFactorError), office.database.begin() as session:
        remove_factor(session, visit, passkey_id=None, clock=office.clock)
    with office.database.begin() as session:
        remove_factor(session, visit, passkey_id=77, clock=office.clock)  # there is none such
        assert second_factors_of(session, visit.session.account_id).is_enrolled


def test_changing_factors_ends_the_other_sessions(office: Office, vault: FieldVault) -> None:
    visit, _ = visit_of_all(office)
    _, elsewhere = visiting(office, visit.session.account_id)
    token, _ = enrol(office, visit, vault)
    assert actor_of_session(office.database, token=elsewhere, clock=office.clock) is None
    assert actor_of_session(office.database, token=token, clock=office.clock) is not None


def test_the_operator_resets_what_somebody_lost_and_an_administrator_not_his_own(
    office: Office, vault: FieldVault
) -> None:
    visit, token = visit_of_all(office)
    token, codes = enrol(office, visit, vault)
    administrator = office.actor(office.add_account("pekka", Task.ADMINISTER_ACCOUNTS))
    with office.database.begin() as session:
        reset_second_factor(session, login="tiina", by=OPERATOR, clock=office.clock)
        assert not second_factors_of(session, visit.session.account_id).is_enrolled
    assert actor_of_session(office.database, token=token, clock=office.clock) is None
    assert isinstance(
        log_in(office.database, login="tiina", password=GOOD_PASSWORD, clock=office.clock), StartedSession
    )
    assert actions(office)[-2:] == ["second-factor-reset", "logged-in"]
    assert codes
    with pytest.raises(RefusedError), office.database.begin() as session:
        reset_second_factor(session, login="pekka", by=administrator, clock=office.clock)
    with pytest.raises(RefusedError), office.database.begin() as session:
        reset_second_factor(session, login="pekka", by=visit.actor, clock=office.clock)


def test_recovery_codes_stand_for_a_factor_alone(office: Office) -> None:
    visit, _ = visit_of_all(office)
    with pytest.raises(BadDataError), office.database.begin() as session:
        renew_recovery_codes(session, visit, clock=office.clock)


def test_a_session_is_confirmed_for_ten_minutes_and_gets_another_token(office: Office, vault: FieldVault) -> None:
    visit, token = visit_of_all(office)
    assert visit.session.is_confirmed(office.clock)
    office.clock.moment += CONFIRMATION_LIFETIME
    assert not visit.session.is_confirmed(office.clock)
    assert confirm_by_password(office.database, visit, password=WRONG_PASSWORD, clock=office.clock) is None
    assert actions(office)[-1] == "confirmation-refused"
    renewed = confirm_by_password(office.database, visit, password=GOOD_PASSWORD, clock=office.clock)
    assert renewed is not None
    assert actor_of_session(office.database, token=token, clock=office.clock) is None
    now = visit_of_token(office.database, token=renewed.token, clock=office.clock)
    assert now is not None
    assert now.session.is_confirmed(office.clock)
    assert now.session.id == visit.session.id
    assert confirm_by_code(office.database, now, code="123456", vault=vault, clock=office.clock) is None
    _, codes = enrol(office, now, vault)
    assert confirm_by_code(office.database, now, code=codes[3], vault=vault, clock=office.clock) is not None


def test_an_ended_session_is_not_confirmed(office: Office) -> None:
    visit, _ = visit_of_all(office)
    with office.database.begin() as session:
        end_all_sessions(session, account_id=visit.session.account_id, by=OPERATOR, clock=office.clock)
    assert confirm_by_password(office.database, visit, password=GOOD_PASSWORD, clock=office.clock) is None


def test_changing_ones_password_asks_for_the_old_one_and_ends_other_sessions(office: Office) -> None:
    visit, token = visit_of_all(office)
    _, elsewhere = visiting(office, visit.session.account_id)
    wrong = change_password(office.database, visit, old=WRONG_PASSWORD, new=OTHER_PASSWORD, clock=office.clock)
    assert wrong is None
    assert actor_of_session(office.database, token=elsewhere, clock=office.clock) is not None
    renewed = change_password(office.database, visit, old=GOOD_PASSWORD, new=OTHER_PASSWORD, clock=office.clock)
    assert renewed is not None
    for over in (token, elsewhere):
        assert actor_of_session(office.database, token=over, clock=office.clock) is None
    assert actor_of_session(office.database, token=renewed.token, clock=office.clock) is not None
    assert log_in(office.database, login="tiina", password=GOOD_PASSWORD, clock=office.clock) is None
    assert log_in(office.database, login="tiina", password=OTHER_PASSWORD, clock=office.clock) is not None
    assert [action for action in actions(office) if action.startswith("password-change")] == [
        "password-change-refused",
        "password-changed",
    ]


def test_sessions_are_listed_and_ended_by_their_owner_alone(office: Office) -> None:
    visit, _ = visit_of_all(office)
    second, second_token = visiting(office, visit.session.account_id)
    third, third_token = visiting(office, visit.session.account_id)
    stranger, _ = visiting(office, office.add_account("mikko", *ALL_CALLS))
    with pytest.raises(Exception, match="no such session"), office.database.begin() as session:
        end_own_session(session, stranger, second.session.id, clock=office.clock)
    with office.database.begin() as session:
        assert len(sessions_of(session, visit.session.account_id, clock=office.clock)) == 3
        end_own_session(session, visit, second.session.id, clock=office.clock)
        assert not session_stands(session, second.session.id, clock=office.clock)
        assert session_stands(session, third.session.id, clock=office.clock)
    assert actor_of_session(office.database, token=second_token, clock=office.clock) is None
    with office.database.begin() as session:
        end_other_sessions(session, visit, clock=office.clock)
        [left] = sessions_of(session, visit.session.account_id, clock=office.clock)
    assert left.id == visit.session.id
    assert actor_of_session(office.database, token=third_token, clock=office.clock) is None
    with office.database.read() as session:
        because = set(session.scalars(select(SessionRow.ended_because).where(SessionRow.ended_at.is_not(None))))
    assert because == {"ended-by-owner"}


def test_a_session_stands_until_it_idles_away(office: Office) -> None:
    visit, _ = visit_of_all(office)
    office.clock.moment += timedelta(minutes=15)
    with office.database.read() as session:
        assert not session_stands(session, visit.session.id, clock=office.clock)
        assert sessions_of(session, visit.session.account_id, clock=office.clock) == []
