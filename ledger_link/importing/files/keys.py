"""Columns that many files have: the keys of other files, and periods."""

from ledger_link.importing.file_schema import Column
from ledger_link.importing.kinds import KEY
from ledger_link.importing.times import DAY

PERSON = Column("person_no", KEY, "whose it is", required=True, stored_as="person_id", refers_to="persons.csv")
LEASE = Column("lease_no", KEY, required=True, stored_as="lease_id", refers_to="leases.csv")
APARTMENT = Column("apartment_no", KEY, required=True, stored_as="apartment_id", refers_to="apartments.csv")
VALID_UNTIL = Column("valid_until", DAY, "the last day; empty: until further notice")
OPEN_VALID_FROM = Column("valid_from", DAY, "the first day; empty: always so far")
VALID_FROM = Column("valid_from", DAY, "the first day", required=True)
STARTS_ON = Column("starts_on", DAY, "the first day", required=True)
ENDS_ON = Column("ends_on", DAY, "the last day; empty: until further notice")
