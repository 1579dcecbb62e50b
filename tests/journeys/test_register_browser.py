"""The register in a real browser: finding a customer, the ledger as a chart, revealing for a purpose, forgetting it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from fixtures_browser import Served, Visiting
from fixtures_register import person_id
from fixtures_rights import GOOD_PASSWORD, OWN_CALLS, added_account
from fixtures_sound_pages import NAMELESS, SOUND
from playwright.sync_api import Page, expect
from sqlalchemy import select

from ledger_link.records.time_line_window import PAGE_ENTRIES
from ledger_link.tables.contacts import ContactRow
from ledger_link.tables.leases import LeaseRow
from rights.access.tasks import Task
from rights.identity.accounts import set_password
from rights.tables import AuditRow

TASKS = tuple(task for task in Task if task not in {*OWN_CALLS, Task.ADMINISTER_ACCOUNTS})
ON = "2026-11-10"
VEIKKO, HENNA, TIINA = "P-0008", "P-0027", "P-0038"
CODE = "221278-9078"
SPACE = "\N{NO-BREAK SPACE}"
INCOME = f"4{SPACE}210,00{SPACE}€"
OWED = f"1{SPACE}997,78{SPACE}€"


@pytest.fixture(scope="module")
def registered(served: Served) -> Served:
    """The viewer's house, and Raija, who may see and reveal everything in its register."""
    house = served.house
    with house.database.begin() as session:
        link = added_account(
            session, name="Raija Rekisteri", login="raija", tasks=TASKS, agent_id=None, clock=house.clock
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
    page.wait_for_load_state()  # without its script the form would be sent as a page
    page.focus(f"#protected-{field} summary")
    page.keyboard.press("Enter")
    page.select_option(f"#purpose-{field}", purpose)
    page.focus(f"#protected-{field} button[type=submit]")
    page.keyboard.press("Enter")


def test_a_customer_is_found_shown_and_revealed_for_a_purpose(registered: Served, visit: Visiting) -> None:
    page = visit("raija").page
    search(page, registered, "hämäläinen")
    assert "inen" not in page.url
    expect(page.locator(".hits").first.locator(".whole")).to_have_text(["Päivi Hämäläinen", "Veikko Hämäläinen"])
    page.click("text=Veikko Hämäläinen")
    expect(page.locator("h1")).to_contain_text("Veikko Ilmari Hämäläinen")
    for told in ("Vuokralainen · 1.2.2016 alkaen", "Nauhuri Oy", "Asukastoimikunta", "Maksusuunnitelma"):
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
    expect(page.locator("#protected-identity-code")).to_contain_text(CODE)
    page.reload()
    expect(page.locator("#protected-identity-code summary")).to_be_visible()
    assert CODE not in page.content()
    show(page, "identity-code", "identification")
    expect(page.locator("#protected-identity-code")).to_contain_text(CODE)
    page.click(".back")
    expect(page.locator("#text")).to_be_visible()
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Hämäläinen")
    assert CODE not in page.content()
    with registered.house.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "field-revealed").order_by(AuditRow.id)).all()
    assert [(row.login, row.purpose) for row in rows] == [("raija", "letting"), *[("raija", "identification")] * 2]


def test_the_ledger_is_a_chart_and_a_table(registered: Served, visit: Visiting) -> None:
    page = visit("raija").page
    page.goto(f"{page_of(registered, VEIKKO)}?on={ON}")
    chart = page.locator("svg.balance")
    expect(chart).to_have_count(1)
    assert f"Lopussa saldo on {OWED}" in str(chart.locator("desc").text_content())
    box, line = chart.bounding_box(), chart.locator("path.line").bounding_box()
    assert box is not None
    assert line is not None
    assert line["width"] > 0.8 * box["width"]
    page.click(".entries-fold summary")
    expect(page.locator(".money tbody tr")).to_have_count(12)
    expect(page.locator(".money .left-over").first).to_have_text(OWED)
    page.click("h3:has-text('V-1008') a")
    expect(page.locator("h1")).to_contain_text("Vuokrasopimus V-1008")
    expect(page.locator(".sums .owed").first).to_have_text(f"Velkaa {OWED}")
    expect(page.locator("#open ~ table").first).to_contain_text(f"464,26{SPACE}€")
    expect(page.locator(".year .what:has-text('M-00020')")).to_contain_text("saatavaan C-00020")
    for told in ("Rahavakuus", "Maksumuistutus 2", f"1{SPACE}10084"):
        expect(page.locator("main")).to_contain_text(told)
    page.click(".record-head .under a")
    expect(page.locator("h1")).to_have_text("Tallenteentie 4 B 4, 00990 Helsinki")
    expect(page.locator("main")).to_contain_text("Parvekkeen ovi ei sulkeudu")


