"""Handing the answer over: recorded with how, to whom, when, and how it was made sure again who took it.

A copy of data leaves the house by two people alone: the one who handles the case asks, another approves
(``Deed.DELIVER_COPY``), and what is handed over is the very package that was approved.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, RefusedError
from ledger_link.values.day import day_of
from privacy.cases.case import Case, case_of
from privacy.cases.case_rows import CaseDeliveryRow
from privacy.cases.case_words import CaseKind, DeliveryWay, IdentityMethod, Outcome
from privacy.cases.handlers import handled_row
from privacy.cases.history import CaseEvent, note_event
from privacy.cases.moves import Move, State, moved
from privacy.cases.typed_text import LINE_MAX_CHARS, typed
from rights.access.actor import Actor
from rights.access.approvals import Approval, approvals_of, ask
from rights.access.deeds import Deed


@dataclass(frozen=True, slots=True)
class ReadyCopy:
    """A package that is ready to be handed over; ``sha256`` is of the file as it is given out."""

    copy_id: str
    sha256: str

    @property
    def detail(self) -> dict[str, object]:
        """What exactly a second person approves."""
        return {"copy": self.copy_id, "sha256": self.sha256}


@dataclass(frozen=True, slots=True)
class Delivery:
    """The answer as it was handed over."""

    way: DeliveryWay
    to_whom: str
    delivered_on: date
    identity_method: IdentityMethod
    copy_id: str | None
    recorded_at: datetime
    recorded_by: str


def needs_copy(case: Case) -> bool:
    """Tell whether a case is answered with a copy of the data: a granted access always (GDPR 15(3))."""
    granted = {Outcome.GRANTED, Outcome.PARTLY_GRANTED}
    return case.kind is CaseKind.ACCESS and case.decision is not None and case.decision.outcome in granted


def ask_for_delivery(
    session: Session, case_no: str, copy: ReadyCopy, *, reason: str, by: Actor, clock: Clock
) -> Approval:
    """Ask a second person to approve that this very package is handed over.

    Raises BadDataError where the case is not decided so that a copy is owed.
    """
    row = handled_row(session, by, case_no, for_change=True)
    case = case_of(row)
    if case.state is not State.DECIDED or not needs_copy(case):
        raise BadDataError(what="no copy is owed in this case now", where=case_no, remedy="decide it first")
    asked = ask(session, deed=Deed.DELIVER_COPY, subject=case_no, detail=copy.detail, reason=reason, by=by, clock=clock)
    note_event(session, row, CaseEvent.DELIVERY_ASKED, by=by, clock=clock)
    return asked


def is_approved(session: Session, case_no: str, copy: ReadyCopy) -> bool:
    """Tell whether a second person has approved the handing over of this very package."""
    asked = approvals_of(session, deed=Deed.DELIVER_COPY, subject=case_no)
    return any(one.is_approved and dict(one.detail) == copy.detail for one in asked)


def record_delivery(
    session: Session,
    case_no: str,
    *,
    way: DeliveryWay,
    to_whom: str,
    delivered_on: date,
    identity_method: IdentityMethod,
    copy: ReadyCopy | None,
    by: Actor,
    clock: Clock,
) -> None:
    """Record that the answer was handed over; the case is closed.

    Raises BadDataError where what was decided has not been carried out, where a copy is owed and none is ready, and
    for a day before the decision or to come; RefusedError where nobody else has approved the copy.
    """
    row = handled_row(session, by, case_no, for_change=True)
    state = moved(State(row.state), Move.DELIVER, case_no=case_no)
    case = case_of(row)
    if case.waits_for_deed:
        raise BadDataError(what="what was decided has not been carried out", where=case_no, remedy="carry it out first")
    if needs_copy(case):
        if copy is None:
            raise BadDataError(what="the copy is not ready", where=case_no, remedy="make the copy first")
        if not is_approved(session, case_no, copy):
            raise RefusedError(
                what="a second person has not approved this copy", where=case_no, remedy="ask for approval"
            )
    decided_on = day_of(case.decision.at) if case.decision else row.received_on
    if not decided_on <= delivered_on <= day_of(clock.now()):
        raise BadDataError(what="an answer is handed over between the decision and today", where="delivered on")
    session.add(
        CaseDeliveryRow(
            case_id=row.id,
            way=way,
            to_whom=typed(to_whom, where="to whom", most=LINE_MAX_CHARS),
            delivered_on=delivered_on,
            identity_method=identity_method,
            copy_id=copy.copy_id if copy and needs_copy(case) else None,
            copy_sha256=copy.sha256 if copy and needs_copy(case) else None,
            recorded_at=clock.now(),
            recorded_by=by.login,
        )
    )
    row.state, row.closed_at = state, clock.now()
    note_event(session, row, CaseEvent.DELIVER, text=way.value, by=by, clock=clock)


def deliveries_of(session: Session, case_id: int) -> list[Delivery]:
    """Give how the answer of a case was handed over."""
    rows = session.scalars(select(CaseDeliveryRow).where(CaseDeliveryRow.case_id == case_id))
    return [
        Delivery(
            way=DeliveryWay(row.way),
            to_whom=row.to_whom,
            delivered_on=row.delivered_on,
            identity_method=IdentityMethod(row.identity_method),
            copy_id=row.copy_id,
            recorded_at=row.recorded_at,
            recorded_by=row.recorded_by,
        )
        for row in rows
    ]
