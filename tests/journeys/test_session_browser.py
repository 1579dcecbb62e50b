"""A page that is left open, in a real browser: it warns, and goes when its session is over, whatever ended it."""

import re
from datetime import timedelta

from fixtures_browser import Served, Visiting
from fixtures_rights import GOOD_PASSWORD
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from rights.identity.sessions import IDLE_LIMIT
from rights.tables import AccountRow, SessionRow

ASKED_AGAIN_S = 61


def set_back(served: Served, login: str, *, left_s: int = 0) -> None:
    """Leave the sessions of somebody so many seconds before they idle away, as if nothing had been done until then."""
    seen_at = served.house.clock.now() - IDLE_LIMIT + timedelta(seconds=left_s)
    with served.house.database.begin() as session:
        owned = SessionRow.account_id.in_(select(AccountRow.id).where(AccountRow.login == login))
        session.execute(update(SessionRow).where(owned, SessionRow.ended_at.is_(None)).values(seen_at=seen_at))


def open_call(served: Served, page: Page) -> None:
    page.clock.install()
    page.goto(f"{served.address}/calls/{served.aino}")
    expect(page.locator("#play")).to_be_enabled()


def log_in_again(page: Page) -> None:
    page.fill("#login", "tiina")
    page.fill("#password", GOOD_PASSWORD)
    page.click("main button[type=submit]")


def test_page_warns_stays_when_asked_to_and_else_goes(served: Served, visit: Visiting) -> None:
    page = visit("tiina").page
    open_call(served, page)
    warning = page.locator("#session-end")
    expect(warning).to_be_hidden()

    set_back(served, "tiina", left_s=100)
    page.clock.fast_forward(ASKED_AGAIN_S * 1000)
    expect(warning).to_be_visible()
    expect(warning).to_contain_text("Sinut kirjataan pian ulos")
    expect(page).to_have_title(re.compile(r"^Sinut kirjataan pian ulos · "))
    page.get_by_role("button", name="Pysy kirjautuneena").click()
    expect(warning).to_be_hidden()

    set_back(served, "tiina")
    page.clock.fast_forward(ASKED_AGAIN_S * 1000)
    page.wait_for_url("**/log-in?**")
    expect(page.locator("main")).to_contain_text("Istuntosi on päättynyt")
    assert "Virtanen" not in page.content()
    log_in_again(page)
    page.wait_for_url(f"**/calls/{served.aino}")


def test_what_is_typed_keeps_the_page(served: Served, visit: Visiting) -> None:
    page = visit("tiina").page
    page.clock.install()
    page.goto(f"{served.address}/calls")
    set_back(served, "tiina", left_s=100)
    page.clock.fast_forward(ASKED_AGAIN_S * 1000)
    warning = page.locator("#session-end")
    expect(warning).to_be_visible()
    expect(page.locator("#session-typed")).to_be_hidden()
    field = page.locator("main input[type=search], main input[type=text]").first
    with page.expect_response("**/session/stay"):
        field.press_sequentially("k")
    expect(warning).to_be_hidden()

    set_back(served, "tiina", left_s=100)
    page.clock.fast_forward(ASKED_AGAIN_S * 1000)
    expect(page.locator("#session-typed")).to_be_visible()


def test_log_out_in_one_window_closes_the_others_and_back_shows_nothing(served: Served, visit: Visiting) -> None:
    first = visit("tiina").page
    first.goto(f"{served.address}/calls/{served.aino}")
    second = first.context.new_page()
    second.goto(f"{served.address}/calls")
    second.locator(".who button").click()
    second.wait_for_url("**/log-in")
    first.wait_for_url("**/log-in?next=**ended=yes")
    second.go_back()
    second.wait_for_url("**/log-in?**")
    assert "Virtanen" not in second.content()


def test_page_kept_for_the_back_button_asks_before_it_is_seen(served: Served, visit: Visiting) -> None:
    page = visit("tiina").page
    open_call(served, page)
    hide, show = "new PageTransitionEvent('pagehide')", "new PageTransitionEvent('pageshow', { persisted: true })"
    page.evaluate(f"window.dispatchEvent({hide})")
    expect(page.locator("main h1")).to_be_hidden()
    page.evaluate(f"window.dispatchEvent({show})")
    expect(page.locator("main h1")).to_be_visible()
    set_back(served, "tiina")
    page.evaluate(f"window.dispatchEvent({hide})")
    page.evaluate(f"window.dispatchEvent({show})")
    page.wait_for_url("**/log-in?**")
