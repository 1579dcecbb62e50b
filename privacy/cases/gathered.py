"""What a case gathers about its subject: plain frozen values from which the copy is made. They do no input or output.

Names of sections and facts are codes; ``privacy.cases.words`` says them in the subject's language. Staff is
``employee 1`` and so on (``StaffAlias``), the same person with the same number throughout one gathering: names of
staff are told on a decision alone (CJEU C-579/21). A partner's people are none of the staff: their organisation is a
recipient, and a recipient is named (GDPR 15(1)(c), CJEU C-154/21).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class SubjectKind(StrEnum):
    """Whom a case is about."""

    CUSTOMER = "customer"
    EMPLOYEE = "employee"


class FactKind(StrEnum):
    """How the value of a fact is read: ``CODE`` is a word of the product, ``MONEY`` an int of cents, ``DAY`` a date.

    ``MOMENT`` is an aware datetime in UTC, ``YES_NO`` a bool, ``NUMBER`` an int, ``TEXT`` a str as it is.
    """

    TEXT = "text"
    CODE = "code"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    MOMENT = "moment"
    YES_NO = "yes-no"


@dataclass(frozen=True, slots=True, repr=False)
class GatheredFact:
    """One thing that is kept, e.g. ``valid_from``; ``value`` None is: nothing is kept there."""

    name: str
    kind: FactKind
    value: str | int | bool | date | datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class GatheredSection:
    """Entries of one kind, e.g. ``phone_numbers``; each is a row of facts with the same names in the same order.

    ``hides_others`` where something of it is left out because it would tell where another person lives (turvakielto).
    """

    name: str
    entries: tuple[tuple[GatheredFact, ...], ...]
    hides_others: bool = False


@dataclass(frozen=True, slots=True)
class StaffAlias:
    """A member of the staff as the subject is told of him; ``number`` counts from 1 in the order of first mention."""

    number: int


@dataclass(frozen=True, slots=True)
class RecipientName:
    """A partner whose people looked or listened, as the subject is told of it: the organisation, and no person."""

    organisation: str


@dataclass(frozen=True, slots=True)
class GatheredDisclosure:
    """What was played to the caller before recording; ``sha256`` is of the audio that was played."""

    name: str
    language: str
    sha256: str
    started_at: datetime
    is_complete: bool


@dataclass(frozen=True, slots=True)
class GatheredListening:
    """One listening to a call: under which purpose (names by language: fi, sv, en), and how much was heard.

    ``by`` is None where the subject himself listened.
    """

    first_at: datetime
    last_at: datetime
    purpose: str
    purpose_names: tuple[tuple[str, str], ...]
    heard_bytes: int
    heard_ms: int
    is_export: bool
    by: StaffAlias | RecipientName | None


@dataclass(frozen=True, slots=True, repr=False)
class GatheredNote:
    """A note that a decision put beside a call or a person's data (rectification)."""

    written_at: datetime
    text: str
    case_no: str


@dataclass(frozen=True, slots=True)
class GatheredAudio:
    """The recording as plain FLAC: two channels, left the customer, right the agent."""

    sha256: str
    samples: int
    sample_rate_hz: int
    channels: int


@dataclass(frozen=True, slots=True, repr=False)
class GatheredCall:
    """A call that belongs to the copy. ``answered_by`` is None where nobody answered, or the subject himself did.

    ``number`` is the customer's number, E.164, for a customer's own copy alone (None in an employee's copy: it is
    another's); ``audio`` is None where nothing was recorded, or it was deleted since.
    """

    call_id: str
    direction: str
    service_name: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    duration_ms: int | None
    state: str
    reason: str
    number: str | None
    answered_by: StaffAlias | None
    audio: GatheredAudio | None
    disclosures: tuple[GatheredDisclosure, ...]
    notes: tuple[GatheredNote, ...]
    listenings: tuple[GatheredListening, ...]


@dataclass(frozen=True, slots=True)
class GatheredLookUp:
    """One look at the subject's data: when, for what and at what.

    ``what`` is an audit's action, ``field`` the one that was revealed if any, ``purpose_names`` are by language.
    """

    at: datetime
    what: str
    field: str | None
    purpose: str | None
    purpose_names: tuple[tuple[str, str], ...]
    by: StaffAlias | RecipientName | None


@dataclass(frozen=True, slots=True, repr=False)
class GatheredCase:
    """A case of the subject, this one too; ``kind``, ``state`` and ``outcome`` are codes, ``reasons`` as decided.

    ``request`` is what was asked, ``notes`` what its handlers wrote about it, oldest first.
    """

    case_no: str
    kind: str
    received_on: date
    state: str
    outcome: str | None
    decided_at: datetime | None
    reasons: str
    request: str
    notes: tuple[GatheredNote, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Gathered:
    """Everything that a subject's copy holds; ``language`` is fi, sv or en."""

    case_no: str
    subject_kind: SubjectKind
    subject_name: str
    language: str
    gathered_at: datetime
    sections: tuple[GatheredSection, ...]
    calls: tuple[GatheredCall, ...]
    notes: tuple[GatheredNote, ...]
    look_ups: tuple[GatheredLookUp, ...]
    cases: tuple[GatheredCase, ...]
