"""The record of a lease: its parties, what it costs, its deposits and reminders, and what was said about it.

What was charged and paid is in :func:`ledger_link.ledger.ledger.ledger_of`, which not everybody may see.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.errors import NotFoundError
from ledger_link.linking.link import LinkedPerson
from ledger_link.records.card import LeaseState, parties_of, state_on
from ledger_link.records.lease_parts import DepositPart, PartyPart, ReminderPart, RentPart
from ledger_link.records.part_table import VALIDITY, PartTable
from ledger_link.records.time_line import TimeLinePage, calls_where, contacts_where, time_line_page
from ledger_link.records.time_line_window import NEWEST_OF_ALL, TimeLineWindow
from ledger_link.tables.buildings import ApartmentRow, BuildingRow, address_of
from ledger_link.tables.call_links import CallLinkRow
from ledger_link.tables.contacts import ContactRow
from ledger_link.tables.deposits import DepositRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow, PartyRole, term_of
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.reminders import ReminderRow
from ledger_link.tables.rents import RentRow
from ledger_link.undisclosed.concealment import concealment_of
from ledger_link.undisclosed.homes import undisclosed_among_leases
from ledger_link.values.day import is_valid_on
from ledger_link.values.reference_number import ReferenceNumber

_PARTS = {
    "rents": PartTable(RentPart, RentRow, VALIDITY),
    "deposits": PartTable(DepositPart, DepositRow, ("received_on", "returned_on")),
    "reminders": PartTable(ReminderPart, ReminderRow, ("sent_on", None), newest_of=(), is_event=True),
}


@dataclass(frozen=True, slots=True)
class LeaseRecord:
    """One lease as of a day; days are both included, an end of None is open.

    ``address`` and ``apartment_id`` are None where somebody with a turvakielto has, or ever had, a part in the lease:
    the names of the parties stand beside them. ``deposits`` and
    ``reminders`` are None where they are kept from whoever asked.
    """

    lease_id: int
    lease_no: str
    on: date
    state: LeaseState
    starts_on: date
    ends_on: date | None
    reference_number: str | None
    address: str | None
    apartment_id: int | None
    parties: tuple[PartyPart, ...]
    rents: tuple[RentPart, ...]
    deposits: tuple[DepositPart, ...] | None
    reminders: tuple[ReminderPart, ...] | None
    time_line: TimeLinePage

    @property
    def rf_reference(self) -> str | None:
        """The reference number in its international form; None where there is none, or it does not keep its rule."""
        try:
            return self.reference_number and ReferenceNumber.parse(self.reference_number).rf
        except ValueError:
            return None

    @property
    def rent_cents_per_month(self) -> int:
        """What is paid a month on the day, all kinds together."""
        return sum(rent.amount_cents_per_month for rent in self.rents if rent.is_current)


def lease_record(
    session: Session, lease_id: int, *, on: date, is_past: bool = False, window: TimeLineWindow = NEWEST_OF_ALL
) -> LeaseRecord:
    """Give the record of a lease as of a day, in a fixed number of queries; raise NotFoundError for an unknown one.

    ``is_past`` and ``window`` as for :func:`ledger_link.records.person_record.person_record`.
    """
    found = session.execute(
        select(LeaseRow, ApartmentRow, BuildingRow)
        .join(ApartmentRow, ApartmentRow.id == LeaseRow.apartment_id)
        .join(BuildingRow, BuildingRow.id == ApartmentRow.building_id)
        .where(LeaseRow.id == lease_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError(what="no such lease", where=str(lease_id))
    lease, apartment, building = found
    everybody = parties_of(session, [lease_id])[lease_id]
    is_protected = lease_id in undisclosed_among_leases(session, [lease_id])
    concealment = concealment_of(session, {person.id for _, person in everybody})
    parts: dict[str, Any] = {
        name: table.read(session, lease_id=lease_id, on=on, is_past=is_past, concealment=concealment)
        for name, table in _PARTS.items()
    }
    return LeaseRecord(
        lease_id=lease.id,
        lease_no=lease.lease_no,
        on=on,
        state=state_on(on, lease.starts_on, lease.ends_on),
        starts_on=lease.starts_on,
        ends_on=lease.ends_on,
        reference_number=lease.reference_number,
        address=None if is_protected else str(address_of(building, apartment)),
        apartment_id=None if is_protected else apartment.id,
        parties=tuple(party_part(lease, party, person, on=on) for party, person in everybody),
        time_line=time_line_page(
            calls_where(session, CallLinkRow.lease_id == lease_id, on=on, window=window),
            contacts_where(session, ContactRow.lease_id == lease_id, on=on, concealment=concealment, window=window),
        ),
        **parts,
    )


def party_part(lease: LeaseRow, party: LeasePartyRow, person: PersonRow, *, on: date) -> PartyPart:
    """Tell who was party to a lease as what, from when to when."""
    starts_on, ends_on = term_of(lease, party)
    return PartyPart(
        person=LinkedPerson(id=person.id, name=person.name, non_disclosure=person.non_disclosure),
        role=PartyRole(party.role),
        birth_date=person.birth_date,
        starts_on=starts_on,
        ends_on=ends_on,
        is_current=is_valid_on(on, starts_on, ends_on),
    )
