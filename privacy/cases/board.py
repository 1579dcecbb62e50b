"""The privacy officer's board: which cases wait, the most urgent first, and one case with all that is needed for it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from ledger_link.undisclosed.concealment import Concealment
from ledger_link.values.day import day_of
from privacy.cases.case import Case, case_of
from privacy.cases.case_calls import CaseCall, calls_of_case, is_anything_kept, is_list_open
from privacy.cases.case_rows import CaseRow
from privacy.cases.case_words import Outcome
from privacy.cases.clocks import Urgency
from privacy.cases.delivery import Delivery, deliveries_of
from privacy.cases.found_calls import find_calls
from privacy.cases.handlers import Handler, handled, handled_row, handlers_of
from privacy.cases.history import PastEvent, history_of
from privacy.cases.lifting import announcement_of
from privacy.cases.moves import State
from privacy.cases.subject_notes import SubjectNote, notes_of_case
from privacy.cases.telling import concealment_for, told_case
from rights.access.actor import Actor
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.listening.restrictions import Restriction, restrictions_of_case
from storage.database.engine import Database

MOST_OVER = 200
_ORDER = {urgency: place for place, urgency in enumerate(Urgency)}
_OPEN = [state for state in State if state.is_open]


@dataclass(frozen=True, slots=True)
class Board:
    """Cases as one handler sees them. ``counts`` are of the open ones by urgency, whatever the filter."""

    cases: tuple[Case, ...]
    counts: Mapping[Urgency, int]
    today: date
    names: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class ViewedCase:
    """One case and all that is needed to handle it; ``notes`` are with the id of their call, None beside the subject.

    ``earlier`` are other cases of the same subject; ``lifting`` is the announcement that what it restricted is lifted.
    """

    case: Case
    today: date
    calls: tuple[CaseCall, ...]
    history: tuple[PastEvent, ...]
    notes: tuple[tuple[str | None, SubjectNote], ...]
    deliveries: tuple[Delivery, ...]
    restrictions: tuple[Restriction, ...]
    handlers: tuple[Handler, ...]
    earlier: tuple[Case, ...]
    lifting: PastEvent | None
    is_anything_kept: bool

    @property
    def standing(self) -> tuple[Restriction, ...]:
        """The restrictions of this case that stand."""
        return tuple(one for one in self.restrictions if one.lifted_at is None)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What may be decided: a refusal alone of who did not prove who he is, and the truth of what is kept."""
        if self.case.identity is None:
            return (Outcome.REFUSED,)
        return tuple(one for one in Outcome if not (one is Outcome.NOTHING_KEPT and self.is_anything_kept))

    @property
    def waiting_calls(self) -> int:
        """How many calls of the list nobody has looked at."""
        return sum(call.is_included is None and call.is_there for call in self.calls)


def view_board(
    database: Database,
    actor: Actor,
    *,
    is_over: bool = False,
    urgency: Urgency | None = None,
    assigned_to: int | None = None,
    clock: Clock,
) -> Board:
    """Give the open cases (or those that are over, the newest 200) that an actor may handle, and audit the look."""
    today = day_of(clock.now())
    with database.read() as session:
        open_cases = [
            case_of(row) for row in session.scalars(select(CaseRow).where(handled(actor), CaseRow.state.in_(_OPEN)))
        ]
        over = (
            select(CaseRow)
            .where(handled(actor), CaseRow.state.not_in(_OPEN))
            .order_by(CaseRow.closed_at.desc())
            .limit(MOST_OVER)
        )
        cases = [case_of(row) for row in session.scalars(over)] if is_over else open_cases
        names = {one.account_id: one.name for one in handlers_of(session, None, clock=clock)}
    shown = [case for case in cases if urgency is None or case.clocks.urgency(today) is urgency]
    shown = [case for case in shown if assigned_to is None or case.assigned_to == assigned_to]
    if not is_over:
        shown.sort(key=lambda case: (_ORDER[case.clocks.urgency(today)], case.clocks.due_on, case.case_no))
    persons = sorted({case.person_id for case in shown if case.person_id is not None})
    with database.begin() as session:
        detail = {"cases": [case.case_no for case in shown]}
        record(session, actor=actor, action=Action.CASES_LISTED, persons=persons, detail=detail, clock=clock)
    counts = Counter(case.clocks.urgency(today) for case in open_cases)
    return Board(cases=tuple(shown), counts=counts, today=today, names=names)


def view_case(database: Database, actor: Actor, case_no: str, *, clock: Clock) -> ViewedCase:
    """Give one case, its list of calls as the links are now, and audit the look.

    Raises NotFoundError where it is not there or not the actor's to handle, and audits the attempt.
    """
    with (
        audited_refusals(database, actor, wanted=Task.HANDLE_CASES, clock=clock),
        database.begin() as session,
    ):
        row = handled_row(session, actor, case_no, for_change=True)
        if is_list_open(row):
            find_calls(session, row)
        persons = {row.person_id} if row.person_id is not None else set()
        concealment = concealment_for(session, actor, persons)
        viewed = ViewedCase(
            case=told_case(case_of(row), concealment),
            today=day_of(clock.now()),
            calls=tuple(calls_of_case(session, row.id)),
            history=tuple(replace(one, text=concealment.of(one.text)) for one in history_of(session, row.id)),
            notes=tuple(
                (call_id, replace(note, text=concealment.of(note.text)))
                for call_id, note in notes_of_case(session, row.id)
            ),
            deliveries=tuple(deliveries_of(session, row.id)),
            restrictions=tuple(restrictions_of_case(session, case_no)),
            handlers=tuple(handlers_of(session, row, clock=clock)),
            earlier=tuple(_others(session, row)),
            lifting=_lifting(session, row, concealment),
            is_anything_kept=is_anything_kept(session, row),
        )
        about = sorted(persons) or None
        record(session, actor=actor, action=Action.CASE_SHOWN, persons=about, detail={"case": case_no}, clock=clock)
    return viewed


def _lifting(session: Session, row: CaseRow, concealment: Concealment) -> PastEvent | None:
    standing = [one.imposed_at for one in restrictions_of_case(session, row.case_no) if one.lifted_at is None]
    found = announcement_of(session, row.id, since=max(standing)) if standing else None
    return replace(found, text=concealment.of(found.text)) if found else None


def _others(session: Session, row: CaseRow) -> list[Case]:
    if row.person_no is not None:
        same = CaseRow.person_no == row.person_no
    elif row.agent_id is not None:
        same = CaseRow.agent_id == row.agent_id
    else:
        return []
    rows = session.scalars(select(CaseRow).where(same, CaseRow.id != row.id).order_by(CaseRow.id.desc()))
    return [case_of(other) for other in rows]
