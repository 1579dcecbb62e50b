"""A turvakielto in the records: of the person, of who shares a home or a number, of the lease, of the apartment."""

from datetime import date

import pytest
from fixtures_records import EMAIL, HOME, MARCH, NUMBER, STREET, protect
from fixtures_register import add_call, person_id
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ledger_link.ledger.ledger import ledger_of
from ledger_link.linking.link import CandidateRule
from ledger_link.records.apartment_record import ApartmentRecord, apartment_record
from ledger_link.records.card import card_of
from ledger_link.records.lease_record import lease_record
from ledger_link.records.person_record import PersonRecord, person_record
from ledger_link.records.standing import standing_on
from ledger_link.tables.addresses import PersonAddressRow
from ledger_link.tables.call_links import CallCandidateRow, CallLinkPersonRow, CallLinkRow
from ledger_link.tables.emails import EmailAddressRow
from ledger_link.tables.fault_reports import FaultReportRow, FaultState
from ledger_link.tables.guardianships import GuardianshipRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from ledger_link.tables.persons import PhoneNumberRow
from ledger_link.undisclosed.concealment import CONCEALED, concealment_of
from storage.database.engine import Database

DAY = date(2026, 3, 10)
LIISA, EERO, MATTI = "P-0003", "P-0002", "P-0004"
LEFT = date(2020, 1, 1)
LONG_BEFORE = date(2010, 1, 1)
SECRETS = (STREET, HOME, "00990", "Helsinki", EMAIL, "401000002", "040-100 0002", "040 100 0002")


@pytest.fixture
def protected(whole_register: Database) -> Database:
    """Liisa has a turvakielto; Eero, with whom she lives and shares number and e-mail, has none."""
    protect(whole_register, LIISA)
    return whole_register


def person_of(database: Database, person_no: str, *, undisclosed: bool = False) -> PersonRecord:
    with database.read() as session:
        return person_record(session, person_id(session, person_no), on=DAY, undisclosed=undisclosed)


def lease(session: Session) -> LeaseRow:
    return session.scalars(select(LeaseRow).where(LeaseRow.lease_no == "V-1002")).one()


def apartment_of(database: Database) -> ApartmentRecord:
    with database.read() as session:
        return apartment_record(session, lease(session).apartment_id, on=DAY)


def assert_tells_no_secret(told: object) -> None:
    text = repr(told)
    assert [secret for secret in SECRETS if secret in text] == []


def test_the_secrets_are_told_without_a_turvakielto(whole_register: Database) -> None:
    """So that the tests below look for what would be there."""
    told = repr(person_of(whole_register, LIISA))
    assert [secret for secret in SECRETS if secret not in told] == ["040 100 0002"]


@pytest.mark.parametrize("person_no", [LIISA, EERO])
def test_no_record_of_a_person_tells(protected: Database, person_no: str) -> None:
    record = person_of(protected, person_no)
    assert_tells_no_secret(record)
    assert [lease.apartment_id for lease in record.leases] == [None]
    assert [fault.apartment_id for fault in record.fault_reports] == [None]


def test_what_is_hidden_is_told_from_what_is_not_there(protected: Database) -> None:
    liisa, eero = person_of(protected, LIISA), person_of(protected, EERO)
    assert (liisa.numbers, liisa.emails, liisa.addresses) == (None, None, None)
    assert (eero.numbers, eero.emails, eero.addresses) == ((), (), ())


def test_harmless_text_is_told(protected: Database) -> None:
    subjects = {
        entry.contact_no: entry.subject for entry in person_of(protected, LIISA).time_line.entries if entry.contact_no
    }
    assert subjects == {"K-P-0003-1": "Kysyy saunavuoroa", "K-P-0003-2": CONCEALED}


def test_the_lease_its_ledger_and_the_card_tell_nothing(protected: Database) -> None:
    with protected.read() as session:
        ledger = ledger_of(session, lease(session).id, on=None)
        told = (
            ledger,
            lease_record(session, lease(session).id, on=DAY),
            *(card_of(session, person_id(session, person_no), on=DAY) for person_no in (LIISA, EERO)),
            *(standing_on(session, person_id(session, person_no), on=DAY) for person_no in (LIISA, EERO)),
        )
    assert_tells_no_secret(told)
    assert CONCEALED in {entry.text for entry, _ in ledger.lines}


def test_the_apartment_tells_its_address_and_so_nobody(protected: Database) -> None:
    record = apartment_of(protected)
    assert str(record.address).startswith(HOME)
    assert (record.tenancies, record.fault_reports, record.time_line.entries) == ((), (), ())
    assert not [secret for secret in ("Liisa", "Eero", "Korho", "V-1002", "2018") if secret in repr(record)]


def test_a_call_that_somebody_said_was_about_the_apartment_tells_nobody_either(protected: Database) -> None:
    with protected.begin() as session:
        for person_no in (LIISA, EERO, MATTI):
            call = add_call(session, None, at=MARCH)
            link = CallLinkRow(
                call_id=call.id,
                status="one",
                rule="decided",
                linked_at=call.started_at,
                decided_by="sanna",
                decided_at=call.started_at,
                apartment_id=lease(session).apartment_id,
            )
            session.add(link)
            session.flush()
            session.add(CallLinkPersonRow(call_id=call.id, person_id=person_id(session, person_no), position=0))
    (entry,) = apartment_of(protected).time_line.entries
    assert entry.call_id == call.id
    with protected.begin() as session:
        candidate = CallCandidateRow(call_id=call.id, position=0, person_id=person_id(session, EERO))
        candidate.rule = CandidateRule.PERSON
        session.add(candidate)
    assert apartment_of(protected).time_line.entries == ()


