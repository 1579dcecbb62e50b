"""Finding a person of the register, for whoever links a call by hand."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.phone import to_e164
from ledger_link.linking.link import LinkedPerson
from ledger_link.records.card import CustomerCard, LeaseState, cards_of
from ledger_link.records.person_marks import PersonMarks
from ledger_link.search.name_words import is_called
from ledger_link.tables.persons import PersonRow, PhoneNumberRow
from ledger_link.undisclosed.numbers import is_undisclosed
from ledger_link.values.names import folded

MAX_HITS = 50


@dataclass(frozen=True, slots=True)
class PersonHit:
    """A person found; ``addresses`` of the leases current on the day tell two of one name apart (none if protected).

    ``has_hidden_address`` tells a lease whose address a turvakielto hides, one's own or another party's, from no lease.
    ``marks`` tell more, where they were asked for.
    """

    person: LinkedPerson
    addresses: tuple[str, ...]
    has_hidden_address: bool
    marks: PersonMarks | None = None


def find_persons(session: Session, text: str, *, on: date, limit: int = 20) -> tuple[PersonHit, ...]:
    """Find persons by parts of their name (each word must occur) or by a whole telephone number.

    By name they come in order of surname and call name; at most ``limit``, and never more than 50. An empty text
    finds nobody. A number that a person with a turvakielto has or had finds nobody, nor those who share it: it would
    confirm the number.
    """
    number = to_e164(text)
    query = select(PersonRow.id)
    if number is not None:
        holders = select(PhoneNumberRow.person_id).where(
            PhoneNumberRow.e164 == number, ~is_undisclosed(PhoneNumberRow.__table__, "e164")
        )
        query = query.where(PersonRow.id.in_(holders))
    else:
        words = folded(text).split()
        if not words:
            return ()
        called = is_called(session, words)
        if called is None:
            return ()
        query = query.where(*called)
    query = query.order_by(PersonRow.surname, PersonRow.call_name, PersonRow.id).limit(min(limit, MAX_HITS))
    found = session.scalars(query).all()
    cards = cards_of(session, found, on=on)
    return tuple(hit_of(cards[person_id]) for person_id in found)


def hit_of(card: CustomerCard) -> PersonHit:
    """Tell of a card what a search tells of a person."""
    all_addresses = [lease.address for lease in card.leases if lease.state is LeaseState.CURRENT]
    addresses = tuple(dict.fromkeys(address for address in all_addresses if address is not None))
    return PersonHit(person=card.person, addresses=addresses, has_hidden_address=None in all_addresses)
