"""The viewer in a real browser: finding a call, saying why, hearing it, by mouse and by keyboard."""

import re
import time
from collections.abc import Callable

import pytest
from fixtures_browser import SECONDS, Served, Visit, Visiting
from fixtures_rights import GOOD_PASSWORD, OTHER_PASSWORD
from fixtures_sound_pages import NAMELESS, SOUND
from playwright.sync_api import Page, expect
from sqlalchemy import select

from rights.tables import AuditRow

DEADLINE_S = 60


def position_of(page: Page) -> float:
    return float(page.evaluate("document.getElementById('audio').currentTime"))


def wait_until(holds: Callable[[], bool]) -> None:
    """Poll; the page's own policy forbids playwright to evaluate text in it, so it cannot wait there."""
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def open_player(page: Page, served: Served, call_id: str) -> None:
    page.goto(f"{served.address}/calls/{call_id}")
    expect_drawn(page)


def expect_drawn(page: Page) -> None:
    """Wait for the player: its controls, and one lane a party, which the waveform draws a moment later."""
    expect(page.locator("#play")).to_be_enabled()
    expect(page.locator("#wave canvas").nth(1)).to_be_attached()


def listen(page: Page, purpose: str = "training") -> None:
    """Play; the purpose is asked only by the first Play within eight hours."""
    page.click("#play")
    if page.locator("#player[data-audio]").count() == 0:
        page.check(f"#purpose input[value={purpose}]")
        page.click("#purpose button[type=submit]")
    wait_until(lambda: position_of(page) > 0.3)


def test_a_trainer_finds_a_call_says_why_and_hears_it(served: Served, visit: Visiting) -> None:
    page = visit("tiina").page
    expect(page.locator("tr.call")).to_have_count(4)
    page.fill("#customer", "virta")
    page.click(".search button.primary")
    expect(page.locator("tr.call")).to_have_count(1)
    assert "virta" not in page.url.lower()
    page.click("tr.call a")
    page.wait_for_url(f"**/calls/{served.aino}")
    expect(page.locator("h1")).to_have_text("Aino Virtanen")
    for told in ("Sanna Laine", "Tallennusilmoitus", "toistettu loppuun", "Asiakas lopetti puhelun", "Vuokralainen"):
        expect(page.locator("main")).to_contain_text(told)
    expect(page.locator("#listened")).to_contain_text("ei ole kuunnellut kukaan")

    expect_drawn(page)  # before anything is heard
    assert page.evaluate("document.getElementById('audio').src") == ""
    page.click("#play")
    expect(page.locator("#purpose")).to_be_visible()
    page.click("#purpose-cancel")
    expect(page.locator("#purpose")).to_be_hidden()
    assert page.evaluate("document.getElementById('audio').src") == ""
    listen(page)
    before = position_of(page)
    wait_until(lambda: position_of(page) > before + 0.5)
    page.click("#play")
    expect(page.locator("#listened")).to_contain_text("Tiina Kouluttaja")
    expect(page.locator("#listened")).to_contain_text("koulutus")
    expect(page.locator("#listened .share")).to_have_text(re.compile(r"0:00\u20130:(0[69]|12)"))

    open_player(page, served, served.aino)  # within eight hours nobody is asked again
    expect(page.locator("#purpose-shown")).to_contain_text("koulutus")
    page.click("#play")
    wait_until(lambda: position_of(page) > 0.3)
    expect(page.locator("#purpose")).to_be_hidden()
    page.click("#purpose-change")
    page.check("#purpose input[value=technical]")
    page.click("#purpose button[type=submit]")
    expect(page.locator("#purpose-shown")).to_have_text("Tekninen selvitys")
    page.click("#play")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Tauko")
    page.click("#play")
    expect(page.locator("#listened tbody tr")).to_have_count(2)

    with served.house.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.call_id == served.aino).order_by(AuditRow.id)).all()
    done = [row.action for row in rows]
    assert done.index("call-shown") < done.index("listening-begun") < done.index("listened")
    heard = rows[done.index("listened")]
    assert (heard.login, heard.purpose, heard.first_byte) == ("tiina", "training", 0)


