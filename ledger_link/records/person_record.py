"""The record of a person: everything that the register holds of him, but for what it keeps sealed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.errors import NotFoundError
from ledger_link.linking.link import LinkedPerson
from ledger_link.records.card import LeaseOnCard, LeaseState, leases_of
from ledger_link.records.person_faults import person_faults
from ledger_link.records.person_part_tables import KNOWN
from ledger_link.records.person_parts import (
    AddressPart,
    AssetPart,
    CreditCheckPart,
    DwellingNeedPart,
    DwellingPart,
    EmailPart,
    EmploymentPart,
    FaultReportPart,
    GuardianshipPart,
    IncomePart,
    MaritalStatusPart,
    MarketingPermissionPart,
    OwnRolePart,
    ParticipationPart,
    PhoneNumberPart,
    RolePart,
    TravelDocumentPart,
)
from ledger_link.records.person_reach import reached, without_undisclosed
from ledger_link.records.time_line import TimeLinePage, calls_of_persons, calls_where, contacts_where, time_line_page
from ledger_link.records.time_line_window import NEWEST_OF_ALL, TimeLineWindow
from ledger_link.tables.call_links import CallLinkRow
from ledger_link.tables.contacts import ContactRow
from ledger_link.tables.leases import LeasePartyRow
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.rents import rents_on
from ledger_link.undisclosed.concealment import NOTHING, concealment_of


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """One person as of a day. A part that is None is kept from whoever asked; an empty one there is nothing of.

    Of somebody with a turvakielto ``numbers``, ``emails``, ``addresses`` and ``employments`` are None, and leases have
    no address, unless the record was asked for undisclosed. Neither identity code nor travel document numbers are in
    any record.
    ``rents_cents_per_month`` is what is paid a month on the day, by the id of the lease.
    """

    person: LinkedPerson
    on: date
    person_no: str
    first_names: str
    call_name: str
    surname: str
    birth_date: date | None
    language: str | None
    has_identity_code: bool
    roles: tuple[RolePart, ...]
    leases: tuple[LeaseOnCard, ...]
    rents_cents_per_month: Mapping[int, int]
    numbers: tuple[PhoneNumberPart, ...] | None
    emails: tuple[EmailPart, ...] | None
    addresses: tuple[AddressPart, ...] | None
    travel_documents: tuple[TravelDocumentPart, ...]
    guardianships: tuple[GuardianshipPart, ...] | None
    employments: tuple[EmploymentPart, ...] | None
    incomes: tuple[IncomePart, ...] | None
    assets: tuple[AssetPart, ...] | None
    credit_checks: tuple[CreditCheckPart, ...] | None
    dwellings: tuple[DwellingPart, ...]
    dwelling_needs: tuple[DwellingNeedPart, ...]
    marital_statuses: tuple[MaritalStatusPart, ...]
    participations: tuple[ParticipationPart, ...]
    marketing_permissions: tuple[MarketingPermissionPart, ...]
    fault_reports: tuple[FaultReportPart, ...]
    time_line: TimeLinePage

    @property
    def id(self) -> int:
        """The person's id."""
        return self.person.id

    @property
    def name(self) -> str:
        """The name as people say it."""
        return self.person.name

    @property
    def non_disclosure(self) -> bool:
        """Whether the person has a turvakielto."""
        return self.person.non_disclosure


def person_record(
    session: Session,
    person_id: int,
    *,
    on: date,
    is_past: bool = False,
    undisclosed: bool = False,
    window: TimeLineWindow = NEWEST_OF_ALL,
) -> PersonRecord:
    """Give the record of a person as of a day, in a fixed number of queries; raise NotFoundError for an unknown one.

    On a day that ``is_past`` what began later is left out: nobody says that it was known then. ``undisclosed`` tells
    the address, numbers, e-mail and employer of this person although he has a turvakielto: for one who may be told, and
    was asked why. What others with a turvakielto share with this person stays hidden. ``window`` is the part of the
    time line.
    """
    person = session.get(PersonRow, person_id)
    if person is None:
        raise NotFoundError(what="no such person", where=str(person_id))
    is_told = person.non_disclosure and undisclosed
    leases = leases_of(session, [person_id], on=on, undisclosed=is_told)[person_id]
    concealment = NOTHING if is_told else concealment_of(session, {person_id, *_co_parties(session, person_id)})
    known: dict[str, Any] = {
        name: table.read(session, person_id=person_id, on=on, is_past=is_past, concealment=concealment)
        for name, table in KNOWN.items()
    }
    own_roles = known.pop("own_roles")
    if not is_told:
        known["guardianships"] = without_undisclosed(session, known["guardianships"])
    return PersonRecord(
        person=LinkedPerson(id=person.id, name=person.name, non_disclosure=person.non_disclosure),
        on=on,
        person_no=person.person_no,
        first_names=person.first_names,
        call_name=person.call_name,
        surname=person.surname,
        birth_date=person.birth_date,
        language=person.language,
        has_identity_code=person.identity_code_sealed is not None,
        roles=_roles(leases, own_roles),
        leases=leases,
        rents_cents_per_month=rents_on(session, {lease.lease_id for lease in leases if lease.lease_id}, on=on),
        fault_reports=person_faults(session, person_id, on=on, leases=leases, concealment=concealment, is_told=is_told),
        time_line=time_line_page(
            calls_where(session, CallLinkRow.call_id.in_(calls_of_persons([person_id])), on=on, window=window),
            contacts_where(session, ContactRow.person_id == person_id, on=on, concealment=concealment, window=window),
        ),
        **reached(session, person, on=on, is_past=is_past, is_told=is_told, concealment=concealment),
        **known,
    )


def _co_parties(session: Session, person_id: int) -> Iterable[int]:
    """Tell who ever was party to a lease of the person's, on whatever days."""
    leases = select(LeasePartyRow.lease_id).where(LeasePartyRow.person_id == person_id)
    return session.scalars(select(LeasePartyRow.person_id).where(LeasePartyRow.lease_id.in_(leases)))


def _roles(leases: tuple[LeaseOnCard, ...], own: tuple[OwnRolePart, ...]) -> tuple[RolePart, ...]:
    roles = [
        RolePart(
            role=lease.role.value,
            starts_on=lease.starts_on,
            ends_on=lease.ends_on,
            is_current=lease.state is LeaseState.CURRENT,
            lease_id=lease.lease_id,
            lease_no=lease.lease_no,
        )
        for lease in leases
    ]
    roles += [
        RolePart(
            role=role.role, starts_on=role.starts_on, ends_on=role.ends_on, is_current=role.is_current, note=role.note
        )
        for role in own
    ]
    return tuple(sorted(roles, key=lambda role: (not role.is_current, -role.starts_on.toordinal(), role.role)))
