"""Sessions of the viewer: kept on the server, so that they can be ended there.

A session ends after 15 minutes without a request, after 10 hours in any case, by log-out, by a new password, by any
change of what the account may do, with its account, or because its owner or an administrator ended it (OWASP ASVS 5.0
chapter 7). The browser holds a random token, the database its SHA-256; at each new proof of who sits there the token
changes (7.2.4), the session's ``id`` never.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.identity.tokens import new_token, token_sha256
from rights.tables import SessionRow

IDLE_LIMIT = timedelta(minutes=15)
AGE_LIMIT = timedelta(hours=10)
CLOCKS_APART = timedelta(minutes=1)
"""By how much the clocks of two processes may differ. A session that was seen later than that was seen by a clock that
ran ahead: it would neither idle nor age until that moment, and stand again then. The next log-in ends it."""
TOUCH_INTERVAL = timedelta(seconds=30)  # a request in between reads only: not every click is a write
CONFIRMATION_LIFETIME = timedelta(minutes=10)


class SessionEnd(StrEnum):
    """Why a session was ended; one that idled or aged away is not marked."""

    LOGGED_OUT = "logged-out"
    PASSWORD_SET = "password-set"  # noqa: S105 (a reason, not a password)
    ACCOUNT_DISABLED = "account-disabled"
    PERMISSIONS_CHANGED = "permissions-changed"
    SECOND_FACTOR_CHANGED = "second-factor-changed"
    PROVIDER_IDENTITY_CHANGED = "provider-identity-changed"
    ENDED_BY_OWNER = "ended-by-owner"
    ENDED_BY_ADMINISTRATOR = "ended-by-administrator"
    UPGRADED = "upgraded"
    CLOCK_SET_BACK = "clock-set-back"


class LogInMethod(StrEnum):
    """By what a session was begun. A passkey alone proves possession and the person; the others are one factor."""

    PASSWORD = "password"  # noqa: S105 (a kind of log-in, not a password)
    PASSKEY = "passkey"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class StartedSession:
    """A new session's token, told once, and the moment after which it is over in any case."""

    token: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"StartedSession(token=..., expires_at={self.expires_at!r})"  # a token must not reach a log


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that stands now. ``needs_touch`` asks for :func:`touch_session` in a writing transaction."""

    id: str
    account_id: int
    method: LogInMethod
    started_at: datetime
    seen_at: datetime
    expires_at: datetime
    confirmed_at: datetime
    second_factor_at: datetime | None
    browser: str
    address: str | None
    needs_touch: bool

    def is_confirmed(self, clock: Clock) -> bool:
        """Tell whether the person proved who he is so lately that he need not do so again for what is grave."""
        return clock.now() - self.confirmed_at < CONFIRMATION_LIFETIME

    def is_fully_confirmed(self, clock: Clock) -> bool:
        """Tell whether the person proved it so lately by two factors, as a log-in asks of who has two."""
        return self.second_factor_at is not None and clock.now() - self.second_factor_at < CONFIRMATION_LIFETIME

    def time_left(self, clock: Clock) -> timedelta:
        """Tell how long it stands from now on if nobody does anything; not negative."""
        return max(min(self.expires_at, self.seen_at + IDLE_LIMIT) - clock.now(), timedelta())


def start_session(
    session: Session,
    *,
    account_id: int,
    clock: Clock,
    method: LogInMethod = LogInMethod.PASSWORD,
    has_second_factor: bool = False,
    browser: str = "",
    address: str | None = None,
) -> StartedSession:
    """Start a session for an account that has just authenticated itself; ``has_second_factor`` if by two factors.

    What a clock that ran ahead left behind ends here: after it was set right everybody begins with a log-in.
    """
    now = clock.now()
    session.execute(
        update(SessionRow)
        .where(SessionRow.ended_at.is_(None), SessionRow.seen_at > now + CLOCKS_APART)
        .values(ended_at=now, ended_because=SessionEnd.CLOCK_SET_BACK)
    )
    started = StartedSession(token=new_token(), expires_at=now + AGE_LIMIT)
    row = SessionRow(
        id=str(uuid4()),
        token_sha256=token_sha256(started.token),
        account_id=account_id,
        method=method,
        started_at=now,
        seen_at=now,
        expires_at=started.expires_at,
        confirmed_at=now,
        second_factor_at=now if has_second_factor else None,
        browser=browser,
        address=address,
    )
    session.add(row)
    session.flush()
    return started


def find_session(session: Session, *, token: str, clock: Clock) -> OpenSession | None:
    """Find the session of a token; None where it is unknown, ended (as a disabled account's are), idle or too old."""
    row = session.scalar(select(SessionRow).where(SessionRow.token_sha256 == token_sha256(token), _stands(clock)))
    return _open(row, clock) if row else None


def session_stands(session: Session, session_id: str, *, clock: Clock) -> bool:
    """Tell whether a session stands at this moment, e.g. while what it asked for is still being sent."""
    return session.scalar(select(SessionRow.id).where(SessionRow.id == session_id, _stands(clock))) is not None


def sessions_of(session: Session, account_id: int, *, clock: Clock) -> list[OpenSession]:
    """Give an account's sessions that stand now, the one last used first."""
    rows = session.scalars(
        select(SessionRow)
        .where(SessionRow.account_id == account_id, _stands(clock))
        .order_by(SessionRow.seen_at.desc(), SessionRow.id)
    )
    return [_open(row, clock) for row in rows]


def touch_session(session: Session, *, token: str, clock: Clock) -> None:
    """Note that the person is there; an ended session stays ended."""
    now = clock.now()
    session.execute(
        update(SessionRow)
        .where(SessionRow.token_sha256 == token_sha256(token), SessionRow.ended_at.is_(None), SessionRow.seen_at < now)
        .values(seen_at=now)
    )


def renew_session(
    session: Session, session_id: str, *, clock: Clock, has_second_factor: bool = False
) -> StartedSession | None:
    """Note that the person has just proved again who he is, and give the session's new token; the old one is nobody's.

    None where the session does not stand any more.
    """
    row = session.scalar(select(SessionRow).where(SessionRow.id == session_id, _stands(clock)).with_for_update())
    if row is None:
        return None
    token = new_token()
    row.token_sha256 = token_sha256(token)
    row.confirmed_at = row.seen_at = clock.now()
    if has_second_factor:
        row.second_factor_at = row.confirmed_at
    session.flush()
    return StartedSession(token=token, expires_at=row.expires_at)


def end_session(session: Session, *, token: str, clock: Clock) -> None:
    """Log out: end this session; an unknown or ended one is no error."""
    session.execute(
        update(SessionRow)
        .where(SessionRow.token_sha256 == token_sha256(token), SessionRow.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_because=SessionEnd.LOGGED_OUT)
    )


def end_sessions_of(
    session: Session, account_id: int, *, because: SessionEnd, clock: Clock, but: str | None = None
) -> None:
    """End every session of an account, wherever its browsers are; ``but`` is the id of one that goes on."""
    session.execute(
        update(SessionRow)
        .where(
            SessionRow.account_id == account_id,
            SessionRow.ended_at.is_(None),
            *([SessionRow.id != but] if but else []),
        )
        .values(ended_at=clock.now(), ended_because=because)
    )


def _stands(clock: Clock) -> ColumnElement[bool]:
    now = clock.now()
    seen_at = SessionRow.seen_at
    is_used = and_(seen_at > now - IDLE_LIMIT, seen_at <= now + CLOCKS_APART)
    return and_(SessionRow.ended_at.is_(None), SessionRow.expires_at > now, is_used)


def _open(row: SessionRow, clock: Clock) -> OpenSession:
    return OpenSession(
        id=row.id,
        account_id=row.account_id,
        method=LogInMethod(row.method),
        started_at=row.started_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        confirmed_at=row.confirmed_at,
        second_factor_at=row.second_factor_at,
        browser=row.browser,
        address=row.address,
        needs_touch=clock.now() - row.seen_at >= TOUCH_INTERVAL,
    )
