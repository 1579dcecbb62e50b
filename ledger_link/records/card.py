"""The customer card: what stands beside a call about one person, as it was on the call's day."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.errors import NotFoundError
from calls.phone import for_reading
from ledger_link.linking.link import LinkedPerson
from ledger_link.tables.among import among
from ledger_link.tables.buildings import ApartmentRow, BuildingRow, address_of
from ledger_link.tables.leases import LeasePartyRow, LeaseRow, PartyRole, term_of
from ledger_link.tables.persons import PersonRow, PhoneNumberRow
from ledger_link.undisclosed.homes import undisclosed_among_leases
from ledger_link.undisclosed.numbers import is_undisclosed
from ledger_link.values.day import is_valid_on


class LeaseState(IntEnum):
    """What a person's part in a lease was on the day of the card, in the order in which a card lists them."""

    CURRENT = 1
    COMING = 2
    ENDED = 3


@dataclass(frozen=True, slots=True)
class NumberOnCard:
    """A telephone number that was the person's on the day; ``number`` is E.164, ``reading`` as people write it."""

    number: str
    reading: str
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class PartyOnCard:
    """Somebody else in the same lease."""

    person: LinkedPerson
    role: PartyRole


@dataclass(frozen=True, slots=True)
class LeaseOnCard:
    """A person's part in a lease; days are of the part, both included. ``address`` is None where it is protected."""

    lease_no: str
    state: LeaseState
    role: PartyRole
    starts_on: date
    ends_on: date | None
    address: str | None
    others: tuple[PartyOnCard, ...]
    lease_id: int | None = None  # None where another register keeps the lease
    apartment_id: int | None = None  # None where the address is protected


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """One person on one day. With ``non_disclosure`` (turvakielto) it holds no number and no address at all."""

    person: LinkedPerson
    on: date
    first_names: str
    surname: str
    numbers: tuple[NumberOnCard, ...]
    leases: tuple[LeaseOnCard, ...]

    @property
    def name(self) -> str:
        """The name as people say it."""
        return self.person.name

    @property
    def non_disclosure(self) -> bool:
        """Whether the person has a turvakielto."""
        return self.person.non_disclosure

    def to_json(self) -> dict[str, Any]:
        """Give a plain object: days as ISO 8601, states and roles by name."""
        return {
            "id": self.person.id,
            "name": self.name,
            "first_names": self.first_names,
            "surname": self.surname,
            "non_disclosure": self.non_disclosure,
            "on": self.on.isoformat(),
            "numbers": [number.number for number in self.numbers],
            "leases": [
                {
                    "lease_no": lease.lease_no,
                    "state": lease.state.name.lower(),
                    "role": lease.role.value,
                    "starts_on": lease.starts_on.isoformat(),
                    "ends_on": lease.ends_on and lease.ends_on.isoformat(),
                    "address": lease.address,
                    "others": [
                        {"id": other.person.id, "name": other.person.name, "role": other.role.value}
                        for other in lease.others
                    ],
                }
                for lease in self.leases
            ],
        }


def card_of(session: Session, person_id: int, *, on: date) -> CustomerCard:
    """Give the card of a person as of a day; raise NotFoundError for an unknown one.

    Invariant: the address and the numbers of somebody with a turvakielto are on no card, so neither are the address of
    a lease in which he has a part and a number that he shares, whoever's card it is: his name stands beside them.
    """
    card = cards_of(session, [person_id], on=on).get(person_id)
    if card is None:
        raise NotFoundError(what="no such person", where=str(person_id))
    return card


def cards_of(session: Session, person_ids: Collection[int], *, on: date) -> dict[int, CustomerCard]:
    """Give the cards of some persons, in five queries; unknown ones are left out. See :func:`card_of`."""
    if not person_ids:
        return {}
    persons = session.scalars(select(PersonRow).where(among(session, PersonRow.id, person_ids))).all()
    leases, numbers = leases_of(session, person_ids, on=on), _numbers(session, person_ids, on=on)
    return {
        person.id: CustomerCard(
            person=_named(person),
            on=on,
            first_names=person.first_names,
            surname=person.surname,
            numbers=() if person.non_disclosure else tuple(numbers[person.id].values()),
            leases=leases[person.id],
        )
        for person in persons
    }