def test_everything_is_done_by_keyboard(served: Served, visit: Visiting) -> None:
    page = visit("sanna").page
    open_player(page, served, served.aino)
    page.focus("#play")
    page.keyboard.press("Enter")
    expect(page.locator("#purpose")).to_be_visible()
    expect(page.locator("#purpose input:checked")).to_have_value("own-call")  # one's own call needs one key
    page.keyboard.press("Enter")
    wait_until(lambda: position_of(page) > 0.2)
    expect(page.locator("#play")).to_be_focused()
    expect(page.locator("#play")).to_have_attribute("aria-label", "Tauko")
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Toista")
    page.keyboard.press("Home")
    wait_until(lambda: position_of(page) < 0.2)
    page.keyboard.press("ArrowRight")
    wait_until(lambda: abs(position_of(page) - 5) < 0.2)
    page.keyboard.press("ArrowLeft")
    wait_until(lambda: position_of(page) < 0.2)
    page.keyboard.press("1")
    expect(page.locator(".mute[data-lane='0']")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".mute[data-lane='1']")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("2")
    expect(page.locator(".mute[data-lane='1']")).to_have_attribute("aria-pressed", "true")
    page.focus("#wave")
    expect(page.locator("#wave")).to_have_attribute("aria-valuenow", "0")
    expect(page.locator("#wave")).to_have_attribute("aria-valuemax", str(round(SECONDS)))
    page.keyboard.press("End")
    expect(page.locator("#wave")).to_have_attribute("aria-valuetext", "0:12 / 0:12")
    page.focus("#speed")
    page.select_option("#speed", "1.5")
    wait_until(lambda: page.evaluate("document.getElementById('audio').playbackRate") == 1.5)


def test_a_click_on_the_waveform_goes_there(served: Served, visit: Visiting) -> None:
    page = visit("tiina").page
    open_player(page, served, served.aino)
    box = page.locator("#wave").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 10)
    expect(page.locator("#at")).to_have_text(re.compile("0:0[56]"))  # even before anything is loaded
    listen(page)
    assert position_of(page) > 5


def test_a_computer_without_a_loudspeaker_is_told_so(served: Served, visit: Visiting) -> None:
    page = visit("tiina").page
    page.add_init_script("AudioContext.prototype.resume = () => new Promise(() => {})")  # as in Firefox without one
    open_player(page, served, served.shared)
    page.click("#play")
    if page.locator("#player[data-audio]").count() == 0:
        page.check("#purpose input[value=training]")
        page.click("#purpose button[type=submit]")
    expect(page.locator("#player-error")).to_contain_text("Kaiutinta tai kuulokkeita ei löytynyt")
    assert page.evaluate("document.getElementById('audio').src") == ""  # nothing was fetched: nothing stands as heard


def test_a_form_that_was_refused_shows_the_first_field_to_mend(served: Served, visit: Visiting) -> None:
    made = visit("pekka")
    page = made.page
    page.goto(f"{served.address}/accounts/new")
    page.fill("#name", "Elina Lindholm")
    page.click("main form button.primary")
    expect(page.locator("#login")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#login")).to_be_focused()
    assert all("422" in complaint for complaint in made.complaints)
    made.complaints.clear()


def test_another_agents_call_does_not_exist(served: Served, visit: Visiting) -> None:
    made = visit("sanna")
    page = made.page
    expect(page.locator("tr.call")).to_have_count(2)
    for address in (f"/calls/{served.mikkos}", f"/calls/{served.mikkos}/audio", f"/api/calls/{served.mikkos}",
                    f"/api/calls/{served.mikkos}/peaks"):  # fmt: skip
        assert page.context.request.get(f"{served.address}{address}").status == 404
    answer = page.goto(f"{served.address}/calls/{served.mikkos}")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("h1")).to_have_text("Ei löytynyt")
    assert all("404" in complaint for complaint in made.complaints)
    made.complaints.clear()


