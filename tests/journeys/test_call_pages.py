"""The list and the page of calls in a real browser: calls that we made, customers with a turvakielto, typed days."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fixtures_browser import Served, Visiting
from fixtures_register import add_call
from fixtures_rights import ALL_CALLS, GOOD_PASSWORD, added_account
from playwright.sync_api import Page, expect

from ledger_link.linking.linker import link_call
from rights.access.tasks import Task
from rights.identity.accounts import set_password

SANNA = 1
SHARED = "+358401000002"
PROTECTED = "+358401000027"
NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def calls(served: Served) -> dict[str, str]:
    """An outbound call to a shared number, one from somebody with a turvakielto, and Rauha, who sees all."""
    house = served.house
    with house.database.begin() as session:
        made = {}
        for what, number, direction in (("outbound", SHARED, "outbound"), ("protected", PROTECTED, "inbound")):
            call = add_call(session, number if direction == "inbound" else None, at=NOON)
            call.direction, call.agent_id, call.agent_name = direction, SANNA, "Sanna Laine"
            if direction == "outbound":
                call.dialled_e164 = number
            link_call(session, call, clock=house.clock)
            made[what] = call.id
        link = added_account(
            session,
            name="Rauha Rekisteri",
            login="rauha",
            tasks=(*ALL_CALLS, Task.LINK_CUSTOMERS, Task.VIEW_REGISTER, Task.VIEW_LEDGER),
            clock=house.clock,
        )
        set_password(session, token=link.token, password=GOOD_PASSWORD, clock=house.clock)
    return made


def snap(page: Page, name: str) -> None:
    """Keep a picture for whoever looks at the pages (``PICTURES_FOLDER`` names a folder)."""
    if folder := os.environ.get("PICTURES_FOLDER"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_pages_say_it_at_every_width(
    served: Served, calls: dict[str, str], visit: Visiting, size: str, colours: str
) -> None:
    page = visit("rauha", viewport=SIZES[size], color_scheme=colours).page
    for what, path in (
        ("list", "/calls"),
        ("outbound", f"/calls/{calls['outbound']}"),
        ("protected", f"/calls/{calls['protected']}"),
        ("inbound", f"/calls/{served.aino}"),
    ):
        page.goto(f"{served.address}{path}")
        expect(page.locator("h1")).to_be_visible()
        snap(page, f"calls-{what}-{size}-{colours}")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), what


def test_a_day_is_typed_in_finnish_and_a_wrong_one_is_told_of(
    served: Served, calls: dict[str, str], visit: Visiting
) -> None:
    visited = visit("rauha", locale="en-US")
    page = visited.page
    page.goto(f"{served.address}/calls")
    page.click(".languages button[lang=fi]")
    expect(page.locator("#from_day")).to_have_attribute("placeholder", "pp.kk.vvvv")
    page.fill("#from_day", "3.11")
    page.keyboard.press("Enter")
    expect(page.locator("#from_day-error")).to_have_text("Kirjoita päivä muodossa pp.kk.vvvv, esimerkiksi 31.12.2026.")
    expect(page.locator("#from_day")).to_have_value("3.11")
    assert [said for said in visited.complaints if "422" not in said] == []
    visited.complaints.clear()
    snap(page, "calls-wrong-day")
    page.fill("#from_day", "3.11.2026")
    page.fill("#to_day", "2026-11-03")
    page.keyboard.press("Enter")
    expect(page.locator(f"tr.call a[href='/calls/{calls['outbound']}']")).to_be_visible()
    expect(page.locator("#from_day")).to_have_value("3.11.2026")
    expect(page.locator("#to_day")).to_have_value("3.11.2026")
    page.fill("#from_day", "4.11.2026")
    page.fill("#to_day", "")
    page.keyboard.press("Enter")
    expect(page.locator("tr.call")).to_have_count(0)


LABELLED = {
    0.3: [0],
    1.2: [0, 1.2],
    2: [0, 1, 2],
    3.5: [0, 1.2, 2.3, 3.5],
    4: [0, 1, 2, 3, 4],
    600: [0, 150, 300, 450, 600],
}


def test_a_time_line_never_labels_two_places_with_the_same_second(
    served: Served, calls: dict[str, str], visit: Visiting
) -> None:
    page = visit("rauha").page
    page.goto(f"{served.address}/calls/{calls['protected']}")
    script = "async (length) => (await import('/static/js/axis.js')).marks(length)"
    found = {length: page.evaluate(script, length) for length in LABELLED}
    assert {length: [round(at, 1) for at in marks] for length, marks in found.items()} == LABELLED
