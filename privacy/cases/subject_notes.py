"""Notes that a decision puts beside a call, a person or an agent (rectification); the audio is as it was.

They are shown wherever the call or the person is, to whoever may see that, and they are in the subject's copy.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError
from ledger_link.undisclosed.concealment import Concealment
from privacy.cases.case import case_of, person_of
from privacy.cases.case_calls import require_included
from privacy.cases.case_rows import CaseRow, SubjectNoteRow
from privacy.cases.case_words import CaseKind
from privacy.cases.gathered import GatheredNote
from privacy.cases.handlers import handled_row
from privacy.cases.telling import concealment_for, persons_of_call
from privacy.cases.typed_text import typed
from rights.access.actor import Actor
from rights.audit.trail import Action, record


@dataclass(frozen=True, slots=True)
class SubjectNote:
    """A note as those read it who see the call or the person; ``case_no`` is the case that it was decided in."""

    text: str
    written_at: datetime
    written_by: str
    case_no: str


def add_subject_note(
    session: Session, case_no: str, *, text: str, call_id: str | None = None, by: Actor, clock: Clock
) -> None:
    """Put a note beside a call of a granted rectification, or beside its subject (``call_id`` None).

    Raises BadDataError for a case that is no granted rectification, for a subject of whom nothing is kept, and for a
    call that is not in the case.
    """
    row = handled_row(session, by, case_no, for_change=True)
    case = case_of(row)
    if case.kind is not CaseKind.RECTIFICATION or not case.is_granted or case.closed_at is not None:
        raise BadDataError(what="a note is put beside what a rectification was granted for", where=case_no)
    if call_id is not None:
        require_included(session, row.id, [call_id])
    elif person_of(session, row) is None and row.agent_id is None:
        raise BadDataError(what="nothing is kept about this subject to put a note beside", where=case_no)
    session.add(
        SubjectNoteRow(
            case_id=row.id,
            call_id=call_id,
            person_id=row.person_id if call_id is None else None,
            agent_id=row.agent_id if call_id is None else None,
            text=typed(text, where="note"),
            written_at=clock.now(),
            written_by=by.login,
        )
    )
    row.carried_out_at = row.carried_out_at or clock.now()
    persons = [row.person_id] if row.person_id is not None else None
    detail = {"case": case_no}
    record(session, actor=by, action=Action.NOTE_ADDED, call_id=call_id, persons=persons, detail=detail, clock=clock)


def notes_beside_call(session: Session, actor: Actor, call_id: str) -> list[SubjectNote]:
    """Give the notes beside a call, oldest first; the caller has seen to it that the call may be seen."""
    persons = persons_of_call(session, call_id)
    return _told(session, SubjectNoteRow.call_id == call_id, concealment_for(session, actor, persons))


def notes_beside_person(session: Session, actor: Actor, person_id: int) -> list[SubjectNote]:
    """Give the notes beside a person's data, oldest first; the caller has seen to it that they may be seen."""
    return _told(session, SubjectNoteRow.person_id == person_id, concealment_for(session, actor, [person_id]))


def notes_of_case(session: Session, case_id: int) -> list[tuple[str | None, SubjectNote]]:
    """Give the notes that a case put somewhere, each with the id of its call (None: beside the subject)."""
    rows = _rows(session, SubjectNoteRow.case_id == case_id)
    return [(row.call_id, _note(row, case_no)) for row, case_no in rows]


def notes_of_calls(
    session: Session, call_ids: Collection[str], *, case_id: int
) -> Mapping[str, tuple[GatheredNote, ...]]:
    """Give the notes beside some calls that cases of the same subject put there, for his copy.

    A note of the other party's case is that party's.
    """
    row = session.get_one(CaseRow, case_id)
    own = CaseRow.person_no == row.person_no if row.person_no is not None else CaseRow.agent_id == row.agent_id
    notes: defaultdict[str, tuple[GatheredNote, ...]] = defaultdict(tuple)
    for note, case_no in _rows(session, SubjectNoteRow.call_id.in_(call_ids) & own):
        notes[note.call_id or ""] += (_gathered(note, case_no),)
    return notes


def notes_of_subject(session: Session, *, person_id: int | None, agent_id: int | None) -> tuple[GatheredNote, ...]:
    """Give the notes beside a subject's data, for his copy."""
    beside = SubjectNoteRow.person_id == person_id if person_id is not None else SubjectNoteRow.agent_id == agent_id
    return tuple(_gathered(note, case_no) for note, case_no in _rows(session, beside))


def _told(session: Session, where: ColumnElement[bool], concealment: Concealment) -> list[SubjectNote]:
    notes = [_note(row, case_no) for row, case_no in _rows(session, where)]
    return [replace(note, text=concealment.of(note.text)) for note in notes]


def _rows(session: Session, where: ColumnElement[bool]) -> list[tuple[SubjectNoteRow, str]]:
    query = select(SubjectNoteRow, CaseRow.case_no).join(CaseRow, CaseRow.id == SubjectNoteRow.case_id).where(where)
    return [(row, case_no) for row, case_no in session.execute(query.order_by(SubjectNoteRow.id))]


def _note(row: SubjectNoteRow, case_no: str) -> SubjectNote:
    return SubjectNote(text=row.text, written_at=row.written_at, written_by=row.written_by, case_no=case_no)


def _gathered(row: SubjectNoteRow, case_no: str) -> GatheredNote:
    return GatheredNote(written_at=row.written_at, text=row.text, case_no=case_no)
