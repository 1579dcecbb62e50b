"""Entering: what stands between a proved first factor and a session.

An account that has a second factor waits for it: its log-in is *pending*, which is nobody's session and lets nobody
see anything. It is over after five minutes, or when the password that began it is not the account's any more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.access.actor import Actor
from rights.audit.trail import Action, record
from rights.identity.accounts import actor_of
from rights.identity.log_in_rows import PendingLogInRow
from rights.identity.second_factors import Factor, second_factors_of
from rights.identity.sessions import LogInMethod, StartedSession, start_session
from rights.identity.tokens import new_token, token_sha256
from rights.tables import AccountRow

PENDING_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Whence:
    """Where somebody comes from: the browser's network address, and its name and system, as far as they are known."""

    address: str | None = None
    browser: str = ""

    @property
    def detail(self) -> dict[str, object]:
        """Say it for the audit."""
        return {"address": self.address} if self.address else {}


NOWHERE = Whence()


@dataclass(frozen=True, slots=True)
class PendingLogIn:
    """The token of a log-in that waits for a second factor, told once, and until when it waits."""

    token: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"PendingLogIn(token=..., expires_at={self.expires_at!r})"  # a token must not reach a log


def enter(
    session: Session, who: Actor, *, account_id: int, method: LogInMethod, whence: Whence, clock: Clock
) -> StartedSession | PendingLogIn:
    """Let somebody in who has proved the first factor, or wait for his second where he has one."""
    if not second_factors_of(session, account_id).is_enrolled:
        return let_in(session, who, account_id=account_id, method=method, factor=None, whence=whence, clock=clock)
    now = clock.now()
    session.execute(delete(PendingLogInRow).where(PendingLogInRow.expires_at <= now))
    pending = PendingLogIn(token=new_token(), expires_at=now + PENDING_LIFETIME)
    session.add(
        PendingLogInRow(
            token_sha256=token_sha256(pending.token),
            account_id=account_id,
            method=method,
            started_at=now,
            expires_at=pending.expires_at,
        )
    )
    detail = {**whence.detail, "account": who.login, "method": method}
    record(session, actor=None, action=Action.FIRST_FACTOR_PROVED, detail=detail, clock=clock)
    return pending


def let_in(
    session: Session,
    who: Actor,
    *,
    account_id: int,
    method: LogInMethod,
    factor: Factor | None,
    whence: Whence,
    clock: Clock,
) -> StartedSession:
    """Start the session, and audit the log-in with what it was done by."""
    detail = dict(whence.detail)
    if method is not LogInMethod.PASSWORD:
        detail["method"] = method
    if factor is not None:
        detail["second_factor"] = factor
    record(session, actor=who, action=Action.LOGGED_IN, detail=detail, clock=clock)
    return start_session(
        session,
        account_id=account_id,
        clock=clock,
        method=method,
        has_second_factor=factor is not None,
        browser=whence.browser,
        address=whence.address,
    )


def find_pending(session: Session, token: str, *, clock: Clock) -> tuple[PendingLogInRow, Actor] | None:
    """Find a log-in that still waits, locked, and whose it is; None where it is over or the account does not stand."""
    row = session.scalar(
        select(PendingLogInRow)
        .where(
            PendingLogInRow.token_sha256 == token_sha256(token),
            PendingLogInRow.used_at.is_(None),
            PendingLogInRow.expires_at > clock.now(),
        )
        .with_for_update()
    )
    actor = actor_of(session, row.account_id, clock) if row else None
    if row is None or actor is None:
        return None
    set_at = session.scalar(select(AccountRow.password_set_at).where(AccountRow.id == row.account_id))
    is_stale = row.method == LogInMethod.PASSWORD and (set_at is None or set_at > row.started_at)
    return None if is_stale else (row, actor)
