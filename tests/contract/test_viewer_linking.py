"""Linking in the viewer without a browser: what is posted, by whom, and what the pages then say."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from http import HTTPStatus

import pytest
from fixtures_rights import MORNING
from fixtures_web import Browser, Viewer
from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.errors import UnavailableError
from ledger_link.buildings import ApartmentRow, BuildingRow
from ledger_link.card import CustomerCard
from ledger_link.leases import LeasePartyRow, LeaseRow
from ledger_link.link_decisions import decisions_of
from ledger_link.person_search import PersonHit
from ledger_link.persons import PersonRow
from ledger_link.rule import NumberRecord
from rights.tasks import Task
from storage.database.calls import CallRow
from web.parts import EXTENSION

SHARED = "+358401000001"
ALL = (Task.ALL_CALLS, Task.LINK_CUSTOMERS)


@pytest.fixture
def shared_call(viewer: Viewer) -> tuple[str, int, int]:
    """A call of Sanna's from a number that two share, and the two."""
    office = viewer.office
    aino, pekka = office.add_person("Aino", "Virtanen", SHARED), office.add_person("Pekka", "Virtanen", SHARED)
    return office.add_call(agent_id=office.sanna_id), aino, pekka


def linking_agent(viewer: Viewer, login: str = "leena") -> Browser:
    return viewer.browser(login, Task.OWN_CALLS, Task.LINK_CUSTOMERS, agent_id=viewer.office.sanna_id)


ENGLISH = {"Accept-Language": "en"}


def english(browser: Browser, address: str) -> str:
    return browser.get(address, headers=ENGLISH).text


def decided(viewer: Viewer, call_id: str) -> list[tuple[list[int], str]]:
    with viewer.office.database.read() as session:
        return [([one.id for one in entry.persons], entry.decided_by) for entry in decisions_of(session, call_id)]


def add_lease(session: Session, lease_no: str, *person_ids: int, role: str = "tenant") -> tuple[int, int]:
    """Make persons parties to a lease of today; give its id and its apartment's."""
    number = lease_no.removeprefix("V-")
    building = BuildingRow(
        building_no=f"B{number}",
        name="",
        street_address=f"Lease {number} street {number}",
        postal_code="00990",
        city="Helsinki",
    )
    session.add(building)
    session.flush()
    apartment = ApartmentRow(apartment_no=f"A{number}", building_id=building.id, entrance="", sub_letter="")
    session.add(apartment)
    session.flush()
    lease = LeaseRow(apartment_id=apartment.id, lease_no=lease_no, starts_on=date(2020, 1, 1))
    session.add(lease)
    session.flush()
    for person_id in person_ids:
        session.add(LeasePartyRow(lease_id=lease.id, person_id=person_id, role=role))
    return lease.id, apartment.id


def person_numbers(viewer: Viewer, *person_ids: int) -> list[str]:
    with viewer.office.database.read() as session:
        return [session.get_one(PersonRow, person_id).person_no for person_id in person_ids]


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


def undo_form(page: str) -> dict[str, str]:
    """Give the fields of the form of a page that withdraws a decision."""
    form = page.split('/undo">')[1].split("</form>", maxsplit=1)[0]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    return {name: value for name, value in fields.items() if name != "csrf_token"}


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


def test_namesakes_are_told_apart(viewer: Viewer) -> None:
    office = viewer.office
    mikkos = [office.add_person("Mikko", "Virtanen", SHARED) for _ in range(2)]
    hidden = office.add_person("Mikko", "Virtanen", "+358401000555", non_disclosure=True)
    with office.database.begin() as session:
        for person_id, year in zip((*mikkos, hidden), (1955, 1985, 1995), strict=True):
            session.get_one(PersonRow, person_id).birth_date = date(year, 3, 12)
        add_lease(session, "V-7", mikkos[0])
        add_lease(session, "V-8", mikkos[1], hidden, role="co_tenant")
    call_id = office.add_call(agent_id=office.sanna_id)
    numbers = person_numbers(viewer, *mikkos, hidden)
    linking, viewing = linking_agent(viewer), viewer.browser("olli", *ALL, Task.VIEW_REGISTER)
    found = {"text": "mikko virtanen", "do": "find"}
    for address in (f"/calls/{call_id}", "/queue", f"/calls/{call_id}/customer"):
        page = english(linking, address)
        for told in (f"born in 1955, {numbers[0]}", f"born in 1985, {numbers[1]}"):
            assert told in page, address
        assert "Tenant, lease V-7: Lease 7 street 7, 00990 Helsinki" in page
        assert "Co-tenant, lease V-8: Address not disclosed" in page
        assert "12 Mar" not in page
        assert "/register/persons/" not in page
        assert "born 12 Mar 1955" in english(viewing, address)
    page = linking.post(f"/calls/{call_id}/customer", found, headers={"Accept-Language": "en"}).text
    assert f"born in 1995, {numbers[2]}" in page
    assert "Lease 8 street" not in page
    assert "1000555" not in page


def test_names_lead_to_the_register_for_who_may_view_it(viewer: Viewer, shared_call: tuple[str, int, int]) -> None:
    call_id, aino, _ = shared_call
    with viewer.office.database.begin() as session:
        lease_id, apartment_id = add_lease(session, "V-7", aino)
    browser, linking = viewer.browser("olli", *ALL, Task.VIEW_REGISTER), linking_agent(viewer)
    assert f'href="/register/persons/{aino}?on=2026-11-02"' in browser.get(f"/calls/{call_id}").text
    about = {"persons": aino, "lease": lease_id, "apartment": apartment_id, "do": "link"}
    browser.post(f"/calls/{call_id}/customer", about)
    page = english(browser, f"/calls/{call_id}")
    for address in (
        f"leases/{lease_id}?on=",
        f"apartments/{apartment_id}?on=",
        f'leases/{lease_id}"',
        f'persons/{aino}"',
    ):
        assert f'href="/register/{address}' in page, address
    assert "/register/" not in english(linking, f"/calls/{call_id}").split("<main")[1]


def test_a_turvakielto_is_marked_in_the_queue_and_its_messages(viewer: Viewer) -> None:
    office = viewer.office
    salla = office.add_person("Salla", "Salo", SHARED, non_disclosure=True)
    office.add_person("Sami", "Salo", SHARED)
    call_id = office.add_call(agent_id=office.sanna_id)
    browser = linking_agent(viewer)
    assert english(browser, "/queue").count("Non-disclosure for personal safety") == 1
    browser.post(f"/calls/{call_id}/pick", {"person": salla, "back": "queue"})
    message = english(browser, f"/queue?done={call_id}").split('class="message done"')[1].split("</div>")[0]
    assert "Non-disclosure for personal safety" in message
    assert "<span" in message.split("Salla Salo")[1]


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
