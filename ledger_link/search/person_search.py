"""Finding a person of the register, for whoever links a call by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.phone import to_e164
from ledger_link.linking.link import LinkedPerson
from ledger_link.records.person_marks import PersonHome, PersonMarks, homes_of, marks_on
from ledger_link.search.name_words import is_called
from ledger_link.tables.persons import PersonRow, PhoneNumberRow
from ledger_link.undisclosed.numbers import is_undisclosed
from ledger_link.values.day import is_valid_on
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


def find_persons(
    session: Session, text: str, *, on: date, limit: int = 20, marked: bool = False
) -> tuple[PersonHit, ...]:
    """Find persons by parts of their name (each word must occur) or by a whole telephone number.

    By name they come in order of surname and call name; at most ``limit``, and never more than 50. An empty text
    finds nobody. A number that a person with a turvakielto has or had finds nobody, nor those who share it: it would
    confirm the number. Marks are given where they are asked for (``marked``): who may see them whole is the caller's.
    """
    number = to_e164(text)
    query = select(PersonRow)
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
    return hits_of(session, session.scalars(query).all(), on=on, marked=marked)


def hits_of(session: Session, persons: Sequence[PersonRow], *, on: date, marked: bool) -> tuple[PersonHit, ...]:
    """Tell of persons what a search tells, as of a day; two queries however many, and none for nobody."""
    if not persons:
        return ()
    homes = homes_of(session, [person.id for person in persons])
    return tuple(_hit(person, homes[person.id], on=on, marked=marked) for person in persons)


def _hit(person: PersonRow, homes: Sequence[PersonHome], *, on: date, marked: bool) -> PersonHit:
    current = sorted(
        (home for home in homes if is_valid_on(on, home.since, home.until)),
        key=lambda home: (-home.since.toordinal(), home.mark.lease_no),  # as on the card
    )
    addresses = [home.mark.address for home in current]
    return PersonHit(
        person=LinkedPerson(id=person.id, name=person.name, non_disclosure=person.non_disclosure),
        addresses=tuple(dict.fromkeys(address for address in addresses if address is not None)),
        has_hidden_address=None in addresses,
        marks=marks_on(on, person.person_no, person.birth_date, homes=homes) if marked else None,
    )
