"""What a search of calls asks for, and the same as SQL."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select

from calls.errors import BadDataError
from calls.outcome import CallState, Reason
from calls.phone import to_e164
from ledger_link.linking.linker import calls_of_customer
from ledger_link.tables.call_links import CallLinkPersonRow
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.decisions import is_decided_undisclosed
from ledger_link.undisclosed.numbers import undisclosed_numbers
from ledger_link.values.day import HELSINKI
from rights.calls.search_text import searchable
from storage.database.calls import CallRow

MAX_ID = 2**31 - 1  # INTEGER of PostgreSQL

_NO_DIGITS = re.compile(r"\D+")
_TEXTS = ("agent", "service", "number", "customer", "text")
_FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=HELSINKI)
_LAST_MOMENT = datetime(2101, 1, 1, tzinfo=HELSINKI)  # the end of the last day


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """All that is given must hold. ``from_at`` is included, ``to_at`` is not; texts are matched without case.

    ``number`` is a caller's number as anybody writes it, or a part of one; ``customer`` a part of a name in the
    register; ``text`` is the one-box search: a customer, a number, an agent's name, or a call's identity.

    Texts are tidied as ``searchable`` does. Raises BadDataError for what no database holds: a text that is none, a
    moment outside the years 2000 to 2100, an agent's id beyond 32 bits.
    """

    from_at: datetime | None = None
    to_at: datetime | None = None
    agent_id: int | None = None
    agent: str | None = None
    service: str | None = None
    number: str | None = None
    customer: str | None = None
    state: CallState | None = None
    reason: Reason | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        for name in _TEXTS:
            text = getattr(self, name)
            if text is not None:
                object.__setattr__(self, name, searchable(text, where=name))  # frozen, but not made yet
        for moment in (self.from_at, self.to_at):
            if moment is not None and not _FIRST_MOMENT <= moment <= _LAST_MOMENT:
                raise BadDataError(what="a day outside the years 2000 to 2100", where=moment.date().isoformat())
        if self.agent_id is not None and not 0 <= self.agent_id <= MAX_ID:
            raise BadDataError(what="no agent has such a number", where="agent")


def filtered(rows: Select[CallRow], wanted: CallFilter) -> Select[CallRow]:
    """Narrow a selection of calls to those that a filter asks for."""
    return rows.where(*_conditions(wanted))


def _conditions(wanted: CallFilter) -> list[ColumnElement[bool]]:
    exact = {
        CallRow.agent_id: wanted.agent_id,
        CallRow.state: wanted.state,
        CallRow.reason: wanted.reason,
        CallRow.service_number: _service(wanted.service),
    }
    conditions = [column == value for column, value in exact.items() if value is not None]
    if wanted.from_at is not None:
        conditions.append(CallRow.started_at >= wanted.from_at)
    if wanted.to_at is not None:
        conditions.append(CallRow.started_at < wanted.to_at)
    matched = (
        (wanted.agent, _of_agent),
        (wanted.number, _of_number),
        (wanted.customer, _of_customer),
        (wanted.text, _of_anything),
    )
    conditions += [condition(text.strip()) for text, condition in matched if text and text.strip()]
    return conditions


def _service(text: str | None) -> str | None:
    stripped = (text or "").strip()
    return (to_e164(stripped) or stripped) if stripped else None


def _of_customer(text: str) -> ColumnElement[bool]:
    return CallRow.id.in_(calls_of_customer(text))


def _of_agent(text: str) -> ColumnElement[bool]:
    return or_(CallRow.agent_aor == text, CallRow.agent_name.icontains(text, autoescape=True))


def _of_number(text: str) -> ColumnElement[bool]:
    """Match a number from its beginning where it has one (+358, 00, 0), else anywhere, or in what the network sent.

    No number, whole or in part, finds a call that is linked to a person under a non-disclosure order (turvakielto), or
    once was by a decision, nor one from a number such a person has or had: digit by digit a part would tell it, and
    the whole would confirm it.
    """
    number = to_e164(text) if text.startswith(("+", "0")) else None
    digits = _NO_DIGITS.sub("", text).lstrip("0")  # 040 and +35840 have 40 in common
    parts = [CallRow.caller_raw.icontains(text, autoescape=True)]
    for column in (CallRow.caller_e164, CallRow.dialled_e164):
        if number is not None:
            parts.append(column.startswith(number, autoescape=True))
        elif digits:
            parts.append(column.contains(digits, autoescape=True))
    return and_(
        or_(*parts),
        CallRow.id.not_in(_of_undisclosed()),
        ~is_decided_undisclosed(CallRow.id),
        or_(CallRow.caller_e164.is_(None), CallRow.caller_e164.not_in(undisclosed_numbers())),
        or_(CallRow.dialled_e164.is_(None), CallRow.dialled_e164.not_in(undisclosed_numbers())),
    )


def _of_undisclosed() -> Select[str]:
    return (
        select(CallLinkPersonRow.call_id)
        .join(PersonRow, PersonRow.id == CallLinkPersonRow.person_id)
        .where(PersonRow.non_disclosure)
    )


def _of_anything(text: str) -> ColumnElement[bool]:
    return or_(
        _of_customer(text),
        _of_agent(text),
        _of_number(text),
        CallRow.id == text.lower(),
        CallRow.sip_call_id == text,
    )
