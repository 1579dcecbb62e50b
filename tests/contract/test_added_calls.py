"""Calls put into a case by hand: those of somebody whom the register does not know, or of a number that it does not."""

import re
from http import HTTPStatus
from pathlib import Path

import pytest
from fixtures_cases import NUMBER, PrivacyDesk
from fixtures_rights import SEE_ALL, SEE_OWN
from fixtures_web import Viewer
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError
from ledger_link.linking.link_decisions import decide as decide_link
from privacy.cases.added_calls import CallFault, add_call, fault_of_call
from privacy.cases.board import view_case
from privacy.cases.carrying_out import carry_out_restriction
from privacy.cases.case import row_of
from privacy.cases.case_calls import FoundBy, calls_of_case
from privacy.cases.case_words import CaseKind, Outcome
from privacy.cases.found_calls import drop_strange_calls
from privacy.cases.gathering import gather
from privacy.cases.handling import decide
from privacy.copies.copy_rows import CopyCallRow, CopyRow
from privacy.copies.copy_state import CopyState
from rights.access.actor import Actor
from rights.access.approvals import ask
from rights.access.deeds import Deed
from rights.access.tasks import Task
from rights.listening.restrictions import restrictions_of_case
from rights.tables import AuditRow
from storage.vault.key_ring import KeyRing

UNKNOWN = "+358409999999"
CASES = "/privacy/cases"
COPY = "00000000-0000-7000-8000-000000000001"


@pytest.fixture
def finder(desk: PrivacyDesk) -> Actor:
    """Somebody who handles cases and sees every call."""
    return desk.office.actor(desk.office.add_account("liisa", Task.HANDLE_CASES, SEE_ALL))


def call_of(desk: PrivacyDesk, number: str) -> str:
    return desk.office.add_call(agent_id=desk.office.sanna_id, caller_e164=number)


def put(desk: PrivacyDesk, case_no: str, call_id: str, *, by: Actor) -> None:
    with desk.office.database.begin() as session:
        add_call(session, case_no, call_id, reason="Numero ja aika täsmäävät.", by=by, clock=desk.office.clock)


def test_a_stranger_gets_the_calls_that_are_his(desk: PrivacyDesk, finder: Actor, tmp_path: Path) -> None:
    call_id, case_no = call_of(desk, UNKNOWN), desk.open(stranger="Veikko Vieras").case_no
    put(desk, case_no, call_id, by=finder)
    keys = KeyRing.create(tmp_path / "keys")
    database, clock = desk.office.database, desk.office.clock
    viewed = view_case(database, finder, case_no, clock=clock)
    assert [(call.call_id, call.found_by, call.is_included) for call in viewed.calls] == [
        (call_id, FoundBy.ADDED, True)
    ]
    assert Outcome.NOTHING_KEPT not in viewed.outcomes
    with database.begin() as session:
        drop_strange_calls(session, row_of(session, case_no))
        assert [call.call_id for call in gather(session, keys, case_no, clock=clock).calls] == [call_id]
        audited = session.scalars(select(AuditRow).where(AuditRow.call_id == call_id)).one()
        assert (audited.action, audited.login) == ("case-changed", "liisa")


def test_only_a_call_that_he_sees_and_that_is_nobody_elses_is_added(desk: PrivacyDesk, finder: Actor) -> None:
    mine, hers = call_of(desk, UNKNOWN), call_of(desk, NUMBER)
    case_no = desk.open(stranger="Veikko Vieras").case_no
    blind = desk.office.actor(desk.office.add_account("sokea", Task.HANDLE_CASES, SEE_OWN))
    with desk.office.database.read() as session:
        row = row_of(session, case_no)
        assert fault_of_call(session, row, mine, by=blind) is CallFault.NOT_SEEN
        assert fault_of_call(session, row, "no call", by=finder) is CallFault.NOT_SEEN
        assert fault_of_call(session, row, hers, by=finder) is CallFault.ANOTHERS
        assert fault_of_call(session, row, mine, by=finder) is None
    with pytest.raises(NotFoundError):
        put(desk, case_no, mine, by=blind)
    with pytest.raises(BadDataError):
        put(desk, case_no, hers, by=finder)
    put(desk, case_no, mine, by=finder)
    with pytest.raises(BadDataError):
        put(desk, case_no, mine, by=finder)


def test_nothing_is_added_after_the_decision_nor_to_an_employees_case(desk: PrivacyDesk, finder: Actor) -> None:
    call_id, decided = call_of(desk, UNKNOWN), desk.open(stranger="Veikko Vieras").case_no
    with desk.office.database.begin() as session:
        decide(session, decided, outcome=Outcome.NOTHING_KEPT, reasons="Ei ole.", by=finder, clock=desk.office.clock)
    employees = desk.open(agent_id=desk.office.mikko_id).case_no
    for case_no in (decided, employees):
        with pytest.raises(BadDataError):
            put(desk, case_no, call_id, by=finder)


