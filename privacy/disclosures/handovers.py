"""Recording hand-overs, and finding them again.

Invariants
----------
1. A hand-over names to whom, on which basis, what, whose, when, in which way, and who recorded it. It never changes;
   one that was recorded by mistake is voided with the reason, and stays.
2. It is of calls and persons that who records it may see: he learns of no other by trying.
3. Every recording, voiding and look is audited in its own transaction, with the persons it is about.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from ledger_link.tables.persons import PersonRow
from privacy.cases.kept_cases import KEPT_CASES, tidy_number
from privacy.disclosures.handover import (
    CASE_NO_MAX_CHARS,
    RECIPIENT_MAX_CHARS,
    Handover,
    HandoverDraft,
    handover_of,
    require_sound,
    tidy_text,
)
from privacy.disclosures.handover_rows import HandoverCallRow, HandoverPersonRow, HandoverRow
from rights.access.actor import Actor
from rights.access.permissions import require
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.calls.call_filter import MAX_ID
from rights.calls.catalogue import permitted_row
from storage.database.engine import Database

READERS = (Task.RECORD_DISCLOSURES, Task.HANDLE_CASES)
PAGE_HANDOVERS = 50


@dataclass(frozen=True, slots=True)
class HandoverPage:
    """Hand-overs, newest first; ``older`` is the id to go on before, None at the end."""

    handovers: tuple[Handover, ...]
    older: int | None


def may_read(actor: Actor) -> bool:
    """Tell whether an actor may know what was handed over."""
    return any(actor.may(task) for task in READERS)


def record_handover(database: Database, actor: Actor, draft: HandoverDraft, *, clock: Clock) -> int:
    """Record what was handed over and give its number.

    Raises RefusedError (audited) without *record disclosures*; BadDataError for a draft that contradicts itself, or
    names a call or a person that the actor may not see or that is not there, or a case of ours that is none. A number
    of another form is of somebody else's case.
    """
    with audited_refusals(database, actor, wanted=Task.RECORD_DISCLOSURES, clock=clock), database.begin() as session:
        return add_handover(session, draft, by=actor, clock=clock)


def add_handover(
    session: Session, draft: HandoverDraft, *, by: Actor, clock: Clock, partner_account_id: int | None = None
) -> int:
    """Record in the caller's transaction; raises as :func:`record_handover`."""
    require(by, Task.RECORD_DISCLOSURES)
    now = clock.now()
    require_sound(draft, now=now)
    draft = _tidy(draft)
    if draft.case_no is not None and KEPT_CASES.is_missing(session, draft.case_no):
        raise BadDataError(what="there is no case of this number", where="case_no", remedy="see the board of cases")
    _require_seen(session, by, draft)
    row = HandoverRow(
        recipient_kind=draft.recipient_kind,
        recipient=draft.recipient,
        basis=draft.basis,
        basis_detail=draft.basis_detail,
        contents=" ".join(sorted(draft.contents)),
        description=draft.description,
        way=draft.way,
        case_no=draft.case_no,
        partner_account_id=partner_account_id,
        handed_at=draft.handed_at,
        expires_at=draft.expires_at,
        recorded_at=now,
        recorded_by_account=by.account_id,
        recorded_by=by.login,
        calls=[HandoverCallRow(call_id=call_id) for call_id in sorted(set(draft.call_ids))],
        persons=[HandoverPersonRow(person_id=person_id) for person_id in sorted(set(draft.person_ids))],
    )
    session.add(row)
    session.flush()
    detail = {"handover": row.id, "basis": row.basis, "contents": row.contents, "calls": sorted(set(draft.call_ids))}
    persons = sorted(set(draft.person_ids))
    record(session, actor=by, action=Action.DISCLOSURE_RECORDED, persons=persons, detail=detail, clock=clock)
    return row.id


def void_handover(database: Database, actor: Actor, handover_id: int, *, reason: str, clock: Clock) -> None:
    """Say that a hand-over was recorded by mistake; it stays with the reason.

    Raises NotFoundError where there is none, or it is voided already; BadDataError without a reason.
    """
    with audited_refusals(database, actor, wanted="void disclosure", clock=clock), database.begin() as session:
        require(actor, Task.RECORD_DISCLOSURES)
        row = session.scalar(select(HandoverRow).where(HandoverRow.id == _known(handover_id)).with_for_update())
        if row is None or row.voided_at is not None:
            raise NotFoundError(what="no such disclosure", where=str(handover_id))
        row.void_reason = tidy_text(reason, where="reason")
        row.voided_at, row.voided_by = clock.now(), actor.login
        persons = [person.person_id for person in row.persons]
        detail = {"handover": row.id}
        record(session, actor=actor, action=Action.DISCLOSURE_VOIDED, persons=persons, detail=detail, clock=clock)


def list_handovers(
    database: Database, actor: Actor, *, before: int | None = None, most: int = PAGE_HANDOVERS, clock: Clock
) -> HandoverPage:
    """Give a page of all hand-overs, newest first; NotFoundError (audited) where the actor may not know of them."""
    wanted = select(HandoverRow)
    if before is not None:
        wanted = wanted.where(HandoverRow.id < before)
    return _shown(database, actor, wanted.limit(most + 1), most=most, clock=clock)


