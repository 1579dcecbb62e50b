"""What the record of a lease is made of. Days are both included, None is open; money is in cents."""

from dataclasses import dataclass
from datetime import date

from ledger_link.linking.link import LinkedPerson
from ledger_link.tables.leases import PartyRole


@dataclass(frozen=True, slots=True)
class PartyPart:
    """A person's part in the lease."""

    person: LinkedPerson
    role: PartyRole
    birth_date: date | None
    starts_on: date
    ends_on: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class RentPart:
    """What is paid a month; ``kind`` is a ``RentKind``."""

    kind: str
    amount_cents_per_month: int
    valid_from: date
    valid_until: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class DepositPart:
    """A deposit; ``kind`` is a ``DepositKind``. It is current from when it was received until it was returned."""

    deposit_no: str
    kind: str
    amount_cents: int
    received_on: date | None
    returned_on: date | None
    returned_cents: int | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class ReminderPart:
    """A reminder; the one of the highest ``level`` that was sent last is current."""

    reminder_no: str
    level: int
    sent_on: date
    due_on: date
    amount_cents: int
    fee_cents: int
    is_current: bool
