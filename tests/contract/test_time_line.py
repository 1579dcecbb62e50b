"""A time line, page by page: nothing twice, nothing left out, and no page cut before the permission of who asks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from fixtures_register import add_call
from fixtures_rights import ALL_CALLS, OWN_CALLS
from fixtures_statement import DAY, Statement
from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.errors import BadDataError
from ledger_link.records.person_record import person_record
from ledger_link.records.time_line import TimeLineEntry, TimeLinePage
from ledger_link.records.time_line_window import PAGE_ENTRIES, TimeLinePlace, parse_place
from ledger_link.tables.call_links import CallLinkPersonRow, CallLinkRow
from ledger_link.tables.contacts import ContactRow
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.marital_statuses import MaritalStatusRow
from ledger_link.tables.rents import RentRow
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.register.register_view import view_apartment, view_lease, view_person

NOON = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
PAGES = pytest.mark.parametrize("page", ["person", "lease", "apartment"])


def add_events(session: Session, statement: Statement, count: int, *, agent_id: int) -> None:
    """Add calls of an agent, linked to Helmi and about her lease, two at a moment; and a contact at every second."""
    for number in range(count):
        at = NOON + timedelta(seconds=number // 2)
        call = add_call(session, None, at=at)
        call.agent_id, call.state, call.reason = agent_id, "not_recorded", "no_answer"
        link = CallLinkRow(
            call_id=call.id,
            status="one",
            rule="decided",
            linked_at=at,
            decided_by="tiina",
            decided_at=at,
            lease_id=statement.lease_id,
        )
        session.add(link)
        session.flush()
        session.add(CallLinkPersonRow(call_id=call.id, person_id=statement.helmi_id, position=0))
        if number % 2:
            session.add(
                ContactRow(
                    contact_no=f"KX-{number}",
                    person_id=statement.helmi_id,
                    lease_id=statement.lease_id,
                    at=at,
                    kind="letter",
                    direction="out",
                    subject="kirje",
                    handled_by="",
                    source_digest=b"x",
                )
            )


def line_of(statement: Statement, actor: Actor, page: str, before: TimeLinePlace | None = None) -> TimeLinePage:
    database, clock = statement.office.database, statement.office.clock
    if page == "person":
        view = view_person(database, actor, statement.helmi_id, on=DAY, before=before, clock=clock)
        return view.record.time_line
    if page == "lease":
        return view_lease(database, actor, statement.lease_id, on=DAY, before=before, clock=clock).record.time_line
    viewed = view_apartment(database, actor, statement.apartment_id, on=DAY, before=before, clock=clock)
    return viewed.record.time_line


def whole_line(statement: Statement, actor: Actor, page: str) -> list[TimeLineEntry]:
    entries: list[TimeLineEntry] = []
    before: TimeLinePlace | None = None
    while True:
        line = line_of(statement, actor, page, before)
        entries += line.entries
        if line.older is None:
            return entries
        assert len(line.entries) == PAGE_ENTRIES
        before = parse_place(str(line.older))


@PAGES
def test_calls_that_others_answered_hide_none_of_ones_own(statement: Statement, page: str) -> None:
    """More calls of Mikko's than stand on a page are newer than the one that Sanna may see."""
    with statement.office.database.begin() as session:
        add_events(session, statement, PAGE_ENTRIES + 20, agent_id=statement.office.mikko_id)
    sanna = statement.actor("sanna", Task.VIEW_REGISTER, *OWN_CALLS, agent_id=statement.office.sanna_id)
    everybody = statement.actor("tiina", Task.VIEW_REGISTER, *ALL_CALLS)
    newest = {entry.call_id for entry in line_of(statement, everybody, page).entries}
    calls = {entry.call_id for entry in whole_line(statement, sanna, page)} - {None}
    assert calls == (set() if page == "lease" else {statement.sannas_call})
    assert statement.sannas_call not in newest


@PAGES
def test_paging_gives_everything_once_and_in_order(statement: Statement, page: str) -> None:
    with statement.office.database.begin() as session:
        add_events(session, statement, 2 * PAGE_ENTRIES + 7, agent_id=statement.office.sanna_id)
        linked = set(session.scalars(select(CallLinkPersonRow.call_id)))
        written = set(session.scalars(select(ContactRow.contact_no)))
    entries = whole_line(statement, statement.actor("tiina", Task.VIEW_REGISTER, *ALL_CALLS), page)
    assert len(entries) > 2 * PAGE_ENTRIES
    assert [entry.at for entry in entries] == sorted((entry.at for entry in entries), reverse=True)
    keys = [entry.call_id or entry.contact_no for entry in entries]
    assert len(set(keys)) == len(keys)
    if page == "person":
        assert set(keys) == linked | written


@pytest.mark.parametrize(
    "text", ["", "x", "12", "1-", "-1", "1-x", f"{10**16 - 1}-1", "1793613600000000-99999999999", "1-" + "a" * 36]
)
def test_what_is_no_place_on_the_line_is_refused(text: str) -> None:
    with pytest.raises(BadDataError, match="not a page"):
        parse_place(text)


def test_on_a_past_day_nothing_is_told_that_began_later(statement: Statement) -> None:
    """Of today what is to come is told, e.g. a rent that rises; of a past day nobody says that it was known then."""
    past, coming = date(2026, 3, 1), date(2027, 1, 1)
    with statement.office.database.begin() as session:
        rent = RentRow(lease_id=statement.lease_id, kind="rent", amount_cents_per_month=80_000, valid_from=coming)
        status = MaritalStatusRow(person_id=statement.helmi_id, status="divorced", valid_from=date(2026, 6, 1))
        for row in (rent, status):
            row.source_digest = b"x"
        session.add_all([rent, status])
        assert session.get_one(LeaseRow, statement.lease_id).starts_on < past
    database, clock = statement.office.database, statement.office.clock
    reader = statement.actor("reader", Task.VIEW_REGISTER)
    rents = {
        on: [
            each.valid_from
            for each in view_lease(database, reader, statement.lease_id, on=on, clock=clock).record.rents
        ]
        for on in (past, DAY)
    }
    assert coming in rents[DAY]
    assert coming not in rents[past]
    then = view_person(database, reader, statement.helmi_id, on=past, clock=clock).record
    assert "divorced" not in {each.status for each in then.marital_statuses}
    with database.read() as session:
        known = person_record(session, statement.helmi_id, on=past).marital_statuses
    assert "divorced" in {each.status for each in known}
