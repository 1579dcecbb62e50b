"""Handling a case: every move of ``privacy.cases.moves``, each with what it asks for, in one transaction of its own.

Each function raises NotFoundError where the case is not there or not the actor's to handle, IllegalMoveError where its
state does not allow the move, BadDataError for a text that is missing or too long. Each is in the history and the
audit.
"""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError
from ledger_link.values.day import day_of
from privacy.cases.case import case_of
from privacy.cases.case_calls import is_anything_kept, waiting_calls
from privacy.cases.case_rows import CaseRow
from privacy.cases.case_words import CaseKind, IdentityMethod, Outcome
from privacy.cases.clocks import MOST_EXTENDED_MONTHS
from privacy.cases.handlers import handled_row, handlers_of
from privacy.cases.history import CaseEvent, PastEvent, history_of, note_event
from privacy.cases.moves import Move, State, moved
from privacy.cases.typed_text import typed
from rights.access.actor import Actor

_ABOUT_CALLS = frozenset({CaseKind.ACCESS, CaseKind.ERASURE})  # what is done is done with each call of the list


def ask_identity(session: Session, case_no: str, *, reasons: str, by: Actor, clock: Clock) -> None:
    """Ask the subject to prove who he is: the clocks stand still until he has.

    To ask again takes reasons of its own: what gives rise to doubt after all (GDPR 12(6)). The words of before are none
    (BadDataError).
    """
    row, state = _moving(session, case_no, Move.ASK_IDENTITY, by=by)
    why = typed(reasons, where="reasons")
    if is_said_before(why, doubts_of(history_of(session, row.id))):
        raise BadDataError(
            what="identity was asked for with these words before", where=case_no, remedy="write what is doubtful now"
        )
    row.state, row.paused_since = state, day_of(clock.now())
    note_event(session, row, CaseEvent.ASK_IDENTITY, text=why, by=by, clock=clock)


def doubts_of(history: Iterable[PastEvent]) -> list[str]:
    """Give why proof of identity was asked for before, the newest first."""
    return [event.text for event in history if event.what is CaseEvent.ASK_IDENTITY]


def is_said_before(text: str, earlier: Iterable[str]) -> bool:
    """Tell whether a text has the words of an earlier one, whatever its blanks, capitals and stops."""
    return _words(text) in {_words(one) for one in earlier}


def confirm_identity(session: Session, case_no: str, *, method: IdentityMethod, by: Actor, clock: Clock) -> None:
    """Say how it was made sure who asks; the clocks go on."""
    row, state = _moving(session, case_no, Move.CONFIRM_IDENTITY, by=by)
    row.state = state
    still_days = _go_on(row, clock=clock)
    row.identity_method, row.identity_at, row.identity_by = method, clock.now(), by.login
    note_event(session, row, CaseEvent.CONFIRM_IDENTITY, text=method.value, by=by, clock=clock)
    _note_still(session, row, still_days, by=by, clock=clock)


def extend(session: Session, case_no: str, *, months: int, reasons: str, by: Actor, clock: Clock) -> None:
    """Extend the law's month by one or two, because the request is complex or there are many; once.

    The subject is told of it and why within the first month: later than that it is refused (BadDataError).
    """
    row, state = _moving(session, case_no, Move.EXTEND, by=by)
    today, clocks = day_of(clock.now()), case_of(row).clocks
    if not 1 <= months <= MOST_EXTENDED_MONTHS:
        raise BadDataError(what=f"the law's month is extended by 1 to {MOST_EXTENDED_MONTHS} more", where=case_no)
    if row.extended_months:
        raise BadDataError(what="this case was extended already", where=case_no, remedy="decide it")
    if today > clocks.first_due_on:
        raise BadDataError(
            what="the first month is over: the subject had to be told within it", where=case_no, remedy="decide it now"
        )
    row.state, row.extended_months, row.extension_told_on = state, months, today
    row.extension_reasons = typed(reasons, where="reasons")
    note_event(session, row, CaseEvent.EXTEND, text=row.extension_reasons, by=by, clock=clock)