def test_unknown_visitors_get_the_log_in_page_and_come_back(served: Served, visit: Visiting) -> None:
    page = visit().page
    page.goto(f"{served.address}/calls/{served.abandoned}")
    expect(page.locator("h1")).to_have_text("Kirjaudu sisään")
    assert page.context.request.get(f"{served.address}/api/calls").status == 401
    page.fill("#login", "tiina")
    page.fill("#password", GOOD_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/calls/{served.abandoned}")
    expect(page.locator("#no-audio")).to_contain_text("katkesi tallennusilmoituksen aikana")
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    session = cookies["__Host-tallenne"]
    assert (session["secure"], session["httpOnly"], session["sameSite"]) == (True, True, "Lax")


def test_a_session_that_has_ended_is_said_so_in_the_player(served: Served, visit: Visiting) -> None:
    made = visit("tiina")
    open_player(made.page, served, served.aino)
    made.page.context.clear_cookies()
    is_stated = made.page.locator("#player[data-audio]").count() == 1
    made.page.click("#purpose-change" if is_stated else "#play")
    made.page.check("#purpose input[value=verify]")
    made.page.click("#purpose button[type=submit]")
    expect(made.page.locator("#player-error")).to_be_visible()
    assert all("40" in complaint for complaint in made.complaints)
    made.complaints.clear()


def test_a_session_that_has_ended_does_not_put_the_log_in_page_among_the_listeners(
    served: Served, visit: Visiting
) -> None:
    made = visit("tiina")
    open_player(made.page, served, served.aino)
    listen(made.page)
    made.page.context.clear_cookies()
    made.page.click("#play")
    expect(made.page.locator("#player-error")).to_contain_text("Istuntosi päättyi")
    expect(made.page.locator("#listened input")).to_have_count(0)
    made.complaints.clear()


def test_whose_call_it_was_is_decided_by_a_person(served: Served, visit: Visiting) -> None:
    page = visit("tiina").page
    page.goto(f"{served.address}/calls/{served.shared}")
    expect(page.locator("#customer ~ .person")).to_have_count(0)  # nobody's card opens for a shared number
    expect(page.locator("#customer ~ .candidates li")).to_have_count(2)
    expect(page.locator("h1")).to_contain_text(" tai ")
    page.click(f"a[href='/calls/{served.shared}/customer']")
    page.fill("#text", "nieminen")
    page.click("button[value=find]")
    expect(page.locator("label:has-text('Matti Nieminen')")).to_be_visible()  # the page before it has boxes, too
    page.check("label:has-text('Matti Nieminen') input")
    page.click("button[value=link]")
    expect(page.locator("h1")).to_have_text("Matti Nieminen")
    expect(page.locator("main")).to_contain_text("Päättänyt Tiina Kouluttaja")


def test_the_administrator_lets_somebody_in(served: Served, visit: Visiting) -> None:
    page = visit("pekka").page
    expect(page.locator("h1")).to_have_text("Käyttäjätilit")
    page.click("text=Lisää käyttäjätili")
    page.fill("#name", "Elina Lindholm")
    page.fill("#login", "elina")
    page.select_option("#what", "task:view-calls")
    page.select_option("#scope", "all")
    page.fill("#reason", "Tarkistaa puhelujen kirjaukset")
    page.click("main form button.primary")
    link = page.locator("#one-time-link").inner_text()
    assert link.startswith(f"{served.address}/link/")
    newcomer = visit().page
    newcomer.goto(link)
    assert newcomer.url == f"{served.address}/password"
    newcomer.fill("#password", OTHER_PASSWORD)
    newcomer.fill("#again", OTHER_PASSWORD)
    newcomer.click("main button[type=submit]")
    newcomer.fill("#login", "elina")
    newcomer.fill("#password", OTHER_PASSWORD)
    newcomer.click("main button[type=submit]")
    expect(newcomer.locator("tr.call")).to_have_count(4)
    newcomer.click(".languages button[lang=sv]")
    expect(newcomer.locator("h1")).to_have_text("Samtal")
    newcomer.click("text=Logga ut")
    expect(newcomer.locator("h1")).to_have_text("Logga in")


OWN_ACCOUNT = [
    "/account",
    "/account/password",
    "/account/second-factor",
    "/account/second-factor/authenticator",
    "/confirm",
]


def pages_of(served: Served) -> dict[str, list[str]]:
    call = f"/calls/{served.aino}"
    return {
        "tiina": ["/calls", call, f"/calls/{served.shared}", f"/calls/{served.abandoned}", f"{call}/customer"],
        "pekka": ["/accounts/", "/accounts/new", "/accounts/1", "/accounts/1/log-in", *OWN_ACCOUNT],
    }


@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_is_labelled_and_fits(served: Served, visit: Visiting, width: int) -> None:
    for login, addresses in pages_of(served).items():
        page = visit(login, viewport={"width": width, "height": 800}).page
        for address in addresses:
            page.goto(f"{served.address}{address}")
            if page.locator("#play").count():
                expect_drawn(page)
            assert page.evaluate(NAMELESS) == SOUND, address
            assert page.evaluate("document.scrollingElement.scrollWidth") <= width, address
            assert page.evaluate("document.documentElement.lang") == "fi"
        page.context.close()
    stranger: Visit = visit(viewport={"width": width, "height": 800})
    assert stranger.page.evaluate(NAMELESS) == SOUND
