"""Who hears: an actor as he is at this moment, in a session that stands, and a call with audio that he may hear."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.calls.catalogue import hearable_row
from rights.calls.reach import hearable
from rights.identity.accounts import actor_of
from rights.identity.sessions import session_stands
from storage.database.calls import CallRow, RecordingRow


def current_actor(session: Session, actor: Actor, *, clock: Clock, session_id: str | None = None) -> Actor:
    """Evaluate an actor again: a right or a session that ended a moment ago ends it now.

    The operator has no account to ask.
    """
    if actor.account_id is None:
        return actor
    current = actor_of(session, actor.account_id, clock)
    if current is None or (session_id is not None and not session_stands(session, session_id, clock=clock)):
        raise NotFoundError(what="no such call")
    return current


def recorded_row(session: Session, actor: Actor, call_id: str, *, task: Task) -> tuple[CallRow, RecordingRow]:
    """Give a call that may be heard (or exported) and its recording; raise NotFoundError where it has none.

    Raises as ``hearable_row``.
    """
    row = hearable_row(session, actor, call_id, task)
    if row.recording is None:
        raise NotFoundError(what="the call has no audio", where=row.id, remedy=f"it was not recorded: {row.reason}")
    return row, row.recording


def may_export_call(session: Session, actor: Actor, call_id: str) -> bool:
    """Tell whether a call that an actor may see is one that he may ask to export."""
    return (
        session.scalar(select(CallRow.id).where(CallRow.id == call_id, hearable(actor, Task.EXPORT_AUDIO))) is not None
    )
