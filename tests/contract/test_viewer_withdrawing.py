"""Withdrawing a decision in the viewer without a browser: where it is shown, and only the one that was seen."""

from http import HTTPStatus

import pytest
from fixtures_linking_pages import ENGLISH, decided, english, linking_agent, undo_form
from fixtures_web import Viewer

from storage.database.engine import Database


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


def test_a_decision_is_withdrawn_where_it_is_shown(viewer: Viewer, shared_call: tuple[str, int, int]) -> None:
    call_id, aino, _ = shared_call
    browser = linking_agent(viewer)
    browser.post(f"/calls/{call_id}/pick", {"person": aino})
    page = english(browser, f"/calls/{call_id}")
    assert "Decided by Leena Example" in page
    answer = browser.post(f"/calls/{call_id}/undo", undo_form(page), headers=ENGLISH)
    assert (answer.status_code, answer.location) == (HTTPStatus.SEE_OTHER, f"/calls/{call_id}")
    page = english(browser, answer.location)
    assert "The decision was withdrawn." in page
    assert "Decision withdrawn" in page
    assert "/undo" not in page
    assert 'data-key="2"' in page
    assert "Decision withdrawn" in english(browser, f"/calls/{call_id}/customer")


def test_a_page_of_before_withdraws_nothing(viewer: Viewer, shared_call: tuple[str, int, int]) -> None:
    call_id, aino, pekka = shared_call
    browser, other = linking_agent(viewer), linking_agent(viewer, "liisa")
    browser.post(f"/calls/{call_id}/pick", {"person": aino, "back": "queue"})
    seen = undo_form(english(browser, f"/queue?done={call_id}"))
    other.post(f"/calls/{call_id}/pick", {"person": pekka})
    answer = browser.post(f"/calls/{call_id}/undo", seen, headers=ENGLISH)
    assert answer.location == f"/calls/{call_id}"  # what stands now is shown, though it was asked in the queue
    page = english(browser, answer.location)
    assert "Somebody has decided about this call anew" in page
    assert '<p class="message warn">' in page
    assert "Decided by Liisa Example" in page
    newest = undo_form(page)
    assert other.post(f"/calls/{call_id}/undo", newest).status_code == HTTPStatus.SEE_OTHER
    browser.post(f"/calls/{call_id}/undo", newest, headers=ENGLISH)
    assert "had been withdrawn already" in english(browser, f"/calls/{call_id}")
    assert decided(viewer, call_id) == [([aino], "leena"), ([pekka], "liisa"), ([], "liisa")]


@pytest.mark.parametrize("decision", ["", "x", "-1", str(10**30)])
def test_odd_decisions_are_not_withdrawn(viewer: Viewer, shared_call: tuple[str, int, int], decision: str) -> None:
    call_id, aino, _ = shared_call
    browser = linking_agent(viewer)
    browser.post(f"/calls/{call_id}/pick", {"person": aino})
    assert browser.post(f"/calls/{call_id}/undo", {"decision": decision}).status_code in {
        HTTPStatus.NOT_FOUND,
        HTTPStatus.SEE_OTHER,
    }
    assert browser.client.post(f"/calls/{call_id}/undo", data={"decision": 1}).status_code == HTTPStatus.BAD_REQUEST
    trainer = viewer.trainer()
    assert trainer.post(f"/calls/{call_id}/undo", {"decision": 1}).status_code == HTTPStatus.NOT_FOUND
    assert decided(viewer, call_id) == [([aino], "leena")]
