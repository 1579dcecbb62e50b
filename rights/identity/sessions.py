"""Sessions of the viewer: kept on the server, so that they can be ended there.

A session ends after 15 minutes without a request, after 10 hours in any case, by log-out, by a new password,
or with its account (OWASP ASVS 5.0 section 7.3). The browser holds a random token, the database its SHA-256.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.identity.tokens import new_token, token_sha256
from rights.tables import SessionRow

IDLE_LIMIT = timedelta(minutes=15)
AGE_LIMIT = timedelta(hours=10)
TOUCH_INTERVAL = timedelta(seconds=30)  # a request in between reads only: not every click is a write


class SessionEnd(StrEnum):
    """Why a session was ended; one that idled or aged away is not marked."""

    LOGGED_OUT = "logged-out"
    PASSWORD_SET = "password-set"  # noqa: S105 (a reason, not a password)
    ACCOUNT_DISABLED = "account-disabled"


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

    account_id: int
    started_at: datetime
    expires_at: datetime
    needs_touch: bool


def start_session(session: Session, *, account_id: int, clock: Clock) -> StartedSession:
    """Start a session for an account that has just authenticated itself."""
    now = clock.now()
    started = StartedSession(token=new_token(), expires_at=now + AGE_LIMIT)
    row = SessionRow(
        token_sha256=token_sha256(started.token),
        account_id=account_id,
        started_at=now,
        seen_at=now,
        expires_at=started.expires_at,
    )
    session.add(row)
    session.flush()
    return started


def find_session(session: Session, *, token: str, clock: Clock) -> OpenSession | None:
    """Find the session of a token; None where it is unknown, ended (as a disabled account's are), idle or too old."""
    now = clock.now()
    row = session.scalar(
        select(SessionRow).where(
            SessionRow.token_sha256 == token_sha256(token),
            SessionRow.ended_at.is_(None),
            SessionRow.expires_at > now,
            SessionRow.seen_at > now - IDLE_LIMIT,
        )
    )
    if row is None:
        return None
    return OpenSession(
        account_id=row.account_id,
        started_at=row.started_at,
        expires_at=row.expires_at,
        needs_touch=now - row.seen_at >= TOUCH_INTERVAL,
    )


def touch_session(session: Session, *, token: str, clock: Clock) -> None:
    """Note that the person is there; an ended session stays ended."""
    now = clock.now()
    session.execute(
        update(SessionRow)
        .where(SessionRow.token_sha256 == token_sha256(token), SessionRow.ended_at.is_(None), SessionRow.seen_at < now)
        .values(seen_at=now)
    )


def end_session(session: Session, *, token: str, clock: Clock) -> None:
    """Log out: end this session; an unknown or ended one is no error."""
    session.execute(
        update(SessionRow)
        .where(SessionRow.token_sha256 == token_sha256(token), SessionRow.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_because=SessionEnd.LOGGED_OUT)
    )


def end_sessions_of(session: Session, account_id: int, *, because: SessionEnd, clock: Clock) -> None:
    """End every session of an account, wherever its browsers are."""
    session.execute(
        update(SessionRow)
        .where(SessionRow.account_id == account_id, SessionRow.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_because=because)
    )
