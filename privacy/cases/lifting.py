"""Lifting what a case restricted, in two steps: the subject is told first and why (GDPR 18(3)), then it is lifted."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError
from ledger_link.values.day import day_of
from privacy.cases.case_rows import CaseEventRow, CaseRow
from privacy.cases.handlers import handled_row
from privacy.cases.history import CaseEvent, PastEvent, note_event
from privacy.cases.typed_text import typed
from rights.access.actor import Actor
from rights.listening.restrictions import REASON_MAX_CHARS, Restriction, lift, restrictions_of_case


def announce_lifting(session: Session, case_no: str, *, reasons: str, by: Actor, clock: Clock) -> None:
    """Keep why the restrictions of a case are to be lifted: the letter that tells the subject says it.

    Raises NotFoundError where the case is not his to handle, BadDataError where nothing of it is restricted.
    """
    row = handled_row(session, by, case_no, for_change=True)
    _require_standing(session, case_no)
    why = typed(reasons, where="reasons", most=REASON_MAX_CHARS)
    note_event(session, row, CaseEvent.LIFTING_ANNOUNCED, text=why, by=by, clock=clock)


def lift_restrictions(session: Session, case_no: str, *, told_on: date, by: Actor, clock: Clock) -> None:
    """Lift every restriction of a case; ``told_on`` is the day on which the subject was told that it comes.

    Raises BadDataError where it was not announced, and for a day before the announcement or to come.
    """
    row = handled_row(session, by, case_no, for_change=True)
    standing = _require_standing(session, case_no)
    announced = announcement_of(session, row.id, since=max(one.imposed_at for one in standing))
    if announced is None:
        raise BadDataError(
            what="the person has not been told", where=case_no, remedy="write why, and send the letter first"
        )
    if not day_of(announced.at) <= told_on <= day_of(clock.now()):
        raise BadDataError(what="the person is told between the letter and today", where="told on")
    for one in standing:
        lift(session, one.id, reason=announced.text, by=by, clock=clock)
    note_event(session, row, CaseEvent.LIFTED, text=told_on.isoformat(), by=by, clock=clock)


def announcement_of(session: Session, case_id: int, *, since: datetime) -> PastEvent | None:
    """Give the newest announcement of a lifting after something was restricted; None where there is none."""
    row = session.scalar(
        select(CaseEventRow)
        .where(
            CaseEventRow.case_id == case_id,
            CaseEventRow.what == CaseEvent.LIFTING_ANNOUNCED,
            CaseEventRow.at >= since,
        )
        .order_by(CaseEventRow.id.desc())
        .limit(1)
    )
    return PastEvent(at=row.at, by=row.by_name, what=CaseEvent(row.what), text=row.text) if row is not None else None


def lifting_reasons(session: Session, row: CaseRow) -> str:
    """Give why the restrictions of a case are to be lifted, or were; empty where it was not announced."""
    imposed = [one.imposed_at for one in restrictions_of_case(session, row.case_no)]
    announced = announcement_of(session, row.id, since=max(imposed)) if imposed else None
    return announced.text if announced else ""


def _require_standing(session: Session, case_no: str) -> list[Restriction]:
    standing = [one for one in restrictions_of_case(session, case_no) if one.lifted_at is None]
    if not standing:
        raise BadDataError(what="nothing of this case is restricted", where=case_no)
    return standing
