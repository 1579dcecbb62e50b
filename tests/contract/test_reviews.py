"""No copy is made before somebody said, by name, that its texts and its calls were looked through."""

import re

import pytest
from fixtures_copies import CopyDesk
from fixtures_copy_pages import copying_officer, seen
from fixtures_web import Viewer
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from calls.errors import BadDataError, NotFoundError
from privacy.cases.board import view_case
from privacy.cases.gathering import gather
from privacy.cases.handling import add_note
from privacy.copies.blackouts import black_out, blackouts_of, show_again
from privacy.copies.copies import withdraw
from privacy.copies.copy_fault import Fault
from privacy.copies.copy_state import CopyState
from privacy.copies.copy_texts import CASE_REQUEST, CopyText, texts_of
from privacy.copies.mask import Lane, Mask, MaskReason, Way
from privacy.copies.masks import mark, unmark
from privacy.copies.ordering import order_copy
from privacy.copies.review_rows import CopyReviewRow
from privacy.copies.reviews import (
    NotReviewedError,
    reviews_at,
    reviews_of,
    say_calls_reviewed,
    say_texts_reviewed,
)
from rights.access.tasks import Task
from rights.tables import AuditRow
from storage.database.engine import Database
from storage.database.migration import upgrade


def texts(copies: CopyDesk, case_no: str) -> tuple[CopyText, ...]:
    office = copies.desk.office
    with office.database.read() as session:
        return texts_of(gather(session, copies.keys, case_no, clock=office.clock))


def try_order(copies: CopyDesk, case_no: str) -> tuple[int, int]:
    """Order a copy without looking anything through; give what nobody has looked through: texts, calls."""
    office = copies.desk.office
    try:
        with office.database.begin() as session:
            ordered = order_copy(
                session, case_no, recipient=None, keys=copies.keys, by=copies.desk.officer, clock=office.clock
            )
            withdraw(session, ordered.id, by=copies.desk.officer, clock=office.clock)
    except NotReviewedError as error:
        return error.texts, error.calls
    return 0, 0


def noted(copies: CopyDesk, case_no: str, words: str) -> None:
    with copies.desk.office.database.begin() as session:
        add_note(session, case_no, text=words, by=copies.desk.officer, clock=copies.desk.office.clock)


def test_a_copy_is_ordered_once_its_texts_and_calls_were_looked_through(copy_desk: CopyDesk) -> None:
    copy_desk.call()
    case_no, office, desk = copy_desk.case(), copy_desk.desk.office, copy_desk.desk
    assert try_order(copy_desk, case_no) == (1, 1)
    with office.database.begin() as session:
        keys = [one.key for one in texts(copy_desk, case_no)]
        assert say_texts_reviewed(session, case_no, keys, by=desk.officer, clock=office.clock) == 1
        assert say_texts_reviewed(session, case_no, keys, by=desk.officer, clock=office.clock) == 0
    assert try_order(copy_desk, case_no) == (0, 1)
    copy_desk.reviewed(case_no)
    assert try_order(copy_desk, case_no) == (0, 0)
    noted(copy_desk, case_no, "Uusi huomautus")
    call_id = copy_desk.call()
    view_case(office.database, desk.officer, case_no, clock=office.clock)  # the list follows the links
    assert try_order(copy_desk, case_no) == (1, 1)
    copy_desk.reviewed(case_no)
    assert copy_desk.made(case_no).state is CopyState.MADE
    with office.database.read() as session:
        assert reviews_of(session, case_no).calls[call_id].said_by == "outi"
        wanted = select(AuditRow).where(AuditRow.action.in_(["texts-reviewed", "call-reviewed"])).order_by(AuditRow.id)
        found = session.scalars(wanted).all()
    assert [(row.login, row.action) for row in found] == [
        ("outi", "texts-reviewed"),
        ("outi", "call-reviewed"),
        ("outi", "texts-reviewed"),
        ("outi", "call-reviewed"),
    ]
    assert found[3].call_id == call_id


def test_a_text_that_comes_while_the_copy_waits_to_be_made_ends_it(copy_desk: CopyDesk) -> None:
    case_no = copy_desk.case()
    ordered = copy_desk.order(case_no)
    copy_desk.desk.office.clock.advance(seconds=1)
    noted(copy_desk, case_no, "Naapuri soitti")
    copy_desk.reviewed(case_no)  # too late for this one: who approves it would not be told
    assert copy_desk.maker.make_next() == ordered.id
    failed = copy_desk.copy(ordered)
    assert (failed.state, failed.fault) == (CopyState.FAILED, Fault.NOT_REVIEWED)
    assert copy_desk.made(case_no).state is CopyState.MADE


