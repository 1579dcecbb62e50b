"""Calls that nothing links to a case's subject, put into its list by hand.

Who called and is not in the register, or called by a number that is nobody's there, has the same right to his calls as
anybody (GDPR 15): he says from where and when he called, and a handler finds them.
"""

from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from ledger_link.linking.link import LinkStatus
from ledger_link.tables.call_links import CallLinkPersonRow, CallLinkRow
from privacy.cases.case_calls import FoundBy, require_open_list
from privacy.cases.case_rows import CaseCallRow, CaseRow
from privacy.cases.gathered import SubjectKind
from privacy.cases.handlers import handled_row
from privacy.cases.history import CaseEvent, note_event
from privacy.cases.typed_text import LINE_MAX_CHARS, typed
from privacy.retention.retention_lock import lock_holds
from rights.access.actor import Actor
from rights.calls.catalogue import permitted_row


class CallFault(StrEnum):
    """Why a call cannot be put into a case."""

    NOT_SEEN = "not-seen"
    IN_LIST = "in-list"
    ANOTHERS = "anothers"


def fault_of_call(session: Session, row: CaseRow, call_id: str, *, by: Actor) -> CallFault | None:
    """Tell why a call cannot be put into the list of a case; alike for one that is not there and one he may not see."""
    try:
        call = permitted_row(session, by, call_id)
    except NotFoundError:
        return CallFault.NOT_SEEN
    if session.get(CaseCallRow, (row.id, call.id)) is not None:
        return CallFault.IN_LIST
    return CallFault.ANOTHERS if _is_anothers(session, call.id) else None


def add_call(session: Session, case_no: str, call_id: str, *, reason: str, by: Actor, clock: Clock) -> None:
    """Put a call into the list of a customer's case, as the subject's; ``reason`` says by what it is known as his.

    Raises NotFoundError for a case that is not his to handle and for a call that he may not see; BadDataError for an
    employee's case, for one that is decided, and for a call that is in its list or said to be another's.
    """
    lock_holds(session)  # what is in an open list is held: it is not claimed to be deleted meanwhile
    row = handled_row(session, by, case_no, for_change=True)
    require_open_list(row)
    if row.subject_kind != SubjectKind.CUSTOMER:
        raise BadDataError(what="an employee's calls are those that he answered", where=case_no)
    match fault_of_call(session, row, call_id, by=by):
        case CallFault.NOT_SEEN:
            raise NotFoundError(what="no such call", remedy="copy the identity from the call's page")
        case CallFault.IN_LIST:
            raise BadDataError(what="this call is in the list", where=case_no)
        case CallFault.ANOTHERS:
            raise BadDataError(what="this call is linked to another", where=case_no, remedy="correct the link first")
    kept = CaseCallRow(
        case_id=row.id,
        call_id=permitted_row(session, by, call_id).id,
        found_by=FoundBy.ADDED,
        is_included=True,
        reason=typed(reason, where="reason", most=LINE_MAX_CHARS),
        decided_at=clock.now(),
        decided_by=by.login,
    )
    session.add(kept)
    session.flush()
    note_event(session, row, CaseEvent.CALLS_CHOSEN, text=kept.reason, by=by, clock=clock, call_id=kept.call_id)


def _is_anothers(session: Session, call_id: str) -> bool:
    """Tell whether a call is linked for sure, or by a decision: were it the subject's, it would be in the list."""
    linked = (
        select(CallLinkPersonRow.call_id)
        .join(CallLinkRow, CallLinkRow.call_id == CallLinkPersonRow.call_id)
        .where(
            CallLinkPersonRow.call_id == call_id,
            or_(CallLinkRow.status == LinkStatus.ONE, CallLinkRow.decided_by.is_not(None)),
        )
    )
    return session.scalar(linked.limit(1)) is not None
