"""The pages of data subjects' cases: the board, intake, the place where a case is handled, the employee's own."""

import re
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from io import BytesIO
from typing import Any

import pytest
from fixtures_cases import NUMBER, PrivacyDesk
from fixtures_rights import SEE_ALL
from fixtures_web import Browser, Viewer
from pypdf import PdfReader

from ledger_link.tables.persons import PersonRow
from privacy.cases.case_words import CaseKind, IdentityMethod
from privacy.cases.moves import State
from privacy.disclosures.handover import HandoverDraft
from privacy.disclosures.handovers import record_handover
from privacy.disclosures.kinds import Content, LegalBasis, RecipientKind, Way
from privacy.documents.facts import NOBODYS_HOUSE
from rights.access.approvals import decide as approve
from rights.access.approvals import waiting_for
from rights.access.tasks import Task
from storage.database.engine import Database
from web.parts import EXTENSION, Parts

CASES = "/privacy/cases"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


@pytest.fixture
def pages(viewer: Viewer) -> PrivacyDesk:
    """The privacy desk of the viewer's office."""
    return PrivacyDesk(viewer.office)


@pytest.fixture
def officer(viewer: Viewer, pages: PrivacyDesk) -> Browser:
    """Somebody who handles cases, in a browser."""
    del pages
    return viewer.browser("ossi", Task.HANDLE_CASES, Task.VIEW_REGISTER)


def intake(**more: object) -> dict[str, object]:
    return {
        "subject": "in-register",
        "kind": "access",
        "channel": "in-person",
        "received_on": "2.11.2026",
        "request": "Haluan <b>kuulla</b> puheluni",
        "language": "fi",
        "identity": "document-shown",
        "person_no": "P1",
        **more,
    }


def test_a_request_is_taken_in_and_its_clocks_are_shown(pages: PrivacyDesk, officer: Browser) -> None:
    assert "Ei pyyntöjä" in officer.get(f"{CASES}/").text or "No requests here" in officer.get(f"{CASES}/").text
    answer = officer.post(f"{CASES}/new", intake())
    assert (answer.status_code, answer.location) == (HTTPStatus.SEE_OTHER, f"{CASES}/T-2026-0001")
    page = officer.get(answer.location).text
    assert "Aino Virtanen" in page
    assert "&lt;b&gt;kuulla" in page
    assert "<b>kuulla" not in page
    assert pages.case("T-2026-0001").person_id == pages.aino_id
    board = officer.get(f"{CASES}/").text
    assert "T-2026-0001" in board


def test_a_letter_of_several_lines_is_taken_in_as_it_was_pasted(pages: PrivacyDesk, officer: Browser) -> None:
    pasted = "Hei,\r\n\r\nhaluan\u00a0kuulla puhe\u00adluni.\u202e\r\nAino"
    case_no = officer.post(f"{CASES}/new", intake(request=pasted)).location.rpartition("/")[2]
    assert pages.case(case_no).request == "Hei,\n\nhaluan kuulla puheluni.\nAino"
    assert "haluan kuulla puheluni.<br>" in officer.get(f"{CASES}/{case_no}").text
    reasons = "Ensimmäinen kappale.\r\n\r\nToinen kappale."
    decided = officer.post(f"{CASES}/{case_no}/decide", {"outcome": "refused", "text": reasons})
    assert decided.status_code == HTTPStatus.SEE_OTHER
    letter = PdfReader(BytesIO(officer.get(f"{CASES}/{case_no}/letters/decision.pdf").data))
    assert "Ensimmäinen kappale.\n" in letter.pages[0].extract_text()


def test_what_cannot_be_read_is_refused_at_its_field(viewer: Viewer, pages: PrivacyDesk, officer: Browser) -> None:
    answer = officer.post(f"{CASES}/new", intake(request="Haluan\0 kuulla"))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    call_id = viewer.office.add_call(agent_id=viewer.office.sanna_id, caller_e164=NUMBER)
    case_no = pages.open().case_no
    left_out = officer.post(f"{CASES}/{case_no}/calls/{call_id}", {"choice": "leave-out", "reason": "a\0b"})
    assert left_out.status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"person_no": "P999"}, "person_no"),
        ({"person_no": ""}, "person_no"),
        ({"subject": "outside", "name": " "}, "name"),
        ({"subject": "employee", "agent_id": ""}, "agent_id"),
        ({"received_on": "3.11.2026"}, "received_on"),
        ({"received_on": "31.2.2026"}, "received_on"),
        ({"request": ""}, "request"),
        ({"kind": "revenge"}, "kind"),
    ],
)
def test_what_is_missing_is_told_at_its_field(officer: Browser, wrong: dict[str, object], field: str) -> None:
    answer = officer.post(f"{CASES}/new", intake(**wrong))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'id="new-{field}-error"' in answer.text


