"""The files of how persons live: work, income, credit, dwelling, family, roles, permissions."""

from ledger_link.importing.amounts import MONEY
from ledger_link.importing.file_schema import Column, FileSchema, Periods, in_order, table_of
from ledger_link.importing.files.keys import (
    ENDS_ON,
    OPEN_VALID_FROM,
    PERSON,
    STARTS_ON,
    TERM,
    VALID_FROM,
    VALID_UNTIL,
    VALIDITY,
    choice,
    sum_per_month,
)
from ledger_link.importing.kinds import COUNT, KEY, LONG_TEXT, TEXT
from ledger_link.importing.times import DAY
from ledger_link.tables.assets import AssetKind, AssetRow
from ledger_link.tables.credit_checks import CreditCheckRow, CreditResult
from ledger_link.tables.dwellings import DwellingNeedRow, DwellingRow, Tenure
from ledger_link.tables.employments import EmploymentNature, EmploymentRow
from ledger_link.tables.incomes import IncomeKind, IncomeRow
from ledger_link.tables.marital_statuses import MaritalStatus, MaritalStatusRow
from ledger_link.tables.marketing_permissions import MarketingChannel, MarketingDecision, MarketingPermissionRow
from ledger_link.tables.participations import ParticipationRow
from ledger_link.tables.person_roles import OwnRole, PersonRoleRow

_SOURCE = Column("source", TEXT, "where this was told", empty="")
_RECORDED_ON = Column("recorded_on", DAY, required=True)

EMPLOYMENTS = FileSchema(
    file="employments.csv",
    table=table_of(EmploymentRow),
    key=("person_no", "employer_name", "starts_on"),
    columns=(
        PERSON,
        Column("employer_name", TEXT, "empty where there is none", empty=""),
        Column(
            "organisation_no",
            KEY,
            "the employer, where it is in the register",
            stored_as="organisation_id",
            refers_to="organisations.csv",
        ),
        Column("occupation", TEXT, empty=""),
        choice("nature", EmploymentNature),
        STARTS_ON,
        ENDS_ON,
    ),
    rules=TERM,
    whereabouts=True,
)

INCOMES = FileSchema(
    file="incomes.csv",
    table=table_of(IncomeRow),
    key=("person_no", "kind", "valid_from"),
    columns=(
        PERSON,
        *sum_per_month(IncomeKind),
        _SOURCE,
        VALID_FROM,
        VALID_UNTIL,
    ),
    rules=VALIDITY,
)

ASSETS = FileSchema(
    file="assets.csv",
    table=table_of(AssetRow),
    key=("person_no", "kind", "recorded_on"),
    columns=(
        PERSON,
        choice("kind", AssetKind),
        Column("value", MONEY, "of a debt: what is owed, not below zero", required=True, stored_as="value_cents"),
        _SOURCE,
        _RECORDED_ON,
    ),
)

CREDIT_CHECKS = FileSchema(
    file="credit_checks.csv",
    table=table_of(CreditCheckRow),
    key=("person_no", "source", "checked_on"),
    columns=(
        PERSON,
        Column("source", TEXT, "e.g. `Asiakastieto`", required=True),
        choice("result", CreditResult),
        Column("note", LONG_TEXT, empty=""),
        Column("checked_on", DAY, required=True),
    ),
)

DWELLINGS = FileSchema(
    file="dwellings.csv",
    table=table_of(DwellingRow),
    key=("person_no", "recorded_on"),
    columns=(
        PERSON,
        choice("tenure", Tenure),
        Column("description", LONG_TEXT, empty=""),
        _RECORDED_ON,
    ),
    about="How a person lived when he applied.",
    whereabouts=True,
)

DWELLING_NEEDS = FileSchema(
    file="dwelling_needs.csv",
    table=table_of(DwellingNeedRow),
    key=("person_no", "recorded_on"),
    columns=(
        PERSON,
        Column("reason", LONG_TEXT, empty=""),
        Column("rooms_min", COUNT),
        Column("municipality", TEXT),
        Column("wanted_from", DAY),
        _RECORDED_ON,
    ),
    whereabouts=True,
)

MARITAL_STATUSES = FileSchema(
    file="marital_statuses.csv",
    table=table_of(MaritalStatusRow),
    key=("person_no", "valid_from"),
    columns=(PERSON, choice("status", MaritalStatus), OPEN_VALID_FROM, VALID_UNTIL),
    about="The periods of one person do not overlap.",
    rules=VALIDITY,
    periods=(Periods(within=("person_id",), first="valid_from", last="valid_until", called="marital status"),),
)

PERSON_ROLES = FileSchema(
    file="person_roles.csv",
    table=table_of(PersonRoleRow),
    key=("person_no", "role", "starts_on"),
    columns=(PERSON, choice("role", OwnRole), STARTS_ON, ENDS_ON, Column("note", LONG_TEXT)),
    about="Roles without a lease; those in leases are in `lease_parties.csv`.",
    rules=TERM,
)

PARTICIPATIONS = FileSchema(
    file="participations.csv",
    table=table_of(ParticipationRow),
    key=("person_no", "activity", "starts_on"),
    columns=(
        PERSON,
        Column("activity", TEXT, "e.g. `Asukastoimikunta`", required=True),
        Column("part", TEXT, "as what, e.g. `puheenjohtaja`", empty=""),
        STARTS_ON,
        ENDS_ON,
    ),
    rules=TERM,
    whereabouts=True,
)

MARKETING_PERMISSIONS = FileSchema(
    file="marketing_permissions.csv",
    table=table_of(MarketingPermissionRow),
    key=("person_no", "channel", "given_on"),
    columns=(
        PERSON,
        choice("channel", MarketingChannel),
        choice("decision", MarketingDecision),
        _SOURCE,
        Column("given_on", DAY, required=True),
        ENDS_ON,
    ),
    about="Direct-marketing permits and bans; the newest in force on a day is what counts.",
    rules=(in_order("given_on", "ends_on"),),
)
