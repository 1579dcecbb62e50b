"""What a call may be about besides persons: a lease, an apartment, a fault report; to choose from, and to name.

The rule is that of every page (``ledger_link.undisclosed.homes``): where somebody with a turvakielto has, or ever had,
a part in a lease, neither address nor fault is told, and neither is offered, for their ids would lead to them.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from ledger_link.tables.buildings import ApartmentRow, BuildingRow, address_of
from ledger_link.tables.fault_reports import FaultReportRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from ledger_link.undisclosed.home_concealment import concealment_of_homes
from ledger_link.undisclosed.homes import undisclosed_among_leases
from ledger_link.undisclosed.subjects import undisclosed_among_apartments, undisclosed_among_faults

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
    homes = set(session.scalars(select(LeaseRow.apartment_id).where(leases, LeaseRow.starts_on <= on)))
    apartment_ids = sorted(homes - undisclosed_among_apartments(session, homes))
    faults = (
        FaultReportRow.apartment_id.in_(apartment_ids),
        FaultReportRow.reported_on <= on,
        or_(FaultReportRow.person_id.is_(None), FaultReportRow.person_id.in_(sorted(person_ids))),
    )
    found = _subjects(session, leases, ApartmentRow.id.in_(apartment_ids), *faults)
    return replace(found, faults=tuple(fault for fault in found.faults if fault.subject is not None))


def subjects_of_link(
    session: Session, *, lease_id: int | None, apartment_id: int | None, fault_report_id: int | None
) -> CallSubjects:
    """Name what somebody said a call was about."""
    if lease_id is None and apartment_id is None and fault_report_id is None:
        return CallSubjects()
    return _subjects(
        session, LeaseRow.id == lease_id, ApartmentRow.id == apartment_id, FaultReportRow.id == fault_report_id
    )


def persons_of_subjects(session: Session, subjects: CallSubjects) -> frozenset[int]:
    """Tell whose data it is to be shown these: everybody who ever was party to the leases, and who reported faults."""
    parties = select(LeasePartyRow.person_id).where(LeasePartyRow.lease_id.in_([lease.id for lease in subjects.leases]))
    reporters = select(FaultReportRow.person_id).where(
        FaultReportRow.id.in_([fault.id for fault in subjects.faults]), FaultReportRow.person_id.is_not(None)
    )
    found = {
        *(session.scalars(parties) if subjects.leases else ()),
        *(session.scalars(reporters) if subjects.faults else ()),
    }
    return frozenset(person_id for person_id in found if person_id is not None)


def _subjects(
    session: Session, leases: ColumnElement[bool], apartments: ColumnElement[bool], *faults: ColumnElement[bool]
) -> CallSubjects:
    """Read the rows, and tell of them what may be told; the number of queries is the same for however many."""
    lease_rows = session.scalars(
        select(LeaseRow).where(leases).order_by(LeaseRow.starts_on.desc(), LeaseRow.lease_no)
    ).all()
    apartment_rows = session.scalars(select(ApartmentRow).where(apartments).order_by(ApartmentRow.apartment_no)).all()
    fault_rows = session.scalars(
        select(FaultReportRow)
        .where(*faults)
        .order_by(FaultReportRow.reported_on.desc(), FaultReportRow.fault_no)
        .limit(MAX_FAULTS)
    ).all()
    hidden_leases = undisclosed_among_leases(session, [row.id for row in lease_rows])
    hidden_apartments = undisclosed_among_apartments(session, {row.id for row in apartment_rows})
    hidden_faults = undisclosed_among_faults(session, {row.id for row in fault_rows})
    addresses = _addresses(session, {*(row.apartment_id for row in lease_rows), *(row.id for row in apartment_rows)})
    concealment = concealment_of_homes(session, {row.apartment_id for row in fault_rows})
    return CallSubjects(
        leases=tuple(
            LeaseSubject(
                id=row.id,
                lease_no=row.lease_no,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                address=None if row.id in hidden_leases else addresses[row.apartment_id],
            )
            for row in lease_rows
        ),
        apartments=tuple(
            ApartmentSubject(row.id, None, None)
            if row.id in hidden_apartments
            else ApartmentSubject(row.id, row.apartment_no, addresses[row.id])
            for row in apartment_rows
        ),
        faults=tuple(
            FaultSubject(
                id=row.id,
                fault_no=row.fault_no,
                reported_on=row.reported_on,
                subject=None if row.id in hidden_faults else concealment.of(row.subject),
            )
            for row in fault_rows
        ),
    )


def _addresses(session: Session, apartment_ids: Collection[int]) -> dict[int, str]:
    rows = session.execute(
        select(ApartmentRow, BuildingRow)
        .join(BuildingRow, BuildingRow.id == ApartmentRow.building_id)
        .where(ApartmentRow.id.in_(sorted(apartment_ids)))
    )
    return {apartment.id: str(address_of(building, apartment)) for apartment, building in rows}
