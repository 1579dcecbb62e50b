"""What a person's record is made of. Days are both included, None is open; ``is_current`` is as of the record's day."""

from dataclasses import dataclass
from datetime import date

from ledger_link.tables.fault_reports import FaultState


@dataclass(frozen=True, slots=True)
class PhoneNumberPart:
    """A telephone number, E.164."""

    e164: str
    valid_from: date | None
    valid_until: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class EmailPart:
    """An e-mail address."""

    address: str
    valid_from: date | None
    valid_until: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class AddressPart:
    """A person's own address; ``kind`` is an ``AddressKind``."""

    kind: str
    street_address: str
    postal_code: str
    city: str
    country: str
    valid_from: date | None
    valid_until: date | None
    is_current: bool

    @property
    def text(self) -> str:
        """The address on one line; the country stands there when it is not Finland."""
        country = "" if self.country == "FI" else f", {self.country}"
        return f"{self.street_address}, {self.postal_code} {self.city}".rstrip() + country


@dataclass(frozen=True, slots=True)
class TravelDocumentPart:
    """A travel document without its number; ``kind`` is a ``TravelDocumentKind``."""

    id: int
    kind: str
    issuer: str
    valid_until: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class GuardianshipPart:
    """Who acts for the person, and how to reach the guardian."""

    guardian_name: str
    guardian_e164: str | None
    guardian_email: str | None
    scope: str
    valid_from: date
    valid_until: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class EmploymentPart:
    """An employment; ``nature`` is an ``EmploymentNature``."""

    employer_name: str
    organisation_id: int | None
    occupation: str
    nature: str
    starts_on: date
    ends_on: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class IncomePart:
    """An income a month; ``kind`` is an ``IncomeKind``."""

    kind: str
    amount_cents_per_month: int
    source: str
    valid_from: date
    valid_until: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class AssetPart:
    """What was owned or owed when it was recorded; ``kind`` is an ``AssetKind``."""

    kind: str
    value_cents: int
    source: str
    recorded_on: date
    is_current: bool


@dataclass(frozen=True, slots=True)
class CreditCheckPart:
    """What a source of credit data said; ``result`` is a ``CreditResult``."""

    source: str
    result: str
    note: str
    checked_on: date
    is_current: bool


@dataclass(frozen=True, slots=True)
class DwellingPart:
    """How the person lived when it was recorded; ``tenure`` is a ``Tenure``."""

    tenure: str
    description: str
    recorded_on: date
    is_current: bool


@dataclass(frozen=True, slots=True)
class DwellingNeedPart:
    """What dwelling the person needed when it was recorded."""

    reason: str
    rooms_min: int | None
    municipality: str | None
    wanted_from: date | None
    recorded_on: date
    is_current: bool


@dataclass(frozen=True, slots=True)
class MaritalStatusPart:
    """A marital status; ``status`` is a ``MaritalStatus``."""

    status: str
    valid_from: date | None
    valid_until: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class OwnRolePart:
    """A role without a lease; ``role`` is an ``OwnRole``."""

    role: str
    note: str | None
    starts_on: date
    ends_on: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class RolePart:
    """A role of the person, in a lease or without one; ``role`` is an ``OwnRole`` or a ``PartyRole``."""

    role: str
    starts_on: date
    ends_on: date | None
    is_current: bool
    lease_id: int | None = None
    lease_no: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ParticipationPart:
    """What the person took part in, and as what."""

    activity: str
    part: str
    starts_on: date
    ends_on: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class MarketingPermissionPart:
    """A permit or a ban of a channel: ``MarketingChannel``, ``MarketingDecision``; the newest is the one in force."""

    channel: str
    decision: str
    source: str
    given_on: date
    ends_on: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class FaultReportPart:
    """A fault of the person's home, or that he reported himself (``is_own``).

    ``apartment_id`` is None where its address is protected.
    """

    id: int
    fault_no: str
    apartment_id: int | None
    reported_on: date
    subject: str
    state: str
    closed_on: date | None
    is_own: bool

    @property
    def is_open(self) -> bool:
        """Whether it waits for its repair on the day of the record."""
        return self.closed_on is None and self.state in {FaultState.OPEN, FaultState.IN_PROGRESS}
