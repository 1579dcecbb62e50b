"""Data subjects' cases from intake to the answer, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from fixtures_cases import NUMBER, PrivacyDesk
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError
from ledger_link.linking.link_decisions import decide as decide_link
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.concealment import CONCEALED
from privacy.cases.board import view_board, view_case
from privacy.cases.carrying_out import (
    ask_erasure,
    carry_out_erasure,
    carry_out_restriction,
    say_carried_out,
)
from privacy.cases.case import row_of
from privacy.cases.case_calls import FoundBy, calls_of_case, choose_call
from privacy.cases.case_rows import CaseEventRow
from privacy.cases.case_words import CaseKind, DeliveryWay, IdentityMethod, Outcome
from privacy.cases.clocks import Urgency
from privacy.cases.delivery import ReadyCopy, ask_for_delivery, deliveries_of, record_delivery
from privacy.cases.handlers import handled_row
from privacy.cases.handling import (
    add_note,
    ask_identity,
    assign,
    confirm_identity,
    decide,
    extend,
    reconsider,
    withdraw,
)
from privacy.cases.history import CaseEvent, history_of
from privacy.cases.intake import begin_own_case, own_cases
from privacy.cases.lifting import announce_lifting, lift_restrictions
from privacy.cases.moves import IllegalMoveError, State
from privacy.cases.subject_notes import add_subject_note, notes_beside_call, notes_beside_person
from privacy.retention.retention_rows import CallDeletionRow
from rights.access.approvals import decide as approve
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.listening.restrictions import blocked, restrictions_of_case
from rights.tables import AuditPersonRow, AuditRow
from storage.database.base import Base

COPY = ReadyCopy("7", "c" * 64)


def test_numbers_follow_each_other_and_begin_anew_with_the_year(desk: PrivacyDesk) -> None:
    numbers = [desk.open().case_no for _ in range(3)]
    assert numbers == ["T-2026-0001", "T-2026-0002", "T-2026-0003"]
    desk.office.clock.advance(days=365)
    assert desk.open().case_no == "T-2027-0001"


def test_requests_that_come_at_once_get_numbers_of_their_own(desk: PrivacyDesk) -> None:
    with ThreadPoolExecutor(max_workers=4) as together:
        numbers = sorted(case.case_no for case in together.map(lambda _: desk.open(), range(8)))
    assert numbers == [f"T-2026-000{number}" for number in range(1, 9)]


def test_a_request_starts_both_clocks_on_the_day_it_came(desk: PrivacyDesk) -> None:
    case = desk.open(received_on=desk.today - timedelta(days=3))
    assert case.state is State.IN_WORK
    assert (case.clocks.promised_on - case.received_on).days == 14
    assert case.clocks.promise_days_left(desk.today) == 11
    with pytest.raises(BadDataError, match="today or before"):
        desk.open(received_on=desk.today + timedelta(days=1))


def test_asking_for_identity_stops_the_clocks_and_nothing_else_does(desk: PrivacyDesk) -> None:
    case_no = desk.open(identity=None).case_no
    office = desk.office
    with office.database.begin() as session:
        ask_identity(session, case_no, reasons="Nimi ei riitä.", by=desk.officer, clock=office.clock)
    office.clock.advance(days=20)
    assert desk.case(case_no).clocks.urgency(desk.today) is Urgency.PAUSED
    with office.database.begin() as session:
        confirm_identity(session, case_no, method=IdentityMethod.DOCUMENT_SHOWN, by=desk.officer, clock=office.clock)
    case = desk.case(case_no)
    assert case.clocks.promise_days_left(desk.today) == 14
    assert case.identity is not None
    assert (case.identity.method, case.identity.by) == (IdentityMethod.DOCUMENT_SHOWN, "outi")


def test_a_clock_that_is_set_back_over_midnight_takes_no_day_from_anybody(desk: PrivacyDesk) -> None:
    case_no, office = desk.open(identity=None).case_no, desk.office
    due_on = desk.case(case_no).clocks.due_on
    with office.database.begin() as session:
        ask_identity(session, case_no, reasons="Nimi ei riitä.", by=desk.officer, clock=office.clock)
    office.clock.advance(days=-1)
    with office.database.begin() as session:
        confirm_identity(session, case_no, method=IdentityMethod.DOCUMENT_SHOWN, by=desk.officer, clock=office.clock)
    assert desk.case(case_no).clocks.due_on == due_on


def test_the_history_says_for_how_long_the_clocks_stood_still_and_identity_is_not_doubted_twice_for_one_reason(
    desk: PrivacyDesk,
) -> None:
    case_no, office = desk.open(identity=None).case_no, desk.office
    last_day = (desk.case(case_no).clocks.due_on - desk.today).days
    office.clock.advance(days=last_day)
    with office.database.begin() as session:
        ask_identity(session, case_no, reasons="Nimi ei riitä.", by=desk.officer, clock=office.clock)
    office.clock.advance(days=9)
    clocks = desk.case(case_no).clocks
    assert (clocks.days_left(desk.today), clocks.still_days(desk.today)) == (0, 9)
    with office.database.begin() as session:
        confirm_identity(session, case_no, method=IdentityMethod.DOCUMENT_SHOWN, by=desk.officer, clock=office.clock)
    with office.database.read() as session:
        history = history_of(session, row_of(session, case_no).id)
    assert [(one.what, one.text) for one in history[:2]] == [
        (CaseEvent.CLOCKS_WENT_ON, "9"),
        (CaseEvent.CONFIRM_IDENTITY, "document-shown"),
    ]
    for reasons in ("Nimi ei riitä", " nimi  EI riitä! ", ""):
        with pytest.raises(BadDataError), office.database.begin() as session:
            ask_identity(session, case_no, reasons=reasons, by=desk.officer, clock=office.clock)
    with office.database.begin() as session:
        ask_identity(session, case_no, reasons="Asiakirja oli toisen.", by=desk.officer, clock=office.clock)
    assert desk.case(case_no).clocks.still_days(desk.today) == 9


def test_to_ask_for_identity_after_the_laws_day_hides_no_delay(desk: PrivacyDesk) -> None:
    case_no, office = desk.open().case_no, desk.office
    office.clock.advance(days=40)
    with office.database.begin() as session:
        ask_identity(session, case_no, reasons="Epäselvä.", by=desk.officer, clock=office.clock)
    assert desk.case(case_no).clocks.urgency(desk.today) is Urgency.OVERDUE


def test_who_has_not_proved_himself_gets_nothing_but_a_refusal(desk: PrivacyDesk) -> None:
    case_no, office = desk.open(identity=None).case_no, desk.office
    with pytest.raises(IllegalMoveError), office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.GRANTED, reasons="x", by=desk.officer, clock=office.clock)
    with office.database.begin() as session:
        ask_identity(session, case_no, reasons="Kuka?", by=desk.officer, clock=office.clock)
    with pytest.raises(BadDataError, match="not sure who asks"), office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.GRANTED, reasons="x", by=desk.officer, clock=office.clock)
    with office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.REFUSED, reasons="Ei osoittanut.", by=desk.officer, clock=office.clock)
    assert desk.case(case_no).state is State.DECIDED


def test_the_month_is_extended_once_and_only_within_it(desk: PrivacyDesk) -> None:
    early, late = desk.open().case_no, desk.open().case_no
    office = desk.office
    with office.database.begin() as session:
        extend(session, early, months=2, reasons="Puheluja on paljon.", by=desk.officer, clock=office.clock)
    case = desk.case(early)
    assert case.extension is not None
    assert (case.clocks.due_on - case.clocks.first_due_on).days in {59, 60, 61, 62}
    with pytest.raises(BadDataError, match="already"), office.database.begin() as session:
        extend(session, early, months=1, reasons="Lisää.", by=desk.officer, clock=office.clock)
    for months in (0, 3):
        with pytest.raises(BadDataError, match="1 to 2"), office.database.begin() as session:
            extend(session, late, months=months, reasons="x", by=desk.officer, clock=office.clock)
    with pytest.raises(BadDataError, match="nothing is written"), office.database.begin() as session:
        extend(session, late, months=1, reasons="  ", by=desk.officer, clock=office.clock)
    office.clock.advance(days=32)
    with pytest.raises(BadDataError, match="first month is over"), office.database.begin() as session:
        extend(session, late, months=1, reasons="Myöhässä.", by=desk.officer, clock=office.clock)


def test_the_calls_of_a_customer_are_found_and_unsure_ones_wait(desk: PrivacyDesk) -> None:
    office = desk.office
    own = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    office.add_call(agent_id=office.sanna_id, caller_e164="+358401000009")
    office.add_person("Eino", "Virtanen", "+358401000002")
    office.add_person("Kaino", "Virtanen", NUMBER)  # from now on the number is shared
    shared = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    case = desk.open()
    with office.database.read() as session:
        found = {call.call_id: call for call in calls_of_case(session, case.id)}
    assert set(found) == {own, shared}
    assert (found[own].found_by, found[own].is_included) == (FoundBy.LINKED, True)
    assert (found[shared].found_by, found[shared].is_included) == (FoundBy.SEVERAL, None)
    with pytest.raises(BadDataError, match="not looked at"), office.database.begin() as session:
        decide(session, case.case_no, outcome=Outcome.GRANTED, reasons="x", by=desk.officer, clock=office.clock)
    with office.database.begin() as session:  # somebody decides the link: the list follows
        decide_link(session, shared, (desk.aino_id,), decided_by="outi", clock=office.clock)
    viewed = view_case(office.database, desk.officer, case.case_no, clock=office.clock)
    assert viewed.waiting_calls == 0
    with office.database.begin() as session:
        row = handled_row(session, desk.officer, case.case_no)
        with pytest.raises(BadDataError, match="nothing is written"):
            choose_call(session, row, shared, is_included=False, reason="", by=desk.officer, clock=office.clock)
        choose_call(
            session, row, shared, is_included=False, reason="Kainon puhelu", by=desk.officer, clock=office.clock
        )
    with office.database.read() as session:
        assert [call.call_id for call in calls_of_case(session, case.id, included_only=True)] == [own]


def test_the_list_follows_a_link_that_is_corrected_and_stands_once_decided(desk: PrivacyDesk) -> None:
    office = desk.office
    own = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    wrong = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    kaino = office.add_person("Kaino", "Salo", "+358401000077")
    case = desk.open(CaseKind.ERASURE)
    with office.database.begin() as session:
        decide(session, case.case_no, outcome=Outcome.GRANTED, reasons="Ok.", by=desk.officer, clock=office.clock)
    with office.database.begin() as session:
        decide_link(session, wrong, (kaino,), decided_by="tiina", clock=office.clock)
    with office.database.read() as session:
        row = handled_row(session, desk.officer, case.case_no)
        with pytest.raises(BadDataError, match="decided case stands"):
            choose_call(session, row, own, is_included=False, reason="x", by=desk.officer, clock=office.clock)
    with office.database.begin() as session:
        asked = ask_erasure(session, case.case_no, by=desk.officer, clock=office.clock)
    assert asked.detail == {"calls": [own]}  # what was Kaino's is not deleted for Aino


def test_a_call_that_was_erased_before_anybody_looked_at_it_keeps_no_case_waiting(desk: PrivacyDesk) -> None:
    office = desk.office
    office.add_person("Kaino", "Virtanen", NUMBER)
    shared = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER, recorded=False)
    case = desk.open()
    with office.database.begin() as session:
        for name in ("call_link_persons", "call_candidates", "call_links", "disclosures_played", "calls"):
            table = Base.metadata.tables[name]
            session.execute(table.delete().where(table.c["id" if name == "calls" else "call_id"] == shared))
    with office.database.begin() as session:
        decide(session, case.case_no, outcome=Outcome.GRANTED, reasons="Ok.", by=desk.officer, clock=office.clock)


def test_an_access_is_answered_with_a_copy_that_two_people_let_go(desk: PrivacyDesk) -> None:
    case_no, office = desk.open().case_no, desk.office
    how: dict[str, Any] = {
        "way": DeliveryWay.IN_PERSON,
        "to_whom": "Aino Virtanen",
        "delivered_on": desk.today,
        "identity_method": IdentityMethod.DOCUMENT_SHOWN,
        "by": desk.officer,
        "clock": office.clock,
    }
    with pytest.raises(BadDataError, match="no copy is owed"), office.database.begin() as session:
        ask_for_delivery(session, case_no, COPY, reason="Luovutus", by=desk.officer, clock=office.clock)
    with office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.GRANTED, reasons="Oikeus.", by=desk.officer, clock=office.clock)
    with pytest.raises(BadDataError, match="not ready"), office.database.begin() as session:
        record_delivery(session, case_no, copy=None, **how)
    with pytest.raises(RefusedError, match="second person"), office.database.begin() as session:
        record_delivery(session, case_no, copy=COPY, **how)
    with office.database.begin() as session:
        asked = ask_for_delivery(session, case_no, COPY, reason="Luovutus", by=desk.officer, clock=office.clock)
    with pytest.raises(RefusedError, match="second person"), office.database.begin() as session:
        record_delivery(session, case_no, copy=COPY, **how)
    with office.database.begin() as session:
        approve(session, asked.id, is_approved=True, by=desk.approver, clock=office.clock)
    with pytest.raises(RefusedError, match="second person"), office.database.begin() as session:
        record_delivery(session, case_no, copy=ReadyCopy("7", "d" * 64), **how)  # not the package that was approved
    with pytest.raises(BadDataError, match="between"), office.database.begin() as session:
        record_delivery(session, case_no, copy=COPY, **{**how, "delivered_on": desk.today + timedelta(days=1)})
    with office.database.begin() as session:
        record_delivery(session, case_no, copy=COPY, **how)
    case = desk.case(case_no)
    assert (case.state, case.clocks.urgency(desk.today)) == (State.CLOSED, Urgency.OVER)
    with office.database.read() as session:
        [delivery] = deliveries_of(session, case.id)
    assert (delivery.to_whom, delivery.copy_id, delivery.recorded_by) == ("Aino Virtanen", "7", "outi")
    with pytest.raises(IllegalMoveError), office.database.begin() as session:
        record_delivery(session, case_no, copy=COPY, **how)


def test_a_restriction_stands_when_it_is_carried_out_and_before_the_answer_goes(desk: PrivacyDesk) -> None:
    office = desk.office
    call_id = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    case_no = desk.open(CaseKind.RESTRICTION).case_no
    with pytest.raises(BadDataError, match="decide it first"), office.database.begin() as session:
        carry_out_restriction(session, case_no, by=desk.officer, clock=office.clock)
    with office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.GRANTED, reasons="Kiistää.", by=desk.officer, clock=office.clock)
    assert desk.case(case_no).waits_for_deed
    with pytest.raises(BadDataError, match="not been carried out"), office.database.begin() as session:
        record_delivery(
            session,
            case_no,
            way=DeliveryWay.MAIL,
            to_whom="Aino Virtanen",
            delivered_on=desk.today,
            identity_method=IdentityMethod.DOCUMENT_SHOWN,
            copy=None,
            by=desk.officer,
            clock=office.clock,
        )
    with office.database.begin() as session:
        carry_out_restriction(session, case_no, by=desk.officer, clock=office.clock)
    with office.database.read() as session:
        restriction = blocked(session, call_id, "training")
    assert restriction is not None
    assert restriction.case_number == case_no
    with pytest.raises(BadDataError, match="carried out"), office.database.begin() as session:
        reconsider(session, case_no, reasons="Ei sittenkään", by=desk.officer, clock=office.clock)


def test_an_objection_names_its_purposes(desk: PrivacyDesk) -> None:
    office = desk.office
    call_id = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    case_no = desk.open(CaseKind.OBJECTION).case_no
    with office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.GRANTED, reasons="Peruste.", by=desk.officer, clock=office.clock)
    with pytest.raises(BadDataError, match="to a purpose"), office.database.begin() as session:
        carry_out_restriction(session, case_no, by=desk.officer, clock=office.clock)
    with office.database.begin() as session:
        carry_out_restriction(session, case_no, purposes=["training"], by=desk.officer, clock=office.clock)
    with office.database.read() as session:
        assert blocked(session, call_id, "training") is not None
        assert blocked(session, call_id, "verification") is None


def test_a_rectification_puts_a_note_and_touches_no_audio(desk: PrivacyDesk) -> None:
    office = desk.office
    own = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    other = office.add_call(agent_id=office.sanna_id, caller_e164="+358401000009")
    case_no = desk.open(CaseKind.RECTIFICATION).case_no
    with pytest.raises(BadDataError, match="granted"), office.database.begin() as session:
        add_subject_note(session, case_no, text="Oikea päivä on 1.3.", by=desk.officer, clock=office.clock)
    with office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.PARTLY_GRANTED, reasons="Osin.", by=desk.officer, clock=office.clock)
        add_subject_note(session, case_no, text="Oikea päivä on 1.3.", by=desk.officer, clock=office.clock)
        add_subject_note(session, case_no, text="Puhuttu 1.3.", call_id=own, by=desk.officer, clock=office.clock)
        say_carried_out(session, case_no, what="Linkki korjattu.", by=desk.officer, clock=office.clock)
    with pytest.raises(BadDataError, match="not in the case"), office.database.begin() as session:
        add_subject_note(session, case_no, text="x", call_id=other, by=desk.officer, clock=office.clock)
    with office.database.read() as session:
        assert [note.text for note in notes_beside_call(session, desk.officer, own)] == ["Puhuttu 1.3."]
        beside_her = notes_beside_person(session, desk.officer, desk.aino_id)
        assert [note.text for note in beside_her] == ["Oikea päivä on 1.3."]
        assert notes_beside_call(session, desk.officer, other) == []
    assert not desk.case(case_no).waits_for_deed


def test_nobody_handles_a_case_about_himself_and_strangers_find_none(desk: PrivacyDesk) -> None:
    office = desk.office
    sanna = office.actor(office.add_account("sanna", Task.HANDLE_CASES, agent_id=office.sanna_id))
    stranger = office.actor(office.add_account("uuno", Task.VIEW_REGISTER))
    case_no, foreign = desk.open(agent_id=office.sanna_id).case_no, desk.open().case_no
    for actor, number in ((sanna, case_no), (stranger, case_no), (stranger, foreign), (desk.officer, "T-2026-9999")):
        with pytest.raises(NotFoundError):
            view_case(office.database, actor, number, clock=office.clock)
        with pytest.raises(NotFoundError), office.database.begin() as session:
            add_note(session, number, text="x", by=actor, clock=office.clock)
    assert [case.case_no for case in view_board(office.database, sanna, clock=office.clock).cases] == [foreign]
    assert view_board(office.database, stranger, clock=office.clock).cases == ()
    with pytest.raises(BadDataError, match="may not handle"), office.database.begin() as session:
        assign(session, case_no, account_id=sanna.account_id, by=desk.officer, clock=office.clock)
    with pytest.raises(BadDataError, match="may not handle"), office.database.begin() as session:
        assign(session, foreign, account_id=stranger.account_id, by=desk.officer, clock=office.clock)
    with office.database.begin() as session:
        assign(session, foreign, account_id=sanna.account_id, by=desk.officer, clock=office.clock)
    assert desk.case(foreign).assigned_to == sanna.account_id
    with office.database.read() as session:
        refused = session.scalars(select(AuditRow).where(AuditRow.action == Action.REFUSED)).all()
    assert len(refused) == 4


def test_an_employee_asks_about_himself_and_sees_his_own_cases_alone(desk: PrivacyDesk) -> None:
    office = desk.office
    sanna = office.actor(office.add_account("sanna", Task.VIEW_CALLS, agent_id=office.sanna_id))
    call_id = office.add_call(agent_id=office.sanna_id)
    office.add_call(agent_id=office.mikko_id)
    desk.open()
    with office.database.begin() as session:
        own = begin_own_case(
            session, kind=CaseKind.ACCESS, request="Omat puheluni", language="sv", by=sanna, clock=office.clock
        )
    assert (own.state, own.subject_name) == (State.IN_WORK, "Sanna Example")
    with office.database.read() as session:
        assert [case.case_no for case in own_cases(session, sanna)] == [own.case_no]
        assert own_cases(session, desk.officer) == []
        assert [call.call_id for call in calls_of_case(session, own.id)] == [call_id]
    assert own.case_no in [case.case_no for case in view_board(office.database, desk.officer, clock=office.clock).cases]


def test_the_board_puts_the_most_urgent_first_and_counts(desk: PrivacyDesk) -> None:
    office = desk.office
    fresh = desk.open().case_no
    overdue = desk.open(received_on=desk.today - timedelta(days=40)).case_no
    broken = desk.open(received_on=desk.today - timedelta(days=20)).case_no
    soon = desk.open(received_on=desk.today - timedelta(days=12)).case_no
    gone = desk.open().case_no
    with office.database.begin() as session:
        withdraw(session, gone, reasons="Soitti ja perui.", by=desk.officer, clock=office.clock)
    board = view_board(office.database, desk.officer, clock=office.clock)
    assert [case.case_no for case in board.cases] == [overdue, broken, soon, fresh]
    wanted = (Urgency.OVERDUE, Urgency.PROMISE_BROKEN, Urgency.SOON, Urgency.IN_TIME)
    assert [board.counts[urgency] for urgency in wanted] == [1, 1, 1, 1]
    some = view_board(office.database, desk.officer, urgency=Urgency.SOON, clock=office.clock)
    assert [case.case_no for case in some.cases] == [soon]
    over = view_board(office.database, desk.officer, is_over=True, clock=office.clock)
    assert [case.case_no for case in over.cases] == [gone]


def test_the_audit_has_every_step_by_number_and_person_and_none_of_the_words(desk: PrivacyDesk) -> None:
    case_no, office = desk.open().case_no, desk.office
    with office.database.begin() as session:
        add_note(session, case_no, text="Salainen huomio", by=desk.officer, clock=office.clock)
        decide(
            session, case_no, outcome=Outcome.REFUSED, reasons="Salainen peruste", by=desk.officer, clock=office.clock
        )
    with office.database.read() as session:
        rows = session.scalars(
            select(AuditRow).where(AuditRow.action.in_((Action.CASE_OPENED, Action.CASE_CHANGED)))
        ).all()
        assert [case_no in (row.detail or "") for row in rows] == [True] * 3
        assert not any("Salainen" in (row.detail or "") or "nähdä" in (row.detail or "") for row in rows)
        about = set(session.scalars(select(AuditPersonRow.audit_id).where(AuditPersonRow.person_id == desk.aino_id)))
        assert {row.id for row in rows} <= about
        assert session.scalars(select(CaseEventRow.text).where(CaseEventRow.what == "note")).all() == [
            "Salainen huomio"
        ]


def test_an_erasure_is_approved_by_another_and_then_carried_out(desk: PrivacyDesk) -> None:
    office = desk.office
    keeper = office.actor(office.add_account("kaisa", Task.APPROVE_DELETIONS))
    own = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    left = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    case_no = desk.open(CaseKind.ERASURE).case_no
    with pytest.raises(BadDataError, match="decide it first"), office.database.begin() as session:
        ask_erasure(session, case_no, by=desk.officer, clock=office.clock)
    with office.database.begin() as session:
        row = handled_row(session, desk.officer, case_no, for_change=True)
        choose_call(session, row, left, is_included=False, reason="Velka", by=desk.officer, clock=office.clock)
        decide(session, case_no, outcome=Outcome.PARTLY_GRANTED, reasons="Osin.", by=desk.officer, clock=office.clock)
        asked = ask_erasure(session, case_no, by=desk.officer, clock=office.clock)
    assert asked.detail == {"calls": [own]}
    with pytest.raises(RefusedError), office.database.begin() as session:
        carry_out_erasure(session, case_no, by=desk.officer, clock=office.clock)
    with office.database.begin() as session:
        approve(session, asked.id, is_approved=True, by=keeper, clock=office.clock)
    with office.database.begin() as session:
        carry_out_erasure(session, case_no, by=desk.officer, clock=office.clock)
    with office.database.read() as session:
        rows = session.scalars(select(CallDeletionRow)).all()
        assert [(row.call_id, row.case_no, row.state) for row in rows] == [(own, case_no, "scheduled")]
    assert not desk.case(case_no).waits_for_deed


def test_what_is_typed_about_a_protected_person_does_not_tell_where_he_lives(desk: PrivacyDesk) -> None:
    office = desk.office
    with office.database.begin() as session:
        session.get_one(PersonRow, desk.aino_id).non_disclosure = True
    call_id = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    case_no = desk.open(CaseKind.RECTIFICATION).case_no
    with office.database.begin() as session:
        add_note(session, case_no, text="Tavoittaa numerosta 040 1000 001", by=desk.officer, clock=office.clock)
        decide(
            session, case_no, outcome=Outcome.GRANTED, reasons=f"Soitettu {NUMBER}", by=desk.officer, clock=office.clock
        )
        add_subject_note(session, case_no, text=f"Numero on {NUMBER}", by=desk.officer, clock=office.clock)
        add_subject_note(
            session, case_no, text="Numero on 0401000001", call_id=call_id, by=desk.officer, clock=office.clock
        )
    viewed = view_case(office.database, desk.officer, case_no, clock=office.clock)
    with office.database.read() as session:
        beside = [
            *notes_beside_call(session, desk.officer, call_id),
            *notes_beside_person(session, desk.officer, desk.aino_id),
        ]
    assert [note.text for note in beside] == [CONCEALED, CONCEALED]
    told = "".join(character for character in f"{viewed}{beside}" if character.isdigit())
    assert "401000001" not in told
    trusted = office.actor(office.add_account("luotettu", Task.HANDLE_CASES, Task.REVEAL_UNDISCLOSED))
    whole = view_case(office.database, trusted, case_no, clock=office.clock)
    assert whole.case.decision is not None
    assert NUMBER in whole.case.decision.reasons


def test_a_restriction_is_lifted_when_the_person_has_been_told_and_not_before(desk: PrivacyDesk) -> None:
    office = desk.office
    call_id = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    case_no = desk.open(CaseKind.RESTRICTION).case_no
    how: dict[str, Any] = {"by": desk.officer, "clock": office.clock}
    with pytest.raises(BadDataError, match="nothing of this case"), office.database.begin() as session:
        announce_lifting(session, case_no, reasons="Tieto oli oikein.", **how)
    with office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.GRANTED, reasons="Kiistää.", **how)
        carry_out_restriction(session, case_no, **how)
    with pytest.raises(BadDataError, match="not been told"), office.database.begin() as session:
        lift_restrictions(session, case_no, told_on=desk.today, **how)
    with office.database.begin() as session:
        announce_lifting(session, case_no, reasons="Tieto oli oikein.", **how)
    office.clock.advance(days=3)
    with office.database.read() as session:
        assert blocked(session, call_id, "training") is not None
    for day in (desk.today - timedelta(days=4), desk.today + timedelta(days=1)):
        with pytest.raises(BadDataError, match="between the letter and today"), office.database.begin() as session:
            lift_restrictions(session, case_no, told_on=day, **how)
    stranger = office.actor(office.add_account("vieras", Task.LISTEN))
    with pytest.raises(NotFoundError), office.database.begin() as session:
        lift_restrictions(session, case_no, told_on=desk.today, by=stranger, clock=office.clock)
    with office.database.begin() as session:
        lift_restrictions(session, case_no, told_on=desk.today, **how)
    with office.database.read() as session:
        assert blocked(session, call_id, "training") is None
        [restriction] = restrictions_of_case(session, case_no)
    assert (restriction.lifted_reason, restriction.lifted_by) == ("Tieto oli oikein.", "outi")
