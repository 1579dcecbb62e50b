"""Deciding by hand whose call it was: permitted, kept for ever, audited."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError
from ledger_link.card import CustomerCard
from ledger_link.link import LinkDecision
from ledger_link.linker import decide, decisions_of
from rights.actor import Actor
from rights.audit import Action, record
from rights.call_filter import MAX_ID
from rights.catalogue import get_call, permitted_row
from rights.facts import CallFacts
from rights.permissions import require
from rights.refusals import audited_refusals
from rights.tasks import Task
from rights.viewing import cards_of, persons_on, record_look
from storage.database.calls import CallRow
from storage.database.engine import Database


@dataclass(frozen=True, slots=True)
class ViewedLinks:
    """A call, the cards of those it is linked to, and what people decided about it before, oldest first."""

    call: CallFacts
    cards: tuple[CustomerCard, ...]
    decisions: tuple[LinkDecision, ...]


def view_links(database: Database, actor: Actor, call_id: str, *, clock: Clock) -> ViewedLinks:
    """Give what is needed to decide whose call it was, and audit the look; raises and audits as :func:`decide_link`."""
    with audited_refusals(database, actor, wanted="link", call_id=call_id, clock=clock), database.begin() as session:
        linkable_row(session, actor, call_id)
        call = get_call(session, actor, call_id)
        cards, decisions = cards_of(session, call), decisions_of(session, call.id)
        persons = [*persons_on(cards), *(person for decision in decisions for person in decision.persons)]
        record_look(session, actor, call, persons, clock=clock)
        return ViewedLinks(call=call, cards=cards, decisions=decisions)


def decide_link(database: Database, actor: Actor, call_id: str, person_ids: Sequence[int], *, clock: Clock) -> None:
    """Link a call to these persons by the actor's decision; none at all unlinks it. Either is audited.

    Raises NotFoundError for a call that is not there or not permitted, RefusedError without *link customers*;
    both attempts are audited. NotFoundError for a person that is not there.
    """
    with audited_refusals(database, actor, wanted="link", call_id=call_id, clock=clock), database.read() as session:
        linkable_row(session, actor, call_id)
    if beyond := [person_id for person_id in person_ids if not 0 < person_id <= MAX_ID]:
        raise NotFoundError(what="no such person", where=", ".join(str(person_id) for person_id in beyond))
    with database.begin() as session:
        row = linkable_row(session, actor, call_id)
        decide(session, row.id, tuple(person_ids), decided_by=actor.login, clock=clock)
        record(session, actor=actor, action=Action.LINK_DECIDED, call_id=row.id, persons=person_ids, clock=clock)


def linkable_row(session: Session, actor: Actor, call_id: str) -> CallRow:
    """Give the row of a call that the actor may link; NotFoundError where he may not see it, else RefusedError."""
    row = permitted_row(session, actor, call_id)
    require(actor, Task.LINK_CUSTOMERS)
    return row
