"""The files of the register, in the order in which they depend on one another (docs/ref/register-import.md)."""

from ledger_link.importing.files.circumstances import (
    ASSETS,
    CREDIT_CHECKS,
    DWELLING_NEEDS,
    DWELLINGS,
    EMPLOYMENTS,
    INCOMES,
    MARITAL_STATUSES,
    MARKETING_PERMISSIONS,
    PARTICIPATIONS,
    PERSON_ROLES,
)
from ledger_link.importing.files.events import CONTACTS, FAULT_REPORTS
from ledger_link.importing.files.housing import APARTMENTS, BUILDINGS, LEASE_PARTIES, LEASES, RENTS
from ledger_link.importing.files.ledger import CHARGES, DEPOSITS, PAYMENTS, REMINDERS
from ledger_link.importing.files.organisations import ORGANISATION_NUMBERS, ORGANISATIONS
from ledger_link.importing.files.persons import (
    EMAIL_ADDRESSES,
    GUARDIANSHIPS,
    PERSON_ADDRESSES,
    PERSONS,
    PHONE_NUMBERS,
    TRAVEL_DOCUMENTS,
)

FILES = (
    BUILDINGS,
    APARTMENTS,
    ORGANISATIONS,
    ORGANISATION_NUMBERS,
    PERSONS,
    PHONE_NUMBERS,
    EMAIL_ADDRESSES,
    PERSON_ADDRESSES,
    TRAVEL_DOCUMENTS,
    GUARDIANSHIPS,
    EMPLOYMENTS,
    INCOMES,
    ASSETS,
    CREDIT_CHECKS,
    DWELLINGS,
    DWELLING_NEEDS,
    MARITAL_STATUSES,
    PERSON_ROLES,
    PARTICIPATIONS,
    MARKETING_PERMISSIONS,
    LEASES,
    LEASE_PARTIES,
    RENTS,
    CHARGES,
    PAYMENTS,
    DEPOSITS,
    REMINDERS,
    CONTACTS,
    FAULT_REPORTS,
)
SCHEMAS = {schema.file: schema for schema in FILES}
