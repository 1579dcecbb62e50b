"""What another register answers over HTTP, checked before anything of it is believed: docs/ref/register-http.md."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from stdnum.fi import hetu

from calls.phone import to_e164
from ledger_link.tables.leases import PartyRole

MAX_ROWS = 10_000  # of anything in one answer

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


def _no_identity_code(text: str) -> str:
    if hetu.is_valid(text, allow_temporary=True):
        raise ValueError("a personal identity code where a key is expected")
    return text


def _e164(text: str) -> str:
    if to_e164(text) != text:
        raise ValueError("no number in E.164")
    return text


_Key = Annotated[str, StringConstraints(pattern=r"^[\w./-]{1,64}$"), AfterValidator(_no_identity_code)]
_Number = Annotated[str, AfterValidator(_e164)]


class _Message(BaseModel):
    """Fields that we do not know are passed over, so that a register may tell more than we ask."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class PersonMessage(_Message):
    """A person; ``person_no`` is the other register's key."""

    person_no: _Key
    first_names: _Text
    call_name: _Text
    surname: _Text
    non_disclosure: bool


class LeaseTermMessage(_Message):
    """From when to when (both included) somebody is party to a lease."""

    lease_no: _Key
    starts_on: date
    ends_on: date | None = None


class HolderMessage(_Message):
    """That somebody has, or had, a number; with every lease he was ever party to."""

    person: PersonMessage
    valid_from: date | None = None
    valid_until: date | None = None
    leases: Annotated[tuple[LeaseTermMessage, ...], Field(max_length=MAX_ROWS)] = ()


class EmployeeMessage(_Message):
    """Somebody who works, or worked, behind a switchboard."""

    person: PersonMessage
    starts_on: date
    ends_on: date | None = None


class SwitchboardMessage(_Message):
    """That a number is, or was, an organisation's."""

    organisation_no: _Key
    name: _Text
    valid_from: date | None = None
    valid_until: date | None = None
    employees: Annotated[tuple[EmployeeMessage, ...], Field(max_length=MAX_ROWS)] = ()


class NumberMessage(_Message):
    """All that the register says of one number; nothing at all for one that it does not know."""

    holders: Annotated[tuple[HolderMessage, ...], Field(max_length=MAX_ROWS)] = ()
    switchboards: Annotated[tuple[SwitchboardMessage, ...], Field(max_length=MAX_ROWS)] = ()


class NumbersMessage(_Message):
    """The answer to ``POST /numbers``."""

    numbers: dict[_Number, NumberMessage]


class CardNumberMessage(_Message):
    """A number that is a person's on the day of the card."""

    number: _Number
    valid_from: date | None = None
    valid_until: date | None = None


class CardPartyMessage(_Message):
    """Somebody else in a lease of the card."""

    person: PersonMessage
    role: PartyRole


class CardLeaseMessage(_Message):
    """A person's part in a lease; days are of the part."""

    lease_no: _Key
    role: PartyRole
    starts_on: date
    ends_on: date | None = None
    address: _Text | None = None
    others: Annotated[tuple[CardPartyMessage, ...], Field(max_length=MAX_ROWS)] = ()


class CardMessage(_Message):
    """The answer to ``POST /card``."""

    person: PersonMessage
    numbers: Annotated[tuple[CardNumberMessage, ...], Field(max_length=MAX_ROWS)] = ()
    leases: Annotated[tuple[CardLeaseMessage, ...], Field(max_length=MAX_ROWS)] = ()


class HitMessage(_Message):
    """A person found."""

    person: PersonMessage
    addresses: tuple[_Text, ...] = ()
    has_hidden_address: bool = False


class HitsMessage(_Message):
    """The answer to ``POST /persons/search``."""

    persons: Annotated[tuple[HitMessage, ...], Field(max_length=MAX_ROWS)] = ()
