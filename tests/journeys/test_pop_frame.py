"""The calls at an agent's phone, at the edge of the pages: they cover nothing, fold away, and their keys are told."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fixtures_browser import DOMAIN, Served, Visiting
from fixtures_live import AINO, KORHONENS, Switchboard
from fixtures_register import add_call
from fixtures_rights import GOOD_PASSWORD, OWN_CALLS, added_account
from fixtures_waiting import until
from playwright.sync_api import Page, expect

from calls.clock import SystemClock
from ledger_link.linking.link_decisions import decisions_of
from ledger_link.linking.linker import link_call
from ledger_link.linking.live_picks import picked_persons
from rights.access.tasks import Task
from rights.identity.accounts import set_password
from storage.live_mirror import LiveMirror

SANNA = 1
PROTECTED = "+358401000027"
LIT = "html[data-pop-keys='lit']"
SIZES = {
    "wide": {"width": 1440, "height": 900},
    "desktop": {"width": 1280, "height": 800},
    "small": {"width": 1024, "height": 700},
    "phone": {"width": 390, "height": 844},
}
# Each part that can be used: whether the middle of it is the frame's, when it has been scrolled to.
COVERED = """() => {
  const frame = document.getElementById('ringing')
  const parts = [...document.querySelectorAll('main :is(a, button, input, select, summary), header :is(a, button)')]
  return parts.filter((part) => {
    if (!part.checkVisibility() || part.disabled || part.closest('.visually-hidden')) return false
    part.scrollIntoView({ block: 'nearest' })
    const box = part.getClientRects()[0]
    if (!box) return false
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    return frame.contains(document.elementFromPoint(x, y))
  }).map((part) => part.textContent.trim() || part.id)
}"""

# Whether what is focused, where it could stand above the frame, reaches under it.
BEHIND = """() => {
  const [frame, part] = [document.getElementById('ringing'), document.activeElement]
  const [over, box] = [frame.getBoundingClientRect(), part.getBoundingClientRect()]
  return !frame.contains(part) && box.height < over.top && box.bottom > over.top + 1
}"""


@pytest.fixture(scope="module")
def desk(served: Served) -> Served:
    """Leena, who answers as Sanna, links calls and may look into the register."""
    house = served.house
    with house.database.begin() as session:
        link = added_account(
            session,
            name="Leena Linkittäjä",
            login="leena",
            tasks=(*OWN_CALLS, Task.LINK_CUSTOMERS, Task.VIEW_REGISTER),
            agent_id=SANNA,
            clock=house.clock,
        )
        set_password(session, token=link.token, password=GOOD_PASSWORD, clock=house.clock)
    return served


@pytest.fixture
def phones(desk: Served) -> Iterator[Switchboard]:
    """What makes the phones of the house ring."""
    house = desk.house
    mirror = LiveMirror(spool=house.spool, database=house.database, clock=SystemClock())
    made = Switchboard(house.spool, house.database, mirror, domain=DOMAIN)
    yield made
    made.hang_up()


def keep_call(served: Served) -> str:
    """Put a call of Sanna's from a shared number into the database: its page has keys of its own."""
    with served.house.database.begin() as session:
        call = add_call(session, KORHONENS, at=served.house.clock.now())
        call.agent_id, call.agent_name = SANNA, "Sanna Laine"
        link_call(session, call, clock=served.house.clock)
        return call.id


def decided(served: Served, call_id: str) -> list[list[str]]:
    with served.house.database.read() as session:
        return [[person.name for person in one.persons] for one in decisions_of(session, call_id)]


def picked(served: Served, call_id: str) -> tuple[int, ...]:
    with served.house.database.read() as session:
        return picked_persons(session, [call_id]).get(call_id, ())


