"""The pages of copies and masks: what is shown, done and refused, and how the masked version is heard."""

import io
import re
import struct

import numpy as np
import pytest
import soundfile
from fixtures_copies import RATE, CopyDesk, voices
from fixtures_copy_pages import copying_officer, seen
from fixtures_web import HOUSE_FACTS, Browser, Viewer
from sqlalchemy import select

from ledger_link.linking.link_decisions import decide as decide_link
from privacy.cases.case_words import CaseKind, Outcome
from privacy.cases.handling import decide
from privacy.cases.typed_text import LINE_MAX_CHARS
from privacy.copies.age_file import decrypted
from privacy.copies.copies import Copy, copies_of
from privacy.copies.copy_state import CopyState
from privacy.copies.reviews import reviews_of
from privacy.copies.verify_package import Package, verify
from privacy.documents.kinds import DocumentKind
from privacy.documents.publishing import draft_of, publish
from rights.access.tasks import Task
from rights.listening.listeners import listeners_of
from rights.listening.restrictions import Restricted, RestrictionKind, restrict
from rights.tables import AuditRow

HEADER_BYTES = 44
RANGE = "0:01\N{EN DASH}0:02"


MASK = {"from_place": "0:01", "to_place": "0:02", "lane": "customer", "way": "silence", "reason": "third-person"}


def copies_now(viewer: Viewer, case_no: str) -> list[Copy]:
    with viewer.office.database.read() as session:
        return list(copies_of(session, case_no))


def test_a_range_is_marked_shown_and_taken_away(viewer: Viewer, copies: CopyDesk) -> None:
    call_id, browser = copies.call(), copying_officer(viewer, copies)
    page = f"/privacy/cases/{copies.case()}/calls/{call_id}/masks"
    assert "Tästä puhelusta ei ole peitetty mitään" in browser.get(page).text
    assert browser.post(page, MASK).status_code == 303
    shown = browser.get(page).text
    assert RANGE in shown
    found = re.search(rf"{page}/(\d+)/remove", shown)
    assert found is not None
    assert browser.post(found[0]).status_code == 303
    assert RANGE not in browser.get(page).text


def test_the_page_of_copies_finds_a_call_that_was_linked_since(viewer: Viewer, copies: CopyDesk) -> None:
    case_no, browser = copies.case(), copying_officer(viewer, copies)
    page = f"/privacy/cases/{case_no}/copies"
    made = copies.made(case_no)
    assert "Pyynnön puhelut, peitetyt kohdat tai sanat ovat muuttuneet" not in browser.get(page).text
    call_id = copies.call()
    shown = browser.get(page).text
    assert f"/privacy/cases/{case_no}/calls/{call_id}/masks" in shown
    assert "Pyynnön puhelut, peitetyt kohdat tai sanat ovat muuttuneet" in shown
    assert browser.post(f"{page}/{made.id}/withdraw").status_code == 303
    assert browser.post(page, {"recipient": ""}).status_code == 422  # nobody has spoken of the call


def test_the_page_of_copies_says_of_each_call_what_is_masked_and_who_looked_it_through(
    viewer: Viewer, copies: CopyDesk
) -> None:
    call_id, browser = copies.call(), copying_officer(viewer, copies)
    case_no = copies.case()
    browser.post(f"/privacy/cases/{case_no}/calls/{call_id}/masks", MASK)
    copies.reviewed(case_no)
    shown = browser.get(f"/privacy/cases/{case_no}/copies").text
    for words in ("1 kohta peitetty", "Muuta peitettävää ei ole: ", "Viimeksi käynyt läpi: "):
        assert words in shown


