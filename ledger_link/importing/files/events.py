"""The files of what happened: contacts with persons, and faults of apartments."""

from ledger_link.importing.file_schema import Column, FileSchema, RowRule, Values, in_order, table_of
from ledger_link.importing.files.keys import APARTMENT, PERSON, choice
from ledger_link.importing.kinds import KEY, LONG_TEXT, TEXT, one_of
from ledger_link.importing.times import DAY, MOMENT
from ledger_link.tables.contacts import ContactDirection, ContactKind, ContactRow
from ledger_link.tables.fault_reports import FaultReportRow, FaultState


def _closed_is_over(values: Values) -> bool:
    return values.get("closed_on") is None or values.get("state") not in {FaultState.OPEN, FaultState.IN_PROGRESS}


CONTACTS = FileSchema(
    file="contacts.csv",
    table=table_of(ContactRow),
    key=("contact_no",),
    columns=(
        Column("contact_no", KEY, required=True),
        PERSON,
        Column("lease_no", KEY, stored_as="lease_id", refers_to="leases.csv"),
        Column("at", MOMENT, required=True),
        choice("kind", ContactKind),
        Column("direction", one_of(ContactDirection), "`in`: from the person", required=True),
        Column("subject", LONG_TEXT, empty=""),
        Column("handled_by", TEXT, empty=""),
    ),
    about="Contacts of before and beside this system; its own calls need no row.",
    whereabouts=True,
)

FAULT_REPORTS = FileSchema(
    file="fault_reports.csv",
    table=table_of(FaultReportRow),
    key=("fault_no",),
    columns=(
        Column("fault_no", KEY, required=True),
        APARTMENT,
        Column("person_no", KEY, "who reported it", stored_as="person_id", refers_to="persons.csv"),
        Column("reported_on", DAY, required=True),
        Column("subject", LONG_TEXT, required=True),
        choice("state", FaultState),
        Column("closed_on", DAY),
    ),
    rules=(
        in_order("reported_on", "closed_on"),
        RowRule(
            "closed_on", "a day beside a report that is not over", "nothing, or a state that is over", _closed_is_over
        ),
    ),
    whereabouts=True,
)