def snap(page: Page, name: str) -> None:
    """Keep a picture for whoever looks at the pages (``PICTURES_FOLDER`` names a folder)."""
    if folder := os.environ.get("PICTURES_FOLDER"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def is_too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def wait_until_nothing_is_covered(page: Page, what: str) -> None:
    """The page learns the frame's height when it is next laid out."""
    until(lambda: page.evaluate(COVERED) == [], what=f"nothing of {what} is covered")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_no_part_of_a_page_is_under_the_caller(
    desk: Served, phones: Switchboard, visit: Visiting, size: str, colours: str
) -> None:
    page = visit("leena", viewport=SIZES[size], color_scheme=colours).page
    shared = keep_call(desk)
    phones.ringing_call("sanna", number=KORHONENS)
    for what, path in (
        ("player", f"/calls/{desk.aino}"),
        ("list", "/calls"),
        ("queue", "/queue"),
        ("call", f"/calls/{shared}"),
    ):
        page.goto(f"{desk.address}{path}")
        expect(page.locator(".pop")).to_be_visible()
        if what == "player":
            expect(page.locator("#play")).to_be_enabled()
        snap(page, f"pop-{what}-{size}-{colours}")
        assert not is_too_wide(page), what
        wait_until_nothing_is_covered(page, what)
        page.click("#ringing-fold")
        expect(page.locator(".pop h2")).to_be_visible()
        expect(page.locator(".pop-choices")).to_be_hidden()
        page.evaluate("window.scrollTo(0, 0)")
        snap(page, f"folded-{what}-{size}-{colours}")
        assert not is_too_wide(page), what
        wait_until_nothing_is_covered(page, what)
        page.click("#ringing-fold")


def test_what_is_focused_is_never_behind_the_caller(desk: Served, phones: Switchboard, visit: Visiting) -> None:
    page = visit("leena", viewport=SIZES["phone"]).page
    phones.ringing_call("sanna", number=KORHONENS)
    page.goto(f"{desk.address}/calls/{desk.aino}")
    expect(page.locator(".pop")).to_be_visible()
    expect(page.locator("#play")).to_be_enabled()
    page.focus(".brand")
    for _ in range(30):
        page.keyboard.press("Tab")
        until(lambda: not page.evaluate(BEHIND), what="what is focused is in front")


def test_folded_it_stays_folded_and_its_keys_do_nothing(desk: Served, phones: Switchboard, visit: Visiting) -> None:
    shared = keep_call(desk)
    call = phones.ringing_call("sanna", number=KORHONENS)
    page = visit("leena").page
    page.goto(f"{desk.address}/calls/{shared}")
    expect(page.locator(LIT)).to_have_count(1)
    page.click("#ringing-fold")
    expect(page.locator("#ringing-fold")).to_have_text("Näytä soittaja")
    expect(page.locator("html[data-pop-keys]")).to_have_count(0)
    page.reload()
    expect(page.locator("html[data-pop='folded']")).to_have_count(1)
    expect(page.locator(".pop h2")).to_be_visible()
    page.keyboard.press("2")  # the page's own again
    expect(page.locator("h1")).to_have_text("Liisa Korhonen")
    assert decided(desk, shared) == [["Liisa Korhonen"]]
    assert picked(desk, call.call_id) == ()
    page.click("#ringing-fold")
    expect(page.locator(LIT)).to_have_count(1)
    page.focus(".pop-choice >> nth=0")
    page.keyboard.press("Escape")
    expect(page.locator("html[data-pop='folded']")).to_have_count(1)
    expect(page.locator("#ringing-fold")).to_be_focused()


def test_while_it_is_open_no_key_of_it_reaches_the_page(desk: Served, phones: Switchboard, visit: Visiting) -> None:
    shared = keep_call(desk)
    page = visit("leena").page
    page.goto(f"{desk.address}/calls/{shared}")
    expect(page.locator("html[data-pop-keys]")).to_have_count(0)
    expect(page.locator(".candidate kbd").first).to_be_visible()
    call = phones.ringing_call("sanna", number=KORHONENS)
    expect(page.locator(LIT)).to_have_count(1)
    for key in ("9", "7"):  # nobody's
        page.keyboard.press(key)
    page.keyboard.press("2")
    expect(page.locator(".pop h2")).to_have_text("Liisa Korhonen")
    assert decided(desk, shared) == []
    assert len(picked(desk, call.call_id)) == 1
    expect(page.locator("html[data-pop-keys]")).to_have_count(0)  # chosen: the page's keys are its own
    page.keyboard.press("1")
    expect(page.locator("h1")).to_have_text("Eero Korhonen")


def test_a_key_that_was_meant_for_the_page_chooses_no_caller(
    desk: Served, phones: Switchboard, visit: Visiting
) -> None:
    page = visit("leena").page
    page.clock.install()
    phones.ringing_call("sanna", number=AINO)
    page.goto(f"{desk.address}/calls")
    expect(page.locator(".pop")).to_have_count(1)  # a sure one: it has no keys
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=10))  # the page's clock runs while this is asked
    call = phones.ringing_call("sanna", number=KORHONENS)
    expect(page.locator("html[data-pop-keys='soon']")).to_have_count(1)
    page.keyboard.press("1")
    expect(page.locator("[data-person][aria-disabled]")).to_have_count(0)
    page.clock.run_for(1000)
    expect(page.locator(LIT)).to_have_count(1)
    assert picked(desk, call.call_id) == ()
    page.keyboard.press("u")
    expect(page.locator(".pop-again")).to_be_visible()
    assert picked(desk, call.call_id) == ()


