"""The pages of hand-overs and partners, as they are clicked through. SQLite alone: what they keep is tested on both."""

import re
from datetime import UTC, date, timedelta

import pytest
from fixtures_rights import SEE_ALL
from fixtures_web import Browser, MakeViewer, Viewer
from sqlalchemy import select

from ledger_link.values.day import end_of
from rights.access.approvals import decide, waiting_for
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.tables import AuditRow

DONE = 303


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def viewer(make_viewer: MakeViewer) -> Viewer:
    return make_viewer()


@pytest.fixture
def officer(viewer: Viewer) -> Browser:
    return viewer.browser("paula", SEE_ALL, Task.RECORD_DISCLOSURES, Task.VIEW_REGISTER)


def filled(**changes: object) -> dict[str, object]:
    return {
        "recipient_kind": "authority",
        "recipient": "Poliisi <b>",
        "basis": "public-task",
        "basis_detail": "poliisilaki 4:2",
        "contents": ["audio"],
        "description": "rikosepäilyn\nselvitys",
        "calls": "",
        "persons": "",
        "way": "encrypted-file",
        "handed_on": "2.11.2026",
        "expires_on": "",
        "case_no": "",
        **changes,
    }


def test_hand_over_is_recorded_from_the_call_and_found_there_and_on_the_list(viewer: Viewer, officer: Browser) -> None:
    call_id = viewer.heard_call()
    assert "card empty" in officer.get("/privacy/hand-overs/").text
    address = f"/privacy/hand-overs/new?call={call_id}"
    assert address in officer.get(f"/calls/{call_id}").text
    assert call_id in officer.get(address).text
    answer = officer.post("/privacy/hand-overs/new", filled(calls=call_id))
    assert answer.status_code == DONE
    page = officer.get(answer.location).text
    assert "Poliisi &lt;b&gt;" in page
    assert "rikosepäilyn<br>selvitys" in page
    for found_at in (f"/calls/{call_id}", "/privacy/hand-overs/"):
        assert answer.location in officer.get(found_at).text
    trainer = viewer.trainer()
    assert "hand-overs" not in trainer.get(f"/calls/{call_id}").text
    for refused in ("/privacy/hand-overs/", answer.location, "/privacy/hand-overs/new"):
        assert trainer.get(refused).status_code == 404
    assert trainer.post("/privacy/hand-overs/new", filled(calls=call_id)).status_code == 404
    assert trainer.post(f"{answer.location}/void", {"reason": "x"}).status_code == 404
    void = officer.post(f"{answer.location}/void", {"reason": "  "})
    assert void.status_code == 422
    assert officer.post(f"{answer.location}/void", {"reason": "väärä puhelu"}).status_code == DONE
    assert "väärä puhelu" in officer.get(answer.location).text


@pytest.mark.parametrize("last_day", [date(2026, 11, 30), date(2027, 3, 28), date(2027, 10, 31)])
def test_what_the_recipient_may_keep_to_a_day_is_his_until_that_day_is_over(
    viewer: Viewer, officer: Browser, last_day: date
) -> None:
    call_id = viewer.heard_call()
    typed = f"{last_day.day}.{last_day.month}.{last_day.year}"
    address = officer.post("/privacy/hand-overs/new", filled(calls=call_id, expires_on=typed)).location
    clock = viewer.office.clock
    clock.moment = end_of(last_day).astimezone(UTC) - timedelta(seconds=1)
    viewer.log_in(officer)
    for page in (address, "/privacy/hand-overs/"):
        told = officer.get(page).text
        assert f"{typed} asti" in told
        assert "Aika päättynyt" not in told
    clock.advance(seconds=1)
    viewer.log_in(officer)
    assert "Aika päättynyt" in officer.get("/privacy/hand-overs/").text


def test_hand_over_is_found_on_the_persons_page(viewer: Viewer, officer: Browser) -> None:
    person_id = viewer.office.add_person("Aino", "Virtanen")
    page = officer.get(f"/register/persons/{person_id}").text
    assert f"/privacy/hand-overs/new?person={person_id}" in page
    answer = officer.post("/privacy/hand-overs/new", filled(contents=["contact"], persons=str(person_id)))
    assert answer.status_code == DONE
    assert answer.location in officer.get(f"/register/persons/{person_id}").text
    assert "Virtanen" in officer.get(answer.location).text


