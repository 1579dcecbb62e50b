"""The viewer's forms: logging in, passwords, languages, accounts, links; and what forged ones come to."""

import re
from dataclasses import replace
from http import HTTPStatus

import pytest
from fixtures_rights import ALL_CALLS, GOOD_PASSWORD, OPERATOR, WRONG_PASSWORD
from fixtures_web import Browser, MakeViewer, Viewer

from ledger_link.linking.linker import link_of
from rights.access.tasks import Task
from rights.identity.accounts import renew_link
from storage.database.engine import Database
from web.entrance import own_page
from web.limits import FAILURES_OF_LOGIN


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


def log_in(browser: Browser, login: str, password: str, address: str = "/log-in") -> int:
    return browser.post(address, {"login": login, "password": password}).status_code


def test_logging_in_and_out(viewer: Viewer) -> None:
    viewer.office.add_account("tiina", *ALL_CALLS, password=GOOD_PASSWORD)
    browser = viewer.stranger()
    before = browser.token()
    answer = browser.post("/log-in?next=/calls?cursor=x", {"login": " Tiina ", "password": GOOD_PASSWORD})
    assert (answer.status_code, answer.location) == (HTTPStatus.SEE_OTHER, "/calls?cursor=x")
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("tallenne="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert browser.token() != before  # nothing of before the log-in is of use after it
    assert browser.get("/").location == "/calls"
    assert browser.get("/log-in").location == "/"
    assert browser.post("/log-out").location == "/log-in"
    assert browser.get("/calls").status_code == HTTPStatus.SEE_OTHER


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "/\tevil", "", None]
)
def test_logging_in_leads_nowhere_else(viewer: Viewer, elsewhere: str | None) -> None:
    with viewer.app.test_request_context("/"):
        assert own_page(elsewhere) == "/"
        assert own_page("/calls?cursor=x") == "/calls?cursor=x"


def test_a_refusal_does_not_tell_what_was_wrong(viewer: Viewer) -> None:
    viewer.office.add_account("tiina", *ALL_CALLS, password=GOOD_PASSWORD)
    browser = viewer.stranger()
    wrong = browser.post("/log-in", {"login": "tiina", "password": WRONG_PASSWORD})
    unknown = browser.post("/log-in", {"login": "nobody", "password": WRONG_PASSWORD})
    assert wrong.status_code == unknown.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    said = [re.sub(r"[\w.-]{80,}", "(token)", answer.text) for answer in (wrong, unknown)]
    assert said[0].replace("tiina", "nobody") == said[1]
    assert WRONG_PASSWORD not in wrong.text
    empty = browser.post("/log-in", {"login": "", "password": ""})
    assert empty.text.count('aria-invalid="true"') == 2


def test_trying_passwords_is_limited_and_logging_in_is_not(viewer: Viewer) -> None:
    viewer.office.add_account("tiina", *ALL_CALLS, password=GOOD_PASSWORD)
    viewer.office.add_account("mikko", *ALL_CALLS, password=GOOD_PASSWORD)
    assert [log_in(viewer.stranger(), "mikko", GOOD_PASSWORD) for _ in range(2)] == [HTTPStatus.SEE_OTHER] * 2
    tries = [log_in(viewer.stranger(), "tiina", WRONG_PASSWORD) for _ in range(9)]
    assert tries == [HTTPStatus.UNPROCESSABLE_ENTITY] * 8 + [HTTPStatus.TOO_MANY_REQUESTS]
    assert log_in(viewer.stranger(), " TIINA", GOOD_PASSWORD) == HTTPStatus.TOO_MANY_REQUESTS
    assert log_in(viewer.stranger(), "mikko", GOOD_PASSWORD) == HTTPStatus.SEE_OTHER
    owner = viewer.stranger()  # whom the wrong passwords of another address do not shut out
    owner.client.environ_base["REMOTE_ADDR"] = "192.0.2.5"
    assert log_in(owner, "tiina", GOOD_PASSWORD) == HTTPStatus.SEE_OTHER


