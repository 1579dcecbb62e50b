"""Finding apartments by their address, as people write it, or by their key in the source system."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from ledger_link.linking.link import LinkedPerson
from ledger_link.tables.among import among
from ledger_link.tables.buildings import ApartmentRow, BuildingRow, address_of
from ledger_link.tables.leases import LeasePartyRow, LeaseRow, term_of
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.homes import undisclosed_among_leases
from ledger_link.values.day import is_valid_on
from ledger_link.values.names import normal_text

_DOOR = re.compile(r"(?P<entrance>[^\W\d_]{1,2})?(?P<number>[0-9]{1,5})?(?P<sub_letter>[^\W\d_])?")
_MOST_WORDS_OF_DOOR = 3
_MOST_HOUSES = 200


@dataclass(frozen=True, slots=True)
class ApartmentHit:
    """An apartment found; ``address`` is on one line, ``persons`` who is party to its lease on the day.

    Where nobody is, and where somebody with a turvakielto is, there are none alike.
    """

    id: int
    apartment_no: str
    building_name: str
    address: str
    persons: tuple[LinkedPerson, ...]


def find_apartments(session: Session, text: str, *, on: date, limit: int) -> tuple[ApartmentHit, ...]:
    """Find apartments by a part of the street address, by a whole address with or without town, or by their key.

    ``Tallenteentie 4`` finds every apartment of the houses whose address has that in it, ``tallenteentie 4 a2`` and
    ``Tallenteentie 4 A 2, 00990 Helsinki`` the one. An empty text finds nothing. Where somebody with a turvakielto
    lives is found like any other, for one that is missing would tell: the hit names nobody, as that of one that stands
    empty, and the apartment's record leaves such a lease out (``ledger_link.records.apartment_record``).
    """
    written = normal_text(text)
    if not written:
        return ()
    # two statements: houses are few and their apartments are found by them, one statement would read every apartment
    doors = _doors(session, written)
    wanted: list[ColumnElement[bool]] = [ApartmentRow.apartment_no.in_({written, written.upper()})]
    wanted += [and_(among(session, ApartmentRow.building_id, houses), *door) for houses, door in doors if houses]
    rows = session.execute(
        select(ApartmentRow, BuildingRow)
        .join(BuildingRow, BuildingRow.id == ApartmentRow.building_id)
        .where(or_(*wanted))
        .order_by(
            BuildingRow.city,
            BuildingRow.street_address,
            ApartmentRow.entrance,
            ApartmentRow.door_number,
            ApartmentRow.sub_letter,
            ApartmentRow.id,
        )
        .limit(limit)
    ).all()
    present = _present(session, [apartment.id for apartment, _ in rows], on=on)
    return tuple(
        ApartmentHit(
            id=apartment.id,
            apartment_no=apartment.apartment_no,
            building_name=building.name,
            address=str(address_of(building, apartment)),
            persons=tuple(dict.fromkeys(present.get(apartment.id, ()))),
        )
        for apartment, building in rows
    )


def _present(session: Session, apartment_ids: Collection[int], *, on: date) -> dict[int, list[LinkedPerson]]:
    """Tell who is party to a lease of each of some apartments on a day, but for leases that may not be told of."""
    if not apartment_ids:
        return {}
    rows = session.execute(
        select(LeaseRow, LeasePartyRow, PersonRow)
        .join(LeasePartyRow, LeasePartyRow.lease_id == LeaseRow.id)
        .join(PersonRow, PersonRow.id == LeasePartyRow.person_id)
        .where(
            among(session, LeaseRow.apartment_id, apartment_ids),
            LeaseRow.starts_on <= on,
            or_(LeaseRow.ends_on.is_(None), LeaseRow.ends_on >= on),
        )
        .order_by(LeasePartyRow.id)
    ).all()
    hidden = undisclosed_among_leases(session, {lease.id for lease, _, _ in rows})
    present: dict[int, list[LinkedPerson]] = defaultdict(list)
    for lease, party, person in rows:
        if lease.id not in hidden and is_valid_on(on, *term_of(lease, party)):
            present[lease.apartment_id].append(LinkedPerson(id=person.id, name=person.name, non_disclosure=False))
    return present


def _doors(session: Session, written: str) -> list[tuple[list[int], list[ColumnElement[bool]]]]:
    """Give each reading of an address: the houses that it names, and what it says of the door."""
    street, _, town = written.partition(",")
    in_town = [
        or_(BuildingRow.postal_code == word, BuildingRow.city.icontains(word, autoescape=True)) for word in town.split()
    ]
    return [
        (list(session.scalars(select(BuildingRow.id).where(house, *in_town).limit(_MOST_HOUSES))), door)
        for house, door in _readings(street.split())
    ]


def _readings(words: list[str]) -> Iterator[tuple[ColumnElement[bool], list[ColumnElement[bool]]]]:
    """Give what the words may mean: all of them a street address, or the last ones a door after a house number."""
    if words:
        yield BuildingRow.street_address.icontains(" ".join(words), autoescape=True), []
    for count in range(1, min(_MOST_WORDS_OF_DOOR, len(words) - 1) + 1):
        house, door = words[:-count], _DOOR.fullmatch("".join(words[-count:]))
        if door is None or not any(character.isdigit() for character in house[-1]):
            continue
        parts = {ApartmentRow.entrance: door["entrance"], ApartmentRow.sub_letter: door["sub_letter"]}
        conditions = [func.lower(column) == part.lower() for column, part in parts.items() if part]
        if door["number"]:
            conditions.append(ApartmentRow.door_number == int(door["number"]))
        yield func.lower(BuildingRow.street_address) == " ".join(house).lower(), conditions
