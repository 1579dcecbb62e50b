"""Who hears: an actor as he is at this moment, in a session that stands, and a call with audio that he may hear."""

from dataclasses import dataclass
from typing import Protocol

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


class HearingDoor(Protocol):
    """Decides which calls are heard where somebody asks: before a purpose is stated, and again for every piece.

    ``case_no`` is of the data subject's request whose pages it opens; what is stated there is under this number, opens
    no other request's door, and any other door only to whom that one opens anyway. None is any other door.
    """

    @property
    def case_no(self) -> str | None:
        """Give the number of the request whose door it is."""
        ...

    def opened(self, session: Session, actor: Actor, call_id: str) -> CallRow:
        """Give a call that the actor hears here.

        Raises NotFoundError for one that he may not know of, RefusedError for one that he knows of and does not hear.
        """
        ...


@dataclass(frozen=True, slots=True)
class TaskDoor:
    """The door of all pages of calls: a task, on its scopes (``rights.calls.reach``)."""

    task: Task

    @property
    def case_no(self) -> None:
        """Give none: it is the door of no request."""
        return

    def opened(self, session: Session, actor: Actor, call_id: str) -> CallRow:
        """Give a call that the task reaches; raises as ``hearable_row``."""
        return hearable_row(session, actor, call_id, self.task)


LISTENING = TaskDoor(Task.LISTEN)
EXPORTING = TaskDoor(Task.EXPORT_AUDIO)


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


def recorded_row(session: Session, actor: Actor, call_id: str, *, door: HearingDoor) -> tuple[CallRow, RecordingRow]:
    """Give a call that a door opens, to be heard or exported, and its recording; raise NotFoundError without one.

    Raises as the door.
    """
    row = door.opened(session, actor, call_id)
    if row.recording is None:
        raise NotFoundError(what="the call has no audio", where=row.id, remedy=f"it was not recorded: {row.reason}")
    return row, row.recording


def may_export_call(session: Session, actor: Actor, call_id: str) -> bool:
    """Tell whether a call that an actor may see is one that he may ask to export."""
    return (
        session.scalar(select(CallRow.id).where(CallRow.id == call_id, hearable(actor, Task.EXPORT_AUDIO))) is not None
    )
