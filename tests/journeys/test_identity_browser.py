"""Second factors in a real browser with an authenticator of its own: from the first log-in to a passkey alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from fixtures_browser import PATIENCE_MS, serving, viewer_environment, write_certificate
from fixtures_rights import GOOD_PASSWORD, OPERATOR
from playwright.sync_api import Browser, Page, expect

from rights.access.tasks import Task
from rights.identity.accounts import add_account, set_password
from softphones.ports import free_ports
from tallenne.house import House
from tallenne.installing import install


@dataclass(frozen=True)
class Named:
    """A viewer at an address with a name: passkeys work at no bare number, and at no certificate in error."""

    house: House
    address: str


@pytest.fixture(scope="module")
def named(_catalogues: None, _vendor: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Named]:
    home = tmp_path_factory.mktemp("named")
    certificate, key = write_certificate(home)
    port = free_ports()
    environment = {
        name: value
        for name, value in viewer_environment(port, certificate, key, processes=2).items()
        if not name.endswith(("BASE_URL", "CERTIFICATE_FILE", "CERTIFICATE_KEY_FILE"))
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        install(home)
        house = House(home)
        house.objects.prepare()
        with house.database.begin() as session:
            link = add_account(
                session,
                name="Pekka Pääkäyttäjä",
                login="pekka",
                tasks=(Task.ADMINISTER_ACCOUNTS,),
                by=OPERATOR,
                clock=house.clock,
            )
            set_password(session, token=link.token, password=GOOD_PASSWORD, clock=house.clock)
        with serving(home, environment, f"http://127.0.0.1:{port}", certificate):
            yield Named(house, f"http://localhost:{port}")
        house.database.dispose()
    log = Path(home / "web.log").read_text(encoding="utf-8")
    for personal in ("pekka", GOOD_PASSWORD, "otpauth"):
        assert personal not in log


@pytest.fixture
def page(named: Named, chromium: Browser) -> Iterator[Page]:
    """A page with an authenticator that verifies its user."""
    context = chromium.new_context(locale="fi-FI", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    made, complaints = context.new_page(), list[str]()
    made.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    made.on("pageerror", lambda error: complaints.append(str(error)))
    devtools = context.new_cdp_session(made)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    made.goto(f"{named.address}/")
    yield made
    context.close()
    assert [complaint for complaint in complaints if "422" not in complaint] == []  # a wrong code is one on purpose


def log_in(page: Page) -> None:
    page.fill("#login", "pekka")
    page.fill("#password", GOOD_PASSWORD)
    page.get_by_role("button", name="Kirjaudu sisään", exact=True).click()


def log_out(page: Page) -> None:
    page.locator(".who button").click()
    expect(page.locator("#login")).to_be_visible()


def test_an_administrator_adds_a_passkey_and_an_app_and_comes_in_by_each(page: Page) -> None:
    log_in(page)
    expect(page.locator("h1")).to_have_text("Lisää toinen tunnistustapa")
    expect(page.locator("nav a")).to_have_count(0)  # nothing else is open yet
    page.fill("#name", "Työkone")
    page.get_by_role("button", name="Luo pääsyavain").click()
    expect(page.locator("#recovery-codes")).to_contain_text(re.compile(r"([A-Z2-9]{4}-){5}[A-Z2-9]{4}"))
    codes = page.locator("#recovery-codes").inner_text().split()
    page.get_by_role("link", name="Olen tallettanut ne").click()
    page.wait_for_url("**/accounts/")

    log_out(page)
    page.get_by_role("button", name="Kirjaudu pääsyavaimella").click()  # alone
    page.wait_for_url("**/accounts/")
    log_out(page)
    log_in(page)
    expect(page.locator("h1")).to_have_text("Toinen tunnistustapa")
    page.get_by_role("button", name="Käytä pääsyavainta").click()
    page.wait_for_url("**/accounts/")

    page.locator(".who a").click()
    page.get_by_role("link", name="Lisää toinen tunnistustapa").click()
    page.get_by_role("link", name="Ota sovellus käyttöön").click()
    expect(page.locator(".qr svg")).to_be_visible()
    page.locator("summary").click()
    totp = pyotp.TOTP(page.locator(".secret").inner_text().replace(" ", ""))
    used = totp.at(datetime.now(UTC))
    page.fill("#code", used)
    page.get_by_role("button", name="Lisää sovellus").click()
    expect(page.locator(".rows").first).to_contain_text("Todennussovellus")
    expect(page.locator(".rows").first).to_contain_text("Työkone")

    log_out(page)
    log_in(page)
    page.fill("#code", used)  # used up already
    page.get_by_role("button", name="Kirjaudu sisään", exact=True).click()
    expect(page.locator('[role="alert"]').first).to_contain_text("Koodi on väärä")
    page.fill("#code", codes[0])
    page.get_by_role("button", name="Kirjaudu sisään", exact=True).click()
    page.wait_for_url("**/accounts/")
    page.locator(".who a").click()
    expect(page.locator("main")).to_contain_text("Jäljellä on 9 koodia")
    expect(page.locator("main")).to_contain_text("Chrome, Linux")


def test_a_device_that_says_no_is_told_and_nobody_comes_in(named: Named, chromium: Browser) -> None:
    context = chromium.new_context(locale="fi-FI")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}},
    )
    page.goto(f"{named.address}/log-in")
    page.get_by_role("button", name="Kirjaudu pääsyavaimella").click()
    expect(page.locator("[data-passkey-error]")).to_contain_text("Pääsyavainta ei käytetty")
    assert page.url.endswith("/log-in")
    context.close()
