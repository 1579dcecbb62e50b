"""Which part of a time line is asked for: the calls that may be seen, and the place from which older ones are told."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, true

from calls.errors import BadDataError, TallenneError
from calls.identity import parse_call_id
from ledger_link.tables.contacts import ContactRow
from storage.database.calls import CallRow

PAGE_ENTRIES = 100
"""Entries of a time line on one page."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_YEARS = range(1900, 2102)
_WRITTEN = re.compile(r"(?P<at>[0-9]{1,16})-(?P<id>[0-9a-f-]{1,36})")
_MAX_CONTACT_ID = 2**31 - 1  # INTEGER of PostgreSQL


@dataclass(frozen=True, slots=True)
class TimeLinePlace:
    """The last entry of a page: a contact (``contact_id``) or a call (``call_id``) at a moment in UTC.

    Of one moment the calls are told before the contacts, each the larger id first. A place grants nothing: every page
    is selected by permission anew.
    """

    at: datetime
    call_id: str | None = None
    contact_id: int | None = None

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // _MICROSECOND}-{self.call_id or self.contact_id}"

    def has_calls(self) -> ColumnElement[bool]:
        """Say in SQL which calls come after it on the line."""
        if self.call_id is None:
            return CallRow.started_at < self.at
        return or_(CallRow.started_at < self.at, and_(CallRow.started_at == self.at, CallRow.id < self.call_id))

    def has_contacts(self) -> ColumnElement[bool]:
        """Say in SQL which contacts come after it on the line."""
        if self.contact_id is None:
            return ContactRow.at <= self.at
        return or_(ContactRow.at < self.at, and_(ContactRow.at == self.at, ContactRow.id < self.contact_id))


def parse_place(text: str) -> TimeLinePlace:
    """Read what ``str(place)`` wrote; raise BadDataError for anything else."""
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise _no_place()
    try:
        at = _EPOCH + int(written["at"]) * _MICROSECOND
        is_contact = written["id"].isdecimal()
        place = TimeLinePlace(
            at,
            call_id=None if is_contact else parse_call_id(written["id"]),
            contact_id=int(written["id"]) if is_contact else None,
        )
    except (TallenneError, OverflowError) as error:
        raise _no_place() from error
    if at.year not in _YEARS or (place.contact_id or 0) > _MAX_CONTACT_ID:
        raise _no_place()
    return place


def _no_place() -> BadDataError:
    return BadDataError(what="not a page of this list", remedy="start from its first page")


@dataclass(frozen=True, slots=True)
class TimeLineWindow:
    """The calls that may be seen, as a condition on ``calls``, and what page of the line is asked for.

    The condition is part of the question: a page that was cut before it would hide older calls that may be seen.
    """

    seen: ColumnElement[bool]
    before: TimeLinePlace | None = None

    def calls(self) -> ColumnElement[bool]:
        """Say in SQL which calls belong to it."""
        return self.seen if self.before is None else and_(self.seen, self.before.has_calls())

    def contacts(self) -> ColumnElement[bool]:
        """Say in SQL which contacts belong to it."""
        return true() if self.before is None else self.before.has_contacts()


NEWEST_OF_ALL = TimeLineWindow(true())
"""The first page, for who may see every call."""
