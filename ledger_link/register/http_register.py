"""Another register, asked over HTTP, as a register of ours; see ``customer_register`` beside this.

The other side is believed in what it says, not in what it hides: whatever it tells of somebody with a turvakielto is
dropped here too.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from calls.errors import NotFoundError
from calls.phone import for_reading, to_e164
from ledger_link.linking.link import LinkedPerson
from ledger_link.linking.rule import Employee, Holding, LeaseTerm, NumberRecord, Switchboard
from ledger_link.records.card import CustomerCard, LeaseOnCard, LeaseState, NumberOnCard, PartyOnCard, state_on
from ledger_link.register.answers import RegisterAnswers
from ledger_link.register.client import RegisterClient
from ledger_link.register.customer_register import OpenRegister, RegisterQuestion
from ledger_link.register.messages import (
    CardLeaseMessage,
    CardMessage,
    HitMessage,
    HolderMessage,
    NumberMessage,
    PersonMessage,
)
from ledger_link.register.remembering import remember_organisations, remember_persons, remember_undisclosed
from ledger_link.search.person_search import MAX_HITS, PersonHit
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.numbers import undisclosed_among
from ledger_link.values.names import display_name, folded

_HITS = 20  # of a search, unless more are asked for


class HttpRegister:
    """A register at the other end of a :class:`RegisterClient`, for the length of one transaction."""

    def __init__(self, session: Session, client: RegisterClient | RegisterAnswers) -> None:
        self._session = session
        self._client = client

    def holdings_of(self, numbers: Collection[str]) -> Mapping[str, NumberRecord]:
        """Ask for the numbers, and remember whoever has them."""
        answers = {number: answer for number, answer in self._client.numbers(numbers).items() if _is_any(answer)}
        ids = remember_persons(self._session, _persons(answers))
        boards = [board for answer in answers.values() for board in answer.switchboards]
        organisations = remember_organisations(self._session, boards)
        for number, answer in answers.items():
            remember_undisclosed(self._session, number, answer.holders, ids)
        leases = _lease_ids(answers)
        return {
            number: NumberRecord(
                holdings=tuple(_holding(holder, ids, leases) for holder in answer.holders),
                switchboards=tuple(
                    Switchboard(
                        organisation_id=organisations[board.organisation_no],
                        valid_from=board.valid_from,
                        valid_until=board.valid_until,
                        employees=tuple(
                            Employee(ids[one.person.person_no], _sort_name(one.person), one.starts_on, one.ends_on)
                            for one in board.employees
                            if not one.person.non_disclosure
                        ),
                    )
                    for board in answer.switchboards
                ),
            )
            for number, answer in answers.items()
        }

    def card_of(self, person_id: int, *, on: date) -> CustomerCard:
        """Ask for the card by the person's key there; whom the register no longer knows is a name and nothing else."""
        person = self._session.get(PersonRow, person_id)
        if person is None:
            raise NotFoundError(what="no such person", where=str(person_id))
        try:
            card = self._client.card(person.person_no, on=on)
        except NotFoundError:
            named = LinkedPerson(person.id, person.name, person.non_disclosure)
            return CustomerCard(named, on, person.first_names, person.surname, numbers=(), leases=())
        everybody = [card.person, *(other.person for lease in card.leases for other in lease.others)]
        ids = remember_persons(self._session, everybody)
        return CustomerCard(
            person=_named(card.person, ids),
            on=on,
            first_names=card.person.first_names,
            surname=card.person.surname,
            numbers=self._numbers(card),
            leases=tuple(sorted((_lease(lease, card.person, ids, on=on) for lease in card.leases), key=_order)),
        )

    def find_persons(self, text: str, *, on: date, limit: int = _HITS) -> tuple[PersonHit, ...]:
        """Ask the other side to search; a number that somebody with a turvakielto has or had finds nobody."""
        if not folded(text):
            return ()
        hits = self._client.search(text, on=on, limit=min(limit, MAX_HITS)).persons[:MAX_HITS]
        if (number := to_e164(text)) is not None:
            hits = self._confirming_nothing(hits, number)
        ids = remember_persons(self._session, (hit.person for hit in hits))
        return tuple(
            PersonHit(
                person=_named(hit.person, ids),
                addresses=() if hit.person.non_disclosure else hit.addresses,
                has_hidden_address=hit.has_hidden_address or (hit.person.non_disclosure and bool(hit.addresses)),
            )
            for hit in hits
        )

    def _confirming_nothing(self, hits: tuple[HitMessage, ...], number: str) -> tuple[HitMessage, ...]:
        """Leave out whom a number may not find: it would confirm that it is the number of a protected person."""
        is_protected = any(hit.person.non_disclosure for hit in hits) or undisclosed_among(self._session, {number})
        return () if is_protected else hits

    def ahead(self, question: RegisterQuestion) -> Callable[[], OpenRegister]:
        """See :class:`ledger_link.register.customer_register.FarRegister`."""
        persons = ((self._session.get(PersonRow, person_id), on) for person_id, on in question.cards)
        cards = [(person.person_no, on) for person, on in persons if person is not None]
        searches = [(text, on, _HITS) for text, on in question.searches if folded(text)]
        ask = partial(RegisterAnswers, self._client, numbers=question.numbers, cards=cards, searches=searches)
        return lambda: partial(HttpRegister, client=ask())

    def _numbers(self, card: CardMessage) -> tuple[NumberOnCard, ...]:
        if card.person.non_disclosure:
            return ()
        hidden = undisclosed_among(self._session, {number.number for number in card.numbers})
        return tuple(
            NumberOnCard(number.number, for_reading(number.number), number.valid_from, number.valid_until)
            for number in sorted(card.numbers, key=lambda number: number.number)
            if number.number not in hidden
        )