def test_a_login_that_many_addresses_try_is_limited_as_well(
    viewer: Viewer, monkeypatch: pytest.MonkeyPatch, make_viewer: MakeViewer
) -> None:
    monkeypatch.setattr("web.limits.FAILURES_OF_LOGIN", replace(FAILURES_OF_LOGIN, most=10))
    attacked = make_viewer()
    viewer.office.add_account("tiina", *ALL_CALLS, password=GOOD_PASSWORD)
    statuses = []
    for last in range(12):
        browser = attacked.stranger()
        browser.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{last}"
        statuses.append(log_in(browser, "tiina", WRONG_PASSWORD))
    assert statuses == [HTTPStatus.UNPROCESSABLE_ENTITY] * 10 + [HTTPStatus.TOO_MANY_REQUESTS] * 2


def thief_of(browser: Browser, viewer: Viewer) -> Browser:
    """Give a browser with a copy of another's cookie."""
    stolen = browser.client.get_cookie("tallenne")
    assert stolen is not None
    thief = viewer.stranger()
    thief.client.set_cookie("tallenne", stolen.value)
    assert thief.get("/calls").status_code == HTTPStatus.OK
    return thief


def test_a_second_log_in_ends_the_first_session(viewer: Viewer) -> None:
    viewer.office.add_account("mikko", *ALL_CALLS, password=GOOD_PASSWORD)
    trainer = viewer.trainer()
    thief = thief_of(trainer, viewer)
    assert log_in(trainer, "mikko", WRONG_PASSWORD) == HTTPStatus.UNPROCESSABLE_ENTITY
    assert trainer.get("/calls").status_code == HTTPStatus.OK
    assert log_in(trainer, "mikko", GOOD_PASSWORD) == HTTPStatus.SEE_OTHER
    assert trainer.get("/calls").status_code == HTTPStatus.OK
    assert thief.get("/calls").status_code == HTTPStatus.SEE_OTHER


def test_a_link_ends_a_session_only_if_it_works(viewer: Viewer) -> None:
    viewer.office.add_account("asa")
    with viewer.office.database.begin() as session:
        link = renew_link(session, login="asa", by=OPERATOR, clock=viewer.office.clock)
    trainer = viewer.trainer()
    thief = thief_of(trainer, viewer)
    junk = trainer.get("/link/nonsense", headers={"Accept-Language": "en"})
    assert junk.status_code == HTTPStatus.NOT_FOUND
    assert "The link does not work any more" in junk.text
    assert trainer.get("/calls").status_code == HTTPStatus.OK
    assert trainer.get(link.address("")).location == "/password"
    for browser in (trainer, thief):
        assert browser.get("/calls").status_code == HTTPStatus.SEE_OTHER
    assert "Asa Example" in trainer.get("/password").text


def test_forged_requests_change_nothing(viewer: Viewer) -> None:
    administrator = viewer.administrator()
    address = f"/accounts/{administrator.account_id}/disable"
    token = administrator.token()
    other_token = viewer.trainer().token()
    forged = [
        administrator.client.post(address),
        administrator.client.post(address, data={"csrf_token": other_token}),
        administrator.client.post(address, data={"csrf_token": token}, headers={"Sec-Fetch-Site": "cross-site"}),
        administrator.client.post(address, data={"csrf_token": token}, headers={"Sec-Fetch-Site": "same-site"}),
    ]
    assert [answer.status_code for answer in forged] == [HTTPStatus.BAD_REQUEST] * 4
    assert administrator.get("/accounts/").status_code == HTTPStatus.OK


