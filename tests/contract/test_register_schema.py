"""The tables of the whole register: rows of before are kept by the migration, and impossible rows are refused."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
import sqlalchemy.exc
from fixtures_register import person_id
from sqlalchemy import ColumnElement, Executable, Table, delete, insert, inspect, select, update
from sqlalchemy.orm import Session

from ledger_link.tables.buildings import ApartmentRow, BuildingRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from ledger_link.tables.persons import PersonRow, PhoneNumberRow
from storage.database.base import Base
from storage.database.engine import Database
from storage.database.migration import upgrade

DAY, BEFORE = date(2020, 1, 2), date(2020, 1, 1)
OLD_ROWS: Mapping[str, Mapping[str, object]] = {
    "buildings": {
        "id": 5,
        "building_no": "T",
        "name": "Talo",
        "street_address": "Tallenteentie 4",
        "postal_code": "00990",
        "city": "Helsinki",
    },
    "apartments": {
        "id": 6,
        "apartment_no": "T-1",
        "building_id": 5,
        "entrance": "A",
        "door_number": 1,
        "sub_letter": "",
    },
    "persons": {
        "id": 7,
        "person_no": "P",
        "first_names": "Åke",
        "call_name": "Åke",
        "surname": "Öhman",
        "non_disclosure": True,
        "search_name": "åke öhman",
    },
    "phone_numbers": {
        "id": 8,
        "person_id": 7,
        "e164": "+358401000001",
        "raw": "040 100 0001",
        "valid_until": date(2025, 1, 1),
    },
    "leases": {"id": 9, "lease_no": "V", "apartment_id": 6, "starts_on": date(2019, 3, 1)},
    "lease_parties": {"id": 10, "lease_id": 9, "person_id": 7, "role": "tenant"},
}


def test_rows_of_before_are_kept(empty_database: Database) -> None:
    upgrade(empty_database, to="0003_rights")
    with empty_database.begin() as session:
        for name, row in OLD_ROWS.items():
            session.execute(insert(_table(name)).values(row))
    upgrade(empty_database)
    with empty_database.read() as session:
        person = session.get_one(PersonRow, 7)
        assert (person.name, person.non_disclosure, person.birth_date) == ("Åke Öhman", True, None)
        assert (person.source_digest, person.identity_code_sealed) == (None, None)
        building, apartment = session.get_one(BuildingRow, 5), session.get_one(ApartmentRow, 6)
        assert (building.city, building.built_year) == ("Helsinki", None)
        assert (apartment.door_number, apartment.rooms, apartment.area_m2_tenths) == (1, None, None)
        lease, party = session.get_one(LeaseRow, 9), session.get_one(LeasePartyRow, 10)
        assert (lease.lease_no, lease.starts_on, lease.reference_number) == ("V", date(2019, 3, 1), None)
        assert (party.lease_id, party.person_id, party.role) == (9, 7, "tenant")
        assert session.get_one(PhoneNumberRow, 8).valid_until == date(2025, 1, 1)


def test_rows_of_before_keep_their_rules(empty_database: Database) -> None:
    upgrade(empty_database, to="0003_rights")
    upgrade(empty_database)
    names = {check["name"] for check in inspect(empty_database.engine).get_check_constraints("persons")}
    assert {"ck_persons_has_names", "ck_persons_language", "ck_persons_identity_code_is_whole"} <= names


REFUSED: tuple[tuple[str, Mapping[str, object], str], ...] = (
    ("persons", {"language": "ru"}, "ck_persons_language"),
    ("persons", {"identity_code_sealed": None}, "ck_persons_identity_code_is_whole"),
    ("persons", {"identity_code_key_version": None}, "ck_persons_identity_code_is_whole"),
    ("buildings", {"built_year": 26}, "ck_buildings_built_year"),
    ("apartments", {"rooms": 0}, "ck_apartments_rooms"),
    ("apartments", {"area_m2_tenths": -1}, "ck_apartments_area_m2_tenths"),
    ("organisations", {"name": ""}, "ck_organisations_has_name"),
    ("organisations", {"business_id": None}, "ck_organisations_no_business_id_is_not_valid"),
    ("organisation_numbers", {"e164": "0102003000"}, "ck_organisation_numbers_e164"),
    ("organisation_numbers", {"valid_from": DAY, "valid_until": BEFORE}, "ck_organisation_numbers_validity"),
    ("email_addresses", {"address": "posti"}, "ck_email_addresses_address"),
    ("email_addresses", {"valid_until": BEFORE - (DAY - BEFORE) * 999}, "ck_email_addresses_validity"),
    ("person_addresses", {"kind": "work"}, "ck_person_addresses_kind"),
    ("person_addresses", {"country": "FIN"}, "ck_person_addresses_country"),
    ("person_addresses", {"street_address": ""}, "ck_person_addresses_has_street_address"),
    ("person_addresses", {"valid_from": DAY, "valid_until": BEFORE}, "ck_person_addresses_validity"),
    ("travel_documents", {"kind": "visa"}, "ck_travel_documents_kind"),
    ("travel_documents", {"issuer": "SWE"}, "ck_travel_documents_issuer"),
    ("guardianships", {"guardian_name": ""}, "ck_guardianships_has_guardian"),
    ("guardianships", {"guardian_e164": "040"}, "ck_guardianships_guardian_e164"),
    ("guardianships", {"valid_from": DAY, "valid_until": BEFORE}, "ck_guardianships_validity"),
    ("employments", {"nature": "odd"}, "ck_employments_nature"),
    ("employments", {"starts_on": DAY, "ends_on": BEFORE}, "ck_employments_term"),
    ("incomes", {"kind": "gift"}, "ck_incomes_kind"),
    ("incomes", {"amount_cents_per_month": -1}, "ck_incomes_amount_cents_per_month"),
    ("assets", {"kind": "yacht"}, "ck_assets_kind"),
    ("assets", {"value_cents": -1}, "ck_assets_value_cents"),
    ("credit_checks", {"result": "bad"}, "ck_credit_checks_result"),
    ("dwellings", {"tenure": "squatted"}, "ck_dwellings_tenure"),
    ("dwelling_needs", {"rooms_min": 0}, "ck_dwelling_needs_rooms_min"),
    ("marital_statuses", {"status": "engaged"}, "ck_marital_statuses_status"),
    ("person_roles", {"role": "tenant"}, "ck_person_roles_role"),
    ("person_roles", {"starts_on": DAY, "ends_on": BEFORE}, "ck_person_roles_term"),
    ("participations", {"activity": ""}, "ck_participations_has_activity"),
    ("participations", {"ends_on": BEFORE}, "ck_participations_term"),
    ("marketing_permissions", {"channel": "fax"}, "ck_marketing_permissions_channel"),
    ("marketing_permissions", {"decision": "maybe"}, "ck_marketing_permissions_decision"),
    ("marketing_permissions", {"given_on": DAY, "ends_on": BEFORE}, "ck_marketing_permissions_term"),
    ("rents", {"kind": "heating"}, "ck_rents_kind"),
    ("rents", {"amount_cents_per_month": -1}, "ck_rents_amount_cents_per_month"),
    ("rents", {"valid_from": DAY, "valid_until": BEFORE}, "ck_rents_validity"),
    ("charges", {"kind": "gift"}, "ck_charges_kind"),
    ("charges", {"amount_cents": 0}, "ck_charges_amount_cents"),
    ("payments", {"amount_cents": 0}, "ck_payments_amount_cents"),
    ("deposits", {"kind": "gold"}, "ck_deposits_kind"),
    ("deposits", {"amount_cents": 0}, "ck_deposits_amount_cents"),
    ("deposits", {"returned_on": DAY, "returned_cents": -1}, "ck_deposits_returned_cents"),
    ("deposits", {"returned_cents": 1}, "ck_deposits_returned_has_day"),
    ("deposits", {"received_on": DAY, "returned_on": BEFORE}, "ck_deposits_term"),
    ("reminders", {"level": 0}, "ck_reminders_level"),
    ("reminders", {"amount_cents": -1}, "ck_reminders_amount_cents"),
    ("reminders", {"fee_cents": -1}, "ck_reminders_fee_cents"),
    ("reminders", {"due_on": BEFORE}, "ck_reminders_term"),
    ("contacts", {"kind": "dream"}, "ck_contacts_kind"),
    ("contacts", {"direction": "up"}, "ck_contacts_direction"),
    ("fault_reports", {"state": "lost"}, "ck_fault_reports_state"),
    ("fault_reports", {"closed_on": date(2026, 3, 1)}, "ck_fault_reports_closed_is_over"),
    ("fault_reports", {"state": "done", "closed_on": BEFORE}, "ck_fault_reports_term"),
)


def test_impossible_rows_are_refused(whole_register: Database) -> None:
    with whole_register.begin() as session:
        for table, change, name in REFUSED:
            statement = update(_table(table)).where(_one(session, table)).values(change)
            assert re.search(rf"{name}\b", _refusal(session, statement)), name


def test_a_natural_key_is_there_once(whole_register: Database) -> None:
    """Also where a part of it is open: a second row with the same key is refused, whatever else it says."""
    with whole_register.begin() as session:
        for name in sorted({table for table, _, _ in REFUSED} - {"persons", "buildings", "apartments"}):
            table = _table(name)
            row = session.execute(select(table).where(_one(session, name))).one()._asdict()
            del row["id"]
            assert "unique" in _refusal(session, insert(table).values(row)).lower(), name
            if "valid_from" in table.c and table.c.valid_from.nullable:
                session.execute(delete(table).where(table.c.valid_from.is_(None)))
                row["valid_from"] = None
                session.execute(insert(table).values(row))
                assert "unique" in _refusal(session, insert(table).values(row)).lower(), name


def test_two_persons_may_not_have_one_identity_code(whole_register: Database) -> None:
    table = _table("persons")
    columns = [table.c.identity_code_sealed, table.c.identity_code_index, table.c.identity_code_key_version]
    with whole_register.begin() as session:
        code = session.execute(select(*columns).where(_one(session, "persons"))).one()._asdict()
        statement = update(table).where(table.c.person_no == "P-0003").values(code)
        assert "identity_code_index" in _refusal(session, statement)


def test_amounts_beyond_32_bits_are_kept(whole_register: Database) -> None:
    with whole_register.begin() as session:
        session.execute(update(_table("charges")).where(_one(session, "charges")).values(amount_cents=2**40))
    with whole_register.read() as session:
        assert 2**40 in session.scalars(select(_table("charges").c.amount_cents)).all()


def test_moments_of_contacts_are_aware(whole_register: Database) -> None:
    with whole_register.read() as session:
        moments = session.scalars(select(_table("contacts").c.at)).all()
    assert datetime(2026, 3, 2, 9, 0, tzinfo=UTC) in moments
    assert all(moment.tzinfo is UTC for moment in moments)


def _refusal(session: Session, statement: Executable) -> str:
    """Give the words in which the database refuses a statement, and go on as if it had not been tried."""
    with pytest.raises(sqlalchemy.exc.IntegrityError) as refusal, session.begin_nested():
        session.execute(statement)
    return str(refusal.value.orig)


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _one(session: Session, name: str) -> ColumnElement[bool]:
    """Choose a row of a table: Eero Korhonen's, where it is about persons."""
    table = _table(name)
    query = select(table.c.id).order_by(table.c.id).limit(1)
    if name == "persons":
        query = query.where(table.c.id == person_id(session, "P-0002"))
    return table.c.id.in_(session.scalars(query).all())
