"""Guessing one password from everywhere: bounded for a day, and its owner still comes in (ASVS 6.1.1, 6.3.1).

SQLite alone: that both databases count is seen in test_identity_pages.
"""

import json
import re
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import pytest
from fixtures_rights import ALL_CALLS, GOOD_PASSWORD, OPERATOR
from fixtures_web import Browser, MakeViewer, Viewer
from sqlalchemy import select

from rights.identity import passwords
from rights.identity.accounts import renew_link
from rights.tables import AuditRow
from web.limits import FAILURES_OF_KNOWN_BROWSER, FAILURES_OF_KNOWN_BROWSER_A_DAY, FAILURES_OF_LOGIN

MOST = 12  # in these tests, of a hundred
KNOWN = "tallenne-known"
WRONG = "väärä salasana on tämä"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def viewer(make_viewer: MakeViewer, monkeypatch: pytest.MonkeyPatch) -> Viewer:
    """A viewer whose limits of a day are low."""
    for name, limit in (
        ("FAILURES_OF_LOGIN", FAILURES_OF_LOGIN),
        ("FAILURES_OF_KNOWN_BROWSER_A_DAY", FAILURES_OF_KNOWN_BROWSER_A_DAY),
    ):
        assert (limit.most, limit.window) == (100, timedelta(days=1))
        monkeypatch.setattr(f"web.limits.{name}", replace(limit, most=MOST))
    return make_viewer()


@pytest.fixture
def known(viewer: Viewer) -> Browser:
    """Tiina's browser, logged out."""
    viewer.office.add_account("tiina", *ALL_CALLS, password=GOOD_PASSWORD)
    browser = viewer.stranger()
    assert log_in(browser, "tiina") == HTTPStatus.SEE_OTHER
    browser.post("/log-out")
    return browser


def log_in(browser: Browser, login: str, password: str = GOOD_PASSWORD) -> int:
    return browser.post("/log-in", {"login": login, "password": password}).status_code


def attack(viewer: Viewer, monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """Type wrong passwords at as many addresses, without the work of comparing them."""
    answers = []
    with monkeypatch.context() as quick:
        quick.setattr(passwords, "verify_password", lambda _hash, _password: False)
        quick.setattr("rights.identity.accounts.verify_password", lambda _hash, _password: False)
        for number in range(times):
            stranger = viewer.stranger()
            stranger.client.environ_base["REMOTE_ADDR"] = f"203.0.{number // 250}.{number % 250 + 1}"
            answers.append(log_in(stranger, "tiina", WRONG))
    return answers


def test_a_day_of_guesses_is_bounded_and_the_owner_comes_in(
    viewer: Viewer, known: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = attack(viewer, monkeypatch, MOST + 2)
    assert answers == [HTTPStatus.UNPROCESSABLE_ENTITY] * MOST + [HTTPStatus.TOO_MANY_REQUESTS] * 2
    viewer.office.clock.advance(hours=20)
    elsewhere = viewer.stranger()
    refused = elsewhere.post(
        "/log-in", {"login": "tiina", "password": GOOD_PASSWORD}, headers={"Accept-Language": "en"}
    )
    assert refused.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "in which you have logged in before" in refused.text
    assert log_in(known, "tiina") == HTTPStatus.SEE_OTHER  # where he has been before
    with viewer.office.database.begin() as session:
        link = renew_link(session, login="tiina", by=OPERATOR, clock=viewer.office.clock)
    assert elsewhere.get(f"/link/{link.token}").location == "/password"
    assert elsewhere.post("/password", {"password": GOOD_PASSWORD, "again": GOOD_PASSWORD}).location == "/log-in"
    assert log_in(elsewhere, "tiina") == HTTPStatus.SEE_OTHER  # by a new one-time link
    viewer.office.clock.advance(hours=5)
    assert log_in(viewer.stranger(), "tiina") == HTTPStatus.SEE_OTHER  # the day is over
    with viewer.office.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "refused")).all()
    [told] = [json.loads(row.detail or "{}") for row in rows]
    assert (told["limit"], told["account"]) == (FAILURES_OF_LOGIN.name, "tiina")


def test_a_known_browser_has_a_limit_of_its_own(viewer: Viewer, known: Browser) -> None:
    most = FAILURES_OF_KNOWN_BROWSER.most
    tries = [log_in(known, " TIINA", WRONG) for _ in range(most + 1)]
    assert tries == [HTTPStatus.UNPROCESSABLE_ENTITY] * most + [HTTPStatus.TOO_MANY_REQUESTS]
    assert log_in(viewer.stranger(), "tiina") == HTTPStatus.SEE_OTHER
    viewer.office.clock.advance(minutes=6)
    assert log_in(known, "tiina") == HTTPStatus.SEE_OTHER


def test_a_day_of_guesses_in_a_known_browser_is_bounded_and_shuts_that_one_alone(
    viewer: Viewer, known: Browser
) -> None:
    for _ in range(3):
        tries = [log_in(known, "tiina", WRONG) for _ in range(MOST // 3)]
        assert tries == [HTTPStatus.UNPROCESSABLE_ENTITY] * (MOST // 3)
        viewer.office.clock.advance(hours=1)
    assert log_in(known, "tiina") == HTTPStatus.TOO_MANY_REQUESTS
    assert log_in(viewer.stranger(), "tiina") == HTTPStatus.SEE_OTHER


def test_being_known_is_of_this_browser_and_of_this_login(viewer: Viewer, known: Browser) -> None:
    cookie = known.client.get_cookie(KNOWN)
    assert cookie is not None
    assert re.fullmatch(r"[0-9a-f]{32}\.[0-9a-f]{32}", cookie.value)
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
    viewer.office.add_account("mikko", *ALL_CALLS, password=GOOD_PASSWORD)
    for _ in range(8):
        assert log_in(known, "mikko", WRONG) == HTTPStatus.UNPROCESSABLE_ENTITY
    assert log_in(known, "mikko") == HTTPStatus.TOO_MANY_REQUESTS  # like any browser at this address
    for forged in ("", "x", f"{'0' * 32}.{cookie.value[33:]}", f"{cookie.value[:32]}.{'0' * 32}", cookie.value * 20):
        thief = viewer.stranger()
        thief.client.set_cookie(KNOWN, forged)
        tries = [log_in(thief, "tiina", WRONG) for _ in range(2)]
        assert HTTPStatus.SEE_OTHER not in tries
    assert log_in(viewer.stranger(), "tiina") == HTTPStatus.TOO_MANY_REQUESTS  # all ten were counted here


def test_a_shared_desk_is_known_for_the_last_twelve(viewer: Viewer) -> None:
    desk = viewer.stranger()
    for number in range(14):
        viewer.office.add_account(f"agentti{number}", *ALL_CALLS, password=GOOD_PASSWORD)
        assert log_in(desk, f"agentti{number}") == HTTPStatus.SEE_OTHER
        desk.post("/log-out")
    cookie = desk.client.get_cookie(KNOWN)
    assert cookie is not None
    assert cookie.value.count(".") == 12