def test_a_stranger_and_an_employee_have_cases_too(viewer: Viewer, pages: PrivacyDesk, officer: Browser) -> None:
    officer.post(f"{CASES}/new", intake(subject="outside", name="Uuno Outo"))
    officer.post(f"{CASES}/new", intake(subject="employee", agent_id=str(viewer.office.sanna_id)))
    stranger, employee = pages.case("T-2026-0001"), pages.case("T-2026-0002")
    assert (stranger.subject_name, stranger.person_id) == ("Uuno Outo", None)
    assert employee.agent_id == viewer.office.sanna_id
    for case_no in ("T-2026-0001", "T-2026-0002"):
        assert officer.get(f"{CASES}/{case_no}").status_code == HTTPStatus.OK


def test_a_case_goes_its_way_on_its_page(pages: PrivacyDesk, officer: Browser) -> None:
    case_no = pages.open(CaseKind.RECTIFICATION, identity=None).case_no
    at = f"{CASES}/{case_no}"

    def do(deed: str, **fields: object) -> int:
        return officer.post(f"{at}/{deed}", fields).status_code

    assert do("ask-identity", text="") == HTTPStatus.UNPROCESSABLE_ENTITY
    assert do("ask-identity", text="Kuka?") == HTTPStatus.SEE_OTHER
    assert pages.case(case_no).state is State.IDENTITY_ASKED
    assert do("decide", outcome="granted", text="x") == HTTPStatus.UNPROCESSABLE_ENTITY  # not offered
    assert do("confirm-identity", method="own-account") == HTTPStatus.UNPROCESSABLE_ENTITY
    assert do("confirm-identity", method="document-shown") == HTTPStatus.SEE_OTHER
    again = officer.post(f"{at}/ask-identity", {"text": "kuka"})
    assert again.status_code == HTTPStatus.UNPROCESSABLE_ENTITY  # the reason of before is none
    assert len(re.findall(r">\s*kuka</textarea>", again.text)) == 1  # and is put into no other form of the page
    assert do("extend", months="2", text="Paljon puheluja") == HTTPStatus.SEE_OTHER
    assert do("note", text="Huomio") == HTTPStatus.SEE_OTHER
    assert do("decide", outcome="granted", text="Virhe on ilmeinen.") == HTTPStatus.SEE_OTHER
    delivery = {"way": "mail", "to_whom": "Aino", "delivered_on": "2.11.2026", "method": "document-shown"}
    assert do("deliver", **delivery) == HTTPStatus.BAD_REQUEST  # not carried out yet
    assert do("note-beside", call_id="", text="Oikea nimi on Aino.") == HTTPStatus.SEE_OTHER
    assert do("deliver", **{**delivery, "delivered_on": "1.11.2026"}) == HTTPStatus.UNPROCESSABLE_ENTITY
    assert do("deliver", **delivery) == HTTPStatus.SEE_OTHER
    assert pages.case(case_no).state is State.CLOSED
    assert do("withdraw", text="x") == HTTPStatus.BAD_REQUEST
    assert do("burn") == HTTPStatus.NOT_FOUND
    page = officer.get(at).text
    assert "Virhe on ilmeinen." in page
    assert "Oikea nimi on Aino." in page


def test_calls_are_taken_in_and_left_out_with_a_reason(viewer: Viewer, pages: PrivacyDesk, officer: Browser) -> None:
    call_id = viewer.office.add_call(agent_id=viewer.office.sanna_id, caller_e164=NUMBER)
    case_no = pages.open().case_no
    at = f"{CASES}/{case_no}/calls/{call_id}"
    officer.post(at, {"choice": "leave-out", "reason": ""})
    assert 'class="tag good">' in officer.get(f"{CASES}/{case_no}").text
    officer.post(at, {"choice": "leave-out", "reason": "Puolison puhelu"})
    assert "Puolison puhelu" in officer.get(f"{CASES}/{case_no}").text
    assert (
        officer.post(f"{CASES}/{case_no}/calls/{'0' * 36}", {"choice": "include"}).status_code == HTTPStatus.NOT_FOUND
    )


