"""What tells namesakes apart, as an account may see it: the whole date of birth takes *view register*."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from ledger_link.linking.link import Candidate
from ledger_link.records.person_marks import PersonMarks, marks_of
from ledger_link.values.day import day_of
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.calls.facts import CallFacts


def marks_seen(
    session: Session, actor: Actor, wanted: Collection[tuple[int, date]]
) -> dict[tuple[int, date], PersonMarks]:
    """Give the marks of some persons, each as of a day; whoever shows them has them in the audit by their names."""
    return {key: as_seen(actor, marks) for key, marks in marks_of(session, wanted).items()}


def as_seen(actor: Actor, marks: PersonMarks) -> PersonMarks:
    """Give marks without what the account may not see of them."""
    return marks if actor.may(Task.VIEW_REGISTER) else replace(marks, birth_date=None)


def with_marks(session: Session, actor: Actor, calls: Iterable[CallFacts]) -> list[CallFacts]:
    """Give calls whose candidates bear their marks, as of the day of each call."""
    listed = list(calls)
    marks = marks_seen(session, actor, {key for call in listed for key in _keys(call)})

    def marked(candidate: Candidate, on: date) -> Candidate:
        return replace(candidate, marks=marks.get((candidate.person.id, on)))

    return [
        replace(
            call,
            link=replace(
                call.link,
                candidates=tuple(marked(candidate, day_of(call.started_at)) for candidate in call.link.candidates),
            ),
        )
        for call in listed
    ]


def _keys(call: CallFacts) -> set[tuple[int, date]]:
    return {(candidate.person.id, day_of(call.started_at)) for candidate in call.link.candidates}