def test_a_word_ends_when_more_may_be_heard_or_read_and_stands_when_less(copy_desk: CopyDesk) -> None:
    call_id, case_no = copy_desk.call(), copy_desk.case()
    desk, office = copy_desk.desk, copy_desk.desk.office
    copy_desk.reviewed(case_no)
    [request] = [one for one in texts(copy_desk, case_no) if one.place == CASE_REQUEST]
    third = Mask(Lane.CUSTOMER, 0, 1000, Way.SILENCE, MaskReason.THIRD_PERSON)
    with office.database.begin() as session:
        masked = mark(session, case_no, call_id, third, by=desk.officer, clock=office.clock)
        black_out(session, case_no, request, "Haluan", reason=MaskReason.OTHER, by=desk.officer, clock=office.clock)
    assert try_order(copy_desk, case_no) == (0, 0)
    before = office.clock.now()
    office.clock.advance(seconds=1)
    with office.database.begin() as session:
        unmark(session, case_no, masked.id, by=desk.officer, clock=office.clock)
    assert try_order(copy_desk, case_no) == (0, 1)
    with office.database.begin() as session:
        [black] = blackouts_of(session, case_no)
        show_again(session, case_no, black.id, by=desk.officer, clock=office.clock)
    assert try_order(copy_desk, case_no) == (1, 1)
    with office.database.read() as session:
        assert (len(reviews_at(session, case_no, before).texts), len(reviews_of(session, case_no).texts)) == (1, 0)
    office.clock.advance(seconds=1)  # what was heard before it was unmasked was not heard
    copy_desk.reviewed(case_no)
    assert try_order(copy_desk, case_no) == (0, 0)


def test_nobody_says_it_who_does_not_handle_the_case_or_of_calls_of_others(copy_desk: CopyDesk) -> None:
    call_id, case_no, office = copy_desk.call(), copy_desk.case(), copy_desk.desk.office
    other = office.add_call(agent_id=office.sanna_id, caller_e164="+358401000077")
    stranger = office.actor(office.add_account("vieras"))
    with pytest.raises(NotFoundError), office.database.begin() as session:
        say_texts_reviewed(session, case_no, ["0" * 64], by=stranger, clock=office.clock)
    with pytest.raises(NotFoundError), office.database.begin() as session:
        say_calls_reviewed(session, case_no, [call_id], by=stranger, clock=office.clock)
    with pytest.raises(BadDataError), office.database.begin() as session:
        say_calls_reviewed(session, case_no, [other], by=copy_desk.desk.officer, clock=office.clock)


def test_the_table_comes_to_a_house_with_copies_and_keeps_a_word_of_one_thing_alone(empty_database: Database) -> None:
    upgrade(empty_database, to="0021_audit_actions")
    case = """INSERT INTO cases (case_no, kind, subject_kind, subject_name, channel, language, received_on, request,
              reply_to, state, opened_at, opened_by, paused_days, extended_months)
              VALUES ('T-2026-0001', 'access', 'customer', 'Aino', 'mail', 'fi', '2026-11-02', 'x', '', 'received',
              '2026-11-02 09:00:00', 'outi', 0, 0)"""
    copy = """INSERT INTO copies (id, case_no, state, recipient, ordered_by, ordered_at, attempts, done_calls,
              all_calls) VALUES ('c', 'T-2026-0001', 'ordered', 'age1', 'outi', '2026-11-02 09:00:00', 0, 0, 0)"""
    with empty_database.begin() as session:
        for statement in (case, copy):
            session.execute(text(statement))
    upgrade(empty_database)
    said = (
        "INSERT INTO copy_reviews (case_no, text_key, call_id, said_by, said_at) VALUES ('T-2026-0001', {}, 'outi', {})"
    )
    moment = "'2026-11-03 09:00:00'"
    with empty_database.begin() as session:
        assert session.execute(text("SELECT state FROM copies")).scalars().all() == ["ordered"]
        for one in ("'k', NULL", "NULL, 'c'"):
            session.execute(text(said.format(one, moment)))
    for none in ("'k', 'c'", "NULL, NULL"):
        with pytest.raises(IntegrityError), empty_database.begin() as session:
            session.execute(text(said.format(none, moment)))