def test_in_the_player_its_own_keys_stay(desk: Served, phones: Switchboard, visit: Visiting) -> None:
    page = visit("leena").page
    page.goto(f"{desk.address}/calls/{desk.aino}")
    expect(page.locator("#play")).to_be_enabled()
    call = phones.ringing_call("sanna", number=KORHONENS)
    expect(page.locator(LIT)).to_have_count(1)
    page.focus("#play")
    page.keyboard.press("1")
    expect(page.locator(".mute[data-lane='0']")).to_have_attribute("aria-pressed", "true")
    assert picked(desk, call.call_id) == ()


@pytest.mark.parametrize("path", ["/ringing", "/calls", "/queue"])
def test_single_keys_are_turned_off_where_they_are(
    desk: Served, phones: Switchboard, visit: Visiting, path: str
) -> None:
    call = phones.ringing_call("sanna", number=KORHONENS)
    keep_call(desk)
    page = visit("leena").page
    page.goto(f"{desk.address}{path}")
    expect(page.locator(LIT)).to_have_count(1)
    page.click("#ringing-keys")
    expect(page.locator("#ringing-keys")).to_have_attribute("aria-checked", "false")
    if path == "/queue":
        expect(page.locator("#pick-keys-switch")).to_have_attribute("aria-checked", "false")
    expect(page.locator("html[data-pop-keys]")).to_have_count(0)
    expect(page.locator(".pop kbd").first).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("1")
    page.click("#ringing-keys")
    expect(page.locator(LIT)).to_have_count(1)
    assert picked(desk, call.call_id) == ()


def test_of_two_calls_the_first_has_the_keys(desk: Served, phones: Switchboard, visit: Visiting) -> None:
    phones.ringing_call("sanna", number=AINO)
    first = phones.ringing_call("sanna", number=KORHONENS)
    second = phones.ringing_call("sanna", number=KORHONENS)
    page = visit("leena").page
    expect(page.locator(".pop")).to_have_count(3)
    expect(page.locator(LIT)).to_have_count(1)
    expect(page.locator(".pop kbd:visible")).to_have_count(3)
    page.keyboard.press("1")
    expect(page.locator(f".pop[data-lit][data-pick*='{second.call_id}']")).to_have_count(1)
    assert len(picked(desk, first.call_id)) == 1
    assert picked(desk, second.call_id) == ()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_turvakielto_is_marked_open_and_folded(phones: Switchboard, visit: Visiting, size: str) -> None:
    phones.ringing_call("sanna", number=PROTECTED)
    phones.ringing_call("sanna", number=AINO)
    page = visit("leena", viewport=SIZES[size]).page
    mark = page.locator(".pop").first.locator(".tag.bad")
    expect(page.locator(".pop h2").first).to_have_text(re.compile("^Henna Rantanen"))
    expect(mark).to_have_text("Turvakielto")
    expect(page.locator(".pop").first).to_contain_text("Osoitetta ei näytetä")
    snap(page, f"pop-protected-{size}")
    page.click("#ringing-fold")
    expect(mark).to_be_visible()
    expect(page.locator(".pop h2 >> nth=1")).to_be_visible()
    snap(page, f"folded-protected-{size}")
    assert PROTECTED[-7:] not in page.content().replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    assert not is_too_wide(page)


def test_a_call_that_has_ended_is_gone_and_said_to_be(phones: Switchboard, visit: Visiting) -> None:
    phones.ringing_call("sanna", number=AINO)
    page = visit("leena").page
    expect(page.locator(".pop")).to_have_count(1)
    expect(page.locator("html[data-pop='open']")).to_have_count(1)
    phones.hang_up()
    expect(page.locator(".pop")).to_have_count(0)
    expect(page.locator("#ringing-over")).to_have_text("Puhelu on poistunut puhelimestasi.")
    expect(page.locator("html[data-pop]")).to_have_count(0)
    assert page.evaluate("getComputedStyle(document.body).paddingRight") == "0px"
