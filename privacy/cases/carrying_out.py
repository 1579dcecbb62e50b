"""Doing what was decided: erasing, restricting, honouring an objection, or saying what was corrected elsewhere.

Each raises NotFoundError where the case is not the actor's to handle, and BadDataError where nothing of the kind was
decided.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError
from privacy.cases.case import case_of, person_of
from privacy.cases.case_calls import calls_of_case, require_included
from privacy.cases.case_rows import CaseRow
from privacy.cases.case_words import CaseKind
from privacy.cases.found_calls import drop_strange_calls
from privacy.cases.handlers import handled_row, logins_of_subject
from privacy.cases.history import CaseEvent, note_event
from privacy.cases.moves import State
from privacy.cases.typed_text import typed
from privacy.retention.retention_lock import lock_holds
from privacy.retention.scheduling import ask_early_deletion, delete_early
from rights.access.actor import Actor
from rights.access.approvals import Approval, approvals_of
from rights.access.deeds import Deed
from rights.access.stated_reason import REASON_MAX_CHARS
from rights.listening.restrictions import Restricted, RestrictionKind, restrict

_KINDS = {
    CaseKind.RESTRICTION: RestrictionKind.RESTRICTION,
    CaseKind.OBJECTION: RestrictionKind.OBJECTION,
}


def carry_out_restriction(
    session: Session,
    case_no: str,
    *,
    purposes: Sequence[str] = (),
    call_ids: Sequence[str] = (),
    by: Actor,
    clock: Clock,
) -> None:
    """Restrict the processing of a subject's calls (all of them, or some of the case's), for all or some purposes.

    A restriction (article 18) without purposes is of all of them; an objection (article 21) names at least one.
    """
    lock_holds(session)  # a restriction holds its calls: none of them is claimed to be shredded meanwhile
    row = _decided(session, case_no, by, *_KINDS)
    case = case_of(row)
    if case.kind is CaseKind.OBJECTION and not purposes:
        raise BadDataError(what="an objection is to a purpose", where=case_no, remedy="choose at least one")
    person_id = person_of(session, row)
    is_nobodys = person_id is None and row.agent_id is None  # then the calls are those that were added by hand
    chosen = call_ids or (deletable_calls(session, row) if is_nobodys else ())
    if chosen:
        require_included(session, row.id, chosen)
        subjects = [Restricted(call_id=call_id) for call_id in chosen]
    elif is_nobodys:
        raise BadDataError(what="no calls of this subject are kept", where=case_no)
    else:
        subjects = [Restricted(person_id=person_id, agent_id=row.agent_id)]
    for subject in subjects:
        for purpose in purposes or (None,):
            restrict(
                session,
                subject,
                kind=_KINDS[case.kind],
                case_number=case_no,
                reason=case.decision.reasons[:REASON_MAX_CHARS] if case.decision else "",
                purpose=purpose,
                by=by,
                clock=clock,
            )
    _done(session, row, text="", by=by, clock=clock)


def deletable_calls(session: Session, row: CaseRow) -> list[str]:
    """Give the calls that an erasure is about: those that were left in its list and are still there."""
    return sorted(call.call_id for call in calls_of_case(session, row.id, included_only=True))


def ask_erasure(session: Session, case_no: str, *, by: Actor, clock: Clock) -> Approval:
    """Ask a second person to let the case's calls be deleted early; BadDataError where one of them is held."""
    row = _decided(session, case_no, by, CaseKind.ERASURE)
    drop_strange_calls(session, row)
    calls, reasons = deletable_calls(session, row), (row.reasons or "")[:REASON_MAX_CHARS]
    asked = ask_early_deletion(session, call_ids=calls, case_no=case_no, reasons=reasons, by=by, clock=clock)
    note_event(session, row, CaseEvent.DELETION_ASKED, by=by, clock=clock)
    return asked


def carry_out_erasure(session: Session, case_no: str, *, by: Actor, clock: Clock) -> None:
    """Put the case's calls on the list of what is shredded next.

    Raises RefusedError until a second person approved it, who is not the one whom the case is about.
    """
    row = _decided(session, case_no, by, CaseKind.ERASURE)
    drop_strange_calls(session, row)
    delete_early(
        session,
        call_ids=deletable_calls(session, row),
        case_no=case_no,
        by=by,
        clock=clock,
        not_approved_by=logins_of_subject(session, row),
    )
    _done(session, row, text="", by=by, clock=clock)


def erasure_approval(session: Session, case_no: str) -> Approval | None:
    """Give the newest asking for the deletion of a case's calls."""
    asked = approvals_of(session, deed=Deed.DELETE_EARLY, subject=case_no)
    return asked[0] if asked else None


def say_carried_out(session: Session, case_no: str, *, what: str, by: Actor, clock: Clock) -> None:
    """Say in words what was done elsewhere: a link that was corrected, data changed in the source of the register.

    Words delete no call: raises BadDataError for an erasure whose list has one that is there.
    """
    row = _decided(session, case_no, by, CaseKind.RECTIFICATION, CaseKind.ERASURE)
    if row.kind == CaseKind.ERASURE:
        drop_strange_calls(session, row)
        if deletable_calls(session, row):
            raise BadDataError(
                what="calls of this case are still there", where=case_no, remedy="delete them, or reconsider"
            )
    _done(session, row, text=typed(what, where="what was done"), by=by, clock=clock)


def _decided(session: Session, case_no: str, by: Actor, *kinds: CaseKind) -> CaseRow:
    row = handled_row(session, by, case_no, for_change=True)
    case = case_of(row)
    if case.kind not in kinds or case.state is not State.DECIDED or not case.is_granted:
        raise BadDataError(what="nothing of the kind was decided in this case", where=case_no, remedy="decide it first")
    return row


def _done(session: Session, row: CaseRow, *, text: str, by: Actor, clock: Clock) -> None:
    row.carried_out_at = row.carried_out_at or clock.now()
    note_event(session, row, CaseEvent.CARRIED_OUT, text=text, by=by, clock=clock)
