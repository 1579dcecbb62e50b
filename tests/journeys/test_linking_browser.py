"""Whose call it was, in a real browser: chosen by keys alone, undone, worked through, and as of the call's day."""

import os
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fixtures_browser import Served, Visiting
from fixtures_register import add_call
from fixtures_rights import ALL_CALLS, GOOD_PASSWORD, OWN_CALLS, added_account
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from ledger_link.linking.link_decisions import decide, decisions_of
from ledger_link.linking.linker import link_call, link_of
from ledger_link.tables.charges import ChargeRow
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.payments import PaymentRow
from ledger_link.tables.rents import RentRow
from rights.access.tasks import Task
from rights.identity.accounts import set_password
from storage.database.calls import CallRow

SHARED = "+358401000002"  # Eero and Liisa Korhonen have it both
SANNA = 1
BEFORE_THE_MOVE = datetime(2019, 6, 3, 9, 0, tzinfo=UTC)
PHONE = {"viewport": {"width": 390, "height": 844}}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}


def keep_call(served: Served, number: str | None, *, at: datetime, withheld: bool = False) -> str:
    """Put a call that Sanna answered into the database, linked by the rules."""
    with served.house.database.begin() as session:
        call = add_call(session, number, at=at, withheld=withheld)
        call.agent_id, call.agent_name, call.answered_at, call.duration_ms = SANNA, "Sanna Laine", at, 65_000
        link_call(session, call, clock=served.house.clock)
        return call.id


def decided(served: Served, call_id: str) -> list[tuple[list[str], str]]:
    with served.house.database.read() as session:
        return [([person.name for person in one.persons], one.decided_by) for one in decisions_of(session, call_id)]


@pytest.fixture(scope="module")
def linkers(served: Served) -> Served:
    """Leena, who answers as Sanna and links her own calls, and Olli, who links all and sees the register."""
    house = served.house
    with house.database.begin() as session:
        for name, login, tasks, agent_id in (
            ("Leena Linkittäjä", "leena", (*OWN_CALLS, Task.LINK_CUSTOMERS), SANNA),
            ("Olli Ohjaaja", "olli", (*ALL_CALLS, Task.LINK_CUSTOMERS, Task.VIEW_REGISTER, Task.VIEW_LEDGER), None),
        ):
            link = added_account(session, name=name, login=login, tasks=tasks, agent_id=agent_id, clock=house.clock)
            set_password(session, token=link.token, password=GOOD_PASSWORD, clock=house.clock)
    return served


@pytest.fixture(scope="module")
def moved(linkers: Served) -> Served:
    """What Matti Nieminen owed for the lease that he moved out of, and for the one that he moved into."""
    with linkers.house.database.begin() as session:
        leases = {row.lease_no: row.id for row in session.scalars(select(LeaseRow))}
        for lease_no, since, until, rent, due, paid in (
            ("V-1003", date(2014, 6, 1), date(2019, 12, 31), 61_050, date(2019, 5, 2), 40_000),
            ("V-1004", date(2020, 1, 1), None, 84_700, date(2026, 10, 2), 84_700),
        ):
            lease_id = leases[lease_no]
            for table in (RentRow, ChargeRow, PaymentRow):  # the sample's own, so that the sums are these
                session.execute(delete(table).where(table.lease_id == lease_id))
            session.add_all(
                [
                    RentRow(
                        lease_id=lease_id,
                        kind="rent",
                        amount_cents_per_month=rent,
                        valid_from=since,
                        valid_until=until,
                    ),
                    ChargeRow(charge_no=f"C{lease_no}", lease_id=lease_id, kind="rent", due_on=due, amount_cents=rent),
                    PaymentRow(
                        payment_no=f"M{lease_no}",
                        lease_id=lease_id,
                        paid_on=due,
                        amount_cents=paid,
                        payer_name="Matti Nieminen",
                    ),
                ]
            )
    return linkers


def press(page: Page, key: str) -> None:
    """Press one of the page's keys once its script listens: it shows what keys there are."""
    expect(page.locator("#pick-keys")).to_be_visible()
    page.keyboard.press(key)