@pytest.mark.parametrize(
    "changes",
    [
        {"contents": []},
        {"contents": ["audio"], "calls": ""},
        {"contents": ["contact"]},
        {"contents": ["nonsense"]},
        {"recipient": ""},
        {"recipient": "Aino 131052-308T"},
        {"description": "tunnus 131052-308T"},
        {"calls": "not-a-call"},
        {"calls": "0199a1b2-0000-7000-8000-00000000ffff"},
        {"contents": ["contact"], "persons": "abc"},
        {"contents": ["contact"], "persons": "99999"},
        {"handed_on": "3.11.2026"},
        {"handed_on": ""},
        {"expires_on": "1.11.2026"},
        {"case_no": "t-2026-0404"},
    ],
)
def test_form_that_is_not_whole_comes_back_with_words(
    viewer: Viewer, officer: Browser, changes: dict[str, object]
) -> None:
    call_id = viewer.office.add_call(agent_id=viewer.office.sanna_id)
    answer = officer.post("/privacy/hand-overs/new", filled(**{"calls": call_id, **changes}))
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert "131052-308T" not in answer.text
    with viewer.office.database.read() as session:
        assert not session.scalars(select(AuditRow).where(AuditRow.action == Action.DISCLOSURE_RECORDED)).all()


def test_partner_is_added_and_given_a_call_by_two_people(viewer: Viewer, officer: Browser) -> None:
    administrator = viewer.administrator()
    call_id = viewer.heard_call()
    assert officer.get("/privacy/partners/new").status_code == 404
    told = {"organisation": "Perintä Oy", "name": "Pertti Perijä", "login": "pertti", "last_day": "30.11.2026"}
    for wrong in (
        {"login": "paula"},
        {"login": "ö"},
        {"last_day": "1.11.2026"},
        {"last_day": ""},
        {"organisation": ""},
    ):
        assert administrator.post("/privacy/partners/new", {**told, **wrong}).status_code == 422
    link = administrator.post("/privacy/partners/new", told)
    assert 'id="one-time-link"' in link.text
    onward = re.search(r'<a class="button primary" href="(/accounts/\d+)">[^<]+</a>', link.text)
    assert onward is not None
    assert administrator.get(onward[1]).status_code == 200
    [address] = set(re.findall(r"/privacy/partners/\d+", officer.get("/privacy/partners/").text))
    assert administrator.post(address, {"calls": call_id}).status_code == 404
    asked = {
        "calls": call_id,
        "basis": "processor",
        "basis_detail": "toimeksianto 12",
        "description": "riidan selvitys",
        "last_day": "9.11.2026",
    }
    for wrong in ({"calls": ""}, {"calls": "x"}, {"last_day": "1.12.2026"}, {"description": ""}):
        assert officer.post(address, {**asked, **wrong}).status_code == 422
    assert officer.post(address, asked).status_code == DONE
    assert "/open/" not in officer.get(address).text
    approver = viewer.browser("antti", Task.APPROVE_EXPORTS)
    _approve(viewer, approver)
    [opening] = set(re.findall(rf"{address}/open/\d+", officer.get(address).text))
    assert officer.post(opening).status_code == DONE
    assert officer.post(opening).status_code == 404
    page = officer.get(f"/calls/{call_id}").text
    assert "Perintä Oy" in page
    assert "9.11.2026 asti" in page
    [closing] = set(re.findall(rf"{address}/close/\d+", officer.get(address).text))
    assert officer.post(closing).status_code == DONE
    assert "/close/" not in officer.get(address).text
    trainer = viewer.trainer()
    for refused in ("/privacy/partners/", address):
        assert trainer.get(refused).status_code == 404
    for refused in (address, opening, closing, "/privacy/partners/new"):
        assert trainer.post(refused, asked).status_code == 404


def _approve(viewer: Viewer, approver: Browser) -> None:
    office = viewer.office
    who = office.actor(approver.account_id)
    with office.database.begin() as session:
        for waiting in waiting_for(session, by=who, clock=office.clock):
            decide(session, waiting.id, is_approved=True, by=who, clock=office.clock)
