"""Legal holds: what must not go, whatever a policy or a case says.

Invariants
----------
1. A held call, and every call that is or may be a held person's, is not shredded: the claim looks, under a lock.
2. A hold ends by two people alone, never by itself; its review day only says that somebody has to look at it.
3. A call whose processing is restricted (GDPR article 18) is held as long as that stands, and one that somebody has
   asked a copy or the restriction of until that case is closed; so is what the register has of that person.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from calls.identity import parse_call_id
from ledger_link.tables.call_links import CallCandidateRow, CallLinkPersonRow
from ledger_link.tables.persons import PersonRow
from privacy.cases.case_rows import CaseCallRow, CaseRow
from privacy.cases.case_words import CaseKind
from privacy.retention.period import day_in_finland
from privacy.retention.retention_lock import lock_holds
from privacy.retention.retention_rows import CallDeletionRow, HoldRow
from rights.access.actor import Actor
from rights.access.approvals import Approval, ask, use
from rights.access.deeds import Deed
from rights.access.permissions import require
from rights.access.stated_reason import stated_reason
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.listening.restriction_rows import RestrictionRow
from rights.listening.restrictions import RestrictionKind
from storage.database.calls import CallRow

_ASKING_TO_KEEP = (CaseKind.ACCESS, CaseKind.RESTRICTION)
"""What is kept until a case of these is closed: who asks for a restriction may need what nobody else does any more."""
_GONE = ("shredding", "emptying", "done")


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold as it stands; ``released_at`` None stands still. One of call and person is given."""

    id: int
    call_id: str | None
    person_id: int | None
    reason: str
    review_on: date
    put_by: str
    put_at: datetime
    released_by: str | None
    released_at: datetime | None


def put_hold(
    session: Session,
    *,
    call_id: str | None = None,
    person_id: int | None = None,
    reason: str,
    review_on: date,
    by: Actor,
    clock: Clock,
) -> Hold:
    """Hold a call, or a person with all his calls; one that was scheduled to go stays.

    Raises RefusedError without the task, NotFoundError for what is not there (any more), BadDataError for a reason of
    none or above 1,000 characters and for a review day that is not to come.
    """
    require(by, Task.MANAGE_HOLDS)
    now = clock.now()
    if review_on <= day_in_finland(now):
        raise BadDataError(what="the day of the review is to come", where="review_on")
    lock_holds(session)
    row = HoldRow(
        call_id=_known_call(session, call_id) if call_id else None,
        person_id=_known_person(session, person_id) if person_id is not None else None,
        reason=stated_reason(reason),
        review_on=review_on,
        put_by=by.login,
        put_at=now,
    )
    if (row.call_id is None) == (row.person_id is None):
        raise BadDataError(what="a hold is on a call or on a person", where="call, person")
    session.add(row)
    session.flush()
    persons = [row.person_id] if row.person_id is not None else None
    detail = {"hold": row.id, "review_on": review_on.isoformat()}
    record(session, actor=by, action=Action.HOLD_PUT, call_id=row.call_id, persons=persons, detail=detail, clock=clock)
    return _told(row)


def ask_release(session: Session, hold_id: int, *, reason: str, by: Actor, clock: Clock) -> Approval:
    """Ask a second person to let a hold be released; raises NotFoundError for one that does not stand."""
    require(by, Task.MANAGE_HOLDS)
    _standing(session, hold_id)
    return ask(session, deed=Deed.RELEASE_HOLD, subject=subject_of(hold_id), reason=reason, by=by, clock=clock)


def release(session: Session, hold_id: int, *, by: Actor, clock: Clock) -> Hold:
    """Release a hold that a second person approved; raise RefusedError where nobody did."""
    require(by, Task.MANAGE_HOLDS)
    lock_holds(session)
    row = _standing(session, hold_id)
    approval = use(session, deed=Deed.RELEASE_HOLD, subject=subject_of(hold_id), by=by, clock=clock)
    row.released_by, row.released_at, row.approval_id = by.login, clock.now(), approval.id
    session.flush()
    persons = [row.person_id] if row.person_id is not None else None
    detail = {"hold": row.id, "approved_by": approval.decided_by}
    record(
        session, actor=by, action=Action.HOLD_RELEASED, call_id=row.call_id, persons=persons, detail=detail, clock=clock
    )
    return _told(row)


def subject_of(hold_id: int) -> str:
    """Name a hold for an approval."""
    return f"hold/{hold_id}"


def holds(session: Session, *, standing: bool = True, most: int = 200) -> list[Hold]:
    """Give what stands, the first to be reviewed first; else what was released, newest first."""
    if standing:
        wanted = select(HoldRow).where(HoldRow.released_at.is_(None)).order_by(HoldRow.review_on, HoldRow.id)
    else:
        wanted = select(HoldRow).where(HoldRow.released_at.is_not(None)).order_by(HoldRow.released_at.desc())
    return [_told(row) for row in session.scalars(wanted.limit(most))]


