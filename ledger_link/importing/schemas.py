"""The files of the register, in the order in which they depend on one another (docs/ref/register-import.md)."""

from datetime import date
from typing import cast

from sqlalchemy import Table

from ledger_link.buildings import ApartmentRow, BuildingRow
from ledger_link.importing.file_schema import Column, FileSchema, RowRule, Values
from ledger_link.importing.value_kind import (
    DAY,
    DOOR_NUMBER,
    ENTRANCE,
    FLAG,
    KEY,
    NAME,
    NUMBER,
    POSTAL_CODE,
    ROLE,
    SUB_LETTER,
    TEXT,
)
from ledger_link.leases import LeasePartyRow, LeaseRow
from ledger_link.names import call_names_of, search_name
from ledger_link.persons import PersonRow, PhoneNumberRow
from storage.database.base import Base


def _table(row: type[Base]) -> Table:
    return cast("Table", row.__table__)


def _in_order(first: str, last: str) -> RowRule:
    def holds(values: Values) -> bool:
        begin, end = values.get(first), values.get(last)
        return not (isinstance(begin, date) and isinstance(end, date)) or begin <= end

    return RowRule(column=last, wrong=f"before {first}", expected=f"a day on or after {first}", holds=holds)


def _call_name_is_a_first_name(values: Values) -> bool:
    call_name, first_names = values.get("call_name"), values.get("first_names")
    return call_name is None or first_names is None or call_name in call_names_of(str(first_names))


def _with_search_name(values: Values) -> Values:
    first_names, surname = str(values["first_names"]), str(values["surname"])
    call_name = str(values["call_name"] or first_names.split(maxsplit=1)[0])
    search = search_name(first_names=first_names, call_name=call_name, surname=surname)
    return {**values, "call_name": call_name, "search_name": search}


BUILDINGS = FileSchema(
    file="buildings.csv",
    table=_table(BuildingRow),
    key=("building_no",),
    columns=(
        Column("building_no", KEY, required=True),
        Column("name", TEXT, empty=""),
        Column("street_address", TEXT, required=True),
        Column("postal_code", POSTAL_CODE, required=True),
        Column("city", NAME, required=True),
    ),
)

APARTMENTS = FileSchema(
    file="apartments.csv",
    table=_table(ApartmentRow),
    key=("apartment_no",),
    columns=(
        Column("apartment_no", KEY, required=True),
        Column("building_no", KEY, required=True, stored_as="building_id", refers_to="buildings.csv"),
        Column("entrance", ENTRANCE, empty=""),
        Column("door_number", DOOR_NUMBER),
        Column("sub_letter", SUB_LETTER, empty=""),
    ),
)

PERSONS = FileSchema(
    file="persons.csv",
    table=_table(PersonRow),
    key=("person_no",),
    columns=(
        Column("person_no", KEY, required=True),
        Column("first_names", NAME, required=True),
        Column("call_name", NAME),
        Column("surname", NAME, required=True),
        Column("non_disclosure", FLAG, required=True),  # never by default: forgetting it would disclose an address
    ),
    rules=(
        RowRule(
            column="call_name",
            wrong="none of the first names",
            expected="one of the first names, or nothing for the first of them",
            holds=_call_name_is_a_first_name,
        ),
    ),
    derived=("search_name",),
    derive=_with_search_name,
)

PHONE_NUMBERS = FileSchema(
    file="phone_numbers.csv",
    table=_table(PhoneNumberRow),
    key=("person_no", "number", "valid_from"),
    columns=(
        Column("person_no", KEY, required=True, stored_as="person_id", refers_to="persons.csv"),
        Column("number", NUMBER, required=True, stored_as="e164", raw_as="raw"),
        Column("valid_from", DAY),
        Column("valid_until", DAY),
    ),
    rules=(_in_order("valid_from", "valid_until"),),
    derived=("raw",),
)

LEASES = FileSchema(
    file="leases.csv",
    table=_table(LeaseRow),
    key=("lease_no",),
    columns=(
        Column("lease_no", KEY, required=True),
        Column("apartment_no", KEY, required=True, stored_as="apartment_id", refers_to="apartments.csv"),
        Column("starts_on", DAY, required=True),
        Column("ends_on", DAY),
    ),
    rules=(_in_order("starts_on", "ends_on"),),
)

LEASE_PARTIES = FileSchema(
    file="lease_parties.csv",
    table=_table(LeasePartyRow),
    key=("lease_no", "person_no", "role", "starts_on"),
    columns=(
        Column("lease_no", KEY, required=True, stored_as="lease_id", refers_to="leases.csv"),
        Column("person_no", KEY, required=True, stored_as="person_id", refers_to="persons.csv"),
        Column("role", ROLE, required=True),
        Column("starts_on", DAY),
        Column("ends_on", DAY),
    ),
    rules=(_in_order("starts_on", "ends_on"),),
)

FILES = (BUILDINGS, APARTMENTS, PERSONS, PHONE_NUMBERS, LEASES, LEASE_PARTIES)