def test_only_faults_that_lead_to_nobody_of_the_lease_are_told(protected: Database) -> None:
    """Number and day stand on the page of who reported it too, and so would tell that it was in this apartment."""
    with protected.begin() as session:
        for number, (reported_on, reporter) in enumerate(
            [(DAY, None), (DAY, MATTI), (LONG_BEFORE, EERO), (LONG_BEFORE, MATTI), (LONG_BEFORE, None)]
        ):
            session.add(
                FaultReportRow(
                    fault_no=f"X-{number}",
                    apartment_id=lease(session).apartment_id,
                    person_id=None if reporter is None else person_id(session, reporter),
                    reported_on=reported_on,
                    subject="Hana tippuu",
                    state=FaultState.OPEN,
                )
            )
    assert {fault.fault_no for fault in apartment_of(protected).fault_reports} == {"X-3", "X-4"}


def test_who_moved_out_of_the_lease_is_protected_still(protected: Database) -> None:
    with protected.begin() as session:
        session.execute(
            update(LeasePartyRow).where(LeasePartyRow.person_id == person_id(session, LIISA)).values(ends_on=LEFT)
        )
    assert_tells_no_secret(person_of(protected, EERO))
    assert apartment_of(protected).tenancies == ()


def test_who_lived_there_alone_before_is_not_told_to_have_lived_there(protected: Database) -> None:
    """Eero had the same apartment by an earlier lease, with Matti: its address is Liisa's now."""
    with protected.begin() as session:
        home = lease(session).apartment_id
        earlier = LeaseRow(lease_no="V-900", apartment_id=home, starts_on=date(2012, 1, 1), ends_on=date(2018, 8, 31))
        session.add(earlier)
        session.flush()
        for person_no in (EERO, MATTI):
            session.add(LeasePartyRow(lease_id=earlier.id, person_id=person_id(session, person_no), role="tenant"))
    with protected.read() as session:
        assert_tells_no_secret(lease_record(session, earlier.id, on=DAY))
    for person_no in (EERO, MATTI):
        leases = {each.lease_no: each.address for each in person_of(protected, person_no).leases}
        assert leases["V-900"] is None
    assert apartment_of(protected).tenancies == ()


def test_what_strangers_share_with_the_protected_is_not_told(protected: Database) -> None:
    """Matti has no lease with Liisa, but her number, her e-mail, her address, and a guardian who has her number."""
    with protected.begin() as session:
        matti = person_id(session, MATTI)
        address = {"kind": "postal", "street_address": HOME, "postal_code": "00990", "city": "Helsinki"}
        session.add_all(
            [
                PhoneNumberRow(person_id=matti, e164=NUMBER, raw="040 100 0002"),
                EmailAddressRow(person_id=matti, address=EMAIL),
                PersonAddressRow(person_id=matti, country="FI", **address),
                GuardianshipRow(
                    person_id=matti,
                    guardian_name="Raili Oinonen",
                    guardian_e164=NUMBER,
                    guardian_email=EMAIL,
                    scope="",
                    valid_from=DAY,
                ),
            ]
        )
    record = person_of(protected, MATTI)
    told = repr((record.numbers, record.emails, record.addresses, record.guardianships))
    assert not [secret for secret in (NUMBER, EMAIL, HOME) if secret in told]
    assert [number.e164 for number in record.numbers or ()] == ["+358401000003", "+358401000041"]


def test_revealing_tells_everything_of_that_person_alone(protected: Database) -> None:
    liisa = person_of(protected, LIISA, undisclosed=True)
    assert [number.e164 for number in liisa.numbers or ()] == [NUMBER]
    assert [address.street_address for address in liisa.addresses or ()] == [HOME]
    assert [lease.address for lease in liisa.leases] == [f"{HOME}, 00990 Helsinki"]
    assert CONCEALED not in repr(liisa)
    assert_tells_no_secret(person_of(protected, EERO, undisclosed=True))


FREE_TEXT = (
    ("Avain kadonnut", True),
    ("Puh. 0401000002", False),
    ("Soita +358 40 1000 002", False),
    ("Asuu Tallenteentiellä", False),
    ("TALLENTEENTIE 4", False),
    ("Muuttaa Helsingistä pois", False),
    ("00990", False),
    ("Posti: KORHOSET@posti.example", False),
    ("Laskun loppusumma 1234,50", True),
    ("Liisa Korhosen avain", True),
)


def test_free_text_is_concealed_where_it_tells(protected: Database) -> None:
    with protected.read() as session:
        concealment = concealment_of(session, [person_id(session, LIISA)])
        with_names = concealment_of(session, [person_id(session, LIISA)], names=True)
    assert [(text, concealment.of(text) == text) for text, _ in FREE_TEXT] == list(FREE_TEXT)
    assert {concealment.of(text) for text, is_told in FREE_TEXT if not is_told} == {CONCEALED}
    assert with_names.of("Liisa Korhosen avain") == CONCEALED


def test_nothing_is_concealed_for_who_has_no_turvakielto(protected: Database) -> None:
    with protected.read() as session:
        assert concealment_of(session, [person_id(session, EERO)]).of(HOME) == HOME
