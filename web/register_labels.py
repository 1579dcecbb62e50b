"""What the words of the customer register are called before people. Translated when shown."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from ledger_link.tables.addresses import AddressKind
from ledger_link.tables.assets import AssetKind
from ledger_link.tables.charges import ChargeKind
from ledger_link.tables.contacts import ContactDirection, ContactKind
from ledger_link.tables.credit_checks import CreditResult
from ledger_link.tables.deposits import DepositKind
from ledger_link.tables.dwellings import Tenure
from ledger_link.tables.employments import EmploymentNature
from ledger_link.tables.fault_reports import FaultState
from ledger_link.tables.incomes import IncomeKind
from ledger_link.tables.leases import PartyRole
from ledger_link.tables.marital_statuses import MaritalStatus
from ledger_link.tables.marketing_permissions import MarketingChannel, MarketingDecision
from ledger_link.tables.person_roles import OwnRole
from ledger_link.tables.persons import Language
from ledger_link.tables.rents import RentKind
from ledger_link.tables.travel_documents import TravelDocumentKind
from rights.register.register_finding import Within

Words = dict[str, LazyString]

LABELS: dict[str, Words] = {
    "person_roles": {
        PartyRole.TENANT: _l("Tenant"),
        PartyRole.CO_TENANT: _l("Co-tenant"),
        PartyRole.JOINT_PAYER: _l("Joint payer"),
        PartyRole.OTHER_OCCUPANT: _l("Other occupant"),
        OwnRole.APPLICANT: _l("Lease applicant"),
        OwnRole.POSSIBLE_BUYER: _l("Possible buyer"),
    },
    "spoken": {
        Language.FINNISH: _l("Finnish"),
        Language.SWEDISH: _l("Swedish"),
        Language.ENGLISH: _l("English"),
        Language.OTHER: _l("Other language"),
    },
    "address_kinds": {AddressKind.HOME: _l("Home address"), AddressKind.POSTAL: _l("Postal address")},
    "documents": {
        TravelDocumentKind.PASSPORT: _l("Passport"),
        TravelDocumentKind.IDENTITY_CARD: _l("Identity card"),
        TravelDocumentKind.RESIDENCE_PERMIT: _l("Residence permit"),
        TravelDocumentKind.OTHER: _l("Other travel document"),
    },
    "employments": {
        EmploymentNature.PERMANENT: _l("Permanent"),
        EmploymentNature.FIXED_TERM: _l("Fixed-term"),
        EmploymentNature.PART_TIME: _l("Part-time"),
        EmploymentNature.SELF_EMPLOYED: _l("Self-employed"),
        EmploymentNature.STUDENT: _l("Student"),
        EmploymentNature.RETIRED: _l("Retired"),
        EmploymentNature.UNEMPLOYED: _l("Unemployed"),
        EmploymentNature.OTHER: _l("Other employment"),
    },
    "incomes": {
        IncomeKind.SALARY: _l("Salary"),
        IncomeKind.PENSION: _l("Pension"),
        IncomeKind.BENEFIT: _l("Benefit"),
        IncomeKind.CAPITAL: _l("Capital income"),
        IncomeKind.OTHER: _l("Other income"),
    },
    "assets": {
        AssetKind.SAVINGS: _l("Savings"),
        AssetKind.PROPERTY: _l("Property"),
        AssetKind.VEHICLE: _l("Vehicle"),
        AssetKind.DEBT: _l("Debt"),
        AssetKind.OTHER: _l("Other assets"),
    },
    "credit_results": {
        CreditResult.CLEAR: _l("No entries"),
        CreditResult.ENTRIES: _l("Payment default entries"),
        CreditResult.NOT_FOUND: _l("Not found in the credit register"),
    },
    "tenures": {
        Tenure.RENTED: _l("Rented dwelling"),
        Tenure.OWNED: _l("Owned dwelling"),
        Tenure.RIGHT_OF_OCCUPANCY: _l("Right-of-occupancy dwelling"),
        Tenure.WITH_RELATIVES: _l("With relatives"),
        Tenure.NONE: _l("No dwelling"),
        Tenure.OTHER: _l("Other dwelling"),
    },
    "marital_statuses": {
        MaritalStatus.UNMARRIED: _l("Unmarried"),
        MaritalStatus.MARRIED: _l("Married"),
        MaritalStatus.REGISTERED_PARTNERSHIP: _l("Registered partnership"),
        MaritalStatus.COHABITING: _l("Cohabiting"),
        MaritalStatus.DIVORCED: _l("Divorced"),
        MaritalStatus.SEPARATED: _l("Separated"),
        MaritalStatus.WIDOWED: _l("Widowed"),
        MaritalStatus.UNKNOWN: _l("Marital status not known"),
    },
    "channels": {
        MarketingChannel.PHONE: _l("Telephone"),
        MarketingChannel.SMS: _l("Text message"),
        MarketingChannel.EMAIL: _l("E-mail"),
        MarketingChannel.POST: _l("Post"),
    },
    "marketing": {MarketingDecision.PERMIT: _l("Permitted"), MarketingDecision.BAN: _l("Banned")},
    "rents": {
        RentKind.RENT: _l("Rent"),
        RentKind.WATER: _l("Water charge"),
        RentKind.SAUNA: _l("Sauna"),
        RentKind.PARKING: _l("Parking place"),
        RentKind.OTHER: _l("Other rent"),
    },
    "charges": {
        ChargeKind.RENT: _l("Rent"),
        ChargeKind.WATER: _l("Water charge"),
        ChargeKind.PARKING: _l("Parking place"),
        ChargeKind.DAMAGE: _l("Compensation for damage"),
        ChargeKind.FEE: _l("Reminder fee"),
        ChargeKind.OTHER: _l("Other charge"),
    },
    "deposits": {
        DepositKind.CASH: _l("Cash deposit"),
        DepositKind.BANK_GUARANTEE: _l("Bank guarantee"),
        DepositKind.SOCIAL_GUARANTEE: _l("Guarantee of the social services"),
        DepositKind.OTHER: _l("Other deposit"),
    },
    "contacts": {
        ContactKind.CALL: _l("Telephone call"),
        ContactKind.VISIT: _l("Visit"),
        ContactKind.LETTER: _l("Letter"),
        ContactKind.EMAIL: _l("E-mail"),
        ContactKind.SMS: _l("Text message"),
        ContactKind.OTHER: _l("Other contact"),
    },
    "directions": {ContactDirection.IN: _l("From the customer"), ContactDirection.OUT: _l("To the customer")},
    "fault_states": {
        FaultState.OPEN: _l("Open"),
        FaultState.IN_PROGRESS: _l("Being repaired"),
        FaultState.DONE: _l("Repaired"),
        FaultState.REJECTED: _l("Rejected"),
    },
    "within": {
        Within.ALL: _l("Everything"),
        Within.PERSONS: _l("Persons"),
        Within.LEASES: _l("Leases"),
        Within.APARTMENTS: _l("Apartments"),
        Within.ORGANISATIONS: _l("Organisations"),
    },
}
"""The words of each enumeration, by the name that templates know it by."""

PERSON_ROLES = LABELS["person_roles"]
WITHIN = LABELS["within"]