def test_a_call_that_was_found_to_be_anothers_is_corrected_first(desk: PrivacyDesk, finder: Actor) -> None:
    call_id, case_no = call_of(desk, NUMBER), desk.open(stranger="Veikko Vieras").case_no
    with desk.office.database.begin() as session:
        decide_link(session, call_id, (), decided_by="liisa", clock=desk.office.clock)
    put(desk, case_no, call_id, by=finder)
    with desk.office.database.read() as session:
        assert [call.call_id for call in calls_of_case(session, row_of(session, case_no).id)] == [call_id]


def test_a_strangers_calls_are_restricted_one_by_one(desk: PrivacyDesk, finder: Actor) -> None:
    call_id, clock = call_of(desk, UNKNOWN), desk.office.clock
    case_no = desk.open(CaseKind.RESTRICTION, stranger="Veikko Vieras").case_no
    put(desk, case_no, call_id, by=finder)
    with desk.office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.GRANTED, reasons="Selvitetään.", by=finder, clock=clock)
        carry_out_restriction(session, case_no, by=finder, clock=clock)
        assert [one.subject.call_id for one in restrictions_of_case(session, case_no)] == [call_id]


def test_who_approves_the_copy_is_told_how_many_calls_nothing_else_links(viewer: Viewer) -> None:
    desk, clock = PrivacyDesk(viewer.office), viewer.office.clock
    finder = desk.office.actor(desk.office.add_account("liisa", Task.HANDLE_CASES, SEE_ALL))
    call_id, case_no = call_of(desk, UNKNOWN), desk.open(stranger="Veikko Vieras").case_no
    put(desk, case_no, call_id, by=finder)
    with desk.office.database.begin() as session:
        kept = CopyRow(
            id=COPY,
            case_no=case_no,
            state=CopyState.ORDERED,
            recipient="age1x",
            ordered_by="liisa",
            ordered_at=clock.now(),
            attempts=0,
            done_calls=0,
            all_calls=1,
        )
        session.add(kept)
        session.flush()
        session.add(CopyCallRow(copy_id=COPY, call_id=call_id, masks=0))
        detail = {"copy": COPY, "sha256": "c" * 64}
        ask(session, deed=Deed.DELIVER_COPY, subject=case_no, reason="x", by=finder, clock=clock, detail=detail)
    page = viewer.browser("arvo", Task.APPROVE_EXPORTS).get("/approvals/", headers={"Accept-Language": "fi"}).text
    assert re.search(r"Lisätty käsin</dt>\s*<dd[^>]*>\s*1\s*<", page)


def test_it_is_added_on_the_page_of_the_case(viewer: Viewer) -> None:
    desk = PrivacyDesk(viewer.office)
    officer = viewer.browser("liisa", Task.HANDLE_CASES, SEE_ALL)
    blind = viewer.browser("sokea", Task.HANDLE_CASES)
    mine, hers = call_of(desk, UNKNOWN), call_of(desk, NUMBER)
    at = f"{CASES}/{desk.open(stranger='Veikko Vieras').case_no}"
    assert "add-call" in officer.get(at).text
    assert "add-call" not in blind.get(at).text
    for wrong in ({"call": hers, "text": "x"}, {"call": "x", "text": "x"}, {"call": mine, "text": ""}, {}):
        assert officer.post(f"{at}/add-call", wrong).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    told = {"call": f" {mine}\u200b ", "text": "Sanoi soittaneensa tästä numerosta."}
    assert blind.post(f"{at}/add-call", told).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    copied = {**told, "call": f" https://puhelut.example/calls/{mine}?from=haku "}  # from the address bar
    assert officer.post(f"{at}/add-call", copied).status_code == HTTPStatus.SEE_OTHER
    page = officer.get(at).text
    assert f"/calls/{mine}" in page
    assert "Sanoi soittaneensa tästä numerosta." in page
    assert hers not in page


def test_who_decides_after_the_handler_that_another_called_is_heard(desk: PrivacyDesk, finder: Actor) -> None:
    office, case_no = desk.office, desk.open(stranger="Veikko Vieras").case_no
    hers, nobodys = call_of(desk, UNKNOWN), call_of(desk, UNKNOWN)
    for call_id in (hers, nobodys):
        put(desk, case_no, call_id, by=finder)
    kaino = office.add_person("Kaino", "Salo", "+358401000077")
    office.clock.advance(minutes=1)
    with office.database.begin() as session:
        decide_link(session, hers, (kaino,), decided_by="tiina", clock=office.clock)
        decide_link(session, nobodys, (), decided_by="tiina", clock=office.clock)  # of no one in the register
    with office.database.begin() as session:
        row = row_of(session, case_no)
        drop_strange_calls(session, row)
        assert [call.call_id for call in calls_of_case(session, row.id)] == [nobodys]
