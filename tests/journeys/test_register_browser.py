"""The register in a real browser: finding a customer, the ledger as a chart, revealing for a purpose, forgetting it."""

import re

import pytest
from fixtures_browser import Served, Visiting
from fixtures_records import IDENTITY_CODE, add_circumstances, add_lease_data, protect
from fixtures_register import person_id
from fixtures_rights import GOOD_PASSWORD, OPERATOR
from playwright.sync_api import Page, expect
from sqlalchemy import select
from test_viewer_browser import NAMELESS, SOUND

from ledger_link.charges import ChargeRow
from ledger_link.identity_code import IDENTITY_CODE_FIELD
from ledger_link.leases import LeaseRow
from ledger_link.persons import PersonRow
from rights.accounts import add_account, set_password
from rights.tables import AuditRow
from rights.tasks import Task
from storage.vault.field_vault import FieldVault

TASKS = tuple(task for task in Task if task not in {Task.OWN_CALLS, Task.ADMINISTER_ACCOUNTS})
INCOME = "2\N{NO-BREAK SPACE}800,00\N{NO-BREAK SPACE}€"


@pytest.fixture(scope="module")
def registered(served: Served) -> Served:
    """The viewer's house with everything that the register knows of the Korhonens, and somebody who may see it."""
    house, vault = served.house, FieldVault(served.house.keys)
    with house.database.begin() as session:
        for person_no in ("P-0002", "P-0003"):
            add_circumstances(session, person_no)
        add_lease_data(session)
        eero = session.scalars(select(PersonRow).where(PersonRow.person_no == "P-0002")).one()
        eero.identity_code_sealed, eero.identity_code_key_version = vault.seal(
            IDENTITY_CODE, field=IDENTITY_CODE_FIELD, owner="P-0002"
        )
        eero.identity_code_index = vault.index(IDENTITY_CODE, field=IDENTITY_CODE_FIELD)
        link = add_account(
            session, name="Raija Rekisteri", login="raija", tasks=TASKS, agent_id=None, by=OPERATOR, clock=house.clock
        )
        set_password(session, token=link.token, password=GOOD_PASSWORD, clock=house.clock)
    return served


def page_of(served: Served, person_no: str) -> str:
    with served.house.database.read() as session:
        return f"{served.address}/register/persons/{person_id(session, person_no)}"


def search(page: Page, served: Served, text: str) -> None:
    page.goto(f"{served.address}/register")
    page.fill("#text", text)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("search="))


def show(page: Page, field: str, purpose: str) -> None:
    """Ask for a protected field by keyboard alone."""
    page.focus(f"#protected-{field} summary")
    page.keyboard.press("Enter")
    page.select_option(f"#purpose-{field}", purpose)
    page.focus(f"#protected-{field} button[type=submit]")
    page.keyboard.press("Enter")


def test_a_customer_is_found_shown_and_revealed_for_a_purpose(registered: Served, visit: Visiting) -> None:
    page = visit("raija").page
    search(page, registered, "korhonen")
    for secret in ("korhonen", "Korhonen"):
        assert secret not in page.url
    expect(page.locator(".hits").first.locator(".whole")).to_have_text(["Eero Korhonen", "Liisa Korhonen"])
    page.click("text=Eero Korhonen")
    expect(page.locator("h1")).to_contain_text("Eero Juhani Korhonen")
    for told in ("Vuokralainen · 1.9.2018 alkaen", "Kuulokepaja Oy", "Talotoimikunta", "Kysyy saunavuoroa"):
        expect(page.locator("main")).to_contain_text(told)

    expect(page.locator("main")).not_to_contain_text(INCOME)
    show(page, "income", "letting")
    place = page.locator("#protected-income")
    expect(place).to_contain_text(INCOME)
    expect(place).to_contain_text("Näytetään tähän tarkoitukseen: Vuokrahakemuksen käsittely")
    expect(place).to_be_focused()
    place.locator("[data-hide]").click()
    expect(page.locator("main")).not_to_contain_text(INCOME)
    expect(place.locator("summary")).to_be_focused()

    show(page, "identity-code", "identification")
    expect(page.locator("#protected-identity-code")).to_contain_text(IDENTITY_CODE)
    page.reload()
    expect(page.locator("#protected-identity-code summary")).to_be_visible()
    assert IDENTITY_CODE not in page.content()
    show(page, "identity-code", "identification")
    expect(page.locator("#protected-identity-code")).to_contain_text(IDENTITY_CODE)
    page.click(".back")
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Korhonen")
    assert IDENTITY_CODE not in page.content()
    with registered.house.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "field-revealed").order_by(AuditRow.id)).all()
    assert [(row.login, row.purpose) for row in rows] == [("raija", "letting"), *[("raija", "identification")] * 2]


