"""Columns that many files have, and their rules: the keys of other files, kinds, periods."""

from enum import StrEnum

from ledger_link.importing.amounts import MONEY
from ledger_link.importing.file_schema import Column, in_order
from ledger_link.importing.kinds import KEY, one_of
from ledger_link.importing.times import DAY

PERSON = Column("person_no", KEY, "whose it is", required=True, stored_as="person_id", refers_to="persons.csv")
LEASE = Column("lease_no", KEY, required=True, stored_as="lease_id", refers_to="leases.csv")
APARTMENT = Column("apartment_no", KEY, required=True, stored_as="apartment_id", refers_to="apartments.csv")
VALID_UNTIL = Column("valid_until", DAY, "the last day; empty: until further notice")
OPEN_VALID_FROM = Column("valid_from", DAY, "the first day; empty: always so far")
VALID_FROM = Column("valid_from", DAY, "the first day", required=True)
STARTS_ON = Column("starts_on", DAY, "the first day", required=True)
ENDS_ON = Column("ends_on", DAY, "the last day; empty: until further notice")
VALIDITY = (in_order("valid_from", "valid_until"),)
TERM = (in_order("starts_on", "ends_on"),)


def choice(name: str, values: type[StrEnum]) -> Column:
    """Give the required column that holds one of some values."""
    return Column(name, one_of(values), required=True)


def sum_per_month(kinds: type[StrEnum]) -> tuple[Column, Column]:
    """Give the columns of a sum a month, and of what it is for."""
    amount = Column("amount_per_month", MONEY, required=True, stored_as="amount_cents_per_month")
    return choice("kind", kinds), amount
