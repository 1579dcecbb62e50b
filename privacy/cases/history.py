"""What was done with a case, as its handlers read it; the audit has the same without the words."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from privacy.cases.case_rows import CaseEventRow, CaseRow
from rights.access.actor import Actor
from rights.audit.trail import Action, record


class CaseEvent(StrEnum):
    """What is written into a case's history."""

    OPENED = "opened"
    NOTE = "note"
    ASSIGNED = "assigned"
    ASK_IDENTITY = "ask-identity"
    CONFIRM_IDENTITY = "confirm-identity"
    CLOCKS_WENT_ON = "clocks-went-on"
    EXTEND = "extend"
    DECIDE = "decide"
    RECONSIDER = "reconsider"
    CARRIED_OUT = "carried-out"
    CALLS_CHOSEN = "calls-chosen"
    DELIVERY_ASKED = "delivery-asked"
    DELETION_ASKED = "deletion-asked"
    DELIVER = "deliver"
    LIFTING_ANNOUNCED = "lifting-announced"
    LIFTED = "lifted"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class PastEvent:
    """One line of a case's history; ``by`` is the name as it was then."""

    at: datetime
    by: str
    what: CaseEvent
    text: str


def note_event(
    session: Session,
    row: CaseRow,
    what: CaseEvent,
    *,
    text: str = "",
    by: Actor,
    clock: Clock,
    persons: Collection[int] | None = None,
    call_id: str | None = None,
) -> None:
    """Write a line into a case's history, and audit it by the case's number, whom it is about, and its call if of one.

    ``text`` stands in the history alone: it may name anybody, and what the audit keeps it keeps for ever.
    """
    session.add(
        CaseEventRow(case_id=row.id, at=clock.now(), by=by.login, by_name=by.name, what=what, text=text),
    )
    about = persons if persons is not None else [row.person_id] if row.person_id is not None else None
    action = Action.CASE_OPENED if what is CaseEvent.OPENED else Action.CASE_CHANGED
    detail = {"case": row.case_no, "what": what.value, "state": row.state}
    record(session, actor=by, action=action, call_id=call_id, persons=about, detail=detail, clock=clock)


def history_of(session: Session, case_id: int) -> list[PastEvent]:
    """Give the history of a case, newest first."""
    rows = session.scalars(select(CaseEventRow).where(CaseEventRow.case_id == case_id).order_by(CaseEventRow.id.desc()))
    return [PastEvent(at=row.at, by=row.by_name, what=CaseEvent(row.what), text=row.text) for row in rows]
