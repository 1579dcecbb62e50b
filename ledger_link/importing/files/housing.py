"""The files of what is let and of who rents it: buildings, apartments, leases, their parties and their rents."""

from ledger_link.importing.amounts import AREA
from ledger_link.importing.file_schema import Column, FileSchema, Periods, Unique, table_of
from ledger_link.importing.files.keys import (
    APARTMENT,
    ENDS_ON,
    LEASE,
    PERSON,
    STARTS_ON,
    TERM,
    VALID_FROM,
    VALID_UNTIL,
    VALIDITY,
    choice,
    sum_per_month,
)
from ledger_link.importing.kinds import (
    COUNT,
    DOOR_NUMBER,
    ENTRANCE,
    KEY,
    NAME,
    POSTAL_CODE,
    SUB_LETTER,
    TEXT,
    YEAR,
)
from ledger_link.importing.references import REFERENCE
from ledger_link.importing.times import DAY
from ledger_link.tables.buildings import ApartmentRow, BuildingRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow, PartyRole
from ledger_link.tables.rents import RentKind, RentRow

BUILDINGS = FileSchema(
    file="buildings.csv",
    table=table_of(BuildingRow),
    key=("building_no",),
    columns=(
        Column("building_no", KEY, required=True),
        Column("name", TEXT, empty=""),
        Column("street_address", TEXT, "e.g. `Tallenteentie 4`", required=True),
        Column("postal_code", POSTAL_CODE, required=True),
        Column("city", NAME, required=True),
        Column("built_year", YEAR),
    ),
)

APARTMENTS = FileSchema(
    file="apartments.csv",
    table=table_of(ApartmentRow),
    key=("apartment_no",),
    columns=(
        Column("apartment_no", KEY, required=True),
        Column("building_no", KEY, required=True, stored_as="building_id", refers_to="buildings.csv"),
        Column("entrance", ENTRANCE, empty=""),
        Column("door_number", DOOR_NUMBER),
        Column("sub_letter", SUB_LETTER, empty=""),
        Column("rooms", COUNT),
        Column("area_m2", AREA, stored_as="area_m2_tenths"),
    ),
    about="Entrance, door number and sub-letter together are the apartment's part of the address, `B 34 a`; no two "
    "apartments of a building have the same. Apartments may swap theirs in one import.",
    uniques=(
        Unique(
            called="address",
            column="door_number",
            columns=("building_id", "entrance", "door_number", "sub_letter"),
            parked={"entrance": "#id", "door_number": None},
            expected="one apartment to an entrance, door number and sub-letter of a building",
        ),
    ),
)

LEASES = FileSchema(
    file="leases.csv",
    table=table_of(LeaseRow),
    key=("lease_no",),
    columns=(
        Column("lease_no", KEY, required=True),
        APARTMENT,
        STARTS_ON,
        ENDS_ON,
        Column("reference_number", REFERENCE, "what its tenants pay with; no two leases have the same"),
    ),
    rules=TERM,
    uniques=(
        Unique(
            called="reference_number",
            column="reference_number",
            columns=("reference_number",),
            parked={"reference_number": None},
            expected="a reference number of this lease alone",
        ),
    ),
)

LEASE_PARTIES = FileSchema(
    file="lease_parties.csv",
    table=table_of(LeasePartyRow),
    key=("lease_no", "person_no", "role", "starts_on"),
    columns=(
        LEASE,
        PERSON,
        choice("role", PartyRole),
        Column("starts_on", DAY, "a day of the lease; empty: its first day"),
        Column("ends_on", DAY, "a day of the lease; empty: its last day"),
    ),
    rules=TERM,
)

RENTS = FileSchema(
    file="rents.csv",
    table=table_of(RentRow),
    key=("lease_no", "kind", "valid_from"),
    columns=(
        LEASE,
        *sum_per_month(RentKind),
        VALID_FROM,
        VALID_UNTIL,
    ),
    about="What is paid a month; the periods of one kind of one lease do not overlap.",
    rules=VALIDITY,
    periods=(Periods(within=("lease_id", "kind"), first="valid_from", last="valid_until", called="rent of this kind"),),
)
