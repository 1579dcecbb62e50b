"""The tables of which a person's record is put together, and how each becomes a part of it."""

from ledger_link.records.part_table import TERM, VALIDITY, PartTable
from ledger_link.records.person_parts import (
    AddressPart,
    AssetPart,
    CreditCheckPart,
    DwellingNeedPart,
    DwellingPart,
    EmailPart,
    EmploymentPart,
    GuardianshipPart,
    IncomePart,
    MaritalStatusPart,
    MarketingPermissionPart,
    OwnRolePart,
    ParticipationPart,
    PhoneNumberPart,
    TravelDocumentPart,
)
from ledger_link.tables.addresses import PersonAddressRow
from ledger_link.tables.assets import AssetRow
from ledger_link.tables.credit_checks import CreditCheckRow
from ledger_link.tables.dwellings import DwellingNeedRow, DwellingRow
from ledger_link.tables.emails import EmailAddressRow
from ledger_link.tables.employments import EmploymentRow
from ledger_link.tables.guardianships import GuardianshipRow
from ledger_link.tables.incomes import IncomeRow
from ledger_link.tables.marital_statuses import MaritalStatusRow
from ledger_link.tables.marketing_permissions import MarketingPermissionRow
from ledger_link.tables.participations import ParticipationRow
from ledger_link.tables.person_roles import PersonRoleRow
from ledger_link.tables.persons import PhoneNumberRow
from ledger_link.tables.travel_documents import TravelDocumentRow

REACHED = {
    "numbers": PartTable(PhoneNumberPart, PhoneNumberRow, VALIDITY),
    "emails": PartTable(EmailPart, EmailAddressRow, VALIDITY),
    "addresses": PartTable(AddressPart, PersonAddressRow, VALIDITY),
    "employments": PartTable(EmploymentPart, EmploymentRow, TERM, texts=("employer_name", "occupation")),
}
"""How a person is reached, and where he works: nothing of it is told of somebody with a turvakielto."""

SHARED = {"numbers": "e164", "emails": "address", "addresses": "street_address"}
"""The columns that are told of nobody else either who has the same."""

KNOWN = {
    "travel_documents": PartTable(TravelDocumentPart, TravelDocumentRow, (None, "valid_until")),
    "guardianships": PartTable(
        GuardianshipPart, GuardianshipRow, VALIDITY, texts=("guardian_email", "guardian_e164", "scope")
    ),
    "incomes": PartTable(IncomePart, IncomeRow, VALIDITY, texts=("source",)),
    "assets": PartTable(
        AssetPart, AssetRow, ("recorded_on", None), newest_of=("kind",), texts=("source",), is_event=True
    ),
    "credit_checks": PartTable(
        CreditCheckPart, CreditCheckRow, ("checked_on", None), newest_of=("source",), texts=("note",), is_event=True
    ),
    "dwellings": PartTable(
        DwellingPart, DwellingRow, ("recorded_on", None), newest_of=(), texts=("description",), is_event=True
    ),
    "dwelling_needs": PartTable(
        DwellingNeedPart,
        DwellingNeedRow,
        ("recorded_on", None),
        newest_of=(),
        texts=("reason", "municipality"),
        is_event=True,
    ),
    "marital_statuses": PartTable(MaritalStatusPart, MaritalStatusRow, VALIDITY),
    "own_roles": PartTable(OwnRolePart, PersonRoleRow, TERM, texts=("note",)),
    "participations": PartTable(ParticipationPart, ParticipationRow, TERM, texts=("activity", "part"), is_event=True),
    "marketing_permissions": PartTable(
        MarketingPermissionPart,
        MarketingPermissionRow,
        ("given_on", "ends_on"),
        newest_of=("channel",),
        texts=("source",),
        is_event=True,
    ),
}
