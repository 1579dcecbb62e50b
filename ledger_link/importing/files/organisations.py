"""The files of organisations: employers and others, with their switchboards."""

from ledger_link.importing.file_schema import Column, FileSchema, Values, table_of
from ledger_link.importing.files.keys import OPEN_VALID_FROM, VALID_UNTIL, VALIDITY
from ledger_link.importing.kinds import KEY, NUMBER, TEXT, matching
from ledger_link.importing.value_kind import ValueKind
from ledger_link.tables.organisations import OrganisationNumberRow, OrganisationRow
from ledger_link.values.business_id import is_business_id
from ledger_link.values.names import folded

_BUSINESS_ID = ValueKind(
    "a business id; one with a wrong check digit is kept and flagged",
    matching(r"(FI)?[0-9]{5,8}-?[0-9]", "no business id"),
)


def _derived(values: Values) -> Values:
    business_id = values.get("business_id")
    is_valid = isinstance(business_id, str) and is_business_id(business_id)
    return {**values, "business_id_valid": is_valid, "search_name": folded(str(values["name"]))}


ORGANISATIONS = FileSchema(
    file="organisations.csv",
    table=table_of(OrganisationRow),
    key=("organisation_no",),
    columns=(
        Column("organisation_no", KEY, required=True),
        Column("name", TEXT, required=True),
        Column("business_id", _BUSINESS_ID, "kept as written"),
    ),
    derived=("business_id_valid", "search_name"),
    derive=_derived,
)

ORGANISATION_NUMBERS = FileSchema(
    file="organisation_numbers.csv",
    table=table_of(OrganisationNumberRow),
    key=("organisation_no", "number", "valid_from"),
    columns=(
        Column("organisation_no", KEY, required=True, stored_as="organisation_id", refers_to="organisations.csv"),
        Column("number", NUMBER, "of the switchboard", required=True, stored_as="e164", raw_as="raw"),
        OPEN_VALID_FROM,
        VALID_UNTIL,
    ),
    rules=VALIDITY,
)
