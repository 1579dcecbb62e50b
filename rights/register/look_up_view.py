"""Seeing who looked at a person's data: for the privacy officer, by a task of its own; the look is itself audited."""

from dataclasses import dataclass

from calls.clock import Clock
from calls.errors import NotFoundError
from ledger_link.linking.link import LinkedPerson
from ledger_link.tables.persons import PersonRow
from rights.access.actor import Actor
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.calls.call_filter import MAX_ID
from rights.register.look_ups import LookUp, look_up_of, looks_at
from rights.tables import AuditRow
from storage.database.engine import Database

PAGE_LOOK_UPS = 100


@dataclass(frozen=True, slots=True)
class NamedLookUp:
    """A look at a person's data with who looked: ``name`` and ``login``, None where the audit knows nobody."""

    look_up: LookUp
    name: str | None
    login: str | None


@dataclass(frozen=True, slots=True)
class ViewedLookUps:
    """One page of the looks at a person's data, the newest first; ``older`` is where the next begins, None at the end.

    The names are the controller's own knowledge. To the person they are told on a decision alone.
    """

    person: LinkedPerson
    person_no: str
    look_ups: tuple[NamedLookUp, ...]
    older: int | None


def view_look_ups(
    database: Database, actor: Actor, person_id: int, *, before: int | None = None, clock: Clock
) -> ViewedLookUps:
    """Give a page of the looks at a person's data, and audit this one; ``before`` is the number of an audit row.

    Raises NotFoundError for an unknown person, and without *view register* or *view look-ups*, alike, and audits the
    attempt.
    """
    with (
        audited_refusals(database, actor, wanted="look-ups", person_id=person_id, clock=clock),
        database.read() as session,
    ):
        person = session.get(PersonRow, person_id) if 0 < person_id <= MAX_ID else None
        if person is None or not (actor.may(Task.VIEW_REGISTER) and actor.may(Task.VIEW_LOOK_UPS)):
            raise NotFoundError(what="no such person", where=str(person_id))
        wanted = looks_at(person_id)
        if before is not None:
            wanted = wanted.where(AuditRow.id < before)
        rows = session.scalars(wanted.order_by(AuditRow.id.desc()).limit(PAGE_LOOK_UPS + 1)).all()
        shown = rows[:PAGE_LOOK_UPS]
        viewed = ViewedLookUps(
            person=LinkedPerson(id=person.id, name=person.name, non_disclosure=person.non_disclosure),
            person_no=person.person_no,
            look_ups=tuple(NamedLookUp(look_up=look_up_of(row), name=row.name, login=row.login) for row in shown),
            older=shown[-1].id if len(rows) > PAGE_LOOK_UPS else None,
        )
    with database.begin() as session:
        record(session, actor=actor, action=Action.LOOK_UPS_SHOWN, persons=[person_id], clock=clock)
    return viewed
