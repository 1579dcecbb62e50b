"""Fifty kinds of damage in one folder: each is named with file, line and column, and no cell is told."""

import pytest
from fixtures_register import FolderMaker, import_into

from ledger_link.importing.problem import BadRegisterError
from storage.database.engine import Database

PERSON = "person_no,first_names,call_name,surname,non_disclosure,birth_date,language,identity_code\n"
TOLD_TO_NOBODY = "Salaperäinen"
LONG = "pitkä " * 200

# a file, its header, and its rows; beside each damaged row the column and what is wrong, None for a good one
DAMAGE: dict[str, tuple[str, list[tuple[str, str | None, str]]]] = {
    "buildings": (
        "building_no,street_address,postal_code,city,built_year",
        [
            ("T-1,Testitie 1,00100,Helsinki,1990", None, ""),
            ("T-2,Testitie 2,0010,Helsinki,", "postal_code", "no postal code"),
            ("T-3,,00100,Helsinki,", "street_address", "empty"),
            ("T-4,Testitie 4,00100,H3lsinki,", "city", "no name"),
            ("T 5,Testitie 5,00100,Helsinki,", "building_no", "no key"),
            ("T-1,Testitie 6,00100,Helsinki,", "building_no", "the same building_no as on line 2"),
            ("T-7,Testitie 7,00100,Helsinki,19905", "built_year", "no year"),
        ],
    ),
    "apartments": (
        "apartment_no,building_no,entrance,door_number,sub_letter,rooms,area_m2",
        [
            ("A-1,T-1,A,1,,2,45.5", None, ""),
            ("A-2,T-1,A,1,,,", "door_number", "the same address as line 2"),
            ("A-3,T-9,A,1,,,", "building_no", "no such building_no"),
            ("A-4,T-1,ABCD,1,,,", "entrance", "no entrance"),
            ("A-5,T-1,B,0,,,", "door_number", "no door number"),
            ("A-6,T-1,B,6,AB,,", "sub_letter", "no sub-letter"),
            ("A-7,T-1,B,7,,many,", "rooms", "no such number"),
            ('A-8,T-1,B,8,,,"45,5"', "area_m2", "no area"),
        ],
    ),
    "organisations": (
        "organisation_no,name,business_id",
        [("O-1,Nauhuri Oy,12345", "business_id", "no business id")],
    ),
    "persons": (
        PERSON.strip(),
        [
            ("P-1,Aino Maria,Aino,Virtanen,no,,fi,010190-900P", None, ""),
            ("P-2,Aino Maria,Anna,Virtanen,no,,,", "call_name", "none of the first names"),
            ("P-3,Aino,,Virtanen,perhaps,,,", "non_disclosure", "neither yes nor no"),
            ("P-4,Aino,,Virtanen,,,,", "non_disclosure", "empty"),
            ("131052-308T,Aino,,Virtanen,no,,,", "person_no", "a personal identity code"),
            ("P-6,Aino 010594Y9032,,Virtanen,no,,,", "first_names", "a personal identity code"),
            ("P-7,Aino,,Virtanen", "", "4 cells"),
            ("P-8,Aino,,Virtanen,no,2020-02-31,,", "birth_date", "no day of the calendar"),
            ("P-9,Aino,,Virtanen,no,,xx,", "language", "none of the values"),
            ("P-10,Aino,,Virtanen,no,,,131052-308U", "identity_code", "a wrong check character"),
            ("P-11,Aino,,Virtanen,no,,,131052A308T", "identity_code", "a birth in the future"),
            ("P-12,Aino,,Virtanen,no,,,010190Y999K", "identity_code", "a wrong check character"),
            ("P-13,Aino,,Virtanen,no,,,310252-308Y", "identity_code", "no day of birth, or no individual number"),
            ("P-14,Aino,,Virtanen,no,,,abc", "identity_code", "no identity code"),
            ("P-15,Aino,,Virtanen,no,,,010190-900P", "identity_code", "the same identity code as line 2"),
            (f"P-16,{TOLD_TO_NOBODY}\x07,,Virtanen,no,,,", "first_names", "a line break or control character"),
        ],
    ),
    "phone_numbers": (
        "person_no,number,valid_from,valid_until",
        [
            ("P-1,0401234567,2026-01-01,2025-12-31", "valid_until", "before valid_from"),
            ("P-1,123,,", "number", "no telephone number"),
            ("P-1,0401234567,31.2.2020,", "valid_from", "no day"),
            ("P-404,0401234567,,", "person_no", "no such person_no"),
        ],
    ),
    "email_addresses": ("person_no,address", [("P-1,aino(at)example", "address", "no e-mail address")]),
    "person_addresses": (
        "person_no,kind,street_address,country,valid_from,valid_until",
        [
            ("P-1,home,Testitie 1,Finland,,", "country", "no country"),
            ("P-1,home,Testitie 1,FI,2020-01-01,2022-12-31", None, ""),
            ("P-1,home,Testitie 2,FI,2022-12-31,", "valid_from", "overlaps the address of this kind of line 3"),
        ],
    ),
    "travel_documents": ("person_no,kind,issuer,number", [("P-1,passport,SE,#1", "number", "no document number")]),
    "credit_checks": (
        "person_no,source,result,note,checked_on",
        [(f"P-1,Asiakastieto,clear,{LONG},2020-01-01", "note", "too long")],
    ),
    "leases": (
        "lease_no,apartment_no,starts_on,ends_on,reference_number",
        [
            ("V-1,A-1,2020-01-01,2020-12-31,1234561", None, ""),
            ("V-2,A-1,2021-01-01,2020-12-31,", "ends_on", "before starts_on"),
            ("V-3,A-1,2021-01-01,,1234562", "reference_number", "a wrong check digit"),
            ("V-4,A-1,2021-01-01,,RF341234561", "reference_number", "the same reference_number as line 2"),
            ("V-5,A-1,1066-10-14,,", "starts_on", "no day between 1800 and 2200"),
        ],
    ),
    "lease_parties": (
        "lease_no,person_no,role,starts_on",
        [
            ("V-1,P-1,tenant,2019-12-31", "starts_on", "outside the lease"),
            ("V-1,P-1,owner,", "role", "none of the values"),
        ],
    ),
    "rents": (
        "lease_no,kind,amount_per_month,valid_from",
        [
            ('V-1,rent,"500,00",2020-01-01', "amount_per_month", "no amount of euros and cents"),
            ("V-1,rent,-1.00,2020-01-01", "amount_per_month", "below zero"),
        ],
    ),
    "charges": (
        "charge_no,lease_no,kind,due_on,amount",
        [
            ("C-1,V-1,rent,2020-01-05,0.00", "amount", "zero"),
            ("C-2,V-1,rent,2020-01-05,1.005", "amount", "no amount of euros and cents"),
        ],
    ),
    "payments": (
        "payment_no,reference_number,paid_on,amount",
        [("M-1,1234561,,10.00", "paid_on", "empty")],
    ),
    "deposits": (
        "deposit_no,lease_no,kind,amount,returned",
        [("D-1,V-1,cash,1.00,1.00", "returned_on", "empty beside an amount")],
    ),
    "reminders": (
        "reminder_no,lease_no,level,sent_on,due_on,amount",
        [("K-1,V-1,10,2020-01-01,2020-01-15,1.00", "level", "no level")],
    ),
    "contacts": (
        "contact_no,person_no,at,kind,direction",
        [
            ("Y-1,P-1,2020-01-01T25:00Z,visit,in", "at", "no moment of the calendar"),
            ("Y-2,P-1,yesterday,visit,in", "at", "no moment"),
        ],
    ),
    "fault_reports": (
        "fault_no,apartment_no,reported_on,subject,state,closed_on",
        [("F-1,A-1,2020-01-01,Hana,open,2020-01-02", "closed_on", "a day beside a report that is not over")],
    ),
    "colours": ("colour", [("red", None, "")]),
}


