"""Looking at calls: the doors that also audit who looked at what (CJEU C-579/21: a person may ask for it).

Invariant: whose data was shown can be told from the audit alone. So a list names the calls that stood in it and those
whom they were linked to, a look at a call names the persons whose names or cards stood beside it, and neither is given
before that is committed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from calls.clock import Clock
from ledger_link.card import CustomerCard, card_of
from ledger_link.day import day_of
from ledger_link.link import LinkedPerson
from rights.actor import Actor
from rights.audit import Action, record
from rights.call_filter import CallFilter
from rights.catalogue import CallPage, get_call, search_calls
from rights.facts import CallFacts
from rights.refusals import audited_refusals
from storage.database.engine import Database


@dataclass(frozen=True, slots=True)
class ViewedCall:
    """A call with the cards of those it is linked to, as of the day of the call."""

    call: CallFacts
    cards: tuple[CustomerCard, ...]


def list_calls(
    database: Database,
    actor: Actor,
    filters: CallFilter,
    *,
    asked: Mapping[str, object],
    cursor: str | None = None,
    limit: int,
    clock: Clock,
) -> CallPage:
    """Give one page of the permitted calls and audit which they were; raise BadDataError as ``search_calls``.

    ``asked`` is the filter in the words in which it was asked. The search reads first, so that it holds no write lock.
    """
    with database.read() as session:
        page = search_calls(session, actor, filters, cursor=cursor, limit=limit)
    detail = {"filter": dict(asked), "calls": [call.id for call in page.calls]}
    persons = sorted({person.id for call in page.calls for person in call.link.persons})
    with database.begin() as session:
        record(session, actor=actor, action=Action.CALLS_LISTED, persons=persons, detail=detail, clock=clock)
    return page


def permitted_call(database: Database, actor: Actor, call_id: str, *, wanted: str, clock: Clock) -> CallFacts:
    """Give a permitted call of which nothing is going to be shown; raise as ``get_call``, and audit the attempt.

    ``wanted`` is what the audit says was tried.
    """
    with audited_refusals(database, actor, wanted=wanted, call_id=call_id, clock=clock), database.read() as session:
        return get_call(session, actor, call_id)


def view_call(database: Database, actor: Actor, call_id: str, *, clock: Clock) -> CallFacts:
    """Give a permitted call and audit the look at it; raise NotFoundError as ``get_call``, and audit the attempt."""
    with audited_refusals(database, actor, wanted="show", call_id=call_id, clock=clock), database.begin() as session:
        call = get_call(session, actor, call_id)
        record_look(session, actor, call, call.link.persons, clock=clock)
        return call


def view_call_with_cards(database: Database, actor: Actor, call_id: str, *, clock: Clock) -> ViewedCall:
    """Give a permitted call with the cards beside it; audits and raises as :func:`view_call`."""
    with audited_refusals(database, actor, wanted="show", call_id=call_id, clock=clock), database.begin() as session:
        call = get_call(session, actor, call_id)
        cards = cards_of(session, call)
        record_look(session, actor, call, persons_on(cards), clock=clock)
        return ViewedCall(call=call, cards=cards)


def cards_of(session: Session, call: CallFacts) -> tuple[CustomerCard, ...]:
    """Give the cards of those whom a permitted call is linked to, as of its day."""
    return tuple(card_of(session, person.id, on=day_of(call.started_at)) for person in call.link.persons)


def persons_on(cards: Iterable[CustomerCard]) -> list[LinkedPerson]:
    """Tell everybody whose name stands on some cards."""
    return [
        person
        for card in cards
        for person in (card.person, *(other.person for lease in card.leases for other in lease.others))
    ]


def record_look(
    session: Session, actor: Actor, call: CallFacts, persons: Iterable[LinkedPerson], *, clock: Clock
) -> None:
    """Audit that a call was shown, with the names of these persons beside it."""
    shown = sorted({person.id for person in persons})
    record(session, actor=actor, action=Action.CALL_SHOWN, call_id=call.id, persons=shown, clock=clock)
