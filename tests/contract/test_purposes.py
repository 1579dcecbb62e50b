"""The administrator keeps the list of purposes; nothing that was stated ever loses its name."""

import json
from http import HTTPStatus

import pytest
from fixtures_rights import OPERATOR, Office
from fixtures_web import Browser, Viewer
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.listening.case_numbers import matches
from rights.listening.purpose_keeping import (
    PurposeWords,
    add_purpose,
    change_purpose,
    move_purpose,
    retire_purpose,
    revive_purpose,
)
from rights.listening.purposes import Purpose, PurposeUse, active_purposes, all_purposes
from rights.tables import AuditRow

LISTENING, BOTH = frozenset({PurposeUse.LISTENING}), frozenset(PurposeUse)
QUALITY = PurposeWords("Laadun seuranta", "Kvalitetsuppföljning", "Quality review", LISTENING)
FORM = {
    "name_fi": "Laadun seuranta",
    "name_sv": "Kvalitetsuppföljning",
    "name_en": "Quality review",
    "uses": "listening",
}


@pytest.fixture
def keeper(office: Office) -> Actor:
    return office.actor(office.add_account("pirkko", Task.ADMINISTER_PURPOSES))


def added(office: Office, keeper: Actor, words: PurposeWords = QUALITY) -> Purpose:
    with office.database.begin() as session:
        return add_purpose(session, words, by=keeper, clock=office.clock)


def offered(office: Office, use: PurposeUse = PurposeUse.LISTENING) -> list[str]:
    with office.database.read() as session:
        return [purpose.code for purpose in active_purposes(session, use=use)]


def changes(office: Office) -> list[tuple[str | None, dict[str, object]]]:
    with office.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == Action.PURPOSE_CHANGED).order_by(AuditRow.id))
        return [(row.purpose, json.loads(row.detail or "{}")) for row in rows]


def test_added_purpose_is_offered_last_under_a_code_of_its_own(office: Office, keeper: Actor) -> None:
    before = offered(office)
    first = added(office, keeper)
    other = PurposeWords("Toinen", "Den andra", "Quality: review!", BOTH)
    assert (first.code, added(office, keeper, other).code) == ("quality-review", "quality-review-2")
    assert offered(office) == [*before, "quality-review", "quality-review-2"]
    assert offered(office, PurposeUse.REGISTER)[-1] == "quality-review-2"
    assert [code for code, _ in changes(office)] == ["quality-review", "quality-review-2"]


def test_change_is_audited_with_what_was_and_what_is(office: Office, keeper: Actor) -> None:
    code = added(office, keeper).code
    words = PurposeWords("Laatu", "Kvalitet", "Quality", BOTH, requires_case=True, case_pattern=" L-#### ")
    with office.database.begin() as session:
        changed = change_purpose(session, code, words, by=keeper, clock=office.clock)
        change_purpose(session, code, words, by=keeper, clock=office.clock)
    assert (changed.code, changed.name_fi, changed.uses, changed.case_pattern) == (code, "Laatu", BOTH, "L-####")
    ((_, _), (named, detail)) = changes(office)
    assert named == code
    assert detail["changed"] == {
        "fi": ["Laadun seuranta", "Laatu"],
        "sv": ["Kvalitetsuppföljning", "Kvalitet"],
        "en": ["Quality review", "Quality"],
        "uses": [["listening"], ["listening", "register"]],
        "requires_case": [False, True],
        "case_pattern": [None, "L-####"],
    }


def test_retired_purpose_is_not_offered_and_keeps_its_name(office: Office, keeper: Actor) -> None:
    code = added(office, keeper).code
    with office.database.begin() as session:
        retire_purpose(session, code, by=keeper, clock=office.clock)
        retire_purpose(session, code, by=keeper, clock=office.clock)
    assert code not in offered(office)
    with office.database.read() as session:
        assert all_purposes(session)[code].name_fi == "Laadun seuranta"
    with office.database.begin() as session:
        revive_purpose(session, code, by=keeper, clock=office.clock)
    assert offered(office)[-1] == code
    assert [detail for _, detail in changes(office)][1:] == [{"retired": True}, {"retired": False}]


def test_order_skips_what_is_retired(office: Office, keeper: Actor) -> None:
    first, second, third = offered(office)[:3]
    fourth = added(office, keeper).code
    with office.database.begin() as session:
        retire_purpose(session, second, by=keeper, clock=office.clock)
        move_purpose(session, third, up=True, by=keeper, clock=office.clock)
    assert offered(office)[:2] == [third, first]
    with office.database.begin() as session:
        move_purpose(session, third, up=True, by=keeper, clock=office.clock)
        move_purpose(session, fourth, up=False, by=keeper, clock=office.clock)
    assert (offered(office)[0], offered(office)[-1]) == (third, fourth)


def test_what_the_program_relies_on_stays(office: Office, keeper: Actor) -> None:
    for code in ("own-call", "request", "customer-service"):
        with pytest.raises(BadDataError, match="relies"), office.database.begin() as session:
            retire_purpose(session, code, by=keeper, clock=office.clock)
    words = PurposeWords("Oma", "Egen", "Mine", BOTH)
    with pytest.raises(BadDataError, match="relies"), office.database.begin() as session:
        change_purpose(session, "own-call", words, by=keeper, clock=office.clock)


