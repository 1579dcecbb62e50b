"""Ending sessions by hand: one's own, one by one or all others, and as an administrator all of an account's."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError
from rights.access.actor import Actor
from rights.access.permissions import require
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.identity.sessions import SessionEnd, end_sessions_of
from rights.identity.visits import Visit
from rights.tables import AccountRow, SessionRow


def end_own_session(session: Session, visit: Visit, session_id: str, *, clock: Clock) -> None:
    """End one session of one's own account; raise NotFoundError for anybody else's. One that is over is no error."""
    mine = SessionRow.id == session_id, SessionRow.account_id == visit.session.account_id
    if session.scalar(select(SessionRow.id).where(*mine)) is None:
        raise NotFoundError(what="no such session")
    session.execute(
        update(SessionRow)
        .where(*mine, SessionRow.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_because=SessionEnd.ENDED_BY_OWNER)
    )
    record(session, actor=visit.actor, action=Action.SESSIONS_ENDED, detail={"session": session_id}, clock=clock)


def end_other_sessions(session: Session, visit: Visit, *, clock: Clock) -> None:
    """End every session of one's own account but this one."""
    end_sessions_of(
        session,
        visit.session.account_id,
        because=SessionEnd.ENDED_BY_OWNER,
        clock=clock,
        but=visit.session.id,
    )
    record(session, actor=visit.actor, action=Action.SESSIONS_ENDED, detail={"all_but": visit.session.id}, clock=clock)


def end_all_sessions(session: Session, *, account_id: int, by: Actor, clock: Clock) -> None:
    """End every session of an account, as an administrator; raise NotFoundError where there is no such account."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    login = session.scalar(select(AccountRow.login).where(AccountRow.id == account_id))
    if login is None:
        raise NotFoundError(what="no such account")
    end_sessions_of(session, account_id, because=SessionEnd.ENDED_BY_ADMINISTRATOR, clock=clock)
    record(session, actor=by, action=Action.SESSIONS_ENDED, detail={"account": login}, clock=clock)
