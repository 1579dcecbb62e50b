"""Linking in the viewer without a browser: what is posted, by whom, and what the pages then say."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from http import HTTPStatus

import pytest
from fixtures_linking_pages import decided, english, linking_agent
from fixtures_web import Viewer
from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.errors import UnavailableError
from ledger_link.linking.rule import NumberRecord
from ledger_link.records.card import CustomerCard
from ledger_link.search.person_search import PersonHit
from storage.database.calls import CallRow
from storage.database.engine import Database
from web.parts import EXTENSION


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


def test_the_call_page_offers_and_opens_nothing(viewer: Viewer, shared_call: tuple[str, int, int]) -> None:
    call_id, aino, _ = shared_call
    page = linking_agent(viewer).get(f"/calls/{call_id}").text
    assert f'name="person" value="{aino}"' in page
    assert 'data-key="2"' in page
    assert 'class="person"' not in page
    trainers = viewer.trainer().get(f"/calls/{call_id}").text
    assert "data-key" not in trainers
    assert "Aino Virtanen" in trainers


def test_a_pick_links_and_an_empty_one_unlinks(viewer: Viewer, shared_call: tuple[str, int, int]) -> None:
    call_id, aino, pekka = shared_call
    browser = linking_agent(viewer)
    answer = browser.post(f"/calls/{call_id}/pick", {"person": pekka})
    assert (answer.status_code, answer.location) == (HTTPStatus.SEE_OTHER, f"/calls/{call_id}")
    page = browser.get(f"/calls/{call_id}").text
    assert page.count('class="person"') == 1
    assert f'name="person" value="{aino}"' in page  # to choose anew
    assert "<kbd>u</kbd>" in page
    browser.post(f"/calls/{call_id}/pick", {"person": ""})
    page = browser.get(f"/calls/{call_id}").text
    assert 'data-key="1"' in page
    assert "<kbd>u</kbd>" not in page  # it is nobody's already
    browser.post(f"/calls/{call_id}/pick", {"person": aino, "back": "queue", "cursor": ""})
    assert decided(viewer, call_id) == [([pekka], "leena"), ([], "leena"), ([aino], "leena")]


@pytest.mark.parametrize("person", ["999", "x", "-1", str(2**31), "1 OR 1=1"])
def test_nobody_is_not_picked(viewer: Viewer, shared_call: tuple[str, int, int], person: str) -> None:
    answer = linking_agent(viewer).post(f"/calls/{shared_call[0]}/pick", {"person": person})
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert decided(viewer, shared_call[0]) == []


def test_a_forged_pick_and_one_of_another_are_refused(viewer: Viewer, shared_call: tuple[str, int, int]) -> None:
    call_id, aino, _ = shared_call
    browser = linking_agent(viewer)
    forged = browser.client.post(f"/calls/{call_id}/pick", data={"person": aino})
    assert forged.status_code == HTTPStatus.BAD_REQUEST
    mikkos = viewer.office.add_call(agent_id=viewer.office.mikko_id)
    assert browser.post(f"/calls/{mikkos}/pick", {"person": aino}).status_code == HTTPStatus.NOT_FOUND
    trainer = viewer.trainer()
    assert trainer.post(f"/calls/{call_id}/pick", {"person": aino}).status_code == HTTPStatus.NOT_FOUND
    assert decided(viewer, call_id) == decided(viewer, mikkos) == []


def test_outbound_calls_show_the_number_that_was_dialled(viewer: Viewer) -> None:
    office = viewer.office
    call_id = office.add_call(
        agent_id=office.sanna_id, direction="outbound", caller_e164=None, dialled_e164="+358401000777"
    )
    page = english(linking_agent(viewer), f"/calls/{call_id}")
    assert "1000777" in page
    assert "Number called" in page
    office.add_person("Salla", "Salainen", "+358401000777", non_disclosure=True)
    hidden = linking_agent(viewer, "liisa").get(f"/calls/{call_id}").text
    assert "1000777" not in hidden
    with office.database.read() as session:
        assert session.scalars(select(CallRow.dialled_e164)).one() == "+358401000777"


class AwayRegister:
    """A register that does not answer."""

    def __init__(self, _session: Session) -> None:
        pass

    def holdings_of(self, _numbers: Collection[str]) -> Mapping[str, NumberRecord]:
        raise UnavailableError(what="the customer register does not answer")

    def card_of(self, _person_id: int, *, on: date) -> CustomerCard:
        raise UnavailableError(what="the customer register does not answer", where=on.isoformat())

    def find_persons(self, _text: str, *, on: date, limit: int = 20) -> tuple[PersonHit, ...]:
        raise UnavailableError(what="the customer register does not answer", where=f"{on} {limit}")


def test_a_call_is_shown_though_the_register_is_away(viewer: Viewer, shared_call: tuple[str, int, int]) -> None:
    house = viewer.app.extensions[EXTENSION]
    viewer.app.extensions[EXTENSION] = replace(house, register=AwayRegister)
    call_id, aino, _ = shared_call
    browser = linking_agent(viewer)
    browser.post(f"/calls/{call_id}/pick", {"person": aino})
    page = english(browser, f"/calls/{call_id}")
    assert "The customer register does not answer now" in page
    assert "Aino Virtanen" in page
    answer = browser.post(f"/calls/{call_id}/customer", {"text": "virta", "do": "find"})
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