def view_handover(database: Database, actor: Actor, handover_id: int, *, clock: Clock) -> Handover:
    """Give one hand-over; NotFoundError (audited) alike where there is none and where he may not know of it."""
    page = _shown(database, actor, select(HandoverRow).where(HandoverRow.id == _known(handover_id)), clock=clock)
    if not page.handovers:
        raise NotFoundError(what="no such disclosure", where=str(handover_id))
    return page.handovers[0]


def handovers_of_call(session: Session, call_id: str) -> tuple[Handover, ...]:
    """Give what was handed over of a call, newest first; the caller has seen to it that it may be told."""
    return _found(session, _of(call_ids=[call_id]))


def handovers_of_person(session: Session, person_id: int) -> tuple[Handover, ...]:
    """Give what was handed over of a person's own data, newest first; the caller has seen to it that it may be told."""
    return _found(session, _of(person_ids=[person_id]))


def handovers_told(
    session: Session, actor: Actor, *, call_id: str | None = None, person_id: int | None = None
) -> tuple[Handover, ...]:
    """Give what stands beside a call or a person that is shown to an actor; nothing to who may not know of it."""
    if not may_read(actor):
        return ()
    if call_id is not None:
        return handovers_of_call(session, call_id)
    return () if person_id is None else handovers_of_person(session, person_id)


def handovers_of_subject(
    session: Session, *, call_ids: Collection[str] = (), person_id: int | None = None
) -> tuple[Handover, ...]:
    """Give what was handed over of a data subject's calls and data, for the copy that he asks for (GDPR 15(1)(c)).

    Each names the subject's calls alone: others that were handed over with them are not the subject's to know.
    """
    persons = [] if person_id is None else [person_id]
    own = frozenset(call_ids)
    return tuple(
        replace(
            handover,
            call_ids=tuple(call_id for call_id in handover.call_ids if call_id in own),
            person_ids=tuple(one for one in handover.person_ids if one == person_id),
        )
        for handover in _found(session, _of(call_ids=sorted(own), person_ids=persons))
        if handover.voided_at is None
    )


def _of(*, call_ids: Sequence[str] = (), person_ids: Sequence[int] = ()) -> Select[HandoverRow]:
    return select(HandoverRow).where(
        or_(
            HandoverRow.id.in_(select(HandoverCallRow.handover_id).where(HandoverCallRow.call_id.in_(call_ids))),
            HandoverRow.id.in_(
                select(HandoverPersonRow.handover_id).where(HandoverPersonRow.person_id.in_(person_ids))
            ),
        )
    )


def _found(session: Session, wanted: Select[HandoverRow]) -> tuple[Handover, ...]:
    return tuple(handover_of(row) for row in session.scalars(wanted.order_by(HandoverRow.id.desc())))


def _shown(
    database: Database, actor: Actor, wanted: Select[HandoverRow], *, most: int = 1, clock: Clock
) -> HandoverPage:
    with audited_refusals(database, actor, wanted="disclosures", clock=clock), database.begin() as session:
        if not may_read(actor):
            raise NotFoundError(what="no such page")
        found = _found(session, wanted)
        shown = found[:most]
        persons = sorted({person_id for handover in shown for person_id in handover.person_ids})
        detail = {"handovers": [handover.id for handover in shown]}
        record(session, actor=actor, action=Action.DISCLOSURES_SHOWN, persons=persons, detail=detail, clock=clock)
    return HandoverPage(shown, shown[-1].id if len(found) > most else None)


def _tidy(draft: HandoverDraft) -> HandoverDraft:
    case_no = tidy_number(draft.case_no or "")
    return replace(
        draft,
        recipient=" ".join(tidy_text(draft.recipient, where="recipient", most=RECIPIENT_MAX_CHARS).split()),
        basis_detail=tidy_text(draft.basis_detail, where="basis_detail"),
        description=tidy_text(draft.description, where="description"),
        case_no=tidy_text(case_no, where="case_no", most=CASE_NO_MAX_CHARS) if case_no else None,
    )


def unseen_calls(session: Session, actor: Actor, call_ids: Collection[str]) -> list[str]:
    """Give the calls among these that are not there, or that the actor may not know of."""
    return [call_id for call_id in sorted(set(call_ids)) if not _is_seen(session, actor, call_id)]


def unseen_persons(session: Session, actor: Actor, person_ids: Collection[int]) -> list[int]:
    """Give the persons among these that are not there, or that the actor may not know of."""
    if not actor.may(Task.VIEW_REGISTER):
        return sorted(set(person_ids))
    sound = {_known(person_id) for person_id in person_ids}
    return sorted(set(person_ids) - set(session.scalars(select(PersonRow.id).where(PersonRow.id.in_(sound)))))


def _is_seen(session: Session, actor: Actor, call_id: str) -> bool:
    try:
        permitted_row(session, actor, call_id)
    except NotFoundError:
        return False
    return True


def _require_seen(session: Session, actor: Actor, draft: HandoverDraft) -> None:
    if calls := unseen_calls(session, actor, draft.call_ids):
        raise BadDataError(what="no such call", where=calls[0], remedy="copy the identity from the call's page")
    if persons := unseen_persons(session, actor, draft.person_ids):
        raise BadDataError(what="no such person", where=str(persons[0]), remedy="record it from the person's page")


def _known(number: int) -> int:
    return number if 0 < number <= MAX_ID else 0