def test_without_a_controller_no_letter_is_written_and_the_page_says_what_is_missing(
    viewer: Viewer, officer: Browser
) -> None:
    officer.post(f"{CASES}/new", intake())
    at = f"{CASES}/T-2026-0001"
    officer.post(f"{at}/decide", {"outcome": "refused", "text": "Peruste"})
    parts: Parts = viewer.app.extensions[EXTENSION]
    viewer.app.extensions[EXTENSION] = replace(parts, house_facts=NOBODYS_HOUSE)
    answer = officer.get(f"{at}/letters/decision.pdf")
    assert (answer.status_code, answer.location) == (HTTPStatus.SEE_OTHER, at)
    page = officer.get(at).text
    assert "postiosoite (controller.address)" in page
    assert "controller.email / controller.telephone" in page
    viewer.app.extensions[EXTENSION] = parts
    assert officer.get(f"{at}/letters/decision.pdf").mimetype == "application/pdf"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fi", "Pyyntöäsi ei hyväksytty"),
        ("sv", "Din begäran har inte godkänts"),
        ("en", "Your request was not granted"),
    ],
)
def test_a_refusal_is_a_letter_with_reasons_and_remedies(officer: Browser, language: str, said: str) -> None:
    officer.post(f"{CASES}/new", intake(language=language))
    at = f"{CASES}/T-2026-0001"
    assert officer.get(f"{at}/letters/decision.pdf").status_code == HTTPStatus.BAD_REQUEST  # nothing decided yet
    officer.post(f"{at}/decide", {"outcome": "refused", "text": "Peruste 12 <5>"})
    answer = officer.get(f"{at}/letters/decision.pdf")
    assert answer.mimetype == "application/pdf"
    pdf = PdfReader(BytesIO(answer.data))
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert said in text
    assert "Peruste 12 <5>" in text
    assert "tietosuoja.fi" in text
    root: Any = pdf.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert officer.get(f"{at}/letters/love.pdf").status_code == HTTPStatus.NOT_FOUND


def test_a_letter_with_what_a_turvakielto_hides_is_made_by_who_may_be_told(
    viewer: Viewer, pages: PrivacyDesk, officer: Browser
) -> None:
    case_no = pages.open(CaseKind.RECTIFICATION).case_no
    with viewer.office.database.begin() as session:
        session.get_one(PersonRow, pages.aino_id).non_disclosure = True
    officer.post(f"{CASES}/{case_no}/decide", {"outcome": "refused", "text": f"Numero on {NUMBER}."})
    page = officer.get(f"{CASES}/{case_no}").text
    assert NUMBER not in page
    assert officer.get(f"{CASES}/{case_no}/letters/decision.pdf").status_code == HTTPStatus.FORBIDDEN
    trusted = viewer.browser("luotettu", Task.HANDLE_CASES, Task.REVEAL_UNDISCLOSED)
    assert trusted.get(f"{CASES}/{case_no}/letters/decision.pdf").status_code == HTTPStatus.OK


def test_an_employee_asks_on_his_own_page_and_sees_the_answer_when_it_was_given(
    viewer: Viewer, pages: PrivacyDesk, officer: Browser
) -> None:
    sanna = viewer.browser("sanna", Task.VIEW_CALLS, agent_id=viewer.office.sanna_id)
    assert sanna.post("/account/requests", {"kind": "access", "request": ""}).status_code == (
        HTTPStatus.UNPROCESSABLE_ENTITY
    )
    assert sanna.post("/account/requests", {"kind": "rectification", "request": "Nimeni on väärin"}).status_code == (
        HTTPStatus.SEE_OTHER
    )
    page = sanna.get("/account/requests", headers={"Accept-Language": "en"}).text
    assert 'class="back" href="/account"' in page
    assert "Something about me is wrong, and I want it corrected." in page
    assert "T-2026-0001" in page
    assert "Nimeni on väärin" in page
    officer.post(f"{CASES}/T-2026-0001/decide", {"outcome": "refused", "text": "Nimi on oikein."})
    assert "Nimi on oikein." not in sanna.get("/account/requests").text  # not handed over yet
    delivery = {"way": "own-page", "to_whom": "Sanna", "delivered_on": "2.11.2026", "method": "known-in-person"}
    officer.post(f"{CASES}/T-2026-0001/deliver", delivery)
    assert "Nimi on oikein." in sanna.get("/account/requests").text
    assert pages.case("T-2026-0001").account_id == sanna.account_id
    assert "T-2026-0001" not in viewer.browser("mikko", Task.VIEW_CALLS).get("/account/requests").text


def test_calls_are_deleted_by_two_people_and_a_fresh_proof_of_who_does_it(
    viewer: Viewer, pages: PrivacyDesk, officer: Browser
) -> None:
    viewer.office.add_call(agent_id=viewer.office.sanna_id, caller_e164=NUMBER)
    keeper = viewer.office.actor(viewer.office.add_account("kaisa", Task.APPROVE_DELETIONS))
    at = f"{CASES}/{pages.open(CaseKind.ERASURE).case_no}"
    officer.post(f"{at}/decide", {"outcome": "granted", "text": "Peruste poistui."})
    assert officer.post(f"{at}/erase").status_code == HTTPStatus.FORBIDDEN
    officer.post(f"{at}/ask-erasure")
    with viewer.office.database.begin() as session:
        [asked] = waiting_for(session, by=keeper, clock=viewer.office.clock)
        approve(session, asked.id, is_approved=True, by=keeper, clock=viewer.office.clock)
    viewer.office.clock.advance(minutes=11)
    assert "confirm" in (officer.post(f"{at}/erase").location or "")
    assert f"{at}/erase" in officer.get(at).text
    viewer.log_in(officer)
    assert officer.post(f"{at}/erase").location == at
    assert f"{at}/erase" not in officer.get(at).text


