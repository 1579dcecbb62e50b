"""The calls of a case: found by the links of now, and looked at by a handler one by one where it is not sure.

A call that is linked to the subject alone is in the case until a handler leaves it out; one that may be another's
(several persons, or a link that nobody decided) waits until somebody has said whose it is. An employee's are the calls
that he answered. What no handler has spoken of follows the links: a call whose link was corrected is another's; so
is one that a handler took in, once somebody decided after him that it was another who called. What nothing links to the
subject a handler adds by hand (``privacy.cases.added_calls``).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from ledger_link.linking.link import LinkStatus
from ledger_link.tables.call_links import CallCandidateRow, CallLinkPersonRow, CallLinkRow
from privacy.cases.case import person_of
from privacy.cases.case_rows import CaseCallRow, CaseRow
from privacy.cases.history import CaseEvent, note_event
from privacy.cases.moves import State
from privacy.cases.typed_text import LINE_MAX_CHARS, typed
from rights.access.actor import Actor
from storage.database.calls import CallRow

_LIST_IS_OPEN = frozenset({State.RECEIVED, State.IDENTITY_ASKED, State.IN_WORK})


class FoundBy(StrEnum):
    """Why a call is in a case's list."""

    LINKED = "linked"
    SEVERAL = "several"
    ANSWERED = "answered"
    ADDED = "added"

    @property
    def is_sure(self) -> bool:
        """Whether nobody has to look whose call it was."""
        return self is not FoundBy.SEVERAL


@dataclass(frozen=True, slots=True)
class CaseCall:
    """A call of a case's list; ``is_included`` None waits for a handler. ``is_there`` is False once it was erased."""

    call_id: str
    found_by: FoundBy
    is_included: bool | None
    reason: str
    started_at: datetime | None
    duration_ms: int | None
    service_name: str
    has_audio: bool
    is_there: bool


def find_calls(session: Session, row: CaseRow) -> int:
    """Make the list what the links, or the answering, put beside the subject now; give how many calls are new.

    What a handler said of a call stands until somebody decides otherwise whose it is.
    """
    found = _found_now(session, row)
    known = _follow(session, row, found)
    new = {call_id: found_by for call_id, found_by in found.items() if call_id not in known}
    if new:  # an employee may have answered tens of thousands
        session.execute(
            insert(CaseCallRow),
            [
                {
                    "case_id": row.id,
                    "call_id": call_id,
                    "found_by": found_by.value,
                    "is_included": True if found_by.is_sure else None,
                    "reason": "",
                }
                for call_id, found_by in new.items()
            ],
        )
    return len(new)


def follow_links(session: Session, row: CaseRow) -> None:
    """Let the list of a case be as the links are now; once it is decided, only what was found to be another's goes."""
    if is_list_open(row):
        find_calls(session, row)
    else:
        drop_strange_calls(session, row)


def drop_strange_calls(session: Session, row: CaseRow) -> None:
    """Take out what was found to be another's since the list was made; for what is done after the decision."""
    _follow(session, row, _found_now(session, row))
    session.flush()


def is_in_copy(session: Session, row: CaseRow, call_id: str) -> bool:
    """Tell of one call whether it goes into the copy as the links are now, whatever the list says still."""
    kept = session.get(CaseCallRow, (row.id, call_id))
    if kept is None or not kept.is_included:
        return False
    is_said = kept.decided_by is not None and call_id not in _overruled(session, row)
    if is_said or (row.person_id is not None and person_of(session, row) is None):
        return True
    found_by = _found_now(session, row, only=call_id).get(call_id)
    return found_by is not None and (found_by == kept.found_by or found_by.is_sure)


def _found_now(session: Session, row: CaseRow, *, only: str | None = None) -> dict[str, FoundBy]:
    found: dict[str, FoundBy] = {}
    for found_by, query in _found(session, row):  # the surest first
        (identity,) = query.selected_columns
        for call_id in session.scalars(query if only is None else query.where(identity == only)):
            found.setdefault(call_id, found_by)
    return found


def _follow(session: Session, row: CaseRow, found: Mapping[str, FoundBy]) -> Collection[str]:
    """Let the calls of which no handler's word stands be as the links are now; give all that the list had."""
    known = {call.call_id: call for call in session.scalars(select(CaseCallRow).where(CaseCallRow.case_id == row.id))}
    if row.person_id is not None and person_of(session, row) is None:
        return known.keys()  # he is gone from the register, and the links with him: nothing tells more than the list
    overruled = _overruled(session, row)
    unsaid = {call_id: kept for call_id, kept in known.items() if kept.decided_by is None or call_id in overruled}
    lost = unsaid.keys() - found.keys()
    there = set(session.scalars(select(CallRow.id).where(CallRow.id.in_(lost)))) if lost else set()
    for call_id, kept in unsaid.items():
        found_by = found.get(call_id)
        if found_by is not None and found_by != kept.found_by:
            kept.found_by, kept.is_included = found_by, True if found_by.is_sure else None
        elif found_by is None and call_id in there:  # one that was erased stays, and says so
            session.delete(kept)
    return known.keys()


