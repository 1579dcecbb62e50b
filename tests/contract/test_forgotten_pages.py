"""Pages say in words what of the log is not kept any more, and what is about to go."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

import pytest
from fixtures_rights import SEE_ALL
from fixtures_web import Browser, Viewer

from privacy.retention.audit_detail import forget_old_detail
from rights.access.actor import operator_actor
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from storage.database.engine import Database
from web.parts import EXTENSION, Parts

ENGLISH = {"Accept-Language": "en"}
LOG = "/administration/log"
YEARS = 3
UNNAMED = '<span class="soft small">(the name is no longer kept)</span>'


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


def page(browser: Browser, path: str) -> str:
    answer = browser.get(path, headers=ENGLISH)
    assert answer.status_code == HTTPStatus.OK
    return " ".join(answer.text.split())


def forget(viewer: Viewer) -> int:
    return forget_old_detail(viewer.office.database, YEARS, clock=viewer.office.clock)


def set_period(viewer: Viewer) -> None:
    house: Parts = viewer.app.extensions[EXTENSION]
    viewer.app.extensions[EXTENSION] = replace(house, house_facts=replace(house.house_facts, log_detail_years=YEARS))


def test_who_listened_is_told_by_login_when_the_name_is_not_kept_any_more(viewer: Viewer) -> None:
    call_id = viewer.spoken_call()
    trainer = viewer.trainer()
    stated = trainer.post_json(f"/api/calls/{call_id}/listenings", {"purpose": "training"}).get_json()
    trainer.get(stated["audio"], headers={"Range": "bytes=0-200000"}).get_data()
    assert "Tiina Example" in page(viewer.sanna(), "/my-calls/listeners")
    viewer.office.clock.moment = datetime(2030, 1, 1, 8, tzinfo=UTC)
    forget(viewer)
    viewer.office.clock.advance(days=14)
    assert forget(viewer) > 0
    known = viewer.browser("sanna2", SEE_ALL, agent_id=viewer.office.sanna_id)
    for path in ("/my-calls/listeners", f"/calls/{call_id}/listeners"):
        told = page(known, path)
        assert re.search(r"tiina(</strong>)? <span class=.soft small.>\(the name is no longer kept\)</span>", told), (
            path
        )
        assert "Tiina Example" not in told


def test_the_log_says_what_goes_when_and_what_is_gone(viewer: Viewer) -> None:
    person_id = viewer.office.add_person("Aino", "Virtanen")
    with viewer.office.database.begin() as session:
        mikko = operator_actor("mikko", person="Mikko Salo")
        about = {"persons": [person_id], "detail": {"reason": "soitti", "page": "person"}}
        record(session, actor=mikko, action=Action.REGISTER_PAGE_SHOWN, clock=viewer.office.clock, **about)  # type: ignore[arg-type]
    viewer.office.clock.moment = datetime(2030, 1, 1, 8, tzinfo=UTC)
    forget(viewer)
    tasks = (Task.VIEW_AUDIT, Task.VIEW_REGISTER, Task.VIEW_LOOK_UPS)
    auditor = viewer.browser("tiia", *tasks)
    coming = "until the end of 2026 go on 15 Jan 2030 or later"
    assert coming not in page(auditor, LOG)
    set_period(viewer)
    assert coming in page(auditor, LOG)
    assert "Said that personal detail of the log is to go" in page(auditor, LOG)
    keeper = viewer.browser("kaisa", Task.MANAGE_RETENTION)
    told = page(keeper, "/privacy/retention/")
    assert "end of the calendar year; the log says it two weeks before</dt><dd>3 years</dd>" in told
    assert coming in told  # who keeps periods need not be one who sees the log
    look_ups = f"/register/persons/{person_id}/look-ups"
    assert "Mikko Salo" in page(auditor, look_ups)
    viewer.office.clock.advance(days=14)
    assert forget(viewer) == 2
    again = viewer.browser("tiia2", *tasks)
    told = page(again, LOG)
    assert coming not in told
    assert "Personal detail of the log was destroyed, since its time was over" in told
    assert "Keys destroyed: 2" in told
    row = told[told.index("Looked at a page of the register") :]
    assert "Personal detail of this row is no longer kept." in row
    assert "soitti" not in told
    assert f"cli:mikko {UNNAMED}" in page(again, look_ups)
