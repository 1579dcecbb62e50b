"""Employees learn who listened to the calls that they answered: when, why, and what of them."""

import re
from http import HTTPStatus

from fixtures_rights import ALL_CALLS, OWN_CALLS
from fixtures_web import Browser, Viewer
from sqlalchemy import select

from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.listening.listeners import listeners_of_my_calls
from rights.tables import AuditRow

PAGE = "/my-calls/listeners"


def hear(browser: Browser, call_id: str, purpose: str = "training", *, header: str = "bytes=0-200000") -> None:
    stated = browser.post_json(f"/api/calls/{call_id}/listenings", {"purpose": purpose}).get_json()
    browser.get(stated["audio"], headers={"Range": header}).get_data()


def shown(browser: Browser) -> str:
    answer = browser.get(PAGE, headers={"Accept-Language": "en"})
    assert answer.status_code == HTTPStatus.OK
    return answer.text


def test_own_calls_and_others_listening_alone_are_told(viewer: Viewer) -> None:
    sannas, mikkos = viewer.spoken_call(), viewer.spoken_call(agent_id=viewer.office.mikko_id)
    trainer, sanna = viewer.trainer(), viewer.sanna()
    assert "Nobody else has listened" in shown(sanna)
    hear(trainer, sannas)
    hear(trainer, mikkos)
    hear(sanna, sannas, "own-call")
    page = shown(sanna)
    assert sannas in page
    assert mikkos not in page
    assert page.count("Tiina Example") == 1
    assert "Sanna Example</strong>" not in page
    assert "Staff training" in page
    assert re.search(r"0:00\u20130:\d\d", page)
    with viewer.office.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == Action.OWN_LISTENERS_SHOWN)).all()
    assert [row.login for row in rows] == ["sanna", "sanna"]


def test_purpose_stated_but_nothing_heard_is_no_listening(viewer: Viewer) -> None:
    call_id = viewer.spoken_call()
    viewer.trainer().post_json(f"/api/calls/{call_id}/listenings", {"purpose": "verify"})
    assert "Nobody else has listened" in shown(viewer.sanna())


def test_it_needs_no_permission_but_an_agent_of_ones_own(viewer: Viewer) -> None:
    call_id = viewer.spoken_call()
    hear(viewer.trainer(), call_id)
    former = viewer.browser("sannas", agent_id=viewer.office.sanna_id)  # no calls are shown to her, her data is hers
    page = shown(former)
    assert "Tiina Example" in page
    assert call_id not in page
    nobody = viewer.browser("pekka", Task.ADMINISTER_ACCOUNTS, *ALL_CALLS)
    assert "not connected to an agent" in shown(nobody)
    stranger = viewer.stranger().get(PAGE)
    assert stranger.status_code == HTTPStatus.SEE_OTHER


def test_pages_lead_to_older_ones(viewer: Viewer) -> None:
    sanna, office = viewer.sanna(), viewer.office
    listeners = [viewer.browser(f"tiina{number}", *ALL_CALLS) for number in range(3)]
    call_id = viewer.spoken_call()
    for listener in listeners:
        hear(listener, call_id, header="bytes=0-1000")
        office.clock.advance(seconds=1)
    told: list[str] = []
    place: str | None = None
    while True:
        with office.database.begin() as session:
            page = listeners_of_my_calls(
                session, office.actor(sanna.account_id), older_than=place, most=2, clock=office.clock
            )
        told += [one.listener.login for one in page.heard]
        place = page.older
        if place is None:
            break
    assert told == ["tiina2", "tiina1", "tiina0"]
    assert sanna.get(f"{PAGE}?older=nonsense").status_code == HTTPStatus.NOT_FOUND
    own = viewer.browser("toinen", *OWN_CALLS, agent_id=office.mikko_id)
    assert "Nobody else has listened" in shown(own)
