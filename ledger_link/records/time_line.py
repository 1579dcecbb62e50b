"""Contacts and linked calls on one time line, the newest first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from calls.outcome import Direction
from ledger_link.linking.link import LinkStatus
from ledger_link.records.time_line_window import PAGE_ENTRIES, TimeLinePlace, TimeLineWindow
from ledger_link.tables.call_links import CallLinkPersonRow, CallLinkRow
from ledger_link.tables.contacts import ContactDirection, ContactKind, ContactRow
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.concealment import Concealment
from ledger_link.undisclosed.decisions import is_decided_undisclosed
from ledger_link.values.day import end_of
from storage.database.calls import CallRow


@dataclass(frozen=True, slots=True)
class TimeLineEntry:
    """A contact (``contact_no``) or a call (``call_id``) at a moment in UTC; ``kind`` is a ``ContactKind``.

    A call may be shown to those alone who may see it: whose it was tells ``agent_id``.
    """

    at: datetime
    kind: str
    direction: str
    subject: str
    handled_by: str
    contact_no: str | None = None
    call_id: str | None = None
    agent_id: int | None = None
    duration_ms: int | None = None
    lease_id: int | None = None
    contact_id: int | None = None

    @property
    def place(self) -> TimeLinePlace:
        """Where on the line it stands."""
        return TimeLinePlace(self.at, call_id=self.call_id, contact_id=self.contact_id)


@dataclass(frozen=True, slots=True)
class TimeLinePage:
    """Entries of a time line, the newest first; ``older`` is where the next page begins, None where there is none."""

    entries: tuple[TimeLineEntry, ...]
    older: TimeLinePlace | None


def time_line_page(calls: tuple[TimeLineEntry, ...], contacts: tuple[TimeLineEntry, ...] = ()) -> TimeLinePage:
    """Make a page of what :func:`calls_where` and :func:`contacts_where` gave for one window."""
    # sorting keeps the order of calls before contacts, and that of each among themselves, within one moment
    entries = tuple(sorted((*calls, *contacts), key=lambda entry: entry.at, reverse=True))
    shown = entries[:PAGE_ENTRIES]
    return TimeLinePage(shown, shown[-1].place if len(entries) > PAGE_ENTRIES else None)


def contacts_where(
    session: Session, where: ColumnElement[bool], *, on: date, concealment: Concealment, window: TimeLineWindow
) -> tuple[TimeLineEntry, ...]:
    """Give contacts until the end of a day in Helsinki, one more than a page at most; one query."""
    rows = session.scalars(
        select(ContactRow)
        .where(where, ContactRow.at < end_of(on), window.contacts())
        .order_by(ContactRow.at.desc(), ContactRow.id.desc())
        .limit(PAGE_ENTRIES + 1)
    )
    return tuple(
        TimeLineEntry(
            at=row.at,
            kind=row.kind,
            direction=row.direction,
            subject=concealment.of(row.subject),
            handled_by=row.handled_by,
            contact_no=row.contact_no,
            contact_id=row.id,
            lease_id=row.lease_id,
        )
        for row in rows
    )


def calls_where(
    session: Session, where: ColumnElement[bool], *, on: date, window: TimeLineWindow
) -> tuple[TimeLineEntry, ...]:
    """Give calls until the end of a day whose link fulfils a condition on ``call_links``, if it is sure; one query.

    Sure is what one person alone can be, and what somebody decided. One more than a page is given at most.
    """
    sure = or_(CallLinkRow.status == LinkStatus.ONE.value, CallLinkRow.decided_by.is_not(None))
    rows = session.execute(
        select(
            CallRow.id,
            CallRow.started_at,
            CallRow.direction,
            CallRow.agent_name,
            CallRow.agent_id,
            CallRow.duration_ms,
            CallLinkRow.lease_id,
        )
        .join(CallLinkRow, CallLinkRow.call_id == CallRow.id)
        .where(where, sure, CallRow.started_at < end_of(on), window.calls())
        .order_by(CallRow.started_at.desc(), CallRow.id.desc())
        .limit(PAGE_ENTRIES + 1)
    )
    return tuple(
        TimeLineEntry(
            at=row.started_at,
            kind=ContactKind.CALL,
            direction=ContactDirection.IN if row.direction == Direction.INBOUND else ContactDirection.OUT,
            subject="",
            handled_by=row.agent_name or "",
            call_id=row.id,
            agent_id=row.agent_id,
            duration_ms=row.duration_ms,
            lease_id=row.lease_id,
        )
        for row in rows
    )


def calls_of_persons(person_ids: Collection[int]) -> Select[str]:
    """Select the ids of the calls that are linked to any of some persons."""
    return select(CallLinkPersonRow.call_id).where(CallLinkPersonRow.person_id.in_(sorted(person_ids)))


def is_of_undisclosed() -> ColumnElement[bool]:
    """Tell of a link in a query whether anybody with a turvakielto is linked to the call, or ever was by a decision."""
    linked = (
        select(CallLinkPersonRow.call_id)
        .join(PersonRow, PersonRow.id == CallLinkPersonRow.person_id)
        .where(CallLinkPersonRow.call_id == CallLinkRow.call_id, PersonRow.non_disclosure)
        .correlate(CallLinkRow)
        .exists()
    )
    return or_(linked, is_decided_undisclosed(CallLinkRow.call_id))
