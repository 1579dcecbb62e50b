"""The record of an apartment: who lived there when, its faults, and the calls about it.

Its address stands on it, so nobody with a turvakielto may: a lease in which such a person has, or ever had, a part is
left out whole, with its days, which would otherwise be found again on the person's page, and with the other leases of
who lived with him. Their faults and calls are left out with them, whose numbers and days lead to the persons as well,
and texts that name him are concealed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, union
from sqlalchemy.orm import Session

from calls.errors import NotFoundError
from ledger_link.linking.link import LinkedPerson
from ledger_link.records.card import LeaseState, parties_of, state_on
from ledger_link.records.lease_parts import PartyPart
from ledger_link.records.lease_record import party_part
from ledger_link.records.time_line import TimeLinePage, calls_where, is_of_undisclosed, time_line_page
from ledger_link.records.time_line_window import NEWEST_OF_ALL, TimeLineWindow
from ledger_link.tables.buildings import ApartmentRow, BuildingRow, address_of
from ledger_link.tables.call_links import (
    CallCandidateRow,
    CallLinkPersonRow,
    CallLinkRow,
    LinkDecisionPersonRow,
    LinkDecisionRow,
)
from ledger_link.tables.fault_reports import FaultReportRow, fault_on
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.concealment import Concealment, concealment_of
from ledger_link.undisclosed.homes import undisclosed_among_leases
from ledger_link.values.address import Address
from ledger_link.values.day import end_of, is_valid_on, start_of
from storage.database.calls import CallRow


@dataclass(frozen=True, slots=True)
class Tenancy:
    """A lease of the apartment and everybody who ever was party to it."""

    lease_id: int
    lease_no: str
    state: LeaseState
    starts_on: date
    ends_on: date | None
    parties: tuple[PartyPart, ...]


@dataclass(frozen=True, slots=True)
class FaultOfApartment:
    """A fault; ``person`` is who reported it, if that is known and may be told."""

    id: int
    fault_no: str
    reported_on: date
    subject: str
    state: str
    closed_on: date | None
    person: LinkedPerson | None


@dataclass(frozen=True, slots=True)
class ApartmentRecord:
    """One apartment as of a day; tenancies, faults and calls are told the newest first."""

    apartment_id: int
    apartment_no: str
    on: date
    address: Address
    building_name: str
    built_year: int | None
    rooms: int | None
    area_m2_tenths: int | None
    tenancies: tuple[Tenancy, ...]
    fault_reports: tuple[FaultOfApartment, ...]
    time_line: TimeLinePage


def apartment_record(
    session: Session, apartment_id: int, *, on: date, window: TimeLineWindow = NEWEST_OF_ALL
) -> ApartmentRecord:
    """Give the record of an apartment as of a day, in a fixed number of queries; raise NotFoundError without one.

    ``window`` as for :func:`ledger_link.records.person_record.person_record`.
    """
    found = session.execute(
        select(ApartmentRow, BuildingRow)
        .join(BuildingRow, BuildingRow.id == ApartmentRow.building_id)
        .where(ApartmentRow.id == apartment_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError(what="no such apartment", where=str(apartment_id))
    apartment, building = found
    leases = session.scalars(
        select(LeaseRow).where(LeaseRow.apartment_id == apartment_id).order_by(LeaseRow.starts_on.desc(), LeaseRow.id)
    ).all()
    everybody = parties_of(session, [lease.id for lease in leases])
    hidden = undisclosed_among_leases(session, [lease.id for lease in leases])
    protected = [lease for lease in leases if lease.id in hidden]
    unnamed = {person.id for lease in protected for _, person in everybody[lease.id]}
    concealment = concealment_of(session, unnamed, names=True)
    tenancies = tuple(
        Tenancy(
            lease_id=lease.id,
            lease_no=lease.lease_no,
            state=state_on(on, lease.starts_on, lease.ends_on),
            starts_on=lease.starts_on,
            ends_on=lease.ends_on,
            parties=tuple(party_part(lease, party, person, on=on) for party, person in everybody[lease.id]),
        )
        for lease in leases
        if lease.id not in hidden
    )
    return ApartmentRecord(
        apartment_id=apartment.id,
        apartment_no=apartment.apartment_no,
        on=on,
        address=address_of(building, apartment),
        building_name=building.name,
        built_year=building.built_year,
        rooms=apartment.rooms,
        area_m2_tenths=apartment.area_m2_tenths,
        tenancies=tenancies,
        fault_reports=_faults(
            session, apartment_id, on=on, protected=protected, unnamed=unnamed, concealment=concealment
        ),
        time_line=_calls(session, apartment_id, tenancies, on=on, unnamed=unnamed, window=window),
    )


def _faults(
    session: Session,
    apartment_id: int,
    *,
    on: date,
    protected: Sequence[LeaseRow],
    unnamed: Collection[int],
    concealment: Concealment,
) -> tuple[FaultOfApartment, ...]:
    """Give the faults until a day, without those of the unnamed and those of the days when they lived there."""
    rows = session.execute(
        select(FaultReportRow, PersonRow)
        .outerjoin(PersonRow, PersonRow.id == FaultReportRow.person_id)
        .where(FaultReportRow.apartment_id == apartment_id, FaultReportRow.reported_on <= on)
        .order_by(FaultReportRow.reported_on.desc(), FaultReportRow.id.desc())
    )
    return tuple(
        FaultOfApartment(
            id=fault.id,
            fault_no=fault.fault_no,
            reported_on=fault.reported_on,
            subject=concealment.of(fault.subject),
            state=state,
            closed_on=closed_on,
            person=None if person is None else LinkedPerson(id=person.id, name=person.name, non_disclosure=False),
        )
        for fault, person in rows
        for state, closed_on in [fault_on(on, fault.state, fault.closed_on)]
        if (person is None or (not person.non_disclosure and person.id not in unnamed))
        and not any(is_valid_on(fault.reported_on, lease.starts_on, lease.ends_on) for lease in protected)
    )


def _calls(
    session: Session,
    apartment_id: int,
    tenancies: tuple[Tenancy, ...],
    *,
    on: date,
    unnamed: Collection[int],
    window: TimeLineWindow,
) -> TimeLinePage:
    """Give the calls that somebody said were about the apartment or a fault of it, and those of its tenants of then.

    None of who may not be named: the page of the call names who it is linked to, or who may have called, and whom
    anybody ever said that it was.
    """
    # a union, for PostgreSQL would read every link to answer the same with OR
    concerned = union(
        select(CallLinkRow.call_id).where(CallLinkRow.apartment_id == apartment_id),
        select(CallLinkRow.call_id)
        .join(FaultReportRow, FaultReportRow.id == CallLinkRow.fault_report_id)
        .where(FaultReportRow.apartment_id == apartment_id),
        _of_tenants([party for tenancy in tenancies for party in tenancy.parties]),
    ).subquery()
    may_be_told = ~is_of_undisclosed() & ~_names_any(unnamed)
    calls = CallLinkRow.call_id.in_(select(concerned.c.call_id))
    return time_line_page(calls_where(session, calls & may_be_told, on=on, window=window))


def _of_tenants(parties: Collection[PartyPart]) -> Select[str]:
    """Select the ids of the calls that were linked to somebody on a day on which he was party to a lease of here."""
    terms = [
        and_(
            CallLinkPersonRow.person_id == party.person.id,
            CallRow.started_at >= start_of(party.starts_on),
            *(() if party.ends_on is None else (CallRow.started_at < end_of(party.ends_on),)),
        )
        for party in parties
    ]
    return (
        select(CallLinkPersonRow.call_id)
        .join(CallRow, CallRow.id == CallLinkPersonRow.call_id)
        .where(
            CallLinkPersonRow.person_id.in_(sorted({party.person.id for party in parties})),  # by its index
            or_(false(), *terms),
        )
    )


def _names_any(person_ids: Collection[int]) -> ColumnElement[bool]:
    """Tell of a link in a query whether any of these persons is linked, or a candidate, or named by a decision."""
    wanted = sorted(person_ids)
    decided = (
        select(LinkDecisionRow.id)
        .join(LinkDecisionPersonRow, LinkDecisionPersonRow.decision_id == LinkDecisionRow.id)
        .where(LinkDecisionRow.call_id == CallLinkRow.call_id, LinkDecisionPersonRow.person_id.in_(wanted))
        .correlate(CallLinkRow)
        .exists()
    )
    return or_(
        decided,
        *(
            exists().where(table.call_id == CallLinkRow.call_id, table.person_id.in_(wanted))
            for table in (CallLinkPersonRow, CallCandidateRow)
        ),
    )