@pytest.mark.parametrize(
    "words",
    [
        PurposeWords("", "x", "y", LISTENING),
        PurposeWords("x", " ", "y", LISTENING),
        PurposeWords("x" * 101, "x", "y", LISTENING),
        PurposeWords("x\ny", "x", "y", LISTENING),
        PurposeWords("x", "y", "z", frozenset()),
        PurposeWords("x", "y", "z", LISTENING, requires_case=True, case_pattern="#" * 65),
        PurposeWords("Training", "y", "z", LISTENING),
        PurposeWords("x", "y", " staff training ", LISTENING),
    ],
)
def test_words_that_will_not_do_are_refused(office: Office, keeper: Actor, words: PurposeWords) -> None:
    with pytest.raises(BadDataError):
        added(office, keeper, words)
    assert changes(office) == []


def test_nobody_else_keeps_them(office: Office, keeper: Actor) -> None:
    code = added(office, keeper).code
    other = office.actor(office.add_account("pekka", Task.ADMINISTER_ACCOUNTS, Task.HANDLE_CASES))
    for actor in (other, OPERATOR):
        with pytest.raises(RefusedError):
            added(office, actor, PurposeWords("x", "y", "z", LISTENING))
        for act in (retire_purpose, revive_purpose):
            with pytest.raises(RefusedError), office.database.begin() as session:
                act(session, code, by=actor, clock=office.clock)
    with pytest.raises(NotFoundError), office.database.begin() as session:
        change_purpose(session, "nothing", QUALITY, by=keeper, clock=office.clock)


@pytest.mark.parametrize(
    ("pattern", "number", "is_like"),
    [
        (None, "anything", True),
        ("", "anything", True),
        ("T-####-####", "T-2026-0001", True),
        ("T-####-####", "T-2026-001", False),
        ("T-####-####", "XT-2026-0001", False),
        ("@@ #", "ÄB 1", True),
        ("@@ #", "A1 1", False),
        ("a.c", "ABC", False),
        ("a.c", "A.C", True),
        ("(#)", "(5)", True),
    ],
)
def test_patterns_of_case_numbers(pattern: str | None, number: str, is_like: bool) -> None:  # noqa: FBT001
    assert matches(pattern, number) is is_like


@pytest.fixture
def pirkko(viewer: Viewer) -> Browser:
    return viewer.browser("pirkko", Task.ADMINISTER_PURPOSES)


def test_pages_add_change_move_and_retire(viewer: Viewer, pirkko: Browser) -> None:
    place = "/administration/purposes/"
    assert pirkko.post(f"{place}new", FORM).status_code == HTTPStatus.SEE_OTHER
    page = pirkko.get(place, headers={"Accept-Language": "fi"}).text
    assert "Laadun seuranta" in page
    assert "Kvalitetsuppföljning" in page
    code = offered(viewer.office)[-1]
    changed = {**FORM, "name_fi": "<b>Laatu</b>", "requires_case": "y", "case_pattern": "L-###"}
    assert pirkko.post(place + code, changed).status_code == HTTPStatus.SEE_OTHER
    page = pirkko.get(place, headers={"Accept-Language": "fi"}).text
    assert "&lt;b&gt;Laatu&lt;/b&gt;" in page
    assert "L-###" in page
    assert pirkko.post(f"{place}{code}/up").status_code == HTTPStatus.SEE_OTHER
    with viewer.office.database.read() as session:
        assert list(all_purposes(session))[-2] == code
    assert pirkko.post(f"{place}{code}/retire").status_code == HTTPStatus.SEE_OTHER
    assert code not in offered(viewer.office)
    assert pirkko.post(f"{place}{code}/revive").status_code == HTTPStatus.SEE_OTHER
    assert code in offered(viewer.office)
    kept = pirkko.get(f"{place}own-call").text
    assert "retire" not in kept
    renamed = {"name_fi": "Oma", "name_sv": "Egen", "name_en": "Mine"}
    assert pirkko.post(f"{place}own-call", renamed).status_code == HTTPStatus.SEE_OTHER
    assert offered(viewer.office).count("own-call") == 1


@pytest.mark.parametrize(
    "wrong", [{"name_fi": ""}, {"name_sv": "Personalutbildning"}, {"uses": ""}, {"name_en": "x" * 101}]
)
def test_form_says_at_its_field_what_is_wrong(pirkko: Browser, wrong: dict[str, str]) -> None:
    answer = pirkko.post("/administration/purposes/new", {**FORM, **wrong})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'class="error"' in answer.text


def test_what_a_purpose_may_do_is_changed_after_a_fresh_proof_alone(viewer: Viewer, pirkko: Browser) -> None:
    """One may be marked as standing in spite of restrictions (GDPR 18): a browser left open must not be enough."""
    viewer.office.clock.advance(minutes=11)
    for place in ("new", "training"):
        address = f"/administration/purposes/{place}"
        for answer in (pirkko.get(address), pirkko.post(address, FORM)):
            assert answer.status_code == HTTPStatus.SEE_OTHER
            assert answer.location == f"/confirm?next={address}"
    assert changes(viewer.office) == []


def test_pages_are_not_there_for_others(viewer: Viewer) -> None:
    administrator = viewer.administrator()
    for place in ("", "new", "training"):
        assert administrator.get(f"/administration/purposes/{place}").status_code == HTTPStatus.NOT_FOUND
    for place in ("new", "training", "training/up", "training/retire", "training/revive"):
        assert administrator.post(f"/administration/purposes/{place}", FORM).status_code == HTTPStatus.NOT_FOUND
    assert "/administration/purposes" not in administrator.get("/").text
    assert changes(viewer.office) == []


def test_unknown_purpose_is_no_page(pirkko: Browser) -> None:
    assert pirkko.get("/administration/purposes/nothing").status_code == HTTPStatus.NOT_FOUND
    assert pirkko.post("/administration/purposes/nothing/up").status_code == HTTPStatus.NOT_FOUND
