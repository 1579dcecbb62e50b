"""How the viewer names persons where a call is linked: apart from namesakes, marked, with a way into the register."""

from datetime import date

import pytest
from fixtures_linking_pages import SHARED, english, linking_agent
from fixtures_rights import ALL_CALLS
from fixtures_web import Viewer
from sqlalchemy.orm import Session

from ledger_link.tables.buildings import ApartmentRow, BuildingRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from ledger_link.tables.persons import PersonRow
from rights.access.tasks import Task
from storage.database.engine import Database

ALL = (*ALL_CALLS, Task.LINK_CUSTOMERS)


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


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
