"""Restrictions: calls that may not be listened to, or not for a purpose, because the data subject asked so.

GDPR article 18 (restriction) and 21 (objection). Invariants:

1. A restriction is of a call, of a person of the register (every call linked to him now, also one that may be another's
   as well) or of an agent (every call that he answered).
2. While it stands, nobody hears such a call for a purpose that it blocks: the purpose cannot be stated, and a listening
   that was begun before ends with its next piece (``rights.listening.listening``).
3. Without a purpose it blocks every purpose but those that stand in spite of a restriction (article 18(2): with the
   subject's consent or for legal claims; migration 0013 marks the handling of his own request). With one it
   blocks that one, whatever it is.
4. An agent's own restriction does not keep him from his own calls.
5. It is lifted, never deleted; both are audited.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, false, or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError, RefusedError
from ledger_link.tables.call_links import CallLinkPersonRow
from ledger_link.tables.persons import PersonRow
from rights.access.actor import Actor
from rights.access.permissions import require
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.listening.purposes import OWN_CALL
from rights.listening.restriction_rows import RestrictionRow
from rights.tables import PurposeRow
from storage.database.calls import AgentRow, CallRow

CASE_NUMBER_CHARS = 64
REASON_MAX_CHARS = 2000


class RestrictionKind(StrEnum):
    """By what right a person asked for it."""

    RESTRICTION = "restriction"  # article 18
    OBJECTION = "objection"  # article 21


class RestrictedError(RefusedError):
    """The call may not be heard for this purpose now: a data subject asked so. ``restriction`` is why."""

    def __init__(self, restriction: "Restriction") -> None:
        super().__init__(
            what="the processing of this call is restricted for this purpose",
            where=restriction.case_number,
            remedy="state another purpose, or ask the privacy officer",
        )
        self.restriction = restriction


@dataclass(frozen=True, slots=True)
class Restricted:
    """Whose restriction it is: exactly one of a call, a person of the register and an agent."""

    call_id: str | None = None
    person_id: int | None = None
    agent_id: int | None = None

    def __post_init__(self) -> None:
        if sum(one is not None for one in (self.call_id, self.person_id, self.agent_id)) != 1:
            raise ValueError("a restriction is of one call, of one person or of one agent")


@dataclass(frozen=True, slots=True)
class Restriction:
    """One restriction, standing where ``lifted_at`` is None; ``purpose`` None is all purposes (invariant 3)."""

    id: int
    kind: RestrictionKind
    subject: Restricted
    purpose: str | None
    case_number: str
    reason: str
    imposed_at: datetime
    imposed_by: str
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_reason: str | None


def restrict(
    session: Session,
    subject: Restricted,
    *,
    kind: RestrictionKind,
    case_number: str,
    reason: str,
    by: Actor,
    clock: Clock,
    purpose: str | None = None,
) -> Restriction:
    """Restrict from now on; what stands already for the same case, subject and purpose is given as it is.

    Raises RefusedError without the task *handle cases*, NotFoundError where there is no such call, person or agent,
    BadDataError for an empty reason or case number and for a purpose that is none.
    """
    require(by, Task.HANDLE_CASES)
    _require_subject(session, subject)
    case, why = _text(case_number, CASE_NUMBER_CHARS, "case number"), _text(reason, REASON_MAX_CHARS, "reason")
    if purpose is not None and session.get(PurposeRow, purpose) is None:
        raise BadDataError(what=f"no such purpose: {purpose!r}", where="purpose")
    standing = [
        row
        for row in _rows_of(session, subject)
        if row.lifted_at is None and (row.kind, row.purpose, row.case_number) == (kind, purpose, case)
    ]
    if standing:
        return _told(standing[0])
    row = RestrictionRow(
        kind=kind,
        call_id=subject.call_id,
        person_id=subject.person_id,
        agent_id=subject.agent_id,
        purpose=purpose,
        case_number=case,
        reason=why,
        imposed_at=clock.now(),
        imposed_by=by.login,
    )
    session.add(row)
    session.flush()
    _audit(session, row, Action.PROCESSING_RESTRICTED, by=by, clock=clock)
    return _told(row)


def lift(session: Session, restriction_id: int, *, reason: str, by: Actor, clock: Clock) -> Restriction:
    """Lift a restriction from now on; one that is lifted already stays as it was lifted.

    Raises RefusedError without the task *handle cases*, NotFoundError where there is none, BadDataError for an empty
    reason.
    """
    require(by, Task.HANDLE_CASES)
    why = _text(reason, REASON_MAX_CHARS, "reason")
    row = session.scalar(select(RestrictionRow).where(RestrictionRow.id == restriction_id).with_for_update())
    if row is None:
        raise NotFoundError(what="no such restriction", where=str(restriction_id))
    if row.lifted_at is None:
        row.lifted_at, row.lifted_by, row.lifted_reason = clock.now(), by.login, why
        session.flush()
        _audit(session, row, Action.RESTRICTION_LIFTED, by=by, clock=clock)
    return _told(row)


def blocked(session: Session, call_id: str, purpose: str) -> Restriction | None:
    """Tell what keeps a call from being heard for a purpose now, the oldest first; None where nothing does."""
    return next(iter(_blocking(session, standing_on_call(session, call_id), purpose)), None)


def blocked_purposes(session: Session, call_id: str, purposes: Sequence[str]) -> dict[str, Restriction]:
    """Tell which of some purposes are blocked for a call now, and by what."""
    standing = standing_on_call(session, call_id)
    found = {purpose: _blocking(session, standing, purpose) for purpose in purposes} if standing else {}
    return {purpose: blocking[0] for purpose, blocking in found.items() if blocking}


def require_unblocked(session: Session, call_id: str, purpose: str) -> None:
    """Let nobody pass where a restriction blocks the purpose; raise RestrictedError."""
    found = blocked(session, call_id, purpose)
    if found is not None:
        raise RestrictedError(found)


def standing_on_call(session: Session, call_id: str) -> list[Restriction]:
    """Give every restriction that stands on a call now: its own, its persons' and its agent's. Oldest first."""
    agent_id = session.scalar(select(CallRow.agent_id).where(CallRow.id == call_id))
    linked = select(CallLinkPersonRow.person_id).where(CallLinkPersonRow.call_id == call_id)
    of_call = or_(
        RestrictionRow.call_id == call_id,
        RestrictionRow.person_id.in_(linked),
        RestrictionRow.agent_id == agent_id if agent_id is not None else false(),
    )
    rows = session.scalars(
        select(RestrictionRow).where(and_(RestrictionRow.lifted_at.is_(None), of_call)).order_by(RestrictionRow.id)
    )
    return [_told(row) for row in rows]


def restrictions_of(session: Session, subject: Restricted) -> list[Restriction]:
    """Give all that was ever restricted of a subject itself, lifted ones too, oldest first."""
    return [_told(row) for row in _rows_of(session, subject)]


def restrictions_of_case(session: Session, case_number: str) -> list[Restriction]:
    """Give all that was ever restricted under a case, lifted ones too, oldest first."""
    of_case = select(RestrictionRow).where(RestrictionRow.case_number == case_number).order_by(RestrictionRow.id)
    return [_told(row) for row in session.scalars(of_case)]


def _blocking(session: Session, standing: Sequence[Restriction], purpose: str) -> list[Restriction]:
    if not standing:
        return []
    row = session.get(PurposeRow, purpose)
    is_despite = row is not None and row.despite_restriction
    return [one for one in standing if _blocks(one, purpose, is_despite=is_despite)]


def _blocks(restriction: Restriction, purpose: str, *, is_despite: bool) -> bool:
    if restriction.purpose is not None:
        return restriction.purpose == purpose
    if restriction.subject.agent_id is not None and purpose == OWN_CALL:
        return False
    return not is_despite


def _require_subject(session: Session, subject: Restricted) -> None:
    found: object
    if subject.call_id is not None:
        found = session.get(CallRow, subject.call_id)
    elif subject.person_id is not None:
        found = session.get(PersonRow, subject.person_id)
    else:
        found = session.get(AgentRow, subject.agent_id)
    if found is None:
        raise NotFoundError(what="there is no such call, person or agent", remedy="look it up again")


def _rows_of(session: Session, subject: Restricted) -> list[RestrictionRow]:
    own = select(RestrictionRow).where(
        RestrictionRow.call_id == subject.call_id
        if subject.call_id is not None
        else RestrictionRow.person_id == subject.person_id
        if subject.person_id is not None
        else RestrictionRow.agent_id == subject.agent_id
    )
    return list(session.scalars(own.order_by(RestrictionRow.id)))


def _audit(session: Session, row: RestrictionRow, action: Action, *, by: Actor, clock: Clock) -> None:
    record(
        session,
        actor=by,
        action=action,
        call_id=row.call_id,
        purpose=row.purpose,
        persons=[row.person_id] if row.person_id is not None else None,
        detail={"restriction": row.id, "kind": row.kind, "case": row.case_number, "agent": row.agent_id},
        clock=clock,
    )


def _text(text: str, most: int, where: str) -> str:
    tidy = text.strip()
    if not tidy or len(tidy) > most:
        raise BadDataError(what=f"the {where} has 1 to {most} characters", where=where)
    return tidy


def _told(row: RestrictionRow) -> Restriction:
    return Restriction(
        id=row.id,
        kind=RestrictionKind(row.kind),
        subject=Restricted(call_id=row.call_id, person_id=row.person_id, agent_id=row.agent_id),
        purpose=row.purpose,
        case_number=row.case_number,
        reason=row.reason,
        imposed_at=row.imposed_at,
        imposed_by=row.imposed_by,
        lifted_at=row.lifted_at,
        lifted_by=row.lifted_by,
        lifted_reason=row.lifted_reason,
    )
