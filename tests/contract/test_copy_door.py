"""Who hears a call in a request: its handler with a task of its own, there alone, and who heard it gives his word."""

import pytest
from fixtures_copies import CopyDesk
from fixtures_copy_pages import copying_officer, seen
from fixtures_rights import OPERATOR, SEE_ALL
from fixtures_web import Viewer

from calls.errors import NotFoundError, RefusedError, TallenneError
from ledger_link.linking.link_decisions import decide as decide_link
from privacy.cases.case import row_of
from privacy.cases.case_words import CaseKind, Outcome
from privacy.cases.found_calls import follow_links
from privacy.cases.handling import decide, reconsider, withdraw
from privacy.copies.copy_door import CopyDoor
from privacy.copies.heard import heard_of
from privacy.copies.mask import Lane, Mask, MaskReason, Way
from privacy.copies.masks import unmark
from privacy.copies.reviews import NotHeardError, reviews_of, say_calls_reviewed
from rights.access.actor import Actor
from rights.access.exclusions import exclude_agent
from rights.access.tasks import Task
from rights.listening.listeners import Span
from rights.listening.listening import audited_reader
from rights.listening.stating import begin_listening

FRAME_MS = 512  # of the stored FLAC: 4,096 samples at 8 kHz
THIRD = Mask(Lane.CUSTOMER, 1000, 2000, Way.SILENCE, MaskReason.THIRD_PERSON)


def opened(copies: CopyDesk, case_no: str, call_id: str, by: Actor) -> str:
    with copies.desk.office.database.read() as session:
        return CopyDoor(case_no).opened(session, by, call_id).id


def said(copies: CopyDesk, case_no: str, call_id: str, *, by: Actor | None = None, because: str = "") -> int:
    office = copies.desk.office
    with office.database.begin() as session:
        return say_calls_reviewed(
            session, case_no, [call_id], because=because, by=by or copies.desk.officer, clock=office.clock
        )


def test_it_opens_the_calls_of_the_copy_to_its_handler_alone(copy_desk: CopyDesk) -> None:
    call_id, case_no, office = copy_desk.call(), copy_desk.case(), copy_desk.desk.office
    other = office.add_call(agent_id=office.sanna_id, caller_e164="+358401000077")
    assert opened(copy_desk, case_no, call_id, copy_desk.desk.officer) == call_id
    deaf = office.actor(office.add_account("kuuro", Task.HANDLE_CASES, SEE_ALL))
    trainer = office.actor(office.add_account("tiina", Task.LISTEN, SEE_ALL))
    no_handler = office.actor(office.add_account("matti", Task.HEAR_FOR_COPIES))
    own = office.actor(office.add_account("sanna", Task.HANDLE_CASES, Task.HEAR_FOR_COPIES, agent_id=office.sanna_id))
    of_sanna = copy_desk.case(agent_id=office.sanna_id)
    refused: list[tuple[type[TallenneError], str, str, Actor]] = [
        (RefusedError, case_no, call_id, deaf),
        (NotFoundError, case_no, call_id, trainer),
        (NotFoundError, case_no, call_id, no_handler),
        (NotFoundError, case_no, other, copy_desk.desk.officer),
        (NotFoundError, of_sanna, call_id, own),
        (NotFoundError, "T-2026-9999", call_id, copy_desk.desk.officer),
    ]
    for error, number, wanted, who in refused:
        with pytest.raises(error):
            opened(copy_desk, number, wanted, who)


def test_it_is_shut_in_requests_of_which_no_copy_is_made_and_once_they_are_over(copy_desk: CopyDesk) -> None:
    call_id, office, officer = copy_desk.call(), copy_desk.desk.office, copy_desk.desk.officer
    erasure, unknown = copy_desk.desk.open(CaseKind.ERASURE), copy_desk.desk.open(identity=None)
    for case in (erasure, unknown):  # nobody knows yet who asks, or nothing is owed
        with pytest.raises(TallenneError):
            opened(copy_desk, case.case_no, call_id, officer)
    case_no = copy_desk.case()
    assert opened(copy_desk, case_no, call_id, officer)
    with office.database.begin() as session:
        withdraw(session, case_no, reasons="perui", by=officer, clock=office.clock)
    with pytest.raises(RefusedError):
        opened(copy_desk, case_no, call_id, officer)


