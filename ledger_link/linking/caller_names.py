"""What the agents' phones show of a caller: name and apartment, for numbers that are surely one person's today.

The linking rules decide what is sure, so that a phone never shows a name where the viewer would ask who it is. No
number that somebody with a turvakielto has or ever had is among them, and no address of an apartment where such a
person ever had a part in a lease.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger_link.linking.holdings import holdings_of
from ledger_link.linking.link import LinkStatus
from ledger_link.linking.rule import Evidence, match
from ledger_link.tables.buildings import ApartmentRow, BuildingRow
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.persons import PersonRow, PhoneNumberRow
from ledger_link.undisclosed.homes import undisclosed_apartments
from ledger_link.undisclosed.numbers import undisclosed_numbers
from ledger_link.values.address import Address
from ledger_link.values.names import display_name
from storage.database.pages import pages

_BATCH_NUMBERS = 1000


def caller_names(session: Session, *, on: date) -> Iterator[tuple[str, str]]:
    """Give each such number (E.164) with its display name, e.g. ``Aino Virtanen, Tallennekatu 4 B 34``."""
    numbers = session.scalars(
        select(PhoneNumberRow.e164)
        .where(PhoneNumberRow.e164.not_in(undisclosed_numbers()))
        .distinct()
        .order_by(PhoneNumberRow.e164)
    ).all()
    hidden = frozenset(session.scalars(undisclosed_apartments()))
    for page in pages(numbers, size=_BATCH_NUMBERS):
        sure = _sure(session, page, on=on)
        names = _names(session, {found.person_id for found in sure.values()})
        leases = {found.lease_id for found in sure.values() if found.lease_id is not None}
        homes = _homes(session, leases, hidden=hidden)
        for number, found in sure.items():
            home = homes.get(found.lease_id or 0)
            yield number, f"{names[found.person_id]}, {home}" if home else names[found.person_id]


def _sure(session: Session, numbers: Sequence[str], *, on: date) -> dict[str, Evidence]:
    """Say whose each number surely is on the day, and on what evidence."""
    records = holdings_of(session, numbers)
    matches = (
        (number, match(number=number, withheld=False, on=on, record=record)) for number, record in records.items()
    )
    return {number: found.candidates[0] for number, found in matches if found.status is LinkStatus.ONE}


def _names(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    rows = session.execute(
        select(PersonRow.id, PersonRow.call_name, PersonRow.surname).where(PersonRow.id.in_(sorted(person_ids)))
    )
    return {person_id: display_name(call_name=call_name, surname=surname) for person_id, call_name, surname in rows}


def _homes(session: Session, lease_ids: Collection[int], *, hidden: Collection[int]) -> dict[int, str]:
    """Write the street address and apartment of leases; of a hidden apartment nothing."""
    rows = session.execute(
        select(
            LeaseRow.id,
            LeaseRow.apartment_id,
            BuildingRow.street_address,
            ApartmentRow.entrance,
            ApartmentRow.door_number,
            ApartmentRow.sub_letter,
        )
        .join(ApartmentRow, ApartmentRow.id == LeaseRow.apartment_id)
        .join(BuildingRow, BuildingRow.id == ApartmentRow.building_id)
        .where(LeaseRow.id.in_(sorted(lease_ids)))
    )
    homes: dict[int, str] = {}
    for lease_id, apartment_id, street, entrance, door_number, sub_letter in rows:
        if apartment_id not in hidden:
            address = Address(street, entrance, door_number, sub_letter, postal_code="", city="")
            homes[lease_id] = f"{street} {address.apartment}".rstrip()
    return homes
