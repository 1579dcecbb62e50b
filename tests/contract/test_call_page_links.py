"""From the page of a call into the register: person, lease and apartment, of the day, for who may look there."""

import re

from fixtures_register_pages import ENGLISH, Register, RegisterMaker
from fixtures_rights import ALL_CALLS
from fixtures_statement import NUMBER
from fixtures_web import Browser

from rights.access.tasks import Task

CARD = re.compile(r'<section class="card" aria-labelledby="customer">.*?</section>', re.DOTALL)
LINK = re.compile(r'<a href="(/register/[^"]+)">([^<]+)</a>')


def links(register: Register, browser: Browser) -> dict[str, str]:
    """Give where the card of a call from Helmi's number leads, by what is written."""
    call_id = register.viewer.office.add_call(agent_id=register.viewer.office.sanna_id, caller_e164=NUMBER)
    shown = CARD.search(browser.get(f"/calls/{call_id}", headers=ENGLISH).text)
    assert shown is not None
    assert "Helmi Tuulikki Kirjava" in shown[0]
    return {text: address for address, text in LINK.findall(shown[0])}


def test_person_lease_and_apartment_lead_to_their_pages_of_that_day(register_pages: Register) -> None:
    browser = register_pages.viewer.browser("rauha", *ALL_CALLS, Task.VIEW_REGISTER)
    found, pages = links(register_pages, browser), register_pages.addresses()
    assert found["Helmi Tuulikki Kirjava"] == f"{pages['person']}?on=2026-11-02"
    assert found["V-7300"] == f"{pages['lease']}?on=2026-11-02"
    assert [address for text, address in found.items() if "12 a" in text] == [f"{pages['apartment']}?on=2026-11-02"]
    assert "Osmo Kirjava" in found
    for address in found.values():
        assert browser.get(address).status_code == 200, address


def test_without_the_permission_nothing_leads_there(register_pages: Register) -> None:
    assert links(register_pages, register_pages.viewer.trainer()) == {}


def test_a_protected_home_is_no_link(make_register_pages: RegisterMaker) -> None:
    register = make_register_pages(non_disclosure=True)
    browser = register.viewer.browser("rauha", *ALL_CALLS, Task.VIEW_REGISTER)
    assert not [address for address in links(register, browser).values() if "/apartments/" in address]