def _named(person: PersonRow) -> LinkedPerson:
    return LinkedPerson(id=person.id, name=person.name, non_disclosure=person.non_disclosure)


def _numbers(session: Session, person_ids: Collection[int], *, on: date) -> dict[int, dict[str, NumberOnCard]]:
    rows = session.scalars(
        select(PhoneNumberRow)
        .where(among(session, PhoneNumberRow.person_id, person_ids), ~is_undisclosed(PhoneNumberRow.__table__, "e164"))
        .order_by(PhoneNumberRow.e164)
    )
    numbers: dict[int, dict[str, NumberOnCard]] = defaultdict(dict)
    for row in rows:
        if is_valid_on(on, row.valid_from, row.valid_until):
            numbers[row.person_id][row.e164] = NumberOnCard(
                number=row.e164,
                reading=for_reading(row.e164),
                valid_from=row.valid_from,
                valid_until=row.valid_until,
            )
    return numbers


def leases_of(
    session: Session, person_ids: Collection[int], *, on: date, undisclosed: bool = False
) -> dict[int, tuple[LeaseOnCard, ...]]:
    """Give every lease that each person was ever party to, as of a day; three queries.

    Addresses that a turvakielto protects are left out unless ``undisclosed``.
    """
    rows = session.execute(
        select(LeasePartyRow, LeaseRow, ApartmentRow, BuildingRow)
        .join(LeaseRow, LeaseRow.id == LeasePartyRow.lease_id)
        .join(ApartmentRow, ApartmentRow.id == LeaseRow.apartment_id)
        .join(BuildingRow, BuildingRow.id == ApartmentRow.building_id)
        .where(among(session, LeasePartyRow.person_id, person_ids))
    ).all()
    lease_ids = {lease.id for _, lease, _, _ in rows}
    parties = parties_of(session, lease_ids)
    protected = frozenset() if undisclosed else undisclosed_among_leases(session, lease_ids)
    leases: dict[int, list[LeaseOnCard]] = defaultdict(list)
    for party, lease, apartment, building in rows:
        address = None if lease.id in protected else str(address_of(building, apartment))
        leases[party.person_id].append(_lease(party, lease, parties[lease.id], on=on, address=address))
    for listed in leases.values():
        listed.sort(key=lambda lease: (lease.state, -lease.starts_on.toordinal(), lease.lease_no))
    return defaultdict(tuple, {person_id: tuple(listed) for person_id, listed in leases.items()})


def _lease(
    party: LeasePartyRow,
    lease: LeaseRow,
    everybody: Sequence[tuple[LeasePartyRow, PersonRow]],
    *,
    on: date,
    address: str | None,
) -> LeaseOnCard:
    starts_on, ends_on = term_of(lease, party)
    state = state_on(on, starts_on, ends_on)
    return LeaseOnCard(
        lease_no=lease.lease_no,
        state=state,
        role=PartyRole(party.role),
        starts_on=starts_on,
        ends_on=ends_on,
        address=address,
        others=tuple(
            PartyOnCard(person=_named(person), role=PartyRole(other.role))
            for other, person in everybody
            if person.id != party.person_id
            and (state is not LeaseState.CURRENT or is_valid_on(on, *term_of(lease, other)))
        ),
        lease_id=lease.id,
        apartment_id=None if address is None else lease.apartment_id,
    )


def parties_of(session: Session, lease_ids: Collection[int]) -> dict[int, list[tuple[LeasePartyRow, PersonRow]]]:
    """Give everybody who ever was party to each lease, in the order in which they came in."""
    if not lease_ids:
        return defaultdict(list)
    rows = session.execute(
        select(LeasePartyRow, PersonRow)
        .join(PersonRow, PersonRow.id == LeasePartyRow.person_id)
        .where(among(session, LeasePartyRow.lease_id, lease_ids))
        .order_by(LeasePartyRow.id)
    )
    parties: dict[int, list[tuple[LeasePartyRow, PersonRow]]] = defaultdict(list)
    for party, person in rows:
        parties[party.lease_id].append((party, person))
    return parties


def state_on(on: date, starts_on: date, ends_on: date | None) -> LeaseState:
    """Tell what a term, both ends included, is on a day."""
    if on < starts_on:
        return LeaseState.COMING
    return LeaseState.CURRENT if is_valid_on(on, starts_on, ends_on) else LeaseState.ENDED
