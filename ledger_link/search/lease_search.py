"""Finding leases by their key in the source system, or by the reference number that is paid with."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import CompoundSelect, Select, select, union
from sqlalchemy.orm import Session

from ledger_link.linking.link import LinkedPerson
from ledger_link.tables.among import among
from ledger_link.tables.buildings import ApartmentRow, BuildingRow, address_of
from ledger_link.tables.charges import ChargeRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from ledger_link.tables.payments import PaymentRow
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.homes import undisclosed_among_leases
from ledger_link.values.names import normal_text
from ledger_link.values.reference_number import ReferenceNumber


@dataclass(frozen=True, slots=True)
class LeaseHit:
    """A lease found, with everybody who ever was party to it; ``address`` is None where a turvakielto hides it."""

    id: int
    lease_no: str
    starts_on: date
    ends_on: date | None
    address: str | None
    persons: tuple[LinkedPerson, ...]


def find_leases(session: Session, text: str, *, limit: int) -> tuple[LeaseHit, ...]:
    """Find leases by a lease's key, or a reference number of its own, of a charge or of a payment, in either form.

    The newest comes first. What is neither finds nothing.
    """
    written = normal_text(text)
    if not written:
        return ()
    rows = session.execute(
        select(LeaseRow, ApartmentRow, BuildingRow)
        .join(ApartmentRow, ApartmentRow.id == LeaseRow.apartment_id)
        .join(BuildingRow, BuildingRow.id == ApartmentRow.building_id)
        .where(LeaseRow.id.in_(_wanted(written)))
        .order_by(LeaseRow.starts_on.desc(), LeaseRow.lease_no)
        .limit(limit)
    ).all()
    if not rows:
        return ()
    lease_ids = [lease.id for lease, _, _ in rows]
    hidden, parties = undisclosed_among_leases(session, lease_ids), _parties(session, lease_ids)
    return tuple(
        LeaseHit(
            id=lease.id,
            lease_no=lease.lease_no,
            starts_on=lease.starts_on,
            ends_on=lease.ends_on,
            address=None if lease.id in hidden else str(address_of(building, apartment)),
            persons=parties.get(lease.id, ()),
        )
        for lease, apartment, building in rows
    )


def _wanted(written: str) -> CompoundSelect[int] | Select[int]:
    """Select the ids; a union, for each part has its index, which OR would keep PostgreSQL from using."""
    keyed = select(LeaseRow.id).where(LeaseRow.lease_no.in_({written, written.upper()}))
    try:
        number = ReferenceNumber.parse(written).national
    except ValueError:
        return keyed
    return union(
        keyed,
        select(LeaseRow.id).where(LeaseRow.reference_number == number),
        select(ChargeRow.lease_id).where(ChargeRow.reference_number == number),
        select(PaymentRow.lease_id).where(PaymentRow.reference_number == number, PaymentRow.lease_id.is_not(None)),
    )


def _parties(session: Session, lease_ids: Collection[int]) -> dict[int, tuple[LinkedPerson, ...]]:
    """Give everybody who ever was party to each of some leases, each once, in the order of the parts; one query."""
    asked = (
        select(LeasePartyRow.lease_id, PersonRow)
        .join(PersonRow, PersonRow.id == LeasePartyRow.person_id)
        .where(among(session, LeasePartyRow.lease_id, lease_ids))
        .order_by(LeasePartyRow.lease_id, LeasePartyRow.id)
    )
    return {
        lease_id: tuple(
            dict.fromkeys(LinkedPerson(id=row.id, name=row.name, non_disclosure=row.non_disclosure) for _, row in rows)
        )
        for lease_id, rows in groupby(session.execute(asked), key=lambda found: found[0])
    }
