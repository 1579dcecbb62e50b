"""A customer of whom the register holds everything that the statement lists, each in words that stand nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fixtures_rights import Office
from sqlalchemy.orm import Session

from ledger_link.tables.addresses import AddressKind, PersonAddressRow
from ledger_link.tables.assets import AssetKind, AssetRow
from ledger_link.tables.buildings import ApartmentRow, BuildingRow
from ledger_link.tables.charges import ChargeKind, ChargeRow
from ledger_link.tables.contacts import ContactDirection, ContactKind, ContactRow
from ledger_link.tables.credit_checks import CreditCheckRow, CreditResult
from ledger_link.tables.deposits import DepositKind, DepositRow
from ledger_link.tables.dwellings import DwellingNeedRow, DwellingRow, Tenure
from ledger_link.tables.emails import EmailAddressRow
from ledger_link.tables.employments import EmploymentNature, EmploymentRow
from ledger_link.tables.fault_reports import FaultReportRow, FaultState
from ledger_link.tables.guardianships import GuardianshipRow
from ledger_link.tables.incomes import IncomeKind, IncomeRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow, PartyRole
from ledger_link.tables.marital_statuses import MaritalStatus, MaritalStatusRow
from ledger_link.tables.marketing_permissions import MarketingChannel, MarketingDecision, MarketingPermissionRow
from ledger_link.tables.organisations import OrganisationNumberRow, OrganisationRow
from ledger_link.tables.participations import ParticipationRow
from ledger_link.tables.payments import PaymentRow
from ledger_link.tables.person_roles import OwnRole, PersonRoleRow
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.reminders import ReminderRow
from ledger_link.tables.rents import RentKind, RentRow
from ledger_link.tables.travel_documents import TRAVEL_DOCUMENT_FIELD, TravelDocumentKind, TravelDocumentRow
from ledger_link.values.identity_code import IDENTITY_CODE_FIELD
from ledger_link.values.names import folded
from rights.access.actor import Actor
from rights.access.permit import Permit
from rights.access.tasks import Task
from storage.vault.field_vault import FieldVault
from storage.vault.key_ring import KeyRing

DAY = date(2026, 11, 2)
LONG_AGO = date(2020, 2, 1)

IDENTITY_CODE = "010594Y9032"
DOCUMENT_NUMBER = "XK9900731"
NUMBER = "+358401000731"
SWITCHBOARD = "+358102000730"
EMAIL = "helmi.kirjava@posti.example"
STREET = "Salakuja"
OWN_ADDRESS = "Piilopolku 73"


@dataclass
class Statement:
    """Helmi, her lease and apartment, those in it with her, and calls that Sanna and Mikko answered."""

    office: Office
    keys: KeyRing
    helmi_id: int
    osmo_id: int
    maija_id: int
    veera_id: int
    lease_id: int
    apartment_id: int
    organisation_id: int
    sannas_call: str
    mikkos_call: str

    def actor(self, login: str, *tasks: Task | Permit, agent_id: int | None = None) -> Actor:
        return self.office.actor(self.office.add_account(login, *tasks, agent_id=agent_id))


StatementMaker = Callable[..., Statement]


@pytest.fixture
def make_statement(office: Office, tmp_path: Path) -> StatementMaker:
    """Put the customer into the register, with a turvakielto if asked for."""

    def make(*, non_disclosure: bool = False) -> Statement:
        keys = KeyRing.create(tmp_path / "statement-keys")
        helmi = office.add_person("Helmi", "Kirjava", NUMBER, non_disclosure=non_disclosure)
        osmo, maija, veera = (
            office.add_person(name, surname)
            for name, surname in (("Osmo", "Kirjava"), ("Maija", "Maksaja"), ("Veera", "Kirjava"))
        )
        with office.database.begin() as session:
            apartment_id = _apartment(session)
            parties = {
                helmi: PartyRole.TENANT,
                osmo: PartyRole.CO_TENANT,
                maija: PartyRole.JOINT_PAYER,
                veera: PartyRole.OTHER_OCCUPANT,
            }
            lease_id = _lease(session, apartment_id, parties)
            _identity(session, helmi, veera, FieldVault(keys))
            organisation_id = _facts(session, helmi)
            _events(session, helmi, lease_id, apartment_id)
        mikkos = office.add_call(agent_id=office.mikko_id, caller_e164=NUMBER, caller_raw=f"sip:{NUMBER}@trunk.example")
        sannas = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER, caller_raw=f"sip:{NUMBER}@trunk.example")
        return Statement(
            office=office,
            keys=keys,
            helmi_id=helmi,
            osmo_id=osmo,
            maija_id=maija,
            veera_id=veera,
            lease_id=lease_id,
            apartment_id=apartment_id,
            organisation_id=organisation_id,
            sannas_call=sannas,
            mikkos_call=mikkos,
        )

    return make


@pytest.fixture
def statement(make_statement: StatementMaker) -> Statement:
    return make_statement()


def _apartment(session: Session) -> int:
    building = BuildingRow(
        building_no="T-73",
        name="Kätkölinna",
        street_address=f"{STREET} 73",
        postal_code="00973",
        city="Piilola",
        built_year=1973,
    )
    session.add(building)
    session.flush()
    apartment = ApartmentRow(
        apartment_no="T-73-B12", building_id=building.id, entrance="B", door_number=12, sub_letter="a", rooms=3
    )
    session.add(apartment)
    session.flush()
    return apartment.id


def _lease(session: Session, apartment_id: int, parties: dict[int, PartyRole]) -> int:
    lease = LeaseRow(lease_no="V-7300", apartment_id=apartment_id, starts_on=LONG_AGO, reference_number="1234561")
    session.add(lease)
    session.flush()
    for person_id, role in parties.items():
        session.add(LeasePartyRow(lease_id=lease.id, person_id=person_id, role=role))
    rent = {"lease_id": lease.id, "kind": RentKind.RENT, "valid_from": LONG_AGO}
    charge = {"lease_id": lease.id, "kind": ChargeKind.RENT, "due_on": date(2026, 10, 1)}
    payment = {"lease_id": lease.id, "reference_number": "1234561", "paid_on": date(2026, 10, 5)}
    reminder = {"lease_id": lease.id, "level": 1, "sent_on": date(2026, 10, 20), "due_on": date(2026, 11, 3)}
    session.add_all(
        [
            RentRow(**rent, amount_cents_per_month=73_111),
            ChargeRow(**charge, charge_no="L-7301", amount_cents=73_111, period_starts_on=date(2026, 10, 1)),
            PaymentRow(**payment, payment_no="M-7301", amount_cents=70_000, payer_name="Helmi Kirjava"),
            DepositRow(
                deposit_no="K-7301",
                lease_id=lease.id,
                kind=DepositKind.CASH,
                amount_cents=146_222,
                received_on=LONG_AGO,
            ),
            ReminderRow(**reminder, reminder_no="H-7301", amount_cents=3_111, fee_cents=573),
        ]
    )
    return lease.id


def _identity(session: Session, helmi: int, veera: int, vault: FieldVault) -> None:
    person = session.get_one(PersonRow, helmi)
    person.first_names, person.birth_date, person.language = "Helmi Tuulikki", date(1994, 5, 1), "fi"
    sealed, version = vault.seal(IDENTITY_CODE, field=IDENTITY_CODE_FIELD, owner=person.person_no)
    person.identity_code_sealed, person.identity_code_key_version = sealed, version
    person.identity_code_index = vault.index(IDENTITY_CODE, field=IDENTITY_CODE_FIELD)
    number, version = vault.seal(DOCUMENT_NUMBER, field=TRAVEL_DOCUMENT_FIELD, owner=person.person_no)
    session.add(
        TravelDocumentRow(
            person_id=helmi,
            kind=TravelDocumentKind.PASSPORT,
            issuer="EE",
            number_sealed=number,
            number_index=vault.index(DOCUMENT_NUMBER, field=TRAVEL_DOCUMENT_FIELD),
            number_key_version=version,
        )
    )
    session.get_one(PersonRow, veera).birth_date = date(2015, 7, 3)


def _facts(session: Session, helmi: int) -> int:
    employer = OrganisationRow(
        organisation_no="O-73",
        name="Nauhatehdas Oy",
        business_id="2077474-0",
        business_id_valid=True,
        search_name=folded("Nauhatehdas Oy"),
    )
    session.add(employer)
    session.flush()
    session.add(
        OrganisationNumberRow(organisation_id=employer.id, e164=SWITCHBOARD, raw="010 2000 730", valid_from=LONG_AGO)
    )
    own = {"person_id": helmi}
    session.add_all(
        [
            EmailAddressRow(**own, address=EMAIL),
            PersonAddressRow(
                **own,
                kind=AddressKind.POSTAL,
                street_address=OWN_ADDRESS,
                postal_code="00974",
                city="Kätkölä",
                country="FI",
            ),
            GuardianshipRow(
                **own,
                guardian_name="Kaarina Edunvalvoja",
                guardian_e164="+358401000739",
                guardian_phone_raw="040 1000739",
                guardian_email="kaarina@valvonta.example",
                scope="talous ja asuminen",
                valid_from=LONG_AGO,
            ),
            EmploymentRow(
                **own,
                employer_name="Nauhatehdas Oy",
                organisation_id=employer.id,
                occupation="kelaaja",
                nature=EmploymentNature.FIXED_TERM,
                starts_on=LONG_AGO,
            ),
            IncomeRow(
                **own,
                kind=IncomeKind.SALARY,
                amount_cents_per_month=273_173,
                source="palkkalaskelma",
                valid_from=LONG_AGO,
            ),
            AssetRow(**own, kind=AssetKind.SAVINGS, value_cents=973_073, source="tiliote", recorded_on=LONG_AGO),
            CreditCheckRow(
                **own,
                source="Asiakastieto",
                result=CreditResult.ENTRIES,
                note="maksuhäiriö 2019",
                checked_on=LONG_AGO,
            ),
            DwellingRow(**own, tenure=Tenure.WITH_RELATIVES, description="sukulaisten yläkerta", recorded_on=LONG_AGO),
            DwellingNeedRow(
                **own, reason="perhe kasvaa", rooms_min=4, municipality="Uusikaupunki", recorded_on=LONG_AGO
            ),
            MaritalStatusRow(**own, status=MaritalStatus.REGISTERED_PARTNERSHIP, valid_from=LONG_AGO),
            PersonRoleRow(
                **own, role=OwnRole.APPLICANT, starts_on=date(2019, 11, 1), ends_on=date(2020, 1, 31), note="hakemus 73"
            ),
            PersonRoleRow(**own, role=OwnRole.POSSIBLE_BUYER, starts_on=LONG_AGO, note="kysyi myyntiä"),
            ParticipationRow(**own, activity="asukastoimikunta", part="puheenjohtaja", starts_on=LONG_AGO),
            MarketingPermissionRow(
                **own,
                channel=MarketingChannel.SMS,
                decision=MarketingDecision.BAN,
                source="soitto asiakaspalveluun",
                given_on=LONG_AGO,
            ),
        ]
    )
    return employer.id


def _events(session: Session, helmi: int, lease_id: int, apartment_id: int) -> None:
    session.add_all(
        [
            ContactRow(
                contact_no="Y-7301",
                person_id=helmi,
                lease_id=lease_id,
                at=datetime(2026, 9, 1, 9, 0, tzinfo=UTC),
                kind=ContactKind.LETTER,
                direction=ContactDirection.OUT,
                subject="vuokrantarkistus",
                handled_by="Riitta Kirjuri",
            ),
            FaultReportRow(
                fault_no="F-7301",
                apartment_id=apartment_id,
                person_id=helmi,
                reported_on=date(2026, 9, 15),
                subject="hana tippuu",
                state=FaultState.IN_PROGRESS,
            ),
        ]
    )