def snap(page: Page, name: str) -> None:
    """Keep a picture for whoever looks at the pages (``PICTURES_FOLDER`` names a folder)."""
    if folder := os.environ.get("PICTURES_FOLDER"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_an_agent_resolves_a_shared_number_by_keys_alone(linkers: Served, visit: Visiting) -> None:
    call_id = keep_call(linkers, SHARED, at=datetime(2026, 11, 3, 11, 0, tzinfo=UTC))
    page = visit("leena", locale="en-GB").page
    page.goto(f"{linkers.address}/calls/{call_id}")
    offered = page.locator(".candidate")
    expect(offered).to_have_count(2)
    expect(page.locator("article.person")).to_have_count(0)  # no card is opened by itself
    expect(offered.nth(1)).to_contain_text("Liisa Korhonen")
    expect(offered.nth(1)).to_contain_text("Party to lease V-1002 since 1 Sep 2018")
    expect(page.locator("#pick-keys")).to_be_visible()
    press(page, "2")
    expect(page.locator("article.person h3")).to_have_text("Liisa Anneli Korhonen")
    expect(page.locator("h1")).to_have_text("Liisa Korhonen")
    press(page, "1")  # thought better of it
    expect(page.locator("h1")).to_have_text("Eero Korhonen")
    press(page, "u")
    expect(page.locator("article.person")).to_have_count(0)
    history = page.locator(".history li")
    expect(history).to_have_count(3)
    expect(history.first).to_contain_text("Nobody")
    assert decided(linkers, call_id) == [(["Liisa Korhonen"], "leena"), (["Eero Korhonen"], "leena"), ([], "leena")]


def test_keys_are_text_in_a_field_and_rest_when_turned_off(linkers: Served, visit: Visiting) -> None:
    call_id = keep_call(linkers, SHARED, at=datetime(2026, 11, 3, 11, 10, tzinfo=UTC))
    page = visit("leena", locale="en-GB").page
    page.goto(f"{linkers.address}/calls/{call_id}/customer")
    page.focus("#text")
    page.keyboard.type("u12")
    expect(page.locator("#text")).to_have_value("u12")
    page.goto(f"{linkers.address}/calls/{call_id}")
    expect(page.get_by_role("switch", name="Single keys")).to_be_checked()
    page.click("#pick-keys-switch")
    expect(page.locator("#pick-keys-switch")).to_have_text("Single keys: off")
    press(page, "1")
    page.click("#pick-keys-switch")
    expect(page.locator("#pick-keys-switch")).to_have_attribute("aria-checked", "true")
    expect(page.locator(".candidate")).to_have_count(2)
    assert decided(linkers, call_id) == []


def test_a_candidate_is_chosen_without_scripts_too(linkers: Served, visit: Visiting) -> None:
    call_id = keep_call(linkers, SHARED, at=datetime(2026, 11, 3, 11, 20, tzinfo=UTC))
    page = visit("leena", locale="en-GB", java_script_enabled=False).page
    page.goto(f"{linkers.address}/calls/{call_id}")
    expect(page.locator("#pick-keys")).to_be_hidden()
    page.click(".candidate >> nth=0")
    expect(page.locator("article.person h3")).to_have_text("Eero Juhani Korhonen")
    assert decided(linkers, call_id) == [(["Eero Korhonen"], "leena")]


def test_a_trainer_undoes_a_wrong_link(linkers: Served, visit: Visiting) -> None:
    call_id = keep_call(linkers, SHARED, at=datetime(2026, 11, 3, 11, 30, tzinfo=UTC))
    agent = visit("leena", locale="en-GB").page
    agent.goto(f"{linkers.address}/calls/{call_id}")
    press(agent, "1")
    expect(agent.locator("h1")).to_have_text("Eero Korhonen")
    trainer = visit("tiina", locale="en-GB").page
    trainer.goto(f"{linkers.address}/calls/{call_id}")
    expect(trainer.locator("main")).to_contain_text("Decided by Leena Linkittäjä")
    trainer.click("text=Link to nobody")
    expect(trainer.locator("main")).to_contain_text("The call is now nobody's.")
    trainer.click("text=Choose the customer")
    trainer.wait_for_url("**/customer")
    trainer.check("label:has-text('Liisa Korhonen') input")
    trainer.select_option("#lease", label="V-1002, Tallenteentie 4 A 2, 00990 Helsinki")
    trainer.click("button[value=link]")
    expect(trainer.locator("h1")).to_have_text("Liisa Korhonen")
    expect(trainer.locator("main")).to_contain_text("V-1002, Tallenteentie 4 A 2")
    trainer.click(".history summary")
    expect(trainer.locator(".history li")).to_have_text(
        [re.compile(r"Liisa Korhonen \(lease\)\s*Tiina"), re.compile(r"Nobody\s*Tiina"), re.compile(r"Eero.*Leena")]
    )
    assert decided(linkers, call_id) == [(["Eero Korhonen"], "leena"), ([], "tiina"), (["Liisa Korhonen"], "tiina")]


def test_the_queue_is_worked_through_by_keys(linkers: Served, visit: Visiting) -> None:
    first = keep_call(linkers, SHARED, at=datetime(2026, 11, 3, 13, 0, tzinfo=UTC))
    second = keep_call(linkers, SHARED, at=datetime(2026, 11, 3, 13, 1, tzinfo=UTC))
    withheld = keep_call(linkers, None, at=datetime(2026, 11, 3, 13, 2, tzinfo=UTC), withheld=True)
    page = visit("leena", locale="en-GB").page
    page.click("nav >> text=Calls to link")
    items = page.locator(".queue-item")
    expect(items.nth(0).locator("a").first).to_have_attribute("href", f"/calls/{second}")
    expect(items.nth(0)).to_have_attribute("aria-current", "true")  # its script has run: the page is whole
    before = items.count()
    press(page, "j")
    expect(items.nth(1)).to_be_focused()
    press(page, "2")
    expect(page.locator(".message.done")).to_contain_text("was linked to Liisa Korhonen")
    expect(items).to_have_count(before - 1)
    assert decided(linkers, first) == [(["Liisa Korhonen"], "leena")]
    press(page, "u")
    expect(page.locator(".message.done")).to_contain_text("is nobody's")
    assert decided(linkers, second) == [([], "leena")]
    page.click(".tabs >> text=Number withheld")
    expect(page.locator(f".queue-item a[href='/calls/{withheld}']").first).to_be_visible()
    with linkers.house.database.read() as session:
        own = session.scalars(select(CallRow.id).where(CallRow.agent_id == SANNA)).all()
    shown = page.locator(".queue-item h2 a").evaluate_all("links => links.map(link => link.pathname)")
    assert {path.removeprefix("/calls/") for path in shown} <= set(own)


def test_a_wrong_pick_is_undone_by_keys_alone(linkers: Served, visit: Visiting) -> None:
    picked = keep_call(linkers, SHARED, at=datetime(2026, 11, 3, 13, 10, tzinfo=UTC))
    newest = keep_call(linkers, SHARED, at=datetime(2026, 11, 3, 13, 11, tzinfo=UTC))
    page = visit("leena", locale="en-GB").page
    page.goto(f"{linkers.address}/queue")
    press(page, "j")
    expect(page.locator(f"#call-{picked}")).to_be_focused()
    press(page, "1")
    expect(page.locator(".message.done")).to_contain_text("was linked to Eero Korhonen")
    expect(page.locator(f"#call-{picked}")).to_have_count(0)
    press(page, "z")
    expect(page.locator(".messages")).to_contain_text("The decision was withdrawn.")
    expect(page.locator(f"#call-{picked}")).to_be_focused()  # it waits again, and the keys are its
    expect(page.locator(f"#call-{picked}")).to_have_attribute("aria-current", "true")
    press(page, "2")
    expect(page.locator(".message.done")).to_contain_text("was linked to Liisa Korhonen")
    assert decided(linkers, picked) == [(["Eero Korhonen"], "leena"), ([], "leena"), (["Liisa Korhonen"], "leena")]
    assert decided(linkers, newest) == []
    page.goto(f"{linkers.address}/calls/{picked}")
    expect(page.locator(".history summary")).to_contain_text("3")
    press(page, "z")
    expect(page.locator(".messages")).to_contain_text("The decision was withdrawn.")
    expect(page.locator(".candidate")).to_have_count(2)


def test_the_keys_are_told_of_even_when_their_list_is_hidden(linkers: Served, visit: Visiting) -> None:
    call_id = keep_call(linkers, SHARED, at=datetime(2026, 11, 3, 13, 20, tzinfo=UTC))
    page = visit("leena", locale="en-GB").page
    page.goto(f"{linkers.address}/calls/{call_id}")
    hint = page.locator("#pick-keys p")
    expect(hint).to_contain_text("choose the customer")
    press(page, "?")
    expect(page.get_by_text("choose the customer")).to_be_hidden()
    expect(page.get_by_text("show or hide the keys")).to_be_visible()
    press(page, "?")
    expect(page.get_by_text("choose the customer")).to_be_visible()


def test_the_keys_of_the_page_are_dim_while_a_call_at_the_phone_has_them(linkers: Served, visit: Visiting) -> None:
    call_id = keep_call(linkers, SHARED, at=datetime(2026, 11, 3, 13, 25, tzinfo=UTC))
    page = visit("leena").page
    for path in (f"/calls/{call_id}", "/queue"):
        page.goto(f"{linkers.address}{path}")
        shown = page.locator(".candidate kbd").first
        expect(shown).to_have_css("opacity", "1")
        page.evaluate("document.documentElement.dataset.popKeys = 'lit'")  # as js/pop_frame.js does
        expect(shown).to_have_css("opacity", "0.35")
        expect(page.locator(".picking").first).to_have_css("opacity", "0.35")


def test_namesakes_in_a_search_are_told_apart(linkers: Served, visit: Visiting) -> None:
    call_id = keep_call(linkers, SHARED, at=datetime(2026, 11, 3, 13, 30, tzinfo=UTC))
    page = visit("leena").page
    page.goto(f"{linkers.address}/calls/{call_id}/customer")
    page.fill("#text", "korhonen")
    page.keyboard.press("Enter")
    choices = page.locator(".choice")
    expect(choices.first).to_contain_text(re.compile(r"Eero Korhonen\s+syntynyt \d{4}, P-0002"))
    expect(choices.first).to_contain_text("Vuokralainen, vuokrasopimus V-1002: Tallenteentie 4 A 2, 00990 Helsinki")


def test_a_tenant_who_moved_is_shown_as_of_the_calls_day(moved: Served, visit: Visiting) -> None:
    then = keep_call(moved, "+358401000041", at=BEFORE_THE_MOVE)
    now = keep_call(moved, "+358401000003", at=datetime(2026, 11, 3, 12, 0, tzinfo=UTC))
    page = visit("olli", locale="en-GB").page
    page.goto(f"{moved.address}/calls/{then}")
    expect(page.locator("h1")).to_have_text("Matti Nieminen")
    card = page.locator(".lease")
    expect(card).to_have_count(1)
    for told in ("Tallenteentie 4 A 3", "V-1003", "610.50 €", "Owed 210.50 €", "overdue 210.50 €"):
        expect(card).to_contain_text(told)
    expect(page.locator("main")).to_contain_text("as of the day of the call, 3 Jun 2019")
    page.goto(f"{moved.address}/calls/{now}")
    for told in ("Kuulokkeenkatu 12 A 1", "V-1004", "847.00 €", "Settled"):
        expect(page.locator(".lease").first).to_contain_text(told)
    agent = visit("leena", locale="en-GB").page
    agent.goto(f"{moved.address}/calls/{then}")
    expect(agent.locator(".lease")).to_contain_text("V-1003")
    expect(agent.locator(".lease")).not_to_contain_text("€")  # ledgers are a task of their own


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_fit_every_width(moved: Served, visit: Visiting, size: dict[str, object], colours: str) -> None:
    shared = keep_call(moved, SHARED, at=datetime(2026, 11, 3, 14, 0, tzinfo=UTC))
    keep_call(moved, "+358401000041", at=datetime(2020, 5, 1, 9, 0, tzinfo=UTC))
    then = keep_call(moved, "+358401000041", at=BEFORE_THE_MOVE)
    picked = keep_call(moved, SHARED, at=datetime(2026, 11, 3, 14, 1, tzinfo=UTC))
    with moved.house.database.begin() as session:
        liisa = link_of(session, picked).persons[1].id
        lease_id = session.scalars(select(LeaseRow.id).where(LeaseRow.lease_no == "V-1002")).one()
        decide(session, picked, [liisa], decided_by="tiina", lease_id=lease_id, clock=moved.house.clock)
    page = visit("olli", color_scheme=colours, **size).page
    name = f"{'phone' if size is PHONE else 'desktop'}-{colours}"
    for what, path in (
        ("queue", "/queue"),
        ("choose", f"/calls/{shared}"),
        ("moved", f"/calls/{then}"),
        ("form", f"/calls/{shared}/customer"),
        ("undo", f"/queue?done={picked}"),
        ("picked", f"/calls/{picked}"),
        ("empty", "/queue?cursor=&kind=withheld"),
    ):
        page.goto(f"{moved.address}{path}")
        expect(page.locator("h1")).to_be_visible()
        too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not too_wide, (what, name)
        snap(page, f"{what}-{name}")