def test_a_copy_that_lacks_the_statements_says_so_before_it_is_ordered(viewer: Viewer, copies: CopyDesk) -> None:
    page, browser, office = f"/privacy/cases/{copies.case()}/copies", copying_officer(viewer, copies), viewer.office
    assert "Rekisteriseloste: asiakaspuhelujen tallenteet; Rekisteriseloste: asiakasrekisteri" in browser.get(page).text
    publisher = office.actor(office.add_account("paula", Task.PUBLISH_DOCUMENTS))
    kind = DocumentKind.CUSTOMERS_STATEMENT
    with office.database.read() as session:
        seen = draft_of(session, HOUSE_FACTS, kind).sha256
    publish(office.database, publisher, HOUSE_FACTS, kind, seen_sha256=seen, clock=office.clock)
    assert "Rekisteriseloste: asiakaspuhelujen tallenteet." in browser.get(page).text


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"from_place": "0:02", "to_place": "0:01"}, 422),
        ({"from_place": "yksi"}, 422),
        ({"from_place": "0:61", "to_place": "0:62"}, 422),
        ({"from_place": "0:30", "to_place": "0:31"}, 422),
        ({"lane": "third"}, 422),
        ({"way": "music"}, 422),
        ({"reason": "because"}, 422),
    ],
)
def test_what_is_no_range_is_refused_in_words(
    viewer: Viewer, copies: CopyDesk, changed: dict[str, str], status: int
) -> None:
    call_id, browser = copies.call(), copying_officer(viewer, copies)
    answer = browser.post(f"/privacy/cases/{copies.case()}/calls/{call_id}/masks", MASK | changed)
    assert answer.status_code == status
    assert RANGE not in answer.text


def wav_of(browser: Browser, page: str, **headers: str) -> tuple[int, bytes]:
    begun = browser.post_json(f"{page}/listening", {})
    assert begun.status_code == 201, begun.text
    answer = browser.get(begun.get_json()["audio"], headers=headers)
    return answer.status_code, answer.data


def test_the_masked_version_is_heard_through_the_audited_door(viewer: Viewer, copies: CopyDesk) -> None:
    call_id, browser = copies.call(seconds=7.5), copying_officer(viewer, copies)
    page = f"/privacy/cases/{copies.case()}/calls/{call_id}/masks"
    browser.post(page, MASK)
    status, wav = wav_of(browser, page)
    assert status == 200
    frames, rate = soundfile.read(io.BytesIO(wav), dtype="int16")
    expected = voices(7.5)
    expected[RATE : 2 * RATE, 0] = 0
    assert rate == RATE
    assert np.array_equal(frames, expected)
    for first, last in (
        (0, 9),
        (40, 50),
        (HEADER_BYTES, HEADER_BYTES),
        (100_001, 180_000),
        (len(wav) - 3, len(wav) - 1),
    ):
        status, piece = wav_of(browser, page, Range=f"bytes={first}-{last}")
        assert (status, piece) == (206, wav[first : last + 1])
    assert struct.unpack("<I", wav[4:8])[0] == len(wav) - 8
    with viewer.office.database.read() as session:
        heard = session.scalars(select(AuditRow).where(AuditRow.action == "listened")).all()
    assert heard
    assert {(row.login, row.call_id, row.purpose) for row in heard} == {("olli", call_id, "request")}


def test_the_outline_of_a_restricted_call_is_seen_for_the_request(viewer: Viewer, copies: CopyDesk) -> None:
    call_id, browser = copies.call(), copying_officer(viewer, copies)
    page = f"/privacy/cases/{copies.case()}/calls/{call_id}/masks"
    peaks = f"{page}/peaks"
    assert f'data-peaks="{peaks}"' in browser.get(page).text
    with viewer.office.database.begin() as session:
        restrict(
            session, Restricted(call_id=call_id), kind=RestrictionKind.RESTRICTION, case_number="T-2026-0001",
            reason="Kiistää", by=copies.desk.officer, clock=viewer.office.clock,
        )  # fmt: skip
    assert "data-peaks" not in browser.get(page).text
    assert browser.get(peaks).status_code == 403
    stated = browser.post(f"{page}/listening").get_json()
    assert stated["peaks"].startswith(f"{peaks}?listening=")
    assert browser.get(stated["peaks"]).get_json()["channels"] == 2


