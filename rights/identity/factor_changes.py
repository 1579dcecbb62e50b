"""Adding and taking away second factors, by their owner and, after a loss, by an administrator. Each is audited."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError, RefusedError
from rights.access.actor import Actor
from rights.access.approvals import Approval
from rights.access.permissions import require
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.identity.accounts import find_account
from rights.identity.ceremonies import RelyingParty
from rights.identity.compulsory_factor import is_compulsory
from rights.identity.letting_back import account_let_back, require_alone
from rights.identity.passkeys import add_passkey, remove_passkeys
from rights.identity.recovery_codes import codes_left, forget_codes, make_codes
from rights.identity.second_factors import Factor, second_factors_of
from rights.identity.sessions import SessionEnd, StartedSession, end_sessions_of, renew_session
from rights.identity.totp import add_totp, remove_totp, step_of
from rights.identity.visits import Visit
from rights.tables import AccountRow
from storage.vault.field_vault import FieldVault


class LastFactorError(BadDataError):
    """The account would be left without the second factor that its permissions need."""


@dataclass(frozen=True, slots=True)
class Added:
    """A factor was added: the session's new token, and recovery codes where there were none yet, told once."""

    started: StartedSession
    recovery_codes: tuple[str, ...]

    def __repr__(self) -> str:
        return "Added(...)"  # neither tokens nor codes must reach a log


def add_authenticator(
    session: Session, visit: Visit, *, secret: str, code: str, vault: FieldVault, clock: Clock
) -> Added | None:
    """Keep an authenticator's secret if this is its code of now; None where it is not. One of before is replaced."""
    step = step_of(secret, "".join(code.split()), clock=clock)
    if step is None:
        return None
    add_totp(session, account_id=_account_of(visit), secret=secret, step=step, vault=vault, clock=clock)
    return _added(session, visit, factor=Factor.TOTP, clock=clock)


def add_passkey_of(
    session: Session,
    visit: Visit,
    answer: Mapping[str, Any],
    *,
    challenge: str,
    name: str,
    party: RelyingParty,
    clock: Clock,
) -> Added | None:
    """Keep the passkey that the browser has made; None where its answer was not good (any more)."""
    if not add_passkey(session, visit.actor, answer, challenge=challenge, name=name, party=party, clock=clock):
        return None
    return _added(session, visit, factor=Factor.PASSKEY, clock=clock)


def remove_factor(session: Session, visit: Visit, *, passkey_id: int | None, clock: Clock) -> None:
    """Take a passkey away, or with None the authenticator. To take away what is not there is no error.

    Raises LastFactorError where the account needs a factor and would have none.
    """
    account_id = _account_of(visit)
    factors = second_factors_of(session, account_id)
    is_there = (
        factors.totp_since is not None
        if passkey_id is None
        else passkey_id in {passkey.id for passkey in factors.passkeys}
    )
    if not is_there:
        return
    if factors.count == 1:
        if is_compulsory(visit.actor.tasks, is_partner=visit.actor.is_partner):
            raise LastFactorError(what="it is the only second factor", remedy="add another one first")
        forget_codes(session, account_id=account_id, clock=clock)
    if passkey_id is None:
        remove_totp(session, account_id=account_id, clock=clock)
    else:
        remove_passkeys(session, account_id=account_id, passkey_id=passkey_id, clock=clock)
    factor = Factor.TOTP if passkey_id is None else Factor.PASSKEY
    record(session, actor=visit.actor, action=Action.SECOND_FACTOR_REMOVED, detail={"factor": factor}, clock=clock)
    end_sessions_of(session, account_id, because=SessionEnd.SECOND_FACTOR_CHANGED, clock=clock, but=visit.session.id)


def renew_recovery_codes(session: Session, visit: Visit, *, clock: Clock) -> tuple[str, ...]:
    """Give new recovery codes, told once; raise BadDataError where there is no factor that they could stand for."""
    account_id = _account_of(visit)
    if not second_factors_of(session, account_id).is_enrolled:
        raise BadDataError(what="there is no second factor yet", remedy="add one first")
    record(session, actor=visit.actor, action=Action.RECOVERY_CODES_MADE, clock=clock)
    return tuple(make_codes(session, account_id=account_id, clock=clock))


def reset_second_factor(session: Session, *, login: str, by: Actor, clock: Clock) -> None:
    """Take every second factor of somebody who lost them away, and end his sessions; the next log-in adds new ones.

    Raises RefusedError for one's own: it would let whoever knows the password alone stay in for good; and where it
    takes a second person (``rights.identity.letting_back``).
    """
    require(by, Task.ADMINISTER_ACCOUNTS)
    row = find_account(session, login)
    if row is None:
        raise NotFoundError(what=f"no account has the login {login!r}", remedy="see 'tallenne user list'")
    if row.id == by.account_id:
        raise RefusedError(what="nobody resets his own second factor", remedy="ask another administrator")
    require_alone(session, row, by=by)
    _reset(session, row, by=by, clock=clock)


def reset_approved(session: Session, approval: Approval, *, asker: Actor, clock: Clock) -> None:
    """Reset the second factor that was approved, as its asker, in the transaction of the approval."""
    row = account_let_back(session, approval, asker=asker, clock=clock)
    _reset(session, row, by=asker, clock=clock, approved_by=approval.decided_by)


def _reset(session: Session, row: AccountRow, *, by: Actor, clock: Clock, approved_by: str | None = None) -> None:
    remove_totp(session, account_id=row.id, clock=clock)
    remove_passkeys(session, account_id=row.id, clock=clock)
    forget_codes(session, account_id=row.id, clock=clock)
    end_sessions_of(session, row.id, because=SessionEnd.SECOND_FACTOR_CHANGED, clock=clock)
    detail = {"account": row.login, **({"approved_by": approved_by} if approved_by else {})}
    record(session, actor=by, action=Action.SECOND_FACTOR_RESET, detail=detail, clock=clock)


def _added(session: Session, visit: Visit, *, factor: Factor, clock: Clock) -> Added:
    account_id = _account_of(visit)
    record(session, actor=visit.actor, action=Action.SECOND_FACTOR_ADDED, detail={"factor": factor}, clock=clock)
    codes: list[str] = []
    if not codes_left(session, account_id):
        record(session, actor=visit.actor, action=Action.RECOVERY_CODES_MADE, clock=clock)
        codes = make_codes(session, account_id=account_id, clock=clock)
    end_sessions_of(session, account_id, because=SessionEnd.SECOND_FACTOR_CHANGED, clock=clock, but=visit.session.id)
    started = renew_session(session, visit.session.id, clock=clock, has_second_factor=True)
    if started is None:
        raise RefusedError(what="the session is over", remedy="log in again")
    return Added(started, tuple(codes))


def _account_of(visit: Visit) -> int:
    return visit.session.account_id
