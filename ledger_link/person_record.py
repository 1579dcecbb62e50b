"""The record of a person: everything that the register holds of him, but for what it keeps sealed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.errors import NotFoundError
from ledger_link.addresses import PersonAddressRow
from ledger_link.call_links import CallLinkRow
from ledger_link.card import LeaseOnCard, LeaseState, leases_of
from ledger_link.concealment import CONCEALED, NOTHING, Concealment, concealment_of
from ledger_link.contacts import ContactRow
from ledger_link.emails import EmailAddressRow
from ledger_link.fault_reports import FaultReportRow, fault_on
from ledger_link.leases import LeasePartyRow
from ledger_link.link import LinkedPerson
from ledger_link.person_part_tables import KNOWN, REACHED, SHARED
from ledger_link.person_parts import (
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
from ledger_link.persons import PersonRow
from ledger_link.time_line import TimeLineEntry, calls_of_persons, calls_where, contacts_where, newest_first
from ledger_link.undisclosed import undisclosed_among, undisclosed_texts_among


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """One person as of a day. A part that is None is kept from whoever asked; an empty one there is nothing of.

    Of somebody with a turvakielto ``numbers``, ``emails`` and ``addresses`` are None and leases have no address, unless
    the record was asked for undisclosed. Neither identity code nor travel document numbers are in any record.
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
    time_line: tuple[TimeLineEntry, ...]

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


def person_record(session: Session, person_id: int, *, on: date, undisclosed: bool = False) -> PersonRecord:
    """Give the record of a person as of a day, in a fixed number of queries; raise NotFoundError for an unknown one.

    ``undisclosed`` tells the address, numbers and e-mail of this person although he has a turvakielto: for one who may
    be told, and was asked why. What others with a turvakielto share with this person stays hidden.
    """
    person = session.get(PersonRow, person_id)
    if person is None:
        raise NotFoundError(what="no such person", where=str(person_id))
    is_told = person.non_disclosure and undisclosed
    leases = leases_of(session, [person_id], on=on, undisclosed=is_told)[person_id]
    concealment = NOTHING if is_told else concealment_of(session, {person_id, *_co_parties(session, person_id)})
    known: dict[str, Any] = {
        name: table.read(session, person_id=person_id, on=on, concealment=concealment) for name, table in KNOWN.items()
    }
    own_roles = known.pop("own_roles")
    if not is_told:
        known["guardianships"] = _without_undisclosed(session, known["guardianships"])
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
        fault_reports=_fault_reports(session, person_id, on=on, leases=leases, concealment=concealment),
        time_line=newest_first(
            contacts_where(session, ContactRow.person_id == person_id, on=on, concealment=concealment),
            calls_where(session, CallLinkRow.call_id.in_(calls_of_persons([person_id])), on=on),
        ),
        **_reached(session, person, on=on, is_told=is_told, concealment=concealment),
        **known,
    )


def _co_parties(session: Session, person_id: int) -> Iterable[int]:
    """Tell who ever was party to a lease of the person's, on whatever days."""
    leases = select(LeasePartyRow.lease_id).where(LeasePartyRow.person_id == person_id)
    return session.scalars(select(LeasePartyRow.person_id).where(LeasePartyRow.lease_id.in_(leases)))


def _reached(
    session: Session, person: PersonRow, *, on: date, is_told: bool, concealment: Concealment
) -> dict[str, Any]:
    """Give numbers, e-mail and addresses, without those that somebody with a turvakielto has too."""
    if person.non_disclosure and not is_told:
        return dict.fromkeys(REACHED)
    reached: dict[str, Any] = {}
    for name, table in REACHED.items():
        kept = None if is_told else SHARED[name]
        reached[name] = table.read(session, person_id=person.id, on=on, concealment=concealment, undisclosed=kept)
    if not is_told:
        for name, column in (("emails", EmailAddressRow.address), ("addresses", PersonAddressRow.street_address)):
            texts = {getattr(part, column.key) for part in reached[name]}
            hidden = undisclosed_texts_among(session, column, texts)
            reached[name] = tuple(part for part in reached[name] if getattr(part, column.key) not in hidden)
    # the home of a co-tenant is where he lives with somebody who may not be found
    reached["addresses"] = tuple(
        address for address in reached["addresses"] if concealment.of(address.street_address) == address.street_address
    )
    return reached


def _without_undisclosed(session: Session, guardianships: tuple[GuardianshipPart, ...]) -> tuple[GuardianshipPart, ...]:
    """Leave out a guardian's number or e-mail that somebody with a turvakielto has too."""
    numbers = undisclosed_among(session, {each.guardian_e164 for each in guardianships if each.guardian_e164})
    written = {each.guardian_email for each in guardianships if each.guardian_email}
    emails = undisclosed_texts_among(session, EmailAddressRow.address, written)
    return tuple(
        replace(
            each,
            guardian_e164=CONCEALED if each.guardian_e164 in numbers else each.guardian_e164,
            guardian_email=CONCEALED if each.guardian_email in emails else each.guardian_email,
        )
        for each in guardianships
    )


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


def _fault_reports(
    session: Session, person_id: int, *, on: date, leases: tuple[LeaseOnCard, ...], concealment: Concealment
) -> tuple[FaultReportPart, ...]:
    """Give the faults that a person reported by a day; of which apartment, only where a lease tells its address anyway.

    Who reports a fault of another's home may be living there with somebody who may not be found.
    """
    told = {lease.apartment_id for lease in leases}
    rows = session.scalars(
        select(FaultReportRow)
        .where(FaultReportRow.person_id == person_id, FaultReportRow.reported_on <= on)
        .order_by(FaultReportRow.reported_on.desc(), FaultReportRow.id.desc())
    )
    return tuple(
        FaultReportPart(
            id=row.id,
            fault_no=row.fault_no,
            apartment_id=row.apartment_id if row.apartment_id in told else None,
            reported_on=row.reported_on,
            subject=concealment.of(row.subject),
            state=state,
            closed_on=closed_on,
        )
        for row in rows
        for state, closed_on in [fault_on(on, row.state, row.closed_on)]
    )
