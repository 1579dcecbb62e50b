"""The page of a call says of which day its facts are, leads to today's, and marks who has a turvakielto."""

from datetime import timedelta

import pytest
from fixtures_rights import ALL_CALLS, MORNING
from fixtures_web import Browser, Viewer

from rights.access.tasks import Task

AINO = "+358401000001"
PROTECTED = "+358401000099"
FINNISH = {"Accept-Language": "fi"}
THEN = MORNING - timedelta(days=30)
BANNER = "Näet tiedot puhelun päivältä 3.10.2026 \N{EN DASH} tänään tiedot voivat olla toiset."
MARK = "Turvakielto</span>"


def page(browser: Browser, call_id: str) -> str:
    return browser.get(f"/calls/{call_id}", headers=FINNISH).text


@pytest.fixture
def aino(viewer: Viewer) -> int:
    return viewer.office.add_person("Aino", "Virtanen", AINO)


def test_the_facts_of_a_past_day_say_so_and_lead_to_today(viewer: Viewer, aino: int) -> None:
    call = viewer.office.add_call(agent_id=viewer.office.sanna_id, started_at=THEN)
    told = page(viewer.browser("rauha", *ALL_CALLS, Task.VIEW_REGISTER), call)
    assert BANNER in told
    assert f'<a href="/register/persons/{aino}">Aino Virtanen tänään</a>' in told
    assert f'href="/register/persons/{aino}?on=2026-10-03"' in told, "the name leads to the day of the call"


@pytest.mark.usefixtures("aino")
def test_who_may_not_look_into_the_register_is_led_nowhere(viewer: Viewer) -> None:
    call = viewer.office.add_call(agent_id=viewer.office.sanna_id, started_at=THEN)
    told = page(viewer.trainer(), call)
    assert BANNER in told
    assert "/register/" not in told


@pytest.mark.usefixtures("aino")
def test_todays_facts_need_no_warning(viewer: Viewer) -> None:
    call = viewer.office.add_call(agent_id=viewer.office.sanna_id, started_at=MORNING)
    assert "day-passed" not in page(viewer.trainer(), call)


def test_candidates_too_are_of_the_day(viewer: Viewer) -> None:
    for name in ("Eero", "Liisa"):
        viewer.office.add_person(name, "Korhonen", AINO)
    call = viewer.office.add_call(agent_id=viewer.office.sanna_id, started_at=THEN)
    assert BANNER in page(viewer.browser("leena", *ALL_CALLS, Task.LINK_CUSTOMERS), call)
    assert BANNER not in page(viewer.trainer(), call), "nothing of the register is shown"


def test_a_turvakielto_is_marked_in_the_heading_and_in_the_list(viewer: Viewer) -> None:
    viewer.office.add_person("Salla", "Suojattu", PROTECTED, non_disclosure=True)
    call = viewer.office.add_call(agent_id=viewer.office.sanna_id, caller_e164=PROTECTED, started_at=MORNING)
    trainer = viewer.trainer()
    heading = page(trainer, call).split("<h1>")[1].split("</h1>")[0]
    listed = trainer.get("/calls", headers=FINNISH).text.split('<td class="customer"')[1].split("</td>")[0]
    for shown in (heading, listed):
        assert shown.index("Salla Suojattu") < shown.index("<svg") < shown.index(MARK)
    title = page(trainer, call).split("<title>")[1].split("</title>")[0]
    assert title == "Salla Suojattu · Tallenne"


def test_the_mark_stands_beside_the_one_who_has_it(viewer: Viewer) -> None:
    viewer.office.add_person("Salla", "Suojattu", PROTECTED, non_disclosure=True)
    viewer.office.add_person("Pekka", "Suojattu", PROTECTED)
    call = viewer.office.add_call(agent_id=viewer.office.sanna_id, caller_e164=PROTECTED, started_at=MORNING)
    heading = page(viewer.trainer(), call).split("<h1>")[1].split("</h1>")[0]
    assert heading.count(MARK) == 1
    before, after = heading.split(MARK)
    assert "Salla" in before.split("tai")[-1]
    assert "Pekka" in before.split("Salla")[0] + after
