"""The catalogue of calls: the doors to those that an actor may know of, as ``rights.calls.reach`` decides.

Invariant: whatever is told of a call outside ``rights`` comes through :func:`search_calls` or :func:`get_call`,
and every selection is made with ``permitted``. A call that is not permitted is answered exactly like one that is
not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, literal, select, tuple_
from sqlalchemy.orm import Session

from calls.errors import BadDataError, NotFoundError, RefusedError, TallenneError
from calls.identity import parse_call_id
from ledger_link.linking.customer_number import customer_number
from ledger_link.linking.link import Link, LinkRule, LinkStatus
from ledger_link.linking.linker import links_of
from ledger_link.undisclosed.decisions import decided_undisclosed_among
from ledger_link.undisclosed.numbers import undisclosed_among
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.calls.call_filter import CallFilter, filtered
from rights.calls.cursor import Cursor, Way, parse_cursor
from rights.calls.facts import CallFacts, facts_of
from rights.calls.reach import may_hear, permitted
from storage.database.base import UtcDateTime
from storage.database.calls import CallRow

MAX_PAGE_CALLS = 500
_NOT_TOLD = Link(LinkStatus.NONE, LinkRule.NOT_LINKED_YET)


@dataclass(frozen=True, slots=True)
class CallPage:
    """One page of calls, newest first; ``next_cursor`` goes to older calls, ``previous_cursor`` to newer ones."""

    calls: list[CallFacts]
    next_cursor: str | None
    previous_cursor: str | None


def search_calls(
    session: Session, actor: Actor, filters: CallFilter, *, cursor: str | None = None, limit: int = 50
) -> CallPage:
    """Give one page of the permitted calls that the filter asks for: the newest, or those beyond the cursor.

    Raises BadDataError for a cursor that is none, and for a limit outside 1 to 500. A partner's search knows no names
    of the register: what it found would tell them.
    """
    asked = replace(filters, customer=None, text=None) if actor.is_partner else filters
    page = page_of(session, filtered(select(CallRow).where(permitted(actor)), asked), cursor=cursor, limit=limit)
    return replace(page, calls=[_told_to(actor, call) for call in page.calls])


def page_of(session: Session, wanted: Select[CallRow], *, cursor: str | None, limit: int) -> CallPage:
    """Give one page of a selection of calls that its maker has narrowed by ``permitted``; raises as above."""
    if not 1 <= limit <= MAX_PAGE_CALLS:
        raise BadDataError(what=f"a page has 1 to {MAX_PAGE_CALLS} calls, not {limit}")
    place = parse_cursor(cursor) if cursor else None
    if place is not None and place.way is Way.NEWER:
        found = _beyond(session, wanted, place, limit=limit + 1)
        more_newer, rows = len(found) > limit, found[:limit][::-1]
        more_older = bool(rows) and _is_any(session, wanted, _edge(Way.OLDER, rows[-1]))
    else:
        found = _beyond(session, wanted, place, limit=limit + 1)
        more_older, rows = len(found) > limit, found[:limit]
        more_newer = place is not None and bool(rows) and _is_any(session, wanted, _edge(Way.NEWER, rows[0]))
    return CallPage(
        calls=_facts(session, rows),
        next_cursor=str(_edge(Way.OLDER, rows[-1])) if more_older else None,
        previous_cursor=str(_edge(Way.NEWER, rows[0])) if more_newer else None,
    )


def get_call(session: Session, actor: Actor, call_id: str) -> CallFacts:
    """Give one call; raise NotFoundError alike where it is not there and where it is not permitted."""
    return _told_to(actor, _facts(session, [permitted_row(session, actor, call_id)])[0])


def permitted_row(session: Session, actor: Actor, call_id: str) -> CallRow:
    """Give the row of a permitted call, for the doors of this package; raises as :func:`get_call`."""
    row = session.scalar(select(CallRow).where(CallRow.id == _identity(call_id), permitted(actor)))
    if row is None:
        raise NotFoundError(what="no such call", where=call_id, remedy="see 'tallenne calls'")
    return row


def hearable_row(session: Session, actor: Actor, call_id: str, task: Task = Task.LISTEN) -> CallRow:
    """Give the row of a call that an actor may hear (or, for ``EXPORT_AUDIO``, export).

    Raises as :func:`get_call` for a call he may not know of, RefusedError for one that he may know of and not hear.
    """
    row = permitted_row(session, actor, call_id)
    if not may_hear(session, actor, row, task):
        raise RefusedError(what=f"{actor.login} is not permitted: {task}", where=row.id, remedy="ask the administrator")
    return row


def _told_to(actor: Actor, call: CallFacts) -> CallFacts:
    """Leave out for a partner whose call it was: that is the register's to know."""
    return replace(call, link=_NOT_TOLD) if actor.is_partner else call


def _identity(call_id: str) -> str:
    try:
        return parse_call_id(call_id)
    except TallenneError:
        return ""  # what is no identity is no call: answered like any other that is not there


def _beyond(session: Session, wanted: Select[CallRow], place: Cursor | None, *, limit: int) -> Sequence[CallRow]:
    """Select beyond a place, nearest first: newest first towards older calls, oldest first towards newer ones."""
    key = tuple_(CallRow.started_at, CallRow.id)
    newer = place is not None and place.way is Way.NEWER
    if place is not None:
        edge = tuple_(literal(place.started_at, UtcDateTime()), literal(place.call_id))
        wanted = wanted.where(key > edge if newer else key < edge)
    if newer:
        wanted = wanted.order_by(CallRow.started_at.asc(), CallRow.id.asc())
    else:
        wanted = wanted.order_by(CallRow.started_at.desc(), CallRow.id.desc())
    return session.scalars(wanted.limit(limit)).all()


def _is_any(session: Session, wanted: Select[CallRow], place: Cursor) -> bool:
    return bool(_beyond(session, wanted, place, limit=1))


def _edge(way: Way, row: CallRow) -> Cursor:
    return Cursor(way=way, started_at=row.started_at, call_id=row.id)


def _facts(session: Session, rows: Sequence[CallRow]) -> list[CallFacts]:
    numbers = {number for row in rows if (number := customer_number(row)) is not None}
    call_ids = [row.id for row in rows]
    return facts_of(
        list(rows),
        links_of(session, call_ids),
        undisclosed=undisclosed_among(session, numbers),
        decided_undisclosed=decided_undisclosed_among(session, call_ids),
    )
