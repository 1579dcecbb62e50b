"""Looking at calls: the doors that also audit who looked at what (CJEU C-579/21: a person may ask for it).

Invariant: whose data was shown can be told from the audit alone. So a list names the calls that stood in it and those
whom they were linked to, a look at a call names the persons whose names or cards stood beside it, and neither is given
before that is committed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import UnavailableError
from ledger_link.linking.asking_ahead import ask_ahead
from ledger_link.linking.call_subjects import CallSubjects, persons_of_subjects, subjects_of_link
from ledger_link.linking.link import Candidate, LinkDecision, LinkedPerson
from ledger_link.linking.link_decisions import decisions_of
from ledger_link.records.card import CustomerCard
from ledger_link.records.standing import LeaseStanding, standing_on
from ledger_link.register.customer_register import CustomerRegister, OpenRegister, RegisterQuestion
from ledger_link.register.sql_register import SqlRegister
from ledger_link.values.day import day_of
from rights.access.actor import Actor
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from rights.audit.audited_filter import audited_filter
from rights.audit.trail import Action, record
from rights.calls.call_filter import CallFilter
from rights.calls.catalogue import CallPage, get_call, search_calls
from rights.calls.facts import CallFacts
from rights.calls.reach import may_hear
from rights.linking.deciders import names_of
from rights.register.person_marks import with_marks
from storage.database.calls import CallRow
from storage.database.engine import Database


@dataclass(frozen=True, slots=True)
class ViewedCall:
    """A call and what stands beside it, as of the day of the call.

    ``may_hear`` is whether the actor may listen to it, ``cards`` are of those it is linked to, ``standings`` what they
    owed for their leases, by the person's id (for who may see ledgers), ``candidates`` whom one may choose from (for
    whoever may link), ``subjects`` what it was about, ``decisions`` what people said of it, oldest first, ``deciders``
    their names by login. With ``is_register_away`` there are no cards because the register does not answer.
    """

    call: CallFacts
    may_hear: bool
    cards: tuple[CustomerCard, ...]
    is_register_away: bool
    standings: Mapping[int, tuple[LeaseStanding, ...]]
    candidates: tuple[Candidate, ...]
    subjects: CallSubjects
    decisions: tuple[LinkDecision, ...]
    deciders: Mapping[str, str]


def list_calls(
    database: Database,
    actor: Actor,
    filters: CallFilter,
    *,
    cursor: str | None = None,
    limit: int,
    clock: Clock,
) -> CallPage:
    """Give one page of the permitted calls and audit which they were; raise BadDataError as ``search_calls``.

    Of the filter no text is kept that was typed. The search reads first, so that it holds no write lock.
    """
    with database.read() as session:
        page = search_calls(session, actor, filters, cursor=cursor, limit=limit)
    detail = {"filter": audited_filter(filters, page.calls), "calls": [call.id for call in page.calls]}
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


def view_call_with_cards(
    database: Database, actor: Actor, call_id: str, *, register: OpenRegister = SqlRegister, clock: Clock
) -> ViewedCall:
    """Give a permitted call with all that stands beside it; audits and raises as :func:`view_call`."""

    def cards_of_call(session: Session) -> RegisterQuestion:
        call = get_call(session, actor, call_id)
        return cards_question(call, () if call.link.is_open else call.link.persons)

    with audited_refusals(database, actor, wanted="show", call_id=call_id, clock=clock):
        asked = ask_ahead(database, register, cards_of_call)
        return _view_with_cards(database, actor, call_id, register=asked, clock=clock)


def cards_question(call: CallFacts, persons: Iterable[LinkedPerson]) -> RegisterQuestion:
    """Ask for the cards of some persons as of the day of a call."""
    on = day_of(call.started_at)
    return RegisterQuestion(cards=frozenset((person.id, on) for person in persons))


def _view_with_cards(
    database: Database, actor: Actor, call_id: str, *, register: OpenRegister, clock: Clock
) -> ViewedCall:
    with database.begin() as session:
        call = get_call(session, actor, call_id)
        viewed = _beside(session, actor, call, register(session))
        persons = [
            *persons_on(viewed.cards),
            *call.link.persons,
            *(candidate.person for candidate in viewed.candidates),
            *(person for decision in viewed.decisions for person in decision.persons),
        ]
        ledgers = sorted({standing.lease_id for lines in viewed.standings.values() for standing in lines})
        theirs = persons_of_subjects(session, viewed.subjects)
        record_look(session, actor, call, persons, beside=theirs, ledgers=ledgers, clock=clock)
        return viewed


def _beside(session: Session, actor: Actor, call: CallFacts, register: CustomerRegister) -> ViewedCall:
    [call] = with_marks(session, actor, [call])
    link, on = call.link, day_of(call.started_at)
    try:
        cards, is_away = cards_of(register, call), False
    except UnavailableError:
        cards, is_away = (), True
    decisions = () if actor.is_partner else decisions_of(session, call.id)
    may_link, sees_ledger = actor.may(Task.LINK_CUSTOMERS), actor.may(Task.VIEW_LEDGER)
    return ViewedCall(
        call=call,
        may_hear=may_hear(session, actor, session.get_one(CallRow, call.id)),
        cards=cards,
        is_register_away=is_away,
        standings={card.person.id: standing_on(session, card.person.id, on=on) for card in cards if sees_ledger},
        candidates=link.candidates if may_link else (),
        subjects=subjects_of_link(
            session,
            lease_id=link.lease_id,
            apartment_id=link.apartment_id,
            fault_report_id=link.fault_report_id,
        ),
        decisions=decisions,
        deciders=names_of(session, {decision.decided_by for decision in decisions}),
    )


def cards_of(register: CustomerRegister, call: CallFacts) -> tuple[CustomerCard, ...]:
    """Give the cards of those whom a permitted call is linked to, as of its day.

    None at all where the register cannot tell between several and nobody decided: no card opens by itself then. Raise
    UnavailableError where the register does not answer.
    """
    if call.link.is_open:
        return ()
    return tuple(register.card_of(person.id, on=day_of(call.started_at)) for person in call.link.persons)


def persons_on(cards: Iterable[CustomerCard]) -> list[LinkedPerson]:
    """Tell everybody whose name stands on some cards."""
    return [
        person
        for card in cards
        for person in (card.person, *(other.person for lease in card.leases for other in lease.others))
    ]


def record_look(
    session: Session,
    actor: Actor,
    call: CallFacts,
    persons: Iterable[LinkedPerson],
    *,
    beside: Collection[int] = (),
    ledgers: Sequence[int] = (),
    clock: Clock,
) -> None:
    """Audit that a call was shown, with the names of these persons and what was owed for these leases beside it.

    ``beside`` are persons whose data was shown without their names.
    """
    shown = sorted({*(person.id for person in persons), *beside})
    detail = {"ledgers": list(ledgers)} if ledgers else None
    record(session, actor=actor, action=Action.CALL_SHOWN, call_id=call.id, persons=shown, detail=detail, clock=clock)
