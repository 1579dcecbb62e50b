"""The calls of a case: looked at by a handler one by one where it is not sure whose they are.

They are found by the links (``privacy.cases.found_calls``). What nothing links to the subject a handler adds by hand
(``privacy.cases.added_calls``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
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


def calls_of_case(session: Session, case_id: int, *, included_only: bool = False) -> list[CaseCall]:
    """Give the calls of a case, newest first; ``included_only`` those that belong to the copy and are still there."""
    rows = session.execute(
        select(CaseCallRow, CallRow)
        .outerjoin(CallRow, CallRow.id == CaseCallRow.call_id)
        .where(CaseCallRow.case_id == case_id)
        .order_by(CallRow.started_at.desc(), CaseCallRow.call_id.desc())
    ).all()
    told = [told_call(kept, call) for kept, call in rows]
    return [call for call in told if call.is_included and call.is_there] if included_only else told


def told_call(kept: CaseCallRow, call: CallRow | None) -> CaseCall:
    """Tell of a call of a list; None for one that was erased."""
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