def test_the_ledger_is_a_chart_and_a_table(registered: Served, visit: Visiting) -> None:
    page = visit("raija").page
    page.goto(page_of(registered, "P-0002"))
    chart = page.locator("svg.balance")
    expect(chart).to_have_count(1)
    described = str(chart.locator("desc").text_content())
    assert "1\N{NO-BREAK SPACE}000,00\N{NO-BREAK SPACE}€" in described
    box, line = chart.bounding_box(), chart.locator("path.line").bounding_box()
    assert box is not None
    assert line is not None
    assert line["width"] > 0.8 * box["width"]
    page.click(".entries-fold summary")
    expect(page.locator(".money tbody tr")).to_have_count(5)
    page.click("h3:has-text('V-1002') a")
    expect(page.locator("h1")).to_contain_text("Vuokrasopimus V-1002")
    expect(page.locator("#open ~ table").first).to_contain_text("350,00")
    expect(page.locator(".year .what:has-text('S-2')")).to_contain_text("saatavaan L-2")
    page.click("a:has-text('Tallenteentie 4 A 2')")
    expect(page.locator("h1")).to_have_text("Tallenteentie 4 A 2, 00990 Helsinki")
    expect(page.locator("main")).to_contain_text("Korhosen hana vuotaa")


def test_the_day_is_chosen_and_stays_chosen(registered: Served, visit: Visiting) -> None:
    page = visit("raija").page
    page.goto(page_of(registered, "P-0002"))
    page.fill("#on", "2026-02-10")
    page.click(".on-day button")
    expect(page.locator("#on")).to_have_value("2026-02-10")
    expect(page.locator(".sums dd").first).to_have_text("650,00\N{NO-BREAK SPACE}€")
    page.click("h3:has-text('V-1002') a")
    expect(page.locator("#on")).to_have_value("2026-02-10")
    page.click("text=Tänään")
    expect(page.locator(".sums dd").first).to_have_text("1\N{NO-BREAK SPACE}000,00\N{NO-BREAK SPACE}€")


def test_the_time_line_is_filtered_by_keyboard(registered: Served, visit: Visiting) -> None:
    page = visit("raija").page
    page.goto(page_of(registered, "P-0002"))
    letters, others = page.locator(".timeline > .letter"), page.locator(".timeline > :not(.letter)")
    expect(letters.first).to_be_visible()
    page.focus("#show-all")
    while not page.locator("#show-letter").is_checked():
        page.keyboard.press("ArrowRight")
    expect(letters.first).to_be_visible()
    for other in others.all():
        expect(other).to_be_hidden()


def test_an_identity_code_finds_for_a_purpose_and_stands_nowhere(registered: Served, visit: Visiting) -> None:
    page = visit("raija").page
    page.goto(f"{registered.address}/register")
    page.click(".fold > summary")
    page.fill("#code", IDENTITY_CODE)
    page.select_option("#purpose", "identification")
    page.press("#code", "Enter")
    page.wait_for_url(page_of(registered, "P-0002"))
    assert IDENTITY_CODE not in page.content()
    page.go_back()
    expect(page.locator("#code")).to_have_value("")


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_register_is_labelled_and_fits(
    registered: Served, visit: Visiting, width: int, scheme: str
) -> None:
    page = visit("raija", viewport={"width": width, "height": 800}, color_scheme=scheme).page
    with registered.house.database.read() as session:
        lease = session.scalars(select(LeaseRow).where(LeaseRow.lease_no == "V-1002")).one()
    addresses = [page_of(registered, "P-0002"), page_of(registered, "P-0005"), f"{registered.address}/register",
                 f"{registered.address}/register/leases/{lease.id}",
                 f"{registered.address}/register/apartments/{lease.apartment_id}"]  # fmt: skip
    for address in addresses:
        page.goto(address)
        for part in page.locator("details").all():
            part.evaluate("part => { part.open = true }")
        assert page.evaluate(NAMELESS) == SOUND, address
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width, address


def test_a_turvakielto_keeps_the_home_from_the_co_tenants_page_too(registered: Served, visit: Visiting) -> None:
    protect(registered.house.database, "P-0003")
    page = visit("raija").page
    with registered.house.database.read() as session:
        lease_id = session.scalars(select(ChargeRow.lease_id)).first()
    for address in (
        page_of(registered, "P-0002"), page_of(registered, "P-0003"), f"{registered.address}/register/leases/{lease_id}"
    ):  # fmt: skip
        page.goto(address)
        expect(page.locator("main")).to_contain_text("Korhonen")
        for secret in ("Tallenteentie", "100\N{NO-BREAK SPACE}0002", "1000002", "korhoset@"):
            assert secret not in page.content(), (address, secret)
    page.goto(page_of(registered, "P-0003"))
    show(page, "undisclosed", "lease-management")
    expect(page.locator("#protected-undisclosed")).to_contain_text("Tallenteentie 4 A 2, 00990 Helsinki")
    page.reload()
    assert "Tallenteentie" not in page.content()