def test_of_a_masked_call_no_more_is_logged_than_the_frames_that_were_asked_for(
    viewer: Viewer, copies: CopyDesk
) -> None:
    call_id, browser = copies.call(seconds=20), copying_officer(viewer, copies)
    page = f"/privacy/cases/{copies.case()}/calls/{call_id}/masks"
    frame = 4096  # samples, 4 bytes each
    for first, stop in ((1, 7), (24, 27)):
        asked = f"bytes={HEADER_BYTES + first * frame * 4}-{HEADER_BYTES + stop * frame * 4 - 1}"
        status, piece = wav_of(browser, page, Range=asked)
        assert (status, len(piece)) == (206, (stop - first) * frame * 4)
    with viewer.office.database.read() as session:
        (listener,) = listeners_of(session, call_id)
    ms = frame * 1000 // RATE
    assert [(span.from_ms, span.stop_ms) for span in listener.spans] == [(ms, 7 * ms), (24 * ms, 27 * ms)]


def test_nobody_listens_to_the_masked_version_who_may_not_listen(viewer: Viewer, copies: CopyDesk) -> None:
    call_id, case_no = copies.call(), copies.case()
    page = f"/privacy/cases/{case_no}/calls/{call_id}/masks"
    deaf = viewer.browser("outi2", Task.HANDLE_CASES)
    assert deaf.get(page).status_code == 200
    assert deaf.post_json(f"{page}/listening", {}).status_code in {403, 404}
    hearing = copying_officer(viewer, copies)
    begun = hearing.post_json(f"{page}/listening", {}).get_json()["audio"]
    assert deaf.get(begun).status_code in {403, 404}
    trainer = viewer.trainer()  # may listen, and handles no case
    for address in (page, begun, f"/privacy/cases/{case_no}/copies"):
        assert trainer.get(address).status_code == 404


def test_a_list_that_refreshes_itself_keeps_nobody_logged_in(viewer: Viewer, copies: CopyDesk) -> None:
    copies.call()
    browser, case_no = copying_officer(viewer, copies), copies.case()
    page = f"/privacy/cases/{case_no}/copies"
    copies.reviewed(case_no)
    assert browser.post(page, {"recipient": ""}).status_code == 303
    for _ in range(2):
        viewer.office.clock.advance(minutes=7)
        assert "data-under-way" in browser.get(f"{page}/list").text
    viewer.office.clock.advance(minutes=2)
    assert browser.get(f"{page}/list").location.startswith("/log-in")


def test_a_call_that_is_not_in_the_copy_has_no_masks_page(viewer: Viewer, copies: CopyDesk) -> None:
    browser, case_no = copying_officer(viewer, copies), copies.case()
    other = viewer.office.add_call(agent_id=viewer.office.sanna_id, caller_e164="+358401000077")
    assert browser.get(f"/privacy/cases/{case_no}/calls/{other}/masks").status_code == 404
    assert browser.post(f"/privacy/cases/{case_no}/calls/{other}/masks", MASK).status_code in {404, 422}


def test_a_call_that_was_found_to_be_anothers_has_no_masks_page_at_once(viewer: Viewer, copies: CopyDesk) -> None:
    call_id, browser, office = copies.call(), copying_officer(viewer, copies), viewer.office
    page = f"/privacy/cases/{copies.case()}/calls/{call_id}/masks"
    kaino = office.add_person("Kaino", "Salo", "+358401000077")
    assert browser.get(page).status_code == 200
    with office.database.begin() as session:
        decide_link(session, call_id, (kaino,), decided_by="tiina", clock=office.clock)
    assert {browser.get(f"{page}{part}").status_code for part in ("", "/peaks", "/heard")} == {404}


def test_the_masks_page_of_a_refused_request_says_why_nothing_is_heard(viewer: Viewer, copies: CopyDesk) -> None:
    call_id, browser, office = copies.call(), copying_officer(viewer, copies), viewer.office
    case_no = copies.case()
    officer, clock = copies.desk.officer, office.clock
    with office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.REFUSED, reasons="kohtuuton", by=officer, clock=clock)
    shown = browser.get(f"/privacy/cases/{case_no}/calls/{call_id}/masks").text
    assert "Mitään ei myönnetty" in shown
    assert 'id="masker"' not in shown