def wanted() -> list[tuple[str, int | None, str | None, str]]:
    told: list[tuple[str, int | None, str | None, str]] = [("colours.csv", None, None, "unknown file")]
    for name, (_, rows) in DAMAGE.items():
        for line, (_, column, what) in enumerate(rows, start=2):
            if column is not None:
                told.append((f"{name}.csv", line, column or None, what))
    return told


def test_fifty_kinds_of_damage_are_named(database: Database, make_folder: FolderMaker) -> None:
    files = {name: "\n".join((header, *(row for row, _, _ in rows), "")) for name, (header, rows) in DAMAGE.items()}
    with pytest.raises(BadRegisterError) as refused:
        import_into(database, make_folder(**files))
    found = refused.value.problems
    assert len(wanted()) >= 50
    assert [(one.file, one.line, one.column) for one in found] == [one[:3] for one in wanted()]
    for problem, (_, _, _, what) in zip(found, wanted(), strict=True):
        assert problem.what.startswith(what), (problem, what)
        assert problem.expected
    told = str(refused.value)
    for secret in (
        "131052",
        "308T",
        "010594",
        "9032",
        "Virtanen",
        TOLD_TO_NOBODY,
        "Aino",
        "0401234567",
        "H3lsinki",
        "010190",
    ):
        assert secret not in told, secret