def _overruled(session: Session, row: CaseRow) -> set[str]:
    """Give the calls that a handler took in before somebody decided who called."""
    decided_since = (
        select(CaseCallRow.call_id)
        .join(CallLinkRow, CallLinkRow.call_id == CaseCallRow.call_id)
        .join(CallLinkPersonRow, CallLinkPersonRow.call_id == CaseCallRow.call_id)
        .where(
            CaseCallRow.case_id == row.id,
            CaseCallRow.is_included.is_(True),
            CallLinkRow.decided_at > CaseCallRow.decided_at,
        )
    )
    return set(session.scalars(decided_since))


def _found(session: Session, row: CaseRow) -> list[tuple[FoundBy, Select[str]]]:
    if row.agent_id is not None:
        return [(FoundBy.ANSWERED, select(CallRow.id).where(CallRow.agent_id == row.agent_id))]
    person_id = person_of(session, row)
    if person_id is None:
        return []
    linked = (
        select(CallLinkPersonRow.call_id)
        .join(CallLinkRow, CallLinkRow.call_id == CallLinkPersonRow.call_id)
        .where(CallLinkPersonRow.person_id == person_id)
    )
    candidates = (
        select(CallCandidateRow.call_id)
        .join(CallLinkRow, CallLinkRow.call_id == CallCandidateRow.call_id)
        .where(CallCandidateRow.person_id == person_id, CallLinkRow.decided_by.is_(None))
    )
    return [
        (FoundBy.LINKED, linked.where(CallLinkRow.status == LinkStatus.ONE)),
        (FoundBy.LINKED, linked.where(CallLinkRow.decided_by.is_not(None))),
        (FoundBy.SEVERAL, linked),
        (FoundBy.SEVERAL, candidates),
    ]


def calls_of_case(session: Session, case_id: int, *, included_only: bool = False) -> list[CaseCall]:
    """Give the calls of a case, newest first; ``included_only`` those that belong to the copy and are still there."""
    rows = session.execute(
        select(CaseCallRow, CallRow)
        .outerjoin(CallRow, CallRow.id == CaseCallRow.call_id)
        .where(CaseCallRow.case_id == case_id)
        .order_by(CallRow.started_at.desc(), CaseCallRow.call_id.desc())
    ).all()
    told = [_told(kept, call) for kept, call in rows]
    return [call for call in told if call.is_included and call.is_there] if included_only else told


def _told(kept: CaseCallRow, call: CallRow | None) -> CaseCall:
    return CaseCall(
        call_id=kept.call_id,
        found_by=FoundBy(kept.found_by),
        is_included=kept.is_included,
        reason=kept.reason,
        started_at=call.started_at if call else None,
        duration_ms=call.duration_ms if call else None,
        service_name=call.service_name if call else "",
        has_audio=call is not None and call.recording is not None,
        is_there=call is not None,
    )


def choose_call(
    session: Session, row: CaseRow, call_id: str, *, is_included: bool, reason: str, by: Actor, clock: Clock
) -> None:
    """Say whether a call of the list is the subject's; leaving one out takes a reason.

    Raises NotFoundError for a call that is not in the list, BadDataError once the case is decided.
    """
    require_open_list(row)
    kept = session.get(CaseCallRow, (row.id, call_id))
    if kept is None:
        raise NotFoundError(what="this call is not in the case", where=row.case_no)
    kept.reason = typed(reason, where="reason", most=LINE_MAX_CHARS, is_required=not is_included)
    kept.is_included, kept.decided_at, kept.decided_by = is_included, clock.now(), by.login
    note_event(session, row, CaseEvent.CALLS_CHOSEN, text=kept.reason, by=by, clock=clock, call_id=call_id)


def is_list_open(row: CaseRow) -> bool:
    """Tell whether the list of a case may still change."""
    return State(row.state) in _LIST_IS_OPEN


def require_open_list(row: CaseRow) -> None:
    """See that the list of a case may still change; raise BadDataError once the case is decided."""
    if not is_list_open(row):
        raise BadDataError(what="the list of a decided case stands", where=row.case_no, remedy="take the decision back")


def waiting_calls(session: Session, case_id: int) -> int:
    """Count the calls of which nobody has said yet whose they are."""
    there = CallRow.id == CaseCallRow.call_id  # nobody can listen whose it was once it is erased
    waiting = select(func.count()).select_from(CaseCallRow).join(CallRow, there)
    waiting = waiting.where(CaseCallRow.case_id == case_id, CaseCallRow.is_included.is_(None))
    return session.scalar(waiting) or 0


def is_anything_kept(session: Session, row: CaseRow) -> bool:
    """Tell whether anything is kept about a case's subject: himself, of the register or of the staff, or a call."""
    is_staff = row.agent_id is not None or row.account_id is not None
    return is_staff or person_of(session, row) is not None or bool(calls_of_case(session, row.id, included_only=True))


def require_included(session: Session, case_id: int, call_ids: Collection[str]) -> None:
    """See that calls are in a case's copy; raise BadDataError that names the first one that is not."""
    included = {call.call_id for call in calls_of_case(session, case_id, included_only=True)}
    if strange := sorted(set(call_ids) - included):
        raise BadDataError(what="this call is not in the case", where=strange[0])