def test_a_reason_that_is_too_long_is_not_cut_but_refused(viewer: Viewer, copies: CopyDesk) -> None:
    call_id, browser, case_no = copies.call(), copying_officer(viewer, copies), copies.case()
    copies.hear(case_no, call_id, to_ms=1)
    page = f"/privacy/cases/{case_no}/calls/{call_id}/masks"
    form = {"seen": seen(browser, page, f"{page}/reviewed"), "because": "x" * (LINE_MAX_CHARS + 1)}
    assert browser.post(f"{page}/reviewed", form).status_code == 400
    assert browser.post(f"{page}/reviewed", form | {"because": "\0"}).status_code == 400
    with viewer.office.database.read() as session:
        assert not reviews_of(session, case_no).calls


def test_a_copy_goes_from_order_to_download_by_two_people(viewer: Viewer, copies: CopyDesk) -> None:
    copies.call()
    browser, case_no = copying_officer(viewer, copies), copies.case()
    page = f"/privacy/cases/{case_no}/copies"
    assert "Jäljennöstä ei ole tilattu" in browser.get(page).text
    copies.reviewed(case_no)
    assert browser.post(page, {"recipient": "age1nonsense"}).status_code == 422
    assert browser.post(page, {"recipient": ""}).status_code == 303
    assert "data-under-way" in browser.get(f"{page}/list").text
    assert browser.post(page, {"recipient": ""}).status_code == 422  # one at a time
    copies.maker.make_next()
    (made,) = copies_now(viewer, case_no)
    assert made.state is CopyState.MADE
    one = f"{page}/{made.id}"
    assert browser.post(f"{one}/file").status_code == 403
    assert browser.post(f"{one}/passphrase").status_code == 403
    assert browser.post(f"{one}/release").status_code == 303
    assert copies_now(viewer, case_no)[0].state is CopyState.MADE  # nobody approved it

    copies.released(made)
    downloaded = browser.post(f"{one}/file")
    assert downloaded.status_code == 200
    assert downloaded.headers["Content-Disposition"] == f'attachment; filename="{case_no}.zip.age"'
    shown = browser.post(f"{one}/passphrase")
    found = re.search(r'id="passphrase">([^<]+)<', shown.text)
    assert found is not None
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert verify(Package(io.BytesIO(decrypted(downloaded.data, passphrase=found[1]))))[3] == []
    assert browser.post(f"{one}/withdraw").status_code == 303
    assert browser.post(f"{one}/withdraw").status_code == 409
    assert browser.post(f"{one}/file").status_code == 403


def test_what_opens_a_released_copy_is_not_given_once_a_call_of_it_is_anothers(
    viewer: Viewer, copies: CopyDesk
) -> None:
    call_id, browser, office = copies.call(), copying_officer(viewer, copies), viewer.office
    case_no, kaino = copies.case(), office.add_person("Kaino", "Salo", "+358401000077")
    made = copies.released(copies.made(case_no))
    with office.database.begin() as session:
        decide_link(session, call_id, (kaino,), decided_by="tiina", clock=office.clock)
    page = f"/privacy/cases/{case_no}/copies"
    for deed in ("file", "passphrase"):
        assert browser.post(f"{page}/{made.id}/{deed}").location == page
        assert "Peruuta jäljennös ja tilaa uusi" in browser.get(page).text


def test_who_has_not_proved_lately_who_he_is_confirms_first(viewer: Viewer, copies: CopyDesk) -> None:
    browser, case_no = copying_officer(viewer, copies), copies.case()
    made = copies.released(copies.made(case_no))
    viewer.office.clock.advance(minutes=11)
    for deed in ("release", "file", "passphrase"):
        answer = browser.post(f"/privacy/cases/{case_no}/copies/{made.id}/{deed}")
        assert answer.status_code in {302, 303}
        assert "confirm" in answer.headers["Location"]


def test_the_copies_of_one_case_are_not_those_of_another(viewer: Viewer, copies: CopyDesk) -> None:
    browser, case_no = copying_officer(viewer, copies), copies.case()
    made = copies.released(copies.made(case_no))
    other = copies.desk.open(CaseKind.ERASURE).case_no
    for deed in ("release", "file", "passphrase", "withdraw"):
        assert browser.post(f"/privacy/cases/{other}/copies/{made.id}/{deed}").status_code == 404
    assert browser.post(f"/privacy/cases/{other}/copies", {"recipient": ""}).status_code == 422
    assert browser.get("/privacy/cases/T-2026-9999/copies").status_code == 404