def decide(session: Session, case_no: str, *, outcome: Outcome, reasons: str, by: Actor, clock: Clock) -> None:
    """Decide a case, with reasons that the subject reads in the letter.

    Who did not prove who he is can only be refused. A case of access or erasure waits until every call of its list was
    looked at, and nobody is told that nothing is kept about him while something is.
    """
    row, state = _moving(session, case_no, Move.DECIDE, by=by)
    case = case_of(row)
    if row.identity_method is None and outcome is not Outcome.REFUSED:
        raise BadDataError(what="it is not sure who asks", where=case_no, remedy="confirm the identity, or refuse")
    if outcome is Outcome.NOTHING_KEPT and is_anything_kept(session, row):
        raise BadDataError(what="something is kept about the subject", where=case_no, remedy="grant, or refuse")
    if case.kind in _ABOUT_CALLS and outcome is not Outcome.REFUSED and (left := waiting_calls(session, row.id)):
        raise BadDataError(
            what=f"{left} calls of the list were not looked at", where=case_no, remedy="say of each whose it is"
        )
    row.state = state
    still_days = _go_on(row, clock=clock)
    row.outcome, row.reasons = outcome, typed(reasons, where="reasons")
    row.decided_at, row.decided_by = clock.now(), by.login
    note_event(session, row, CaseEvent.DECIDE, text=outcome.value, by=by, clock=clock)
    _note_still(session, row, still_days, by=by, clock=clock)


def reconsider(session: Session, case_no: str, *, reasons: str, by: Actor, clock: Clock) -> None:
    """Take a decision back before the subject was told of it; the history keeps that there was one.

    What was carried out already cannot be taken back (BadDataError).
    """
    row, state = _moving(session, case_no, Move.RECONSIDER, by=by)
    if row.carried_out_at is not None:
        raise BadDataError(what="what was decided has been carried out", where=case_no, remedy="open a new case")
    row.state = state
    if row.identity_method is None:  # it was refused for want of proof: whoever reconsiders asks again
        row.state, row.paused_since = State.IDENTITY_ASKED, day_of(clock.now())
    row.outcome = row.reasons = row.decided_at = row.decided_by = None
    note_event(session, row, CaseEvent.RECONSIDER, text=typed(reasons, where="reasons"), by=by, clock=clock)


def withdraw(session: Session, case_no: str, *, reasons: str, by: Actor, clock: Clock) -> None:
    """End a case that the subject took back; ``reasons`` say how he did."""
    row, state = _moving(session, case_no, Move.WITHDRAW, by=by)
    row.state = state
    still_days = _go_on(row, clock=clock)
    row.closed_at = clock.now()
    note_event(session, row, CaseEvent.WITHDRAW, text=typed(reasons, where="reasons"), by=by, clock=clock)
    _note_still(session, row, still_days, by=by, clock=clock)


def assign(session: Session, case_no: str, *, account_id: int | None, by: Actor, clock: Clock) -> None:
    """Say who handles an open case; None is nobody. Raise BadDataError for an account that may not."""
    row = handled_row(session, by, case_no, for_change=True)
    _require_open(row)
    if account_id == row.assigned_to:
        return
    chosen = next((one for one in handlers_of(session, row, clock=clock) if one.account_id == account_id), None)
    if account_id is not None and chosen is None:
        raise BadDataError(what="this account may not handle the case", where=case_no, remedy="choose one of the list")
    row.assigned_to = account_id
    note_event(session, row, CaseEvent.ASSIGNED, text=chosen.name if chosen else "", by=by, clock=clock)


def add_note(session: Session, case_no: str, *, text: str, by: Actor, clock: Clock) -> None:
    """Write a note for the handlers; the subject reads it in his copy if he asks for one."""
    row = handled_row(session, by, case_no, for_change=True)
    note_event(session, row, CaseEvent.NOTE, text=typed(text, where="note"), by=by, clock=clock)


def _moving(session: Session, case_no: str, move: Move, *, by: Actor) -> tuple[CaseRow, State]:
    """Give the row of a case, and the state that a move would lead to."""
    row = handled_row(session, by, case_no, for_change=True)
    return row, moved(State(row.state), move, case_no=row.case_no)


def _go_on(row: CaseRow, *, clock: Clock) -> int:
    """Let the clocks go on where they stood still; give for how many days they did."""
    if row.paused_since is None:
        return 0
    days = max((day_of(clock.now()) - row.paused_since).days, 0)  # none where the clock was set back over midnight
    row.paused_days += days
    row.paused_since = None
    return days


def _note_still(session: Session, row: CaseRow, days: int, *, by: Actor, clock: Clock) -> None:
    """Write into the history for how many days the clocks stood still."""
    if days:
        note_event(session, row, CaseEvent.CLOCKS_WENT_ON, text=str(days), by=by, clock=clock)


def _words(text: str) -> str:
    return " ".join("".join(one if one.isalnum() else " " for one in text.casefold()).split())


def _require_open(row: CaseRow) -> None:
    if not State(row.state).is_open:
        raise BadDataError(what="this case is over", where=row.case_no, remedy="open a new one")
