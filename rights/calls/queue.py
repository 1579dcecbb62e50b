"""The queue of calls of which nobody has said whose they were: to be worked through, newest first.

A withheld number leads to nobody, so those calls are a list of their own.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from ledger_link.linking.link import LinkStatus
from ledger_link.tables.call_links import CallLinkRow
from rights.access.actor import Actor
from rights.access.permissions import require
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.calls.catalogue import CallPage, page_of
from rights.calls.reach import permitted
from rights.register.person_marks import with_marks
from storage.database.calls import CallRow
from storage.database.engine import Database

COUNTED_AT_MOST = 100  # a counter says "99+": nobody works through more in a day, and counting costs


class QueueKind(StrEnum):
    """Which calls: those with a number to go by, or those whose number was withheld."""

    OPEN = "open"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many calls of each kind wait; ``COUNTED_AT_MOST`` stands for that many or more."""

    open: int
    withheld: int


def list_queue(
    database: Database, actor: Actor, kind: QueueKind, *, cursor: str | None = None, limit: int, clock: Clock
) -> CallPage:
    """Give one page of the calls that wait, of those that the actor may see, and audit whom it showed.

    Raises RefusedError without *link customers* and audits the attempt; BadDataError as ``search_calls``.
    """
    with audited_refusals(database, actor, wanted="queue", clock=clock), database.read() as session:
        require(actor, Task.LINK_CUSTOMERS)
        page = page_of(session, _waiting(actor, kind), cursor=cursor, limit=limit)
        page = replace(page, calls=with_marks(session, actor, page.calls))
    persons = sorted({candidate.person.id for call in page.calls for candidate in call.link.candidates})
    detail = {"filter": {"queue": kind}, "calls": [call.id for call in page.calls]}
    with database.begin() as session:
        record(session, actor=actor, action=Action.CALLS_LISTED, persons=persons, detail=detail, clock=clock)
    return page


def queue_counts(session: Session, actor: Actor) -> QueueCounts:
    """Count the calls that wait for an actor; none where he links none."""
    if not actor.may(Task.LINK_CUSTOMERS):
        return QueueCounts(open=0, withheld=0)
    return QueueCounts(*(_count(session, actor, kind) for kind in QueueKind))


def _count(session: Session, actor: Actor, kind: QueueKind) -> int:
    some = _waiting(actor, kind).with_only_columns(CallRow.id).limit(COUNTED_AT_MOST).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _waiting(actor: Actor, kind: QueueKind) -> Select[CallRow]:
    return (
        select(CallRow)
        .join(CallLinkRow, CallLinkRow.call_id == CallRow.id)
        .where(permitted(actor), CallLinkRow.decided_by.is_(None), _status(kind))
    )


def _status(kind: QueueKind) -> ColumnElement[bool]:
    if kind is QueueKind.WITHHELD:
        return CallLinkRow.status == LinkStatus.WITHHELD
    return CallLinkRow.status.in_((LinkStatus.NONE, LinkStatus.SEVERAL))