def test_to_others_there_are_no_cases(viewer: Viewer, pages: PrivacyDesk) -> None:
    case_no = pages.open().case_no
    sanna = viewer.browser("sanna", Task.HANDLE_CASES, agent_id=viewer.office.sanna_id)
    about_sanna = pages.open(agent_id=viewer.office.sanna_id).case_no
    uuno = viewer.browser("uuno", Task.VIEW_REGISTER, Task.VIEW_CALLS, Task.ADMINISTER_ACCOUNTS)
    for browser, number in ((uuno, case_no), (sanna, about_sanna)):
        for path in (f"{CASES}/{number}", f"{CASES}/{number}/letters/decision.pdf"):
            assert browser.get(path).status_code == HTTPStatus.NOT_FOUND
        assert browser.post(f"{CASES}/{number}/note", {"text": "x"}).status_code == HTTPStatus.NOT_FOUND
    for path in (f"{CASES}/", f"{CASES}/new"):
        assert uuno.get(path).status_code == HTTPStatus.NOT_FOUND
    assert about_sanna not in sanna.get(f"{CASES}/").text


def test_the_board_can_be_narrowed(pages: PrivacyDesk, officer: Browser) -> None:
    late = pages.open(received_on=pages.today - timedelta(days=40)).case_no
    fresh = pages.open(identity=IdentityMethod.KNOWN_IN_PERSON).case_no
    assert late in officer.get(f"{CASES}/?urgency=overdue").text
    assert fresh not in officer.get(f"{CASES}/?urgency=overdue").text
    assert late in officer.get(f"{CASES}/?urgency=nonsense").text
    officer.post(f"{CASES}/{fresh}/assign", {"account_id": str(officer.account_id)})
    mine = officer.get(f"{CASES}/?mine=1").text
    assert fresh in mine
    assert late not in mine
    assert late not in officer.get(f"{CASES}/?over=1").text


def test_a_restriction_is_lifted_on_its_page_after_a_letter(officer: Browser, pages: PrivacyDesk) -> None:
    pages.office.add_call(agent_id=pages.office.sanna_id, caller_e164=NUMBER)
    officer.post(f"{CASES}/new", intake(kind="restriction"))
    page = f"{CASES}/T-2026-0001"
    assert officer.get(f"{page}/letters/lifting.pdf").status_code != HTTPStatus.OK
    for deed, form in (
        ("decide", {"outcome": "granted", "text": "Kiistää."}),
        ("restrict", {}),
        ("announce-lifting", {"text": "Tieto todettiin oikeaksi."}),
    ):
        assert officer.post(f"{page}/{deed}", form).status_code == HTTPStatus.SEE_OTHER
    letter = PdfReader(BytesIO(officer.get(f"{page}/letters/lifting.pdf").data)).pages[0].extract_text()
    assert "18 artiklan 3 kohta" in " ".join(letter.split())
    assert "Tieto todettiin oikeaksi." in letter
    early = officer.post(f"{page}/lift", {"told_on": "1.11.2026"})
    assert early.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert officer.post(f"{page}/lift", {"told_on": "2.11.2026"}).status_code == HTTPStatus.SEE_OTHER
    assert "deed=lift" not in officer.get(page).text
    assert f"{page}/lift" not in officer.get(page).text


def test_who_got_the_data_is_named_where_it_is_corrected(officer: Browser, pages: PrivacyDesk) -> None:
    office = pages.office
    call_id = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    recorder = office.actor(office.add_account("rauni", Task.RECORD_DISCLOSURES, SEE_ALL))
    draft = HandoverDraft(
        recipient_kind=RecipientKind.INSURER,
        recipient="Vakuutus Oy",
        basis=LegalBasis.LEGAL_OBLIGATION,
        basis_detail="VakSopL 69 §",
        contents=frozenset({Content.AUDIO}),
        description="vahinkoasia",
        way=Way.POST,
        handed_at=office.clock.now(),
        call_ids=(call_id,),
    )
    record_handover(office.database, recorder, draft, clock=office.clock)
    for kind, is_named in (("rectification", True), ("restriction", True), ("objection", False)):
        page = officer.post(f"{CASES}/new", intake(kind=kind)).location
        assert "Vakuutus Oy" not in officer.get(page).text
        officer.post(f"{page}/decide", {"outcome": "granted", "text": "Kiistää."})
        assert ("Vakuutus Oy" in officer.get(page).text) == is_named