def test_the_day_is_chosen_and_stays_chosen(registered: Served, visit: Visiting) -> None:
    page = visit("raija").page
    page.goto(page_of(registered, VEIKKO))
    page.fill("#on", "1.10.2026")
    page.click(".on-day button")
    expect(page.locator("#on")).to_have_value("1.10.2026")
    expect(page.locator(".stands")).to_have_text(f"Velkaa 764,26{SPACE}€")
    expect(page.locator(".of-day")).to_contain_text("Näet tiedot päivältä 1.10.2026.")
    page.click("h3:has-text('V-1008') a")
    expect(page.locator("h1")).to_contain_text("Vuokrasopimus V-1008")
    expect(page.locator("#on")).to_have_value("1.10.2026")
    page.click(".of-day a")
    expect(page.locator("#on")).not_to_have_value("1.10.2026")


def test_the_time_line_is_filtered_by_keyboard(registered: Served, visit: Visiting) -> None:
    page = visit("raija").page
    page.goto(page_of(registered, "P-0001"))
    letters, others = page.locator(".timeline > .letter"), page.locator(".timeline > :not(.letter)")
    expect(letters).to_have_count(1)
    assert others.count() > 1
    page.focus("#show-all")
    while not page.locator("#show-letter").is_checked():
        page.keyboard.press("ArrowRight")
    expect(letters).to_be_visible()
    for other in others.all():
        expect(other).to_be_hidden()


def test_an_identity_code_finds_for_a_purpose_and_stands_nowhere(registered: Served, visit: Visiting) -> None:
    page = visit("raija").page
    page.goto(f"{registered.address}/register")
    page.click(".fold > summary")
    page.fill("#code", CODE)
    page.select_option("#purpose", "identification")
    page.press("#code", "Enter")
    page.wait_for_url(page_of(registered, VEIKKO))
    assert CODE not in page.content()
    page.go_back()
    expect(page.locator("#code")).to_have_value("")


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_register_is_labelled_and_fits(
    registered: Served, visit: Visiting, width: int, scheme: str
) -> None:
    page = visit("raija", viewport={"width": width, "height": 800}, color_scheme=scheme).page
    with registered.house.database.read() as session:
        lease = session.scalars(select(LeaseRow).where(LeaseRow.lease_no == "V-1008")).one()
    register = f"{registered.address}/register"
    addresses = [page_of(registered, VEIKKO), page_of(registered, HENNA), register]
    addresses += [f"{register}/leases/{lease.id}", f"{register}/apartments/{lease.apartment_id}"]
    for address in addresses:
        page.goto(address)
        for part in page.locator("details").all():
            part.evaluate("part => { part.open = true }")
        assert page.evaluate(NAMELESS) == SOUND, address
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width, address


def test_a_turvakielto_is_told_for_a_purpose_and_forgotten(registered: Served, visit: Visiting) -> None:
    page = visit("raija").page
    secrets = ("Salattu", "Äänilevynraitti", "90999", "henna.rantanen@", "1000027", f"1000{SPACE}027")
    search(page, registered, "rantanen")
    for address in (page.url, page_of(registered, HENNA), page_of(registered, TIINA)):
        page.goto(address)
        expect(page.locator("main")).to_contain_text("Turvakielto")
        assert [secret for secret in secrets if secret in page.content()] == [], address
    page.goto(page_of(registered, HENNA))
    show(page, "undisclosed", "lease-management")
    expect(page.locator("#protected-undisclosed")).to_contain_text("Salattu polku 1, 90999 Oulu")
    page.reload()
    expect(page.locator("#protected-undisclosed summary")).to_be_visible()
    assert [secret for secret in secrets if secret in page.content()] == []


def test_older_entries_are_put_below_and_keep_what_was_chosen(registered: Served, visit: Visiting) -> None:
    """A page of letters, then more of them: the newest stand first, and the choice of calls above them stays."""
    with registered.house.database.begin() as session:
        person = person_id(session, "P-0036")
        session.add_all(
            ContactRow(
                contact_no=f"KX-{number}",
                person_id=person,
                at=datetime(2024, 1, 1, 9, 0, tzinfo=UTC) + timedelta(hours=number),
                kind="visit" if number == 0 else "letter",
                direction="out",
                subject=f"Kirje {number}",
                handled_by="",
                source_digest=b"x",
            )
            for number in range(PAGE_ENTRIES + 5)
        )
    page = visit("raija").page
    page.goto(page_of(registered, "P-0036"))
    entries = page.locator(".timeline > li")
    expect(entries).to_have_count(PAGE_ENTRIES)
    page.focus("#show-all")
    while not page.locator("#show-visit").is_checked():
        page.keyboard.press("ArrowRight")
    expect(page.locator(".timeline > li:visible")).to_have_count(0)
    page.click("text=Näytä vanhemmat")
    expect(page.locator(".timeline > li:visible")).to_contain_text(["Kirje 0"])
    assert entries.count() > PAGE_ENTRIES
    expect(page.locator("#show-visit")).to_be_checked()
    expect(page.locator("[data-older]")).to_have_count(0)
    expect(page.locator(".timeline > li:visible")).to_be_focused()
