"""The queue of calls to link in the viewer without a browser."""

from http import HTTPStatus

import pytest
from fixtures_linking_pages import ENGLISH, decided, english, linking_agent, undo_form
from fixtures_rights import MORNING
from fixtures_web import Viewer

from storage.database.engine import Database


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


def test_the_queue_goes_on_where_it_was(viewer: Viewer, shared_call: tuple[str, int, int]) -> None:
    call_id, aino, _ = shared_call
    for minute in range(6):
        viewer.office.add_call(agent_id=viewer.office.sanna_id, started_at=MORNING.replace(hour=9, minute=minute))
    browser = linking_agent(viewer)
    first = browser.get("/queue")
    assert first.status_code == HTTPStatus.OK
    assert first.text.count("data-item") == 5  # the page size of these tests
    assert call_id not in first.text
    older = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    page = browser.get(older).text
    assert call_id in page
    cursor = older.split("cursor=")[1]
    answer = browser.post(f"/calls/{call_id}/pick", {"person": aino, "back": "queue", "cursor": cursor})
    assert answer.location == f"/queue?cursor={cursor}&done={call_id}"
    done = english(browser, answer.location)
    assert "was linked to Aino Virtanen. <a " in done
    undone = browser.post(f"/calls/{call_id}/undo", {**undo_form(done), "kind": "open"}, headers=ENGLISH)
    assert undone.location == f"/queue?cursor={cursor}#call-{call_id}"
    page = english(browser, undone.location)
    assert "The decision was withdrawn." in page
    assert f'id="call-{call_id}"' in page
    assert decided(viewer, call_id) == [([aino], "leena"), ([], "leena")]
    assert browser.get("/queue?kind=withheld").text.count("data-item") == 0


def test_withheld_calls_are_worked_through_in_their_own_list(viewer: Viewer) -> None:
    office = viewer.office
    calls = [office.add_call(agent_id=office.sanna_id, caller_e164=None, caller_withheld=True) for _ in range(2)]
    browser = linking_agent(viewer)
    answer = browser.post(f"/calls/{calls[0]}/pick", {"person": "", "back": "queue", "kind": "withheld"})
    assert answer.location == f"/queue?kind=withheld&done={calls[0]}"
    page = english(browser, answer.location)
    assert calls[1] in page
    undone = browser.post(f"/calls/{calls[0]}/undo", undo_form(page))
    assert undone.location == f"/queue?kind=withheld#call-{calls[0]}"
    assert f'id="call-{calls[0]}"' in browser.get(undone.location).text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/queue?cursor=nowhere", HTTPStatus.BAD_REQUEST),
        ("/queue?done=nonsense", HTTPStatus.OK),
        ("/queue?done=0199a1b2-0000-7000-8000-00000000dead", HTTPStatus.NOT_FOUND),
        ("/queue?kind=everything", HTTPStatus.OK),
    ],
)
def test_odd_addresses_of_the_queue(viewer: Viewer, address: str, status: HTTPStatus) -> None:
    assert linking_agent(viewer).get(address).status_code == status


def test_who_does_not_link_has_no_queue(viewer: Viewer) -> None:
    trainer = viewer.trainer()
    assert trainer.get("/queue").status_code == HTTPStatus.NOT_FOUND
    assert 'href="/queue"' not in trainer.get("/calls").text
    assert 'href="/queue"' in linking_agent(viewer).get("/calls").text


def test_an_empty_queue_says_so(viewer: Viewer) -> None:
    assert "No calls wait here" in english(linking_agent(viewer), "/queue")
