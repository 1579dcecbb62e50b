"""Persons who never had a lease go by a period of their own, counted from the newest day that is known of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from fixtures_cases import PrivacyDesk
from fixtures_periods import let_go
from fixtures_rights import Office
from sqlalchemy import select, update

from ledger_link.tables.buildings import ApartmentRow, BuildingRow
from ledger_link.tables.contacts import ContactDirection, ContactKind, ContactRow
from ledger_link.tables.credit_checks import CreditCheckRow, CreditResult
from ledger_link.tables.leases import LeasePartyRow, LeaseRow, PartyRole
from ledger_link.tables.person_roles import OwnRole, PersonRoleRow
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.travel_documents import TravelDocumentKind, TravelDocumentRow
from privacy.retention.proofs import proofs
from privacy.retention.register_rows import RegisterPlan, plan_register
from privacy.retention.retention_rows import HoldRow
from privacy.retention.settings import RetentionSettings
from rights.tables import AuditRow
from storage.database.base import Base

SETTINGS = RetentionSettings(applicant_years=2)
APPLIED_ON = date(2024, 10, 1)
NUMBER = "+358401000077"


def applicant(office: Office, *rows: Callable[[int], Base], applied_on: date | None = APPLIED_ON) -> int:
    """Add somebody who applied on a day and has no lease; ``rows`` make what else is known of him."""
    person_id = office.add_person("Hilja", "Hakija", NUMBER)
    with office.database.begin() as session:
        if applied_on is not None:
            session.add(PersonRoleRow(person_id=person_id, role=OwnRole.APPLICANT, starts_on=applied_on))
        session.add_all(make(person_id) for make in rows)
    return person_id


def visited(at: datetime) -> Callable[[int], Base]:
    return lambda person_id: ContactRow(
        contact_no="Y-77",
        person_id=person_id,
        at=at,
        kind=ContactKind.VISIT,
        direction=ContactDirection.IN,
        subject="näyttö",
        handled_by="Sanna",
    )


def checked(on: date) -> Callable[[int], Base]:
    return lambda person_id: CreditCheckRow(
        person_id=person_id, source="Asiakastieto", result=CreditResult.CLEAR, note="", checked_on=on
    )


def passport(person_id: int) -> TravelDocumentRow:
    return TravelDocumentRow(
        person_id=person_id,
        kind=TravelDocumentKind.PASSPORT,
        issuer="EE",
        number_sealed=b"x",
        number_index=b"y",
        number_key_version=1,
        valid_until=date(2040, 1, 1),
    )


def planned(office: Office, settings: RetentionSettings = SETTINGS) -> RegisterPlan:
    with office.database.read() as session:
        return plan_register(session, settings, clock=office.clock)


def left(office: Office) -> set[int]:
    with office.database.read() as session:
        return set(session.scalars(select(PersonRow.id)))


def test_an_applicant_goes_two_years_after_the_newest_day_of_him_with_a_proof(office: Office) -> None:
    person_id = applicant(office, checked(date(2024, 11, 20)), passport)
    office.clock.moment = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert planned(office).applicants == 1
    office.clock.moment = datetime(2026, 11, 19, 9, tzinfo=UTC)
    assert planned(office).applicants == 0
    assert let_go(office.database, SETTINGS, clock=office.clock) == 0
    office.clock.advance(days=1)
    assert let_go(office.database, RetentionSettings(applicant_years=3), clock=office.clock) == 0
    assert left(office) == {person_id}  # nothing is done by looking
    assert let_go(office.database, SETTINGS, clock=office.clock) == 5
    assert left(office) == set()
    with office.database.read() as session:
        [proof] = proofs(session)
        [audited] = session.scalars(select(AuditRow).where(AuditRow.action == "register-rows-deleted")).all()
    assert (proof.subject, proof.rows, proof.hashes) == ("persons", 5, {})
    assert proof.policy == "applicants without a lease: 2 years after their newest day"
    assert "Hakija" not in (audited.detail or "")


def test_no_applicant_goes_by_a_period_that_the_house_has_not_set(office: Office) -> None:
    person_id = applicant(office)
    office.clock.advance(days=365 * 50)
    made = planned(office, RetentionSettings())
    assert (made.applicants_until, made.applicants) == (None, 0)
    assert let_go(office.database, RetentionSettings(), clock=office.clock) == 0
    assert left(office) == {person_id}


@pytest.mark.parametrize(
    ("row", "goes"),
    [
        (visited(datetime(2024, 11, 1, 21, 59, tzinfo=UTC)), True),  # before midnight in Finland
        (visited(datetime(2024, 11, 1, 22, 0, tzinfo=UTC)), False),
        (checked(date(2024, 11, 1)), True),
        (checked(date(2024, 11, 2)), False),
    ],
)
def test_the_day_is_finlands_and_whole(office: Office, row: Callable[[int], Base], *, goes: bool) -> None:
    applicant(office, row)
    office.clock.moment = datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert planned(office).applicants == int(goes)


def test_who_neither_applied_nor_had_a_lease_stays_and_is_counted(office: Office) -> None:
    applicant(office, passport, checked(date(2020, 1, 1)), applied_on=None)
    office.clock.advance(days=365 * 50)
    assert (planned(office).applicants, planned(office).roleless) == (0, 1)
    assert let_go(office.database, SETTINGS, clock=office.clock) == 0


def hold(desk: PrivacyDesk, person_id: int) -> None:
    with desk.office.database.begin() as session:
        session.add(
            HoldRow(
                person_id=person_id,
                reason="riita",
                review_on=date(2030, 1, 1),
                put_by="outi",
                put_at=desk.office.clock.now(),
            )
        )


def ask(desk: PrivacyDesk, person_id: int) -> None:
    desk.aino_id = person_id
    desk.open()


def call(desk: PrivacyDesk, _person_id: int) -> None:
    desk.office.add_call(agent_id=desk.office.sanna_id, caller_e164=NUMBER)


def hide(desk: PrivacyDesk, person_id: int) -> None:
    with desk.office.database.begin() as session:
        session.get_one(PersonRow, person_id).non_disclosure = True


@pytest.mark.parametrize("keep", [hold, ask, call, hide])
def test_an_applicant_stays_while_something_needs_him(
    desk: PrivacyDesk, keep: Callable[[PrivacyDesk, int], None]
) -> None:
    person_id = applicant(desk.office)
    desk.office.clock.advance(days=365 * 3)
    assert planned(desk.office).applicants == 1
    keep(desk, person_id)
    assert planned(desk.office).applicants == 0
    let_go(desk.office.database, SETTINGS, clock=desk.office.clock)
    assert person_id in left(desk.office)


def test_a_tenant_who_applies_again_stays_until_both_periods_are_over(office: Office) -> None:
    settings = RetentionSettings(register_person_years=1, applicant_years=2)
    person_id = applicant(office, applied_on=date(2026, 10, 1))
    with office.database.begin() as session:
        building = BuildingRow(
            building_no="T-1", name="Talo", street_address="Katu 1", postal_code="00100", city="Helsinki"
        )
        session.add(building)
        session.flush()
        home = ApartmentRow(apartment_no="T-1-A1", building_id=building.id, entrance="A", door_number=1, sub_letter="")
        session.add(home)
        session.flush()
        lease = LeaseRow(lease_no="V-1", apartment_id=home.id, starts_on=date(2015, 1, 1), ends_on=date(2020, 12, 31))
        session.add(lease)
        session.flush()
        session.add(LeasePartyRow(lease_id=lease.id, person_id=person_id, role=PartyRole.TENANT))
    made = planned(office, settings)
    assert (made.persons, made.applicants, made.roleless) == (0, 0, 0)
    office.clock.moment = datetime(2028, 9, 30, 9, tzinfo=UTC)
    assert planned(office, settings).persons == 0
    assert planned(office, RetentionSettings(register_person_years=0)).persons == 0  # no period of his is set
    with office.database.begin() as session:
        session.execute(update(PersonRoleRow).values(starts_on=date(2014, 10, 1)))  # for the lease that he then had
    assert planned(office, RetentionSettings(register_person_years=0)).persons == 1
    with office.database.begin() as session:
        session.execute(update(PersonRoleRow).values(starts_on=date(2026, 10, 1)))
    office.clock.advance(days=1)
    assert planned(office, settings).persons == 1
    assert planned(office).persons == 0  # without a period after leases nobody goes who had one
    assert let_go(office.database, settings, clock=office.clock) > 0
    assert left(office) == set()
