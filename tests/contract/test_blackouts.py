"""Words of the texts in a copy are blacked out for others' sake: in the copy alone, for a reason, and seen by two."""

import io
import json
import re
import zipfile

import pytest
from fixtures_copies import CopyDesk
from fixtures_copy_pages import copying_officer
from fixtures_web import Viewer
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError
from ledger_link.tables.contacts import ContactRow
from privacy.cases.gathered import Gathered
from privacy.cases.gathering import gather
from privacy.cases.handling import add_note
from privacy.copies.age_file import decrypted
from privacy.copies.blackouts import black_out, blackouts_of, show_again
from privacy.copies.copies import passphrase_of, release
from privacy.copies.copy_fault import Fault
from privacy.copies.copy_state import CopyState
from privacy.copies.copy_texts import CASE_NOTES, CASE_REQUEST, CopyText, texts_of
from privacy.copies.mask import MaskReason
from privacy.copies.report import html_of
from rights.access.tasks import Task
from rights.tables import AuditRow

NOTE = "Naapuri Matti Meikäläinen soitti; Matti kertoi melusta. Ks. myös Aino."
COVERED = "Naapuri [peitetty: toinen henkilö] soitti; Matti kertoi melusta. Ks. myös Aino."


def noted(copies: CopyDesk) -> str:
    """Open a case with a note that tells of a neighbour."""
    case_no, office = copies.case(), copies.desk.office
    with office.database.begin() as session:
        add_note(session, case_no, text=NOTE, by=copies.desk.officer, clock=office.clock)
    return case_no


def gathered(copies: CopyDesk, case_no: str) -> Gathered:
    with copies.desk.office.database.read() as session:
        return gather(session, copies.keys, case_no, clock=copies.desk.office.clock)


def text_at(copies: CopyDesk, case_no: str, place: str) -> CopyText:
    return next(text for text in texts_of(gathered(copies, case_no)) if text.place == place)


def blacked(copies: CopyDesk, case_no: str, words: str, *, place: str = CASE_NOTES) -> int:
    office, text = copies.desk.office, text_at(copies, case_no, place)
    with office.database.begin() as session:
        return black_out(
            session,
            case_no,
            text,
            words,
            reason=MaskReason.THIRD_PERSON,
            by=copies.desk.officer,
            clock=office.clock,
        )


def opened(copies: CopyDesk, case_no: str) -> zipfile.ZipFile:
    office = copies.desk.office
    copy = copies.released(copies.made(case_no))
    with office.database.begin() as session:
        passphrase = passphrase_of(session, copy.id, keys=copies.keys, by=copies.desk.officer, clock=office.clock)
    return zipfile.ZipFile(io.BytesIO(decrypted(copies.file(copy), passphrase=passphrase)))


def test_words_are_covered_in_the_copy_and_stand_in_the_case_as_they_were(copy_desk: CopyDesk) -> None:
    case_no = noted(copy_desk)
    assert blacked(copy_desk, case_no, "Matti Meikäläinen") == 1
    package = opened(copy_desk, case_no)
    told = json.loads(package.read("tiedot.json"))["copy"]
    assert [note["text"] for one in told["cases"] for note in one["notes"]] == [COVERED]
    assert json.loads(package.read("manifest.json"))["blacked_out_places"] == 1
    assert b"Meik\xc3\xa4l\xc3\xa4inen" not in b"".join(package.read(name) for name in package.namelist())
    assert [note.text for one in gathered(copy_desk, case_no).cases for note in one.notes] == [NOTE]
    with copy_desk.desk.office.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "text-blacked-out")).all()
    assert [row.login for row in rows] == ["outi"]
    assert "Matti" not in str([row.detail for row in rows] + [row.plain_detail for row in rows])


def test_every_place_of_the_words_is_covered_and_overlaps_are_one(copy_desk: CopyDesk) -> None:
    case_no = noted(copy_desk)
    assert blacked(copy_desk, case_no, "Matti") == 2
    assert blacked(copy_desk, case_no, "Matti Meikäläinen") == 1
    told = json.loads(opened(copy_desk, case_no).read("tiedot.json"))["copy"]
    [text] = [note["text"] for one in told["cases"] for note in one["notes"]]
    assert text == COVERED.replace("; Matti", "; [peitetty: toinen henkilö]")


def test_the_subject_is_told_that_texts_were_covered(copy_desk: CopyDesk) -> None:
    found = gathered(copy_desk, noted(copy_desk))
    assert "Teksteistä on peitetty 2 kohtaa" in html_of(found, masks={}, names={}, blackouts=2)
    assert "Teksteistä on peitetty" not in html_of(found, masks={}, names={})