def test_it_is_shut_once_the_request_is_refused_until_that_is_taken_back(copy_desk: CopyDesk) -> None:
    call_id, case_no, office = copy_desk.call(), copy_desk.case(), copy_desk.desk.office
    officer, clock = copy_desk.desk.officer, office.clock
    with office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.REFUSED, reasons="ilmeisen kohtuuton", by=officer, clock=clock)
    with pytest.raises(RefusedError):
        opened(copy_desk, case_no, call_id, officer)
    with office.database.begin() as session:
        reconsider(session, case_no, reasons="ei olekaan", by=officer, clock=clock)
        assert CopyDoor(case_no).opened(session, officer, call_id).id == call_id
        decide(session, case_no, outcome=Outcome.GRANTED, reasons="oikeus saada", by=officer, clock=clock)
    assert opened(copy_desk, case_no, call_id, officer) == call_id


def test_who_is_excluded_from_listening_is_heard_for_the_copy_that_is_owed(copy_desk: CopyDesk) -> None:
    call_id, case_no, office = copy_desk.call(), copy_desk.case(), copy_desk.desk.office
    listener = office.actor(office.add_account("liisa", Task.HANDLE_CASES, Task.LISTEN, SEE_ALL))
    assert opened(copy_desk, case_no, call_id, listener) == call_id
    with office.database.begin() as session:
        exclude_agent(session, office.sanna_id, reason="luottamushenkilö", by=OPERATOR, clock=office.clock)
    with pytest.raises(RefusedError):
        opened(copy_desk, case_no, call_id, listener)
    assert opened(copy_desk, case_no, call_id, copy_desk.desk.officer) == call_id


def test_what_was_stated_in_a_request_opens_no_other_door_and_ends_with_the_call_in_it(copy_desk: CopyDesk) -> None:
    call_id, case_no, office = copy_desk.call(), copy_desk.case(), copy_desk.desk.office
    officer, door = copy_desk.desk.officer, CopyDoor(case_no)
    another = copy_desk.case()
    begun = begin_listening(office.database, officer, call_id, purpose="request", door=door, clock=office.clock)
    with pytest.raises(TallenneError):
        begin_listening(office.database, officer, call_id, purpose="request", clock=office.clock)

    def read(**more: object) -> bytes:
        reader = audited_reader(
            office.database,
            officer,
            begun.id,
            objects=copy_desk.objects,
            keys=copy_desk.keys,
            clock=office.clock,
            **more,  # type: ignore[arg-type]
        )
        return b"".join(reader.iterate())

    with pytest.raises(TallenneError):
        read()
    with pytest.raises(NotFoundError):
        read(door=CopyDoor(another))
    assert read(door=door)
    kaino = office.add_person("Kaino", "Salo", "+358401000077")
    with office.database.begin() as session:
        decide_link(session, call_id, (kaino,), decided_by="tiina", clock=office.clock)
    with pytest.raises(NotFoundError):  # at once: nobody has opened the request since, so its list has the call still
        read(door=door)
    with office.database.begin() as session:
        follow_links(session, row_of(session, case_no))
    with pytest.raises(NotFoundError):
        read(door=door)


def test_the_word_on_a_call_is_of_who_has_heard_it_in_the_request(copy_desk: CopyDesk) -> None:
    call_id, case_no, office = copy_desk.call(), copy_desk.case(), copy_desk.desk.office
    colleague = office.actor(office.add_account("kaisa", Task.HANDLE_CASES, Task.HEAR_FOR_COPIES))
    deaf = office.actor(office.add_account("kuuro", Task.HANDLE_CASES))
    with pytest.raises(NotHeardError) as nothing:
        said(copy_desk, case_no, call_id, because="tuttu puhelu")
    assert nothing.value.is_nothing_heard
    copy_desk.hear(case_no, call_id)
    for who, error in ((colleague, NotHeardError), (deaf, RefusedError)):
        with pytest.raises(error):
            said(copy_desk, case_no, call_id, by=who, because="kollega kuunteli")
    another = copy_desk.case()  # what was heard in one request was masked as that one has it
    with pytest.raises(NotHeardError):
        said(copy_desk, another, call_id)
    assert said(copy_desk, case_no, call_id) == 1
    with office.database.read() as session:
        assert (reviews_of(session, case_no).calls[call_id].left_ms, copy_desk.actions()[-1]) == (0, "call-reviewed")


def test_who_heard_a_part_says_why_the_rest_need_not_be_heard(copy_desk: CopyDesk) -> None:
    call_id, case_no, office = copy_desk.call(), copy_desk.case(), copy_desk.desk.office
    copy_desk.hear(case_no, call_id, to_ms=2 * FRAME_MS)
    with pytest.raises(NotHeardError) as part:
        said(copy_desk, case_no, call_id, because="  ")
    assert not part.value.is_nothing_heard
    said(copy_desk, case_no, call_id, because="loppu on jonotusmusiikkia")
    with office.database.read() as session:
        review = reviews_of(session, case_no).calls[call_id]
    assert (review.left_ms, review.because) == (3000 - 2 * FRAME_MS, "loppu on jonotusmusiikkia")


