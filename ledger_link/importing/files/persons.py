"""The files of persons: who they are and how to reach them."""

from ledger_link.importing.file_schema import Column, FileSchema, Periods, RowRule, Unique, Values, table_of
from ledger_link.importing.files.keys import OPEN_VALID_FROM, PERSON, VALID_FROM, VALID_UNTIL, VALIDITY, choice
from ledger_link.importing.kinds import (
    COUNTRY,
    DOCUMENT_NUMBER,
    EMAIL,
    FLAG,
    FOREIGN_POSTAL_CODE,
    IDENTITY_CODE,
    KEY,
    LONG_TEXT,
    NAME,
    NUMBER,
    TEXT,
    one_of,
)
from ledger_link.importing.times import DAY
from ledger_link.tables.addresses import AddressKind, PersonAddressRow
from ledger_link.tables.emails import EmailAddressRow
from ledger_link.tables.guardianships import GuardianshipRow
from ledger_link.tables.persons import Language, PersonRow, PhoneNumberRow
from ledger_link.tables.travel_documents import TRAVEL_DOCUMENT_FIELD, TravelDocumentKind, TravelDocumentRow
from ledger_link.values.identity_code import IDENTITY_CODE_FIELD
from ledger_link.values.names import call_names_of, search_name


def _call_name_is_a_first_name(values: Values) -> bool:
    call_name, first_names = values.get("call_name"), values.get("first_names")
    return call_name is None or first_names is None or call_name in call_names_of(str(first_names))


def _with_search_name(values: Values) -> Values:
    first_names, surname = str(values["first_names"]), str(values["surname"])
    call_name = str(values["call_name"] or first_names.split(maxsplit=1)[0])
    search = search_name(first_names=first_names, call_name=call_name, surname=surname)
    return {**values, "call_name": call_name, "search_name": search}


PERSONS = FileSchema(
    file="persons.csv",
    table=table_of(PersonRow),
    key=("person_no",),
    columns=(
        Column("person_no", KEY, "never an identity code", required=True),
        Column("first_names", NAME, "all first names, with spaces between", required=True),
        Column("call_name", NAME, "one of the first names, or half of one with a hyphen; empty: the first one"),
        Column("surname", NAME, required=True),
        Column(
            "non_disclosure",
            FLAG,
            "whether there is a non-disclosure order (turvakielto). It has no default: forgetting it would disclose "
            "an address",
            required=True,
        ),
        Column("birth_date", DAY),
        Column("language", one_of(Language), "in which the person wants to be served"),
        Column(
            "identity_code", IDENTITY_CODE, "kept sealed; no two persons have the same", sealed_as=IDENTITY_CODE_FIELD
        ),
    ),
    rules=(
        RowRule(
            column="call_name",
            wrong="none of the first names",
            expected="one of the first names, or nothing for the first of them",
            holds=_call_name_is_a_first_name,
        ),
    ),
    uniques=(
        Unique(
            called="identity code",
            column="identity_code",
            columns=("identity_code_index",),
            parked={"identity_code_sealed": None, "identity_code_index": None, "identity_code_key_version": None},
            expected="an identity code of this person alone",
        ),
    ),
    derived=("search_name",),
    derive=_with_search_name,
)

PHONE_NUMBERS = FileSchema(
    file="phone_numbers.csv",
    table=table_of(PhoneNumberRow),
    key=("person_no", "number", "valid_from"),
    columns=(
        PERSON,
        Column(
            "number",
            NUMBER,
            "as people write it, `040 123 4567`, `+358 (0)40 123 4567`, `00358401234567`; kept as E.164, with the "
            "raw text beside it",
            required=True,
            stored_as="e164",
            raw_as="raw",
        ),
        OPEN_VALID_FROM,
        VALID_UNTIL,
    ),
    about="A number may belong to several persons, and a person may have several. To end a number, give its row with "
    "`valid_until`.",
    rules=VALIDITY,
    whereabouts=True,
)

EMAIL_ADDRESSES = FileSchema(
    file="email_addresses.csv",
    table=table_of(EmailAddressRow),
    key=("person_no", "address", "valid_from"),
    columns=(PERSON, Column("address", EMAIL, required=True), OPEN_VALID_FROM, VALID_UNTIL),
    about="Kept as it is written; capitals make no other address.",
    rules=VALIDITY,
    whereabouts=True,
    caseless=frozenset({"address"}),
)

PERSON_ADDRESSES = FileSchema(
    file="person_addresses.csv",
    table=table_of(PersonAddressRow),
    key=("person_no", "kind", "valid_from"),
    columns=(
        PERSON,
        choice("kind", AddressKind),
        Column("street_address", TEXT, required=True),
        Column("postal_code", FOREIGN_POSTAL_CODE, empty=""),
        Column("city", TEXT, empty=""),
        Column("country", COUNTRY, "empty: `FI`", empty="FI"),
        OPEN_VALID_FROM,
        VALID_UNTIL,
    ),
    about="Where a person lives and gets letters, beside the address of a lease; the periods of one kind do not "
    "overlap.",
    rules=VALIDITY,
    periods=(
        Periods(within=("person_id", "kind"), first="valid_from", last="valid_until", called="address of this kind"),
    ),
    whereabouts=True,
)

TRAVEL_DOCUMENTS = FileSchema(
    file="travel_documents.csv",
    table=table_of(TravelDocumentRow),
    key=("person_no", "kind", "issuer"),
    columns=(
        PERSON,
        choice("kind", TravelDocumentKind),
        Column("issuer", COUNTRY, "the country that gave it", required=True),
        Column("number", DOCUMENT_NUMBER, "kept sealed", required=True, sealed_as=TRAVEL_DOCUMENT_FIELD),
        Column("valid_until", DAY),
    ),
    about="For persons without a Finnish identity code.",
)

GUARDIANSHIPS = FileSchema(
    file="guardianships.csv",
    table=table_of(GuardianshipRow),
    key=("person_no", "valid_from"),
    columns=(
        PERSON,
        Column("guardian_name", TEXT, required=True),
        Column("guardian_phone", NUMBER, stored_as="guardian_e164", raw_as="guardian_phone_raw"),
        Column("guardian_email", EMAIL),
        Column("scope", LONG_TEXT, "in what the guardian acts", required=True),
        VALID_FROM,
        VALID_UNTIL,
    ),
    rules=VALIDITY,
    whereabouts=True,
)