def test_it_is_said_of_what_the_page_showed_alone(viewer: Viewer, copies: CopyDesk) -> None:
    call_id, browser = copies.call(), copying_officer(viewer, copies)
    case_no, office = copies.case(), viewer.office
    at = f"/privacy/cases/{case_no}"
    refused = browser.post(f"{at}/copies", {"recipient": ""})
    assert refused.status_code == 422
    assert f'href="{at}/texts"' in refused.text
    mark_of = seen(browser, f"{at}/texts", f"{at}/texts/reviewed")
    noted(copies, case_no, "Naapuri soitti")
    assert browser.post(f"{at}/texts/reviewed", {"seen": mark_of}).location == f"{at}/texts"
    assert browser.post(f"{at}/texts/reviewed").location == f"{at}/texts"
    assert try_order(copies, case_no) == (2, 1)
    mark_of = seen(browser, f"{at}/texts", f"{at}/texts/reviewed")
    assert browser.post(f"{at}/texts/reviewed", {"seen": mark_of}).location == f"{at}/copies#order"
    assert try_order(copies, case_no) == (0, 1)
    copies.hear(case_no, call_id)
    one, every = f"{at}/calls/{call_id}/masks/reviewed", f"{at}/copies/calls-reviewed"
    old = seen(browser, f"{at}/calls/{call_id}/masks", one), seen(browser, f"{at}/copies", every)
    with office.database.begin() as session:
        third = Mask(Lane.CUSTOMER, 0, 1000, Way.SILENCE, MaskReason.THIRD_PERSON)
        mark(session, case_no, call_id, third, by=copies.desk.officer, clock=office.clock)
    for address, stale in zip((one, every), old, strict=True):
        assert browser.post(address, {"seen": stale}).status_code == 303
    assert try_order(copies, case_no) == (0, 1)
    assert browser.post(one, {"seen": seen(browser, f"{at}/calls/{call_id}/masks", one)}).status_code == 303
    assert try_order(copies, case_no) == (0, 0)
    assert "calls-reviewed" not in browser.get(f"{at}/copies").text
    assert browser.post(f"{at}/copies", {"recipient": ""}).status_code == 303
    stranger = viewer.browser("muu", Task.VIEW_REGISTER)
    assert [stranger.post(there).status_code for there in (one, every, f"{at}/texts/reviewed")] == [404] * 3


def test_what_a_turvakielto_hides_is_looked_through_by_who_may_be_told(viewer: Viewer, copies: CopyDesk) -> None:
    browser, office = copying_officer(viewer, copies), viewer.office
    copies.desk.aino_id = office.add_person("Hilla", "Halla", "+358401234567", non_disclosure=True)
    case_no = copies.case()
    noted(copies, case_no, "Soita 040 123 4567")
    at = f"/privacy/cases/{case_no}/texts"
    browser.post(f"{at}/reviewed", {"seen": seen(browser, at, f"{at}/reviewed")})
    assert try_order(copies, case_no) == (1, 0)
    assert f'action="{at}/reviewed"' not in browser.get(at).text
    told = viewer.browser("tuija", Task.HANDLE_CASES, Task.REVEAL_UNDISCLOSED)
    told.post(f"{at}/reviewed", {"seen": seen(told, at, f"{at}/reviewed")})
    assert try_order(copies, case_no) == (0, 0)


def test_the_second_person_sees_who_said_so(viewer: Viewer, copies: CopyDesk) -> None:
    copying_officer(viewer, copies)
    copies.call()
    case_no = copies.case()
    copies.asked(copies.made(case_no))
    page = viewer.browser("antti", Task.APPROVE_EXPORTS).get("/approvals/").text
    assert page.count("Olli Example, ") == 2
    assert "Ei kuunneltu loppuun" not in page


def test_the_second_person_sees_how_much_nobody_heard_and_why(viewer: Viewer, copies: CopyDesk) -> None:
    copying_officer(viewer, copies)
    part, old, case_no = copies.call(), copies.call(), copies.case()
    copies.hear(case_no, part, to_ms=1)
    office = viewer.office
    with office.database.begin() as session:
        say_calls_reviewed(session, case_no, [part], because="musiikkia", by=copies.desk.officer, clock=office.clock)
        row = CopyReviewRow(case_no=case_no, call_id=old, said_by="olli", said_at=office.clock.now())
        session.add(row)  # as it was before anybody kept what was heard
    copies.asked(copies.made(case_no))
    page = viewer.browser("antti", Task.APPROVE_EXPORTS).get("/approvals/").text
    assert "musiikkia (1 puhelu, 0:03 kuuntelematta)" in page
    assert re.search(r"Sanottu ennen kuin kuunneltu osuus tallennettiin</dt>\s*<dd[^>]*>1 puhelu<", page)


def test_a_form_that_is_refused_gathers_the_copy_once(viewer: Viewer, copies: CopyDesk) -> None:
    browser, case_no = copying_officer(viewer, copies), copies.case()
    [request] = texts(copies, case_no)
    form = {"text_key": request.key, "words": "Pekka", "reason": "third-person"}
    for changed in ({}, {"words": ""}):
        before = gatherings(viewer)
        assert browser.post(f"/privacy/cases/{case_no}/texts", form | changed).status_code == 422
        assert gatherings(viewer) == before + 1


def gatherings(viewer: Viewer) -> int:
    with viewer.office.database.read() as session:
        found = select(func.count()).select_from(AuditRow).where(AuditRow.action == "case-gathered")
        return session.scalar(found) or 0