def held_among(session: Session, call_ids: Collection[str]) -> frozenset[str]:
    """Tell which of these calls are held, by themselves or by a person whose they are or may be."""
    if not call_ids:
        return frozenset()
    return frozenset(session.scalars(select(CallRow.id).where(CallRow.id.in_(list(call_ids)), is_held())))


def held_persons(session: Session) -> frozenset[int]:
    """Give the persons who are held, whose data are restricted, or who have asked for that or a copy and wait."""
    standing = select(HoldRow.person_id).where(HoldRow.released_at.is_(None), HoldRow.person_id.is_not(None))
    restricted = select(RestrictionRow.person_id).where(
        RestrictionRow.lifted_at.is_(None),
        RestrictionRow.kind == RestrictionKind.RESTRICTION,
        RestrictionRow.person_id.is_not(None),
    )
    asking = select(CaseRow.person_id).where(
        CaseRow.kind.in_(_ASKING_TO_KEEP), CaseRow.closed_at.is_(None), CaseRow.person_id.is_not(None)
    )
    return frozenset(
        found for wanted in (standing, restricted, asking) for found in session.scalars(wanted) if found is not None
    )


def is_held() -> ColumnElement[bool]:
    """Say in SQL of a call whether it is held."""
    by_call = select(HoldRow.call_id).where(HoldRow.released_at.is_(None), HoldRow.call_id.is_not(None))
    persons = select(HoldRow.person_id).where(HoldRow.released_at.is_(None), HoldRow.person_id.is_not(None))
    linked = select(CallLinkPersonRow.call_id).where(CallLinkPersonRow.person_id.in_(persons))
    offered = select(CallCandidateRow.call_id).where(CallCandidateRow.person_id.in_(persons))
    return or_(
        CallRow.id.in_(by_call), CallRow.id.in_(linked), CallRow.id.in_(offered), _is_restricted(), _is_asked_for()
    )


def _is_restricted() -> ColumnElement[bool]:
    """Say in SQL of a call whether its processing is restricted (GDPR article 18): then it is only stored.

    A subject may have asked for just that, because he needs what the controller needs no longer.
    """
    stands = (RestrictionRow.lifted_at.is_(None), RestrictionRow.kind == RestrictionKind.RESTRICTION)
    calls = select(RestrictionRow.call_id).where(*stands, RestrictionRow.call_id.is_not(None))
    persons = select(RestrictionRow.person_id).where(*stands, RestrictionRow.person_id.is_not(None))
    agents = select(RestrictionRow.agent_id).where(*stands, RestrictionRow.agent_id.is_not(None))
    linked = select(CallLinkPersonRow.call_id).where(CallLinkPersonRow.person_id.in_(persons))
    return or_(CallRow.id.in_(calls), CallRow.id.in_(linked), func.coalesce(CallRow.agent_id.in_(agents), false()))


def _is_asked_for() -> ColumnElement[bool]:
    """Say in SQL of a call whether somebody has asked for a copy or a restriction of it and still waits."""
    waits = (CaseRow.kind.in_(_ASKING_TO_KEEP), CaseRow.closed_at.is_(None))
    persons = select(CaseRow.person_id).where(*waits, CaseRow.person_id.is_not(None))
    agents = select(CaseRow.agent_id).where(*waits, CaseRow.agent_id.is_not(None))
    chosen = select(CaseCallRow.call_id).join(CaseRow, CaseRow.id == CaseCallRow.case_id).where(*waits)
    linked = select(CallLinkPersonRow.call_id).where(CallLinkPersonRow.person_id.in_(persons))
    return or_(CallRow.id.in_(chosen), CallRow.id.in_(linked), func.coalesce(CallRow.agent_id.in_(agents), false()))


def _standing(session: Session, hold_id: int) -> HoldRow:
    wanted = select(HoldRow).where(HoldRow.id == hold_id, HoldRow.released_at.is_(None)).with_for_update()
    row = session.scalar(wanted)
    if row is None:
        raise NotFoundError(what="no such hold stands", where=str(hold_id))
    return row


def _known_call(session: Session, call_id: str) -> str:
    known = session.get(CallRow, parse_call_id(call_id.strip()))
    going = session.get(CallDeletionRow, known.id) if known else None
    if known is None or (going is not None and going.state in _GONE):
        raise NotFoundError(what="no such call, or it is gone already", where="call")
    return known.id


def _known_person(session: Session, person_id: int) -> int:
    if session.get(PersonRow, person_id) is None:
        raise NotFoundError(what="no such person", where="person")
    return person_id


def _told(row: HoldRow) -> Hold:
    return Hold(
        id=row.id,
        call_id=row.call_id,
        person_id=row.person_id,
        reason=row.reason,
        review_on=row.review_on,
        put_by=row.put_by,
        put_at=row.put_at,
        released_by=row.released_by,
        released_at=row.released_at,
    )
