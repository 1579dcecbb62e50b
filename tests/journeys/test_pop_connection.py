"""The viewer goes away while an agent's page is open, and comes back: the page says so, and shows calls again."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from fixtures_browser import DOMAIN, serving, viewer_environment, write_certificate
from fixtures_live import AINO, Switchboard
from fixtures_register import SAMPLE_REGISTER, no_progress
from fixtures_rights import GOOD_PASSWORD, OWN_CALLS, added_account
from playwright.sync_api import Browser, Page, expect

from calls.clock import SystemClock
from ledger_link.importing.folder import import_folder
from rights.identity.accounts import set_password
from softphones.ports import free_ports
from storage.agents import add_agent
from storage.live_mirror import LiveMirror
from storage.vault.field_vault import FieldVault
from tallenne.house import House
from tallenne.installing import install

LOST = "#ringing-lost"
# The page waits four seconds before it says so, and up to twenty between two attempts.
PATIENCE_MS = 90_000


@dataclass
class Viewer:
    """A viewer that can be started and ended, on one address."""

    house: House
    home: Path
    address: str
    certificate: Path
    environment: dict[str, str]

    def running(self) -> AbstractContextManager[None]:
        return serving(self.home, self.environment, self.address, self.certificate)


@pytest.fixture(scope="module")
def viewer(_catalogues: None, _vendor: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewer]:
    """The sample register, agent Sanna and her account."""
    home = tmp_path_factory.mktemp("house")
    certificate, key = write_certificate(home)
    environment = viewer_environment(free_ports(), certificate, key)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        install(home)
        house = House(home)
        with house.database.begin() as session:
            import_folder(session, SAMPLE_REGISTER, vault=FieldVault(house.keys), progress=no_progress)
            agent = add_agent(
                session, name="Sanna Laine", sip_user="sanna", domain=DOMAIN, groups=(), clock=house.clock
            )
            link = added_account(
                session,
                name="Sanna Laine",
                login="sanna",
                tasks=(*OWN_CALLS,),
                agent_id=agent.agent_id,
                clock=house.clock,
            )
            set_password(session, token=link.token, password=GOOD_PASSWORD, clock=house.clock)
        yield Viewer(house, home, house.settings.web.address, certificate, environment)
        house.database.dispose()


@pytest.fixture
def phones(viewer: Viewer) -> Iterator[Switchboard]:
    mirror = LiveMirror(spool=viewer.house.spool, database=viewer.house.database, clock=SystemClock())
    made = Switchboard(viewer.house.spool, viewer.house.database, mirror, domain=DOMAIN)
    yield made
    made.hang_up()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page; the browser may complain of a server that is away."""
    context = chromium.new_context(locale="fi-FI", ignore_https_errors=True, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def open_as_sanna(page: Page, viewer: Viewer, path: str) -> None:
    page.goto(f"{viewer.address}/")
    page.fill("#login", "sanna")
    page.fill("#password", GOOD_PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_selector(".who")
    page.goto(f"{viewer.address}{path}")


def snap(page: Page, name: str) -> None:
    """Keep pictures for whoever looks at the pages (``PICTURES_FOLDER`` names a folder)."""
    if folder := os.environ.get("PICTURES_FOLDER"):
        for size, width in (("desktop", 1280), ("phone", 390)):
            page.set_viewport_size({"width": width, "height": 800})
            for colours in ("light", "dark"):
                page.emulate_media(color_scheme=colours)
                page.screenshot(path=str(Path(folder) / f"{name}-{size}-{colours}.png"))
        page.set_viewport_size({"width": 1280, "height": 800})


@pytest.mark.parametrize("path", ["/calls", "/ringing"])
def test_a_server_that_goes_away_is_told_of_and_found_again(
    viewer: Viewer, phones: Switchboard, page: Page, path: str
) -> None:
    with viewer.running():
        page.clock.install()
        open_as_sanna(page, viewer, path)
        phones.ringing_call("sanna", number=AINO)
        expect(page.locator(".pop h2")).to_have_text("Aino Virtanen")
        expect(page.locator(LOST)).to_be_hidden()
    expect(page.locator(LOST)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(LOST)).to_contain_text("Puhelimesi soi tavalliseen tapaan, ja voit vastata.")
    expect(page.locator(".pop")).to_have_count(0)  # who may have hung up by now
    expect(page.get_by_text("Puhelimessasi ei ole nyt puhelua")).to_be_hidden()  # nobody knows
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    snap(page, f"lost{path.replace('/', '-')}")
    # else the page may try by itself before the click; so far ahead, for the page's clock runs while this is asked
    page.clock.pause_at(SystemClock().now() + timedelta(seconds=30))
    with viewer.running():
        page.click("#ringing-retry")
        expect(page.locator(".pop h2")).to_have_text("Aino Virtanen", timeout=PATIENCE_MS)
        expect(page.locator(LOST)).to_be_hidden()
        phones.hang_up()
        expect(page.locator(".pop")).to_have_count(0)


def test_it_comes_back_by_itself(viewer: Viewer, phones: Switchboard, page: Page) -> None:
    with viewer.running():
        open_as_sanna(page, viewer, "/calls")
    expect(page.locator(LOST)).to_be_visible(timeout=PATIENCE_MS)
    phones.ringing_call("sanna", number=AINO)
    with viewer.running():
        expect(page.locator(".pop h2")).to_have_text("Aino Virtanen", timeout=PATIENCE_MS)
        expect(page.locator(LOST)).to_be_hidden()


def test_a_connection_that_says_nothing_is_given_up(viewer: Viewer, page: Page) -> None:
    """A network that drops everything tells no browser that it does: only the server's silence does."""
    with viewer.running():
        page.clock.install()
        page.route("**/ringing/stream", lambda _route: None)  # asked, and never answered
        open_as_sanna(page, viewer, "/calls")
        page.clock.run_for(15_000)
        expect(page.locator(LOST)).to_be_hidden()
        page.clock.run_for(15_000)
        expect(page.locator(LOST)).to_be_visible()
        page.unroute("**/ringing/stream")
        page.clock.run_for(2_000)
        expect(page.locator(LOST)).to_be_hidden()
