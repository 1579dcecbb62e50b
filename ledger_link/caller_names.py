"""What the agents' phones show of a caller: name and apartment, for numbers that are surely one person's today.

The linking rules decide what is sure, so that a phone never shows a name where the viewer would ask who it is. No
number that somebody with a turvakielto has or ever had is among them, and no address of an apartment where such a
person ever had a part in a lease.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger_link.address import Address
from ledger_link.buildings import ApartmentRow, BuildingRow, address_of
from ledger_link.holdings import holdings_of
from ledger_link.leases import LeaseRow
from ledger_link.link import LinkStatus
from ledger_link.persons import PersonRow, PhoneNumberRow
from ledger_link.rule import Evidence, match
from ledger_link.undisclosed import undisclosed_numbers
from ledger_link.undisclosed_homes import undisclosed_apartments

_BATCH_NUMBERS = 500


def caller_names(session: Session, *, on: date) -> Iterator[tuple[str, str]]:
    """Give each such number (E.164) with its display name, e.g. ``Aino Virtanen, Tallennekatu 4 B 34``."""
    numbers = session.scalars(
        select(PhoneNumberRow.e164)
        .where(PhoneNumberRow.e164.not_in(undisclosed_numbers()))
        .distinct()
        .order_by(PhoneNumberRow.e164)
    ).all()
    for first in range(0, len(numbers), _BATCH_NUMBERS):
        sure = _sure(session, numbers[first : first + _BATCH_NUMBERS], on=on)
        persons = {
            row.id: row
            for row in session.scalars(
                select(PersonRow).where(PersonRow.id.in_({found.person_id for found in sure.values()}))
            )
        }
        addresses = _addresses(session, {found.lease_id for found in sure.values() if found.lease_id is not None})
        for number, found in sure.items():
            address = addresses.get(found.lease_id or 0)
            home = f", {address.street_address} {address.apartment}".rstrip() if address else ""
            yield number, f"{persons[found.person_id].name}{home}"
        session.expunge_all()  # a register's worth of persons need not stay in memory


def _sure(session: Session, numbers: Sequence[str], *, on: date) -> dict[str, Evidence]:
    """Say whose each number surely is on the day, and on what evidence."""
    records = holdings_of(session, numbers)
    matches = (
        (number, match(number=number, withheld=False, on=on, record=record)) for number, record in records.items()
    )
    return {number: found.candidates[0] for number, found in matches if found.status is LinkStatus.ONE}


def _addresses(session: Session, lease_ids: Iterable[int]) -> dict[int, Address]:
    rows = session.execute(
        select(LeaseRow.id, ApartmentRow, BuildingRow)
        .join(ApartmentRow, ApartmentRow.id == LeaseRow.apartment_id)
        .join(BuildingRow, BuildingRow.id == ApartmentRow.building_id)
        .where(LeaseRow.id.in_(sorted(lease_ids)), LeaseRow.apartment_id.not_in(undisclosed_apartments()))
    )
    return {lease_id: address_of(building, apartment) for lease_id, apartment, building in rows}
