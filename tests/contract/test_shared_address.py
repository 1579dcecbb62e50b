"""Whoever guesses, or lets others' browsers do it, shuts nobody at the same address out (ASVS 6.1.1).

SQLite alone: that both databases count is seen in test_identity_pages.
"""

import json
from dataclasses import replace
from http import HTTPStatus

import pyotp
import pytest
from fixtures_provider import ProviderProcess
from fixtures_rights import ALL_CALLS, GOOD_PASSWORD, OPERATOR
from fixtures_web import Browser, MakeViewer, Viewer
from software_key import SoftwareKey

from calls.clock import SystemClock
from rights.identity.accounts import renew_link
from rights.identity.factor_changes import add_authenticator
from rights.identity.totp import new_secret
from rights.identity.visits import visit_of_token
from storage.vault.field_vault import FieldVault
from web.limits import FAILURES_OF_ADDRESS, LINKS_OF_ADDRESS, PROOFS_OF_ADDRESS
from web.log_in_provider import LogInProvider
from web.parts import EXTENSION
from web.visitor import TOKEN

MOST = 3  # in these tests, of thirty
ORIGIN = "http://localhost"
WRONG = "väärä salasana on tämä"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def viewer(make_viewer: MakeViewer, monkeypatch: pytest.MonkeyPatch) -> Viewer:
    """A viewer whose limits of an address are low."""
    limits = {
        "FAILURES_OF_ADDRESS": FAILURES_OF_ADDRESS,
        "PROOFS_OF_ADDRESS": PROOFS_OF_ADDRESS,
        "LINKS_OF_ADDRESS": LINKS_OF_ADDRESS,
    }
    for name, limit in limits.items():
        monkeypatch.setattr(f"web.limits.{name}", replace(limit, most=MOST))
    return make_viewer()


def log_in(browser: Browser, login: str, password: str = GOOD_PASSWORD) -> int:
    return browser.post("/log-in", {"login": login, "password": password}).status_code


def guess(viewer: Viewer) -> None:
    """Type wrong passwords until no more are taken from this address."""
    answers = [log_in(viewer.stranger(), f"somebody{number}", WRONG) for number in range(MOST + 1)]
    assert answers == [HTTPStatus.UNPROCESSABLE_ENTITY] * MOST + [HTTPStatus.TOO_MANY_REQUESTS]


def add_app(viewer: Viewer, browser: Browser) -> str:
    """Add an authenticator to the account that is logged in; give its secret."""
    secret, clock = new_secret(), viewer.office.clock
    with browser.client.session_transaction() as cookie:
        visit = visit_of_token(viewer.office.database, token=cookie[TOKEN], clock=clock)
    assert visit is not None
    code, vault = pyotp.TOTP(secret).at(int(clock.now().timestamp())), FieldVault(viewer.keys)
    with viewer.office.database.begin() as session:
        assert add_authenticator(session, visit, secret=secret, code=code, vault=vault, clock=clock)
    return secret


def test_who_was_there_before_comes_in_with_both_factors(viewer: Viewer) -> None:
    viewer.office.add_account("tiina", *ALL_CALLS, password=GOOD_PASSWORD)
    known = viewer.stranger()
    assert log_in(known, "tiina") == HTTPStatus.SEE_OTHER
    secret = add_app(viewer, known)
    viewer.office.clock.advance(minutes=1)
    guess(viewer)
    assert log_in(known, "tiina") == HTTPStatus.SEE_OTHER
    code = pyotp.TOTP(secret).at(int(viewer.office.clock.now().timestamp()))
    assert known.post("/log-in/second-step/code", {"code": code}).status_code == HTTPStatus.SEE_OTHER
    assert known.get("/calls").status_code == HTTPStatus.OK


def test_a_passkey_opens_where_passwords_are_taken_no_more(viewer: Viewer) -> None:
    viewer.office.add_account("tiina", *ALL_CALLS, password=GOOD_PASSWORD)
    owner, key = viewer.stranger(), SoftwareKey(ORIGIN)
    log_in(owner, "tiina")
    headers = {"X-CSRFToken": owner.token()}
    asked = owner.client.post("/account/second-factor/passkeys/options", headers=headers).get_json()
    owner.post("/account/second-factor/passkeys", {"answer": json.dumps(key.make(asked)), "name": "Puhelin"})
    guess(viewer)
    new = viewer.stranger()
    asked = new.client.post("/log-in/passkey/options", headers={"X-CSRFToken": new.token()}).get_json()
    answer = new.post("/log-in/passkey", {"answer": json.dumps(key.prove(asked))})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    refused = [viewer.stranger().post("/log-in/passkey", {"answer": "{}"}).status_code for _ in range(MOST + 1)]
    assert refused[-2:] == [HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS]


def test_answers_that_no_browser_asked_for_count_for_nobody(viewer: Viewer, provider_process: ProviderProcess) -> None:
    """A page of another site may let the browsers of a whole office ask for the address of answers."""
    provider = LogInProvider(
        issuer=provider_process.issuer,
        name="Isännöinti",
        client_id="tallenne",
        client_secret=None,
        timeout_s=5,
        clock=SystemClock(),
    )
    viewer.app.extensions[EXTENSION] = replace(viewer.app.extensions[EXTENSION], provider=provider)
    viewer.office.add_account("tiina", *ALL_CALLS, password=GOOD_PASSWORD)
    answers = [viewer.stranger().get("/log-in/provider/return").status_code for _ in range(MOST + 2)]
    assert answers == [HTTPStatus.UNPROCESSABLE_ENTITY] * (MOST + 2)
    assert log_in(viewer.stranger(), "tiina") == HTTPStatus.SEE_OTHER
    asking = viewer.stranger()
    for count in range(MOST + 1):
        asking.get("/log-in/provider", headers={"Sec-Fetch-Site": "same-origin"})
        told = asking.get("/log-in/provider/return", query_string={"code": "x", "state": "guessed"}).status_code
        assert (told == HTTPStatus.TOO_MANY_REQUESTS) is (count == MOST)
    assert log_in(viewer.stranger(), "tiina") == HTTPStatus.SEE_OTHER


def test_links_that_a_page_of_another_site_fetches_count_for_nobody(viewer: Viewer) -> None:
    viewer.office.add_account("tiina")
    with viewer.office.database.begin() as session:
        link = renew_link(session, login="tiina", by=OPERATOR, clock=viewer.office.clock)
    image = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    for address in ("/link/guessed", f"/link/{link.token}", "/password"):
        fetched = [viewer.stranger().get(address, headers=image).status_code for _ in range(MOST + 1)]
        assert fetched == [HTTPStatus.NOT_FOUND] * (MOST + 1), address
    mail = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    browser = viewer.stranger()
    assert browser.get(f"/link/{link.token}", headers=mail).location == "/password"
    assert browser.get("/password").status_code == HTTPStatus.OK
    guesses = [viewer.stranger().get("/link/guessed", headers=mail).status_code for _ in range(MOST + 1)]
    assert guesses == [HTTPStatus.NOT_FOUND] * MOST + [HTTPStatus.TOO_MANY_REQUESTS]