def test_a_one_time_link_sets_a_password_once(viewer: Viewer) -> None:
    viewer.office.add_account("tiina", *ALL_CALLS)
    with viewer.office.database.begin() as session:
        link = renew_link(session, login="tiina", by=OPERATOR, clock=viewer.office.clock)
    browser = viewer.stranger()
    opened = browser.get(link.address(""))
    assert opened.location == "/password"  # the token leaves the address at once
    assert "Tiina Example" in browser.get("/password").text
    for password, again in (("short", "short"), ("salasana1234", "salasana1234"), (GOOD_PASSWORD, "another")):
        refused = browser.post("/password", {"password": password, "again": again})
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, password
        assert 'aria-invalid="true"' in refused.text
        assert password not in refused.text
    chosen = browser.post("/password", {"password": GOOD_PASSWORD, "again": GOOD_PASSWORD})
    assert chosen.location == "/log-in"
    assert log_in(browser, "tiina", GOOD_PASSWORD) == HTTPStatus.SEE_OTHER
    stale = viewer.stranger()
    stale.get(link.address(""))
    over = stale.get("/password", headers={"Accept-Language": "en"})
    assert over.status_code == HTTPStatus.NOT_FOUND
    assert "The administrator gives you a new one" in over.text
    assert viewer.stranger().get("/password").status_code == HTTPStatus.NOT_FOUND


def test_the_language_is_the_chosen_one_else_the_browsers(viewer: Viewer) -> None:
    browser = viewer.stranger()
    titles = {"fi": "Kirjaudu sisään", "sv": "Logga in", "en": "Log in"}
    assert titles["fi"] in browser.get("/log-in").text
    assert titles["fi"] in browser.get("/log-in", headers={"Accept-Language": "de"}).text
    for code, title in titles.items():
        assert title in browser.get("/log-in", headers={"Accept-Language": f"{code},de;q=0.5"}).text
    chosen = browser.post("/language/sv", {"next": "/log-in?next=/calls"})
    assert chosen.location == "/log-in?next=/calls"
    page = browser.get("/log-in", headers={"Accept-Language": "en"}).text
    assert titles["sv"] in page
    assert '<html lang="sv">' in page
    assert browser.post("/language/xx").status_code == HTTPStatus.NOT_FOUND
    assert browser.post("/language/en", {"next": "//evil.example"}).location == "/"


def test_a_person_says_whose_call_it_was(viewer: Viewer) -> None:
    aino = viewer.office.add_person("Aino", "Virtanen", "+358401000777")
    call_id = viewer.office.add_call(agent_id=viewer.office.sanna_id)
    clerk = viewer.browser("tiina", *ALL_CALLS, Task.LINK_CUSTOMERS)
    page = f"/calls/{call_id}/customer"
    assert "Virtanen" not in clerk.get(page).text
    found = clerk.post(page, {"do": "find", "text": "virta"})
    assert f'value="{aino}"' in found.text
    assert "virta" not in found.request.path
    assert clerk.post(page, {"do": "link"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert clerk.post(page, {"do": "link", "persons": "12345"}).status_code == HTTPStatus.NOT_FOUND
    for wrong in (str(10**30), str(2**31), "-1", "x"):
        refused = clerk.post(page, {"do": "link", "persons": wrong})
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, wrong
    assert clerk.post(page, {"do": "find", "text": "a\0b"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    linked = clerk.post(page, {"do": "link", "persons": str(aino)})
    assert linked.location == f"/calls/{call_id}"
    shown = clerk.get(f"/calls/{call_id}", headers={"Accept-Language": "en"}).text
    assert "Aino Virtanen" in shown
    assert "Decided by Tiina Example" in shown
    clerk.post(page, {"do": "unlink"})
    with viewer.office.database.read() as session:
        link = link_of(session, call_id)
    assert (link.persons, link.decided_by) == ((), "tiina")
    assert "Aino Virtanen" in clerk.get(page).text  # among the earlier decisions


def test_a_large_form_is_refused(make_viewer: MakeViewer) -> None:
    browser = make_viewer().stranger()
    answer = browser.post("/log-in", {"login": "x" * 100_000, "password": "y"})
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
