"""The sample register with one of everything for Eero and Liisa Korhonen, who share the lease V-1002 and a number."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fixtures_register import add_call, person_id
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ledger_link.tables.addresses import PersonAddressRow
from ledger_link.tables.assets import AssetRow
from ledger_link.tables.call_links import CallLinkPersonRow, CallLinkRow
from ledger_link.tables.charges import ChargeRow
from ledger_link.tables.contacts import ContactRow
from ledger_link.tables.credit_checks import CreditCheckRow
from ledger_link.tables.deposits import DepositRow
from ledger_link.tables.dwellings import DwellingNeedRow, DwellingRow
from ledger_link.tables.emails import EmailAddressRow
from ledger_link.tables.employments import EmploymentRow
from ledger_link.tables.fault_reports import FaultReportRow
from ledger_link.tables.guardianships import GuardianshipRow
from ledger_link.tables.incomes import IncomeRow
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.marital_statuses import MaritalStatusRow
from ledger_link.tables.marketing_permissions import MarketingPermissionRow
from ledger_link.tables.organisations import OrganisationNumberRow, OrganisationRow
from ledger_link.tables.participations import ParticipationRow
from ledger_link.tables.payments import PaymentRow
from ledger_link.tables.person_roles import PersonRoleRow
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.reminders import ReminderRow
from ledger_link.tables.rents import RentRow
from ledger_link.tables.travel_documents import TravelDocumentRow
from ledger_link.values.identity_code import IDENTITY_CODE_FIELD
from storage.database.base import Base
from storage.database.engine import Database
from storage.vault.field_vault import FieldVault
from storage.vault.key_ring import KeyRing

STREET = "Tallenteentie 4"
HOME = f"{STREET} A 2"
EMAIL = "korhoset@posti.example"
NUMBER = "+358401000002"
IDENTITY_CODE = "010594Y9032"
RENT_CENTS = 65_000
SINCE = date(2018, 9, 1)
MARCH = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def vault(tmp_path: Path) -> FieldVault:
    return FieldVault(KeyRing.create(tmp_path / "field-keys"))


@pytest.fixture
def whole_register(register: Database, vault: FieldVault) -> Database:
    """The sample register, and everything else that the register knows of the Korhonens."""
    fill(register, vault)
    return register


def fill(database: Database, vault: FieldVault) -> None:
    """Add what the sample register lacks."""
    with database.begin() as session:
        for person_no in ("P-0002", "P-0003"):
            add_circumstances(session, person_no)
        add_lease_data(session)
        sealed, version = vault.seal(IDENTITY_CODE, field=IDENTITY_CODE_FIELD, owner="P-0002")
        session.execute(
            update(PersonRow)
            .where(PersonRow.person_no == "P-0002")
            .values(
                birth_date=date(1994, 5, 1),
                language="fi",
                identity_code_sealed=sealed,
                identity_code_index=vault.index(IDENTITY_CODE, field=IDENTITY_CODE_FIELD),
                identity_code_key_version=version,
            )
        )


def protect(database: Database, person_no: str) -> None:
    """Give a person a turvakielto."""
    with database.begin() as session:
        session.execute(update(PersonRow).where(PersonRow.person_no == person_no).values(non_disclosure=True))


def add_circumstances(session: Session, person_no: str) -> None:
    """Add a row to every table that is about persons; texts tell where the person lives, as people write them."""
    person = person_id(session, person_no)
    organisation = session.scalars(select(OrganisationRow)).first()
    if organisation is None:
        organisation = OrganisationRow(
            organisation_no="Y-1",
            name="Kuulokepaja Oy",
            business_id="2077474-0",
            business_id_valid=True,
            search_name="kuulokepaja oy",
        )
        session.add(organisation)
        session.flush()
        session.add(OrganisationNumberRow(organisation_id=organisation.id, e164="+358102003000", raw="010 200 3000"))
    rows: list[Base] = [
        EmailAddressRow(person_id=person, address=EMAIL, valid_from=SINCE),
        PersonAddressRow(
            person_id=person,
            kind="home",
            street_address=HOME,
            postal_code="00990",
            city="Helsinki",
            country="FI",
            valid_from=SINCE,
        ),
        TravelDocumentRow(
            person_id=person,
            kind="passport",
            issuer="SE",
            number_sealed=b"sealed",
            number_index=b"index",
            number_key_version=1,
            valid_until=date(2025, 1, 1),
        ),
        GuardianshipRow(
            person_id=person,
            guardian_name="Raili Oinonen",
            guardian_e164=NUMBER,
            guardian_phone_raw="040 100 0002",
            guardian_email=EMAIL,
            scope="Taloudelliset asiat",
            valid_from=date(2024, 1, 1),
        ),
        EmploymentRow(
            person_id=person,
            employer_name="Kuulokepaja Oy",
            organisation_id=organisation.id,
            occupation="Säätäjä",
            nature="permanent",
            starts_on=date(2019, 5, 1),
        ),
        IncomeRow(
            person_id=person,
            kind="salary",
            amount_cents_per_month=280_000,
            source="Hakemus",
            valid_from=date(2019, 5, 1),
        ),
        AssetRow(person_id=person, kind="savings", value_cents=500_000, source="Hakemus", recorded_on=SINCE),
        AssetRow(person_id=person, kind="debt", value_cents=900_000, source="Hakemus", recorded_on=SINCE),
        CreditCheckRow(person_id=person, source="Asiakastieto", result="clear", note="", checked_on=SINCE),
        DwellingRow(person_id=person, tenure="rented", description=f"Kaksio, {HOME}", recorded_on=SINCE),
        DwellingNeedRow(person_id=person, reason="Suurempi koti", rooms_min=3, recorded_on=SINCE),
        MaritalStatusRow(person_id=person, status="unmarried", valid_until=date(2019, 6, 30)),
        MaritalStatusRow(person_id=person, status="married", valid_from=date(2019, 7, 1)),
        PersonRoleRow(person_id=person, role="applicant", starts_on=date(2018, 6, 1), ends_on=date(2018, 8, 31)),
        ParticipationRow(person_id=person, activity="Talotoimikunta", part="Puheenjohtaja", starts_on=date(2021, 1, 1)),
        MarketingPermissionRow(
            person_id=person, channel="sms", decision="permit", source="Hakemus", given_on=date(2018, 6, 1)
        ),
        MarketingPermissionRow(
            person_id=person, channel="sms", decision="ban", source="Puhelu", given_on=date(2022, 2, 2)
        ),
        ContactRow(
            contact_no=f"K-{person_no}-1",
            person_id=person,
            at=MARCH,
            kind="email",
            direction="in",
            subject="Kysyy saunavuoroa",
            handled_by="Sanna Laine",
        ),
        ContactRow(
            contact_no=f"K-{person_no}-2",
            person_id=person,
            at=MARCH,
            kind="letter",
            direction="out",
            subject="Lähetetty osoitteeseen Tallenteentie 4, puh. 040-100 0002",
            handled_by="Sanna Laine",
        ),
    ]
    session.add_all(rows)


def add_lease_data(session: Session) -> None:
    """Add rent, ledger, deposit, reminder, contact, fault reports and a linked call to V-1002."""
    lease = session.scalars(select(LeaseRow).where(LeaseRow.lease_no == "V-1002")).one()
    lease.reference_number = "1234561"
    eero, liisa = person_id(session, "P-0002"), person_id(session, "P-0003")
    rows: list[Base] = [
        RentRow(
            lease_id=lease.id,
            kind="rent",
            amount_cents_per_month=60_000,
            valid_from=SINCE,
            valid_until=date(2025, 12, 31),
        ),
        RentRow(lease_id=lease.id, kind="rent", amount_cents_per_month=RENT_CENTS, valid_from=date(2026, 1, 1)),
        RentRow(lease_id=lease.id, kind="water", amount_cents_per_month=2_000, valid_from=SINCE),
        DepositRow(deposit_no="VK-1", lease_id=lease.id, kind="cash", amount_cents=120_000, received_on=SINCE),
        ReminderRow(
            reminder_no="M-1",
            lease_id=lease.id,
            level=1,
            sent_on=date(2026, 2, 16),
            due_on=date(2026, 2, 28),
            amount_cents=RENT_CENTS,
            fee_cents=500,
        ),
        PaymentRow(
            payment_no="S-1",
            lease_id=lease.id,
            reference_number="1234561",
            paid_on=date(2026, 1, 2),
            amount_cents=RENT_CENTS,
            payer_name=f"Korhonen Eero, {STREET}",
        ),
        PaymentRow(
            payment_no="S-2", lease_id=lease.id, paid_on=date(2026, 2, 20), amount_cents=30_000, payer_name="Korhonen"
        ),
        PaymentRow(payment_no="S-3", paid_on=date(2026, 2, 21), amount_cents=100, payer_name="Tuntematon"),
        ContactRow(
            contact_no="K-9",
            person_id=eero,
            lease_id=lease.id,
            at=MARCH,
            kind="visit",
            direction="in",
            subject="Avain",
            handled_by="Sanna Laine",
        ),
    ]
    rows += [
        ChargeRow(
            charge_no=f"L-{month}",
            lease_id=lease.id,
            kind="rent",
            period_starts_on=date(2026, month, 1),
            due_on=date(2026, month, 2),
            amount_cents=RENT_CENTS,
        )
        for month in (1, 2, 3)
    ]
    rows += [
        FaultReportRow(
            fault_no=f"VI-{number}",
            apartment_id=lease.apartment_id,
            person_id=person,
            reported_on=date(2026, 2, number),
            subject="Korhosen hana vuotaa",
            state="open",
        )
        for number, person in enumerate((eero, liisa, None), start=1)
    ]
    session.add_all(rows)
    for person in (eero, liisa):
        call = add_call(session, NUMBER, at=MARCH)
        session.add(CallLinkRow(call_id=call.id, status="one", rule="number-of-lease-party", linked_at=MARCH))
        session.flush()
        session.add(CallLinkPersonRow(call_id=call.id, person_id=person, position=0))
