"""Deciding by hand whose call it was: permitted, kept for ever, audited."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError
from ledger_link.linking.asking_ahead import ask_ahead
from ledger_link.linking.call_subjects import CallSubjects, subjects_of_persons
from ledger_link.linking.kept_links import PERSON_COLUMNS, named_person
from ledger_link.linking.link import Link, LinkDecision, LinkedPerson
from ledger_link.linking.link_decisions import decide, decisions_of
from ledger_link.linking.linker import link_of
from ledger_link.records.card import CustomerCard
from ledger_link.records.person_marks import PersonMarks
from ledger_link.register.customer_register import OpenRegister, RegisterQuestion
from ledger_link.register.sql_register import SqlRegister
from ledger_link.tables.persons import PersonRow
from ledger_link.values.day import day_of
from rights.access.actor import Actor
from rights.access.permissions import require
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.calls.call_filter import MAX_ID
from rights.calls.catalogue import get_call, permitted_row
from rights.calls.facts import CallFacts
from rights.calls.viewing import cards_question, persons_on, record_look
from rights.linking.deciders import names_of
from rights.register.person_marks import marks_seen
from storage.database.calls import CallRow
from storage.database.engine import Database


@dataclass(frozen=True, slots=True)
class ViewedLinks:
    """A call, and what is needed to decide whose it was and about what.

    ``cards`` are of those it is linked to, or of its candidates where nobody is; ``choices`` what their calls may be
    about; ``decisions`` what people decided before, oldest first, ``deciders`` their names by login; ``marks`` what
    tells those on the cards from their namesakes, by id.
    """

    call: CallFacts
    cards: tuple[CustomerCard, ...]
    choices: CallSubjects
    decisions: tuple[LinkDecision, ...]
    deciders: Mapping[str, str]
    marks: Mapping[int, PersonMarks]


def view_links(
    database: Database,
    actor: Actor,
    call_id: str,
    *,
    beside: Collection[int] = (),
    register: OpenRegister = SqlRegister,
    clock: Clock,
) -> ViewedLinks:
    """Give what is needed to decide whose call it was, and audit the look; raises and audits as :func:`decide_link`.

    ``beside`` are persons that somebody is about to choose besides: their leases are offered, so they are audited too.
    Raise UnavailableError where the register is away.
    """

    def cards_of_known(session: Session) -> RegisterQuestion:
        linkable_row(session, actor, call_id)
        call = get_call(session, actor, call_id)
        return cards_question(call, _known(call.link))

    with audited_refusals(database, actor, wanted="link", call_id=call_id, clock=clock):
        asked = ask_ahead(database, register, cards_of_known)
        return _view_links(database, actor, call_id, beside=beside, register=asked, clock=clock)


def _view_links(
    database: Database, actor: Actor, call_id: str, *, beside: Collection[int], register: OpenRegister, clock: Clock
) -> ViewedLinks:
    with database.begin() as session:
        linkable_row(session, actor, call_id)
        call = get_call(session, actor, call_id)
        on = day_of(call.started_at)
        known = _known(call.link)
        opened = register(session)
        cards = tuple(opened.card_of(person.id, on=on) for person in known)
        decisions = decisions_of(session, call.id)
        chosen = _named(session, beside)
        choices = subjects_of_persons(session, {person.id for person in (*known, *chosen)}, on=on)
        persons = [*persons_on(cards), *(person for decision in decisions for person in decision.persons), *chosen]
        record_look(session, actor, call, persons, clock=clock)
        marks = marks_seen(session, actor, {(person.id, on) for person in known})
        return ViewedLinks(
            call=call,
            cards=cards,
            choices=choices,
            decisions=decisions,
            deciders=names_of(session, {decision.decided_by for decision in decisions}),
            marks={person_id: found for (person_id, _), found in marks.items()},
        )


def decide_link(
    database: Database,
    actor: Actor,
    call_id: str,
    person_ids: Sequence[int],
    *,
    lease_id: int | None = None,
    apartment_id: int | None = None,
    fault_report_id: int | None = None,
    clock: Clock,
) -> None:
    """Link a call to these persons by the actor's decision; none at all unlinks it. Either is audited.

    The call may also be about a lease, an apartment and a fault report of theirs, or of who was linked to it or may be
    who called. Raises NotFoundError for a call that is not there or not permitted, RefusedError without *link
    customers*; both attempts are audited. NotFoundError for a person who is not there, and for a lease, apartment or
    fault report that is not there, is not theirs or may not be told.
    """
    about = {"lease": lease_id, "apartment": apartment_id, "fault_report": fault_report_id}
    with audited_refusals(database, actor, wanted="link", call_id=call_id, clock=clock), database.read() as session:
        linkable_row(session, actor, call_id)
    asked = [*(("person", one) for one in person_ids), *((what, one) for what, one in about.items() if one is not None)]
    if beyond := [(what, one) for what, one in asked if not 0 < one <= MAX_ID]:
        what, one = beyond[0]
        raise NotFoundError(what=f"no such {what.replace('_', ' ')}", where=str(one))
    with database.begin() as session:
        row = linkable_row(session, actor, call_id)
        if any(one is not None for one in about.values()):
            _require_theirs(session, row, person_ids, about)
        decide(
            session,
            row.id,
            tuple(person_ids),
            decided_by=actor.login,
            lease_id=lease_id,
            apartment_id=apartment_id,
            fault_report_id=fault_report_id,
            clock=clock,
        )
        record(
            session,
            actor=actor,
            action=Action.LINK_DECIDED,
            call_id=row.id,
            persons=person_ids,
            detail={what: one for what, one in about.items() if one is not None},
            clock=clock,
        )


def _known(link: Link) -> tuple[LinkedPerson, ...]:
    """Give those whom a call is linked to, or who may be who called."""
    return link.persons or tuple(candidate.person for candidate in link.candidates)


def _named(session: Session, person_ids: Collection[int]) -> tuple[LinkedPerson, ...]:
    """Name some persons; those that are not there are left out."""
    wanted = sorted({person_id for person_id in person_ids if 0 < person_id <= MAX_ID})
    rows = session.execute(select(*PERSON_COLUMNS).where(PersonRow.id.in_(wanted))) if wanted else ()
    return tuple(named_person(row) for row in rows)


def _require_theirs(
    session: Session, row: CallRow, person_ids: Collection[int], about: Mapping[str, int | None]
) -> None:
    """Raise NotFoundError for what is not offered: one could be shown any home or fault by saying that it was meant."""
    persons = {*person_ids, *(person.id for person in _known(link_of(session, row.id)))}
    offered = subjects_of_persons(session, persons, on=day_of(row.started_at))
    for what, subjects in (
        ("lease", offered.leases),
        ("apartment", offered.apartments),
        ("fault_report", offered.faults),
    ):
        wanted = about[what]
        if wanted is not None and wanted not in {subject.id for subject in subjects}:
            raise NotFoundError(what=f"no such {what.replace('_', ' ')}", where=str(wanted))


def linkable_row(session: Session, actor: Actor, call_id: str) -> CallRow:
    """Give the row of a call that the actor may link; NotFoundError where he may not see it, else RefusedError."""
    row = permitted_row(session, actor, call_id)
    require(actor, Task.LINK_CUSTOMERS)
    return row
