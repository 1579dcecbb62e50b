"""How the cases stand with their days, without a word about whom they are: for the command line and for monitoring."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from ledger_link.values.day import day_of
from privacy.cases.case import Case, case_of
from privacy.cases.case_rows import CaseRow
from privacy.cases.moves import State
from rights.access.actor import Actor
from rights.audit.trail import Action, record


def deadlines(session: Session, *, are_all: bool = False, by: Actor, clock: Clock) -> list[dict[str, object]]:
    """Give the open cases (or all) as plain JSON values, the next due first; numbers and days, no names. Audited."""
    wanted = select(CaseRow).where(CaseRow.state.in_([state for state in State if state.is_open]))
    cases = [case_of(row) for row in session.scalars(select(CaseRow) if are_all else wanted)]
    cases.sort(key=lambda case: (not case.state.is_open, case.clocks.due_on, case.case_no))
    today = day_of(clock.now())
    record(session, actor=by, action=Action.CASES_LISTED, detail={"cases": [one.case_no for one in cases]}, clock=clock)
    return [_plain(case, today) for case in cases]


def _plain(case: Case, today: date) -> dict[str, object]:
    clocks = case.clocks
    return {
        "case": case.case_no,
        "kind": case.kind.value,
        "subject": case.subject_kind.value,
        "state": case.state.value,
        "urgency": clocks.urgency(today).value,
        "received_on": clocks.received_on.isoformat(),
        "promised_on": clocks.promised_on.isoformat(),
        "due_on": clocks.due_on.isoformat(),
        "days_left": clocks.days_left(today),
        "assigned": case.assigned_to is not None,
    }