def test_what_was_heard_is_what_was_served_under_the_request_and_not_under_a_mask(copy_desk: CopyDesk) -> None:
    call_id, case_no, office = copy_desk.call(), copy_desk.case(), copy_desk.desk.office
    officer = copy_desk.desk.officer

    def left() -> tuple[Span, ...]:
        with office.database.read() as session:
            return heard_of(session, case_no, [call_id], by=officer)[call_id].left

    assert left() == (Span(0, 3000),)
    copy_desk.hear(case_no, call_id, to_ms=FRAME_MS)
    copy_desk.hear(case_no, call_id, from_ms=4 * FRAME_MS)
    assert left() == (Span(FRAME_MS, 4 * FRAME_MS),)
    mask_id = copy_desk.masked(case_no, call_id, THIRD)
    copy_desk.hear(case_no, call_id)
    assert left() == ()
    office.clock.advance(seconds=1)
    with office.database.begin() as session:
        unmark(session, case_no, mask_id, by=officer, clock=office.clock)
    assert left() == (Span(1000, 2000),)  # of it he heard what covered it
    office.clock.advance(seconds=1)
    copy_desk.hear(case_no, call_id)
    assert left() == ()


def test_what_was_masked_when_it_was_served_is_not_told_by_the_clock(copy_desk: CopyDesk) -> None:
    call_id, case_no, office = copy_desk.call(), copy_desk.case(), copy_desk.desk.office
    officer = copy_desk.desk.officer
    office.clock.advance(minutes=10)  # it was ahead, and is set right
    mask_id = copy_desk.masked(case_no, call_id, THIRD)
    office.clock.advance(minutes=-10)
    copy_desk.hear(case_no, call_id)
    with office.database.begin() as session:
        unmark(session, case_no, mask_id, by=officer, clock=office.clock)
        assert heard_of(session, case_no, [call_id], by=officer)[call_id].left == (Span(1000, 2000),)


def test_the_pages_say_what_is_still_to_be_heard_and_take_the_word_on_it(viewer: Viewer, copies: CopyDesk) -> None:
    whole, part, unheard, browser = copies.call(), copies.call(), copies.call(), copying_officer(viewer, copies)
    case_no = copies.case()
    page = f"/privacy/cases/{case_no}"
    assert browser.get(f"{page}/calls/{whole}/masks").text.count("Kuuntele ensin puhelu.") == 1
    copies.hear(case_no, whole)
    copies.hear(case_no, part, to_ms=2 * FRAME_MS)
    shown = browser.get(f"{page}/copies").text
    for words in ("Et ole vielä kuunnellut", "Olet kuunnellut 0:01 / 0:03", "Olet kuunnellut sen kokonaan"):
        assert words in shown
    every = f"{page}/copies/calls-reviewed"
    assert browser.post(every, {"seen": seen(browser, f"{page}/copies", every)}).status_code == 303
    with viewer.office.database.read() as session:
        assert set(reviews_of(session, case_no).calls) == {whole}
    for call_id, because, words in (
        (unheard, "", "Et ole kuunnellut puhelua tässä pyynnössä"),
        (part, "", "Et ole kuunnellut puhelua kokonaan"),
        (part, "loppu on musiikkia", "Ilmoituksesi on tallennettu."),
    ):
        mask_page = f"{page}/calls/{call_id}/masks"
        mark = seen(browser, f"{page}/calls/{part}/masks", f"{page}/calls/{part}/masks/reviewed")
        form = {"seen": mark, "because": because}
        answer = browser.post(f"{mask_page}/reviewed", form)
        assert words in browser.get(answer.location).text
    assert "loppu on musiikkia" in browser.get(f"{page}/calls/{part}/masks").text
    deaf = viewer.browser("kuuro", Task.HANDLE_CASES)
    assert "et voi myöskään sanoa" in deaf.get(f"{page}/calls/{unheard}/masks/heard").text
    assert deaf.get(f"{page}/calls/{unheard}/masks/peaks").status_code == 403
    assert deaf.post(f"{page}/calls/{unheard}/masks/reviewed").status_code in {303, 403}
    assert browser.get(f"{page}/calls/{unheard}/masks/peaks").get_json()["channels"] == 2