def test_words_that_do_not_stand_there_twice_the_same_and_others_cases_are_refused(copy_desk: CopyDesk) -> None:
    case_no, office = noted(copy_desk), copy_desk.desk.office
    blacked(copy_desk, case_no, "Matti")
    for words in ("Matti", "matti", "Pekka", "  "):
        with pytest.raises(BadDataError):
            blacked(copy_desk, case_no, words)
    text, stranger = text_at(copy_desk, case_no, CASE_NOTES), office.actor(office.add_account("vieras"))
    with pytest.raises(NotFoundError), office.database.begin() as session:
        black_out(session, case_no, text, "Aino", reason=MaskReason.OTHER, by=stranger, clock=office.clock)


def test_a_text_that_was_changed_since_lets_no_copy_be_made(copy_desk: CopyDesk) -> None:
    case_no, office = copy_desk.case(), copy_desk.desk.office
    with office.database.begin() as session:
        session.add(
            ContactRow(
                person_id=copy_desk.desk.aino_id,
                contact_no="Y-1",
                at=office.clock.now(),
                kind="call",
                direction="in",
                subject="Matti valitti",
                handled_by="Sanna",
            )
        )
    blacked(copy_desk, case_no, "Matti", place="contacts.subject")
    with office.database.begin() as session:
        session.scalars(select(ContactRow)).one().subject = "Matti valitti taas"
    failed = copy_desk.made(case_no)
    assert (failed.state, failed.fault) == (CopyState.FAILED, Fault.TEXTS_CHANGED)
    with office.database.begin() as session:
        [old] = blackouts_of(session, case_no)
        show_again(session, case_no, old.id, by=copy_desk.desk.officer, clock=office.clock)
    blacked(copy_desk, case_no, "Matti", place="contacts.subject")
    assert copy_desk.made(case_no).state is CopyState.MADE


def test_a_copy_without_what_was_blacked_out_since_is_not_released(copy_desk: CopyDesk) -> None:
    case_no, desk = noted(copy_desk), copy_desk.desk
    copy, clock = copy_desk.made(case_no), desk.office.clock
    clock.advance(seconds=1)
    blacked(copy_desk, case_no, "Haluan", place=CASE_REQUEST)
    copy_desk.approved(copy)
    with pytest.raises((BadDataError, RefusedError)), desk.office.database.begin() as session:
        release(session, copy.id, by=desk.officer, clock=clock)


def test_the_page_shows_each_text_blacks_out_and_lets_be_read_again(viewer: Viewer, copies: CopyDesk) -> None:
    browser, case_no = copying_officer(viewer, copies), noted(copies)
    page, key = f"/privacy/cases/{case_no}/texts", text_at(copies, case_no, CASE_NOTES).key
    shown = browser.get(page).text
    assert NOTE in shown
    assert page in browser.get(f"/privacy/cases/{case_no}/copies").text
    wrong = browser.post(page, {"text_key": key, "words": "Pekka", "reason": "third-person"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text
    assert browser.post(page, {"text_key": "0" * 64, "words": "x", "reason": "other"}).status_code == 404
    assert browser.post(page, {"text_key": key, "words": "Matti", "reason": "because"}).status_code == 422
    done = browser.post(page, {"text_key": key, "words": "Matti", "reason": "third-person"})
    assert done.status_code == 303
    shown = browser.get(page).text
    assert shown.count("<del>") == 2
    found = re.search(rf"{page}/(\d+)/remove", shown)
    assert found is not None
    assert browser.post(found[0]).status_code == 303
    assert browser.get(page).text.count("<del>") == 1
    assert viewer.browser("muu", Task.VIEW_REGISTER).get(page).status_code == 404


def test_the_second_person_sees_how_much_is_blacked_out_and_why(viewer: Viewer, copies: CopyDesk) -> None:
    copying_officer(viewer, copies)
    case_no = noted(copies)
    blacked(copies, case_no, "Matti")
    copies.asked(copies.made(case_no))
    page = viewer.browser("antti", Task.APPROVE_EXPORTS).get("/approvals/").text
    assert "Kertoo toisesta henkilöstä: 2" in page
    assert "Matti" not in page


def test_a_text_that_tells_what_a_turvakielto_hides_is_looked_through_by_who_may_be_told(
    viewer: Viewer, copies: CopyDesk
) -> None:
    browser, office = copying_officer(viewer, copies), viewer.office
    hidden_id = office.add_person("Hilla", "Halla", "+358401234567", non_disclosure=True)
    copies.desk.aino_id = hidden_id
    case_no = copies.case()
    with office.database.begin() as session:
        add_note(session, case_no, text="Soita 040 123 4567", by=copies.desk.officer, clock=office.clock)
    page = f"/privacy/cases/{case_no}/texts"
    assert "123 4567" not in browser.get(page).text
    key = text_at(copies, case_no, CASE_NOTES).key
    assert browser.post(page, {"text_key": key, "words": "Soita", "reason": "other"}).status_code == 404
    told = viewer.browser("tuija", Task.HANDLE_CASES, Task.REVEAL_UNDISCLOSED).get(page).text
    assert "040 123 4567" in told