def _is_any(answer: NumberMessage) -> bool:
    return bool(answer.holders or answer.switchboards)


def _persons(answers: Mapping[str, NumberMessage]) -> Iterator[PersonMessage]:
    for answer in answers.values():
        yield from (holder.person for holder in answer.holders)
        for board in answer.switchboards:
            yield from (one.person for one in board.employees if not one.person.non_disclosure)


def _lease_ids(answers: Mapping[str, NumberMessage]) -> dict[str, int]:
    """Give the leases of an answer numbers: they are compared with each other, and have no row here."""
    keys = {term.lease_no for answer in answers.values() for holder in answer.holders for term in holder.leases}
    return {lease_no: number for number, lease_no in enumerate(sorted(keys))}


def _holding(holder: HolderMessage, ids: Mapping[str, int], leases: Mapping[str, int]) -> Holding:
    return Holding(
        person_id=ids[holder.person.person_no],
        name=_sort_name(holder.person),
        valid_from=holder.valid_from,
        valid_until=holder.valid_until,
        leases=tuple(
            LeaseTerm(leases[term.lease_no], term.starts_on, term.ends_on, is_ours=False) for term in holder.leases
        ),
    )


def _sort_name(person: PersonMessage) -> str:
    return f"{person.surname} {person.call_name}"


def _named(person: PersonMessage, ids: Mapping[str, int]) -> LinkedPerson:
    name = display_name(call_name=person.call_name, surname=person.surname)
    return LinkedPerson(id=ids[person.person_no], name=name, non_disclosure=person.non_disclosure)


def _lease(lease: CardLeaseMessage, person: PersonMessage, ids: Mapping[str, int], *, on: date) -> LeaseOnCard:
    is_protected = person.non_disclosure or any(other.person.non_disclosure for other in lease.others)
    return LeaseOnCard(
        lease_no=lease.lease_no,
        state=state_on(on, lease.starts_on, lease.ends_on),
        role=lease.role,
        starts_on=lease.starts_on,
        ends_on=lease.ends_on,
        address=None if is_protected else lease.address,
        others=tuple(PartyOnCard(person=_named(other.person, ids), role=other.role) for other in lease.others),
    )


def _order(lease: LeaseOnCard) -> tuple[LeaseState, int, str]:
    return lease.state, -lease.starts_on.toordinal(), lease.lease_no
