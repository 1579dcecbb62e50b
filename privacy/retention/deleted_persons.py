"""Persons whom an import deletes, because the source register no longer names them: none who is held, and no trace.

An import knows neither holds nor the audit. Whoever runs one asks :func:`held_and_there` before it, and lets
:func:`settle_deleted_persons` see to the rest in the import's own transaction.
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError
from ledger_link.tables.persons import PersonRow
from privacy.cases.case_rows import SubjectNoteRow
from privacy.retention.holds import held_persons
from privacy.retention.retention_lock import lock_holds
from rights.audit.chain_rows import SubjectRow
from rights.audit.subjects import forget_subject, subject_of_person


def held_and_there(session: Session) -> frozenset[int]:
    """Give the persons of whom nothing may go (``held_persons``) and who are in the register."""
    held = held_persons(session)
    return frozenset(session.scalars(select(PersonRow.id).where(PersonRow.id.in_(held)))) if held else frozenset()


def settle_deleted_persons(session: Session, *, held_before: frozenset[int], clock: Clock) -> int:
    """Forget what the audit seals of persons who are gone; give how many there were.

    When the transaction stands, ``rights.audit.subjects.wipe_forgotten`` takes the keys' bytes from the disk too.
    Raise BadDataError where one of ``held_before`` is gone: the import then leaves everything as it was.
    """
    lock_holds(session)
    if gone := held_before - held_and_there(session):
        still_held = gone & held_persons(session)
        if still_held:
            raise BadDataError(
                what=f"{len(still_held)} of the persons to be deleted are held, or wait for a copy of their data",
                where="persons: " + ", ".join(map(str, sorted(still_held))),
                remedy="name them in the files still, or end the hold or the case first",
            )
    there = {subject_of_person(person_id) for person_id in session.scalars(select(PersonRow.id))}
    prefix = subject_of_person(0).removesuffix("0")
    known = session.scalars(
        select(SubjectRow.subject).where(SubjectRow.subject.startswith(prefix), SubjectRow.secret.is_not(None))
    )
    forgotten = {subject for subject in known if subject not in there}
    for subject in sorted(forgotten):
        forget_subject(session, subject, clock=clock)
    left = SubjectNoteRow.person_id.is_not(None) & SubjectNoteRow.person_id.not_in(select(PersonRow.id))
    session.execute(delete(SubjectNoteRow).where(left))
    return len(forgotten)
