"""What a call may be about besides persons: a lease, an apartment, a fault report; to choose from, and to name.

No address of an apartment where somebody with a turvakielto has, or is to have, a part in a lease is told, nor what
was reported there.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from ledger_link.buildings import ApartmentRow, BuildingRow, address_of
from ledger_link.fault_reports import FaultReportRow
from ledger_link.leases import LeasePartyRow, LeaseRow
from ledger_link.persons import PersonRow

MAX_FAULTS = 20  # of some apartments, the newest


@dataclass(frozen=True, slots=True)
class LeaseSubject:
    """A lease; days are both included."""

    id: int
    lease_no: str
    starts_on: date
    ends_on: date | None
    address: str | None


@dataclass(frozen=True, slots=True)
class ApartmentSubject:
    """An apartment; ``apartment_no`` and ``address`` are None where they may not be told: the one tells the other."""

    id: int
    apartment_no: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class FaultSubject:
    """A fault report; ``subject`` is None where it may not be told."""

    id: int
    fault_no: str
    reported_on: date
    subject: str | None


@dataclass(frozen=True, slots=True)
class CallSubjects:
    """Leases, apartments and fault reports, the newest first; of a link at most one of each."""

    leases: tuple[LeaseSubject, ...] = ()
    apartments: tuple[ApartmentSubject, ...] = ()
    faults: tuple[FaultSubject, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.leases or self.apartments or self.faults)


def subjects_of_persons(session: Session, person_ids: Collection[int], *, on: date) -> CallSubjects:
    """Give what a call of these persons on this day may be about: their leases, those apartments, and faults there."""
    of_persons = select(LeasePartyRow.lease_id).where(LeasePartyRow.person_id.in_(sorted(person_ids)))
    leases = LeaseRow.id.in_(of_persons)
    apartment_ids = set(session.scalars(select(LeaseRow.apartment_id).where(leases, LeaseRow.starts_on <= on)))
    faults = (
        FaultReportRow.apartment_id.in_(sorted(apartment_ids)),
        FaultReportRow.reported_on <= on,
        or_(FaultReportRow.person_id.is_(None), FaultReportRow.person_id.in_(sorted(person_ids))),
    )
    return _subjects(session, leases, ApartmentRow.id.in_(sorted(apartment_ids)), *faults, on=on)


def subjects_of_link(
    session: Session, *, lease_id: int | None, apartment_id: int | None, fault_report_id: int | None, on: date
) -> CallSubjects:
    """Name what somebody said a call was about."""
    if lease_id is None and apartment_id is None and fault_report_id is None:
        return CallSubjects()
    chosen = LeaseRow.id == lease_id, ApartmentRow.id == apartment_id, FaultReportRow.id == fault_report_id
    return _subjects(session, *chosen, on=on)


def _subjects(
    session: Session,
    leases: ColumnElement[bool],
    apartments: ColumnElement[bool],
    *faults: ColumnElement[bool],
    on: date,
) -> CallSubjects:
    lease_rows = session.scalars(
        select(LeaseRow).where(leases).order_by(LeaseRow.starts_on.desc(), LeaseRow.lease_no)
    ).all()
    apartment_rows = session.scalars(select(ApartmentRow).where(apartments).order_by(ApartmentRow.apartment_no)).all()
    fault_rows = session.execute(
        select(FaultReportRow, PersonRow.non_disclosure)
        .outerjoin(PersonRow, PersonRow.id == FaultReportRow.person_id)
        .where(*faults)
        .order_by(FaultReportRow.reported_on.desc(), FaultReportRow.fault_no)
        .limit(MAX_FAULTS)
    ).all()
    told = {
        *(row.apartment_id for row in lease_rows),
        *(row.id for row in apartment_rows),
        *(row.apartment_id for row, _ in fault_rows),
    }
    addresses = _addresses(session, told, on=on)
    return CallSubjects(
        leases=tuple(
            LeaseSubject(row.id, row.lease_no, row.starts_on, row.ends_on, _address_of_lease(session, row, addresses))
            for row in lease_rows
        ),
        apartments=tuple(
            ApartmentSubject(row.id, row.apartment_no if row.id in addresses else None, addresses.get(row.id))
            for row in apartment_rows
        ),
        faults=tuple(
            FaultSubject(
                row.id,
                row.fault_no,
                row.reported_on,
                None if is_protected or row.apartment_id not in addresses else row.subject,
            )
            for row, is_protected in fault_rows
        ),
    )


def _address_of_lease(session: Session, lease: LeaseRow, addresses: dict[int, str]) -> str | None:
    protected = (
        select(LeasePartyRow.id)
        .join(PersonRow, PersonRow.id == LeasePartyRow.person_id)
        .where(LeasePartyRow.lease_id == lease.id, PersonRow.non_disclosure)
        .limit(1)
    )
    return None if session.scalar(protected) is not None else addresses.get(lease.apartment_id)


def _addresses(session: Session, apartment_ids: Collection[int], *, on: date) -> dict[int, str]:
    """Give the addresses that may be told: where nobody with a turvakielto lives on the day, or will."""
    protected = (
        select(LeaseRow.apartment_id)
        .join(LeasePartyRow, LeasePartyRow.lease_id == LeaseRow.id)
        .join(PersonRow, PersonRow.id == LeasePartyRow.person_id)
        .where(PersonRow.non_disclosure, or_(LeaseRow.ends_on.is_(None), LeaseRow.ends_on >= on))
    )
    rows = session.execute(
        select(ApartmentRow, BuildingRow)
        .join(BuildingRow, BuildingRow.id == ApartmentRow.building_id)
        .where(ApartmentRow.id.in_(sorted(apartment_ids)), ApartmentRow.id.not_in(protected))
    )
    return {apartment.id: str(address_of(building, apartment)) for apartment, building in rows}
