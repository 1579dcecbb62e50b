"""Logging in at a provider: a real one in a process of its own, honest and otherwise."""

import time
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from fixtures_provider import ProviderProcess
from fixtures_rights import ALL_CALLS, GOOD_PASSWORD
from fixtures_web import Browser, Viewer
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from pydantic import ValidationError
from sqlalchemy import select

from calls.clock import SystemClock
from calls.errors import RefusedError, UnavailableError
from rights.access.tasks import Task
from rights.identity.log_in_rows import ProviderIdentityRow
from rights.tables import AccountRow, AuditRow
from storage.database.engine import Database
from web.log_in_provider import LogInProvider, new_question
from web.parts import EXTENSION
from web.provider_settings import ProviderSettings

SECRET = "salaisuus & +"  # noqa: S105 (of a provider that lives as long as a test)
COME_BACK = "http://localhost/log-in/provider/return"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


def provider_of(issuer: str) -> LogInProvider:
    return LogInProvider(
        issuer=issuer, name="Isännöinti", client_id="tallenne", client_secret=SECRET, timeout_s=5, clock=SystemClock()
    )


@pytest.fixture
def offered(viewer: Viewer, provider_process: ProviderProcess) -> Viewer:
    """The viewer with a provider."""
    parts = viewer.app.extensions[EXTENSION]
    viewer.app.extensions[EXTENSION] = replace(parts, provider=provider_of(provider_process.issuer))
    return viewer


def go(browser: Browser) -> str:
    answer = browser.get("/log-in/provider?next=/account")
    assert answer.status_code == HTTPStatus.SEE_OTHER
    return str(answer.location)


def enter(viewer: Viewer, account_id: int, email: str) -> int:
    administrator = viewer.browser(f"pekka{account_id}{len(email)}", Task.ADMINISTER_ACCOUNTS)
    return administrator.post(f"/accounts/{account_id}/log-in/provider", {"email": email}).status_code


def come_back(browser: Browser, answer: dict[str, str]) -> tuple[int, str | None]:
    told = browser.client.get("/log-in/provider/return", query_string=answer)
    return told.status_code, told.location


def owner_of(viewer: Viewer, account_id: int) -> Browser:
    """Give the browser of whoever owns an account, logged in by other means."""
    browser = Browser(viewer.app.test_client(), account_id=account_id)
    viewer.log_in(browser)
    return browser


def link(viewer: Viewer, provider: ProviderProcess, account_id: int, subject: str) -> int:
    """Let the owner of an account link it, as somebody at the provider."""
    browser = owner_of(viewer, account_id)
    return come_back(browser, provider.allow(go_to_link(browser), subject))[0]


def go_to_link(browser: Browser) -> str:
    answer = browser.get("/account/provider")
    assert answer.status_code == HTTPStatus.SEE_OTHER
    return str(answer.location)


def test_whom_the_administrator_entered_links_himself_and_comes_in(
    offered: Viewer, provider_process: ProviderProcess
) -> None:
    account_id = offered.office.add_account("tiina", *ALL_CALLS)
    assert enter(offered, account_id, "Tiina@Example.fi") == HTTPStatus.SEE_OTHER
    provider_process.know("sub-1", email="tiina@example.FI", email_verified=True)
    owner = owner_of(offered, account_id)
    assert "Liitä" in owner.get("/account").text
    assert come_back(owner, provider_process.allow(go_to_link(owner), "sub-1")) == (HTTPStatus.SEE_OTHER, "/account")
    assert "/account/provider" not in owner.get("/account").text
    browser = offered.stranger()
    assert "Isännöinti" in browser.get("/log-in").text
    address = go(browser)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    with browser.client.session_transaction() as cookie:
        assert asked["code_challenge"] == create_s256_code_challenge(cookie["provider"]["verifier"])
        assert (asked["state"], asked["nonce"]) == (cookie["provider"]["state"], cookie["provider"]["nonce"])
    answer = provider_process.allow(address, "sub-1")
    assert come_back(browser, answer) == (HTTPStatus.SEE_OTHER, "/account")
    assert "tiina@example.fi" in browser.get("/account").text
    left = browser.post("/log-out")
    assert left.location == "/log-in?left=provider"
    assert f"{provider_process.issuer}/oauth2/end_session" in browser.get(left.location).text

    provider_process.know("sub-1", email="married@example.fi", email_verified=False)  # the subject stays the person
    assert come_back(browser, provider_process.allow(go(browser), "sub-1")) == (HTTPStatus.SEE_OTHER, "/account")
    provider_process.know("sub-2", email="tiina@example.fi", email_verified=True)  # the address was given to another
    status, _ = come_back(offered.stranger(), {})
    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    other = offered.stranger()
    assert come_back(other, provider_process.allow(go(other), "sub-2"))[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    with offered.office.database.read() as session:
        actions = list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))
    assert actions.count("provider-identity-linked") == 1
    assert actions[-1] == "log-in-refused"


def test_nobody_is_made(offered: Viewer, provider_process: ProviderProcess) -> None:
    offered.office.add_account("known", *ALL_CALLS)
    provider_process.know("unknown", email="known", email_verified=True)
    browser = offered.stranger()
    refused = come_back(browser, provider_process.allow(go(browser), "unknown"))
    assert refused[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    with offered.office.database.read() as session:
        assert list(session.scalars(select(AccountRow.login))) == ["known"]


@pytest.mark.parametrize("verified", [False, None, "true"])
def test_an_address_that_is_not_verified_links_nobody(
    offered: Viewer, provider_process: ProviderProcess, verified: object
) -> None:
    account_id = offered.office.add_account("aino", *ALL_CALLS)
    enter(offered, account_id, "aino@example.fi")
    provider_process.know(f"unverified-{verified}", email="aino@example.fi", email_verified=verified)
    assert link(offered, provider_process, account_id, f"unverified-{verified}") == HTTPStatus.UNPROCESSABLE_ENTITY
    with offered.office.database.read() as session:
        assert session.scalars(select(ProviderIdentityRow.subject)).one() is None


def test_a_disabled_account_stays_out_and_a_removed_identity_too(
    offered: Viewer, provider_process: ProviderProcess
) -> None:
    account_id = offered.office.add_account("olli", *ALL_CALLS)
    enter(offered, account_id, "olli@example.fi")
    provider_process.know("olli", email="olli@example.fi", email_verified=True)
    assert link(offered, provider_process, account_id, "olli") == HTTPStatus.SEE_OTHER
    browser = offered.stranger()
    assert come_back(browser, provider_process.allow(go(browser), "olli"))[0] == HTTPStatus.SEE_OTHER
    assert enter(offered, account_id, "") == HTTPStatus.SEE_OTHER
    assert come_back(browser, provider_process.allow(go(browser), "olli"))[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    enter(offered, account_id, "olli2@example.fi")
    provider_process.know("olli", email="olli2@example.fi", email_verified=True)
    assert link(offered, provider_process, account_id, "olli") == HTTPStatus.SEE_OTHER
    offered.browser("paula", Task.ADMINISTER_ACCOUNTS).post(f"/accounts/{account_id}/disable")
    assert come_back(browser, provider_process.allow(go(browser), "olli"))[0] == HTTPStatus.UNPROCESSABLE_ENTITY


def test_whoever_came_in_by_an_address_is_out_when_it_is_changed_or_removed(
    offered: Viewer, provider_process: ProviderProcess
) -> None:
    account_id = offered.office.add_account("ossi", *ALL_CALLS)
    for email, follows in (("o@example.fi", "os@example.fi"), ("oss@example.fi", "")):
        enter(offered, account_id, email)
        provider_process.know(email, email=email, email_verified=True)
        assert link(offered, provider_process, account_id, email) == HTTPStatus.SEE_OTHER
        browser = offered.stranger()
        assert come_back(browser, provider_process.allow(go(browser), email))[0] == HTTPStatus.SEE_OTHER
        assert browser.get("/calls").status_code == HTTPStatus.OK
        assert enter(offered, account_id, follows) == HTTPStatus.SEE_OTHER
        assert browser.get("/calls").location == "/log-in?next=/calls", email
    own = offered.administrator()
    assert own.post(f"/accounts/{own.account_id}/log-in/provider", {"email": "p@example.fi"}).status_code == 303
    assert own.get("/accounts/").status_code == HTTPStatus.OK  # whoever changes his own goes on


def test_a_second_factor_is_asked_for_here_all_the_same(offered: Viewer, provider_process: ProviderProcess) -> None:
    account_id = offered.office.add_account("pekka", Task.ADMINISTER_ACCOUNTS)
    enter(offered, account_id, "pekka@example.fi")
    provider_process.know("pekka", email="pekka@example.fi", email_verified=True)
    assert link(offered, provider_process, account_id, "pekka") == HTTPStatus.SEE_OTHER
    browser = offered.stranger()
    assert come_back(browser, provider_process.allow(go(browser), "pekka"))[0] == HTTPStatus.SEE_OTHER
    assert browser.get("/accounts/").location == "/account/second-factor"


def test_an_answer_is_taken_from_the_browser_that_asked_alone_and_once(
    offered: Viewer, provider_process: ProviderProcess
) -> None:
    account_id = offered.office.add_account("maija", *ALL_CALLS)
    enter(offered, account_id, "maija@example.fi")
    provider_process.know("maija", email="maija@example.fi", email_verified=True)
    assert link(offered, provider_process, account_id, "maija") == HTTPStatus.SEE_OTHER
    victim, attacker = offered.stranger(), offered.stranger()
    answer = provider_process.allow(go(attacker), "maija")
    go(victim)
    assert come_back(victim, answer)[0] == HTTPStatus.UNPROCESSABLE_ENTITY  # log-in CSRF: another's state
    assert come_back(offered.stranger(), answer)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert come_back(attacker, {**answer, "iss": "https://evil.example"})[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    answer = provider_process.allow(go(attacker), "maija")
    assert come_back(attacker, answer)[0] == HTTPStatus.SEE_OTHER
    assert come_back(attacker, answer)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    denied = provider_process.deny(go(victim))
    assert come_back(victim, denied)[0] == HTTPStatus.UNPROCESSABLE_ENTITY


def test_an_address_that_an_administrator_enters_lets_nobody_in_but_who_owns_the_account(
    offered: Viewer, provider_process: ProviderProcess
) -> None:
    """An administrator has an identity at the provider of his own, and enters its address for somebody else."""
    account_id = offered.office.add_account("uhri", *ALL_CALLS)
    administrator = offered.administrator()
    entered = administrator.post(f"/accounts/{account_id}/log-in/provider", {"email": "evil@example.fi"})
    assert entered.status_code == HTTPStatus.SEE_OTHER
    provider_process.know("evil", email="evil@example.fi", email_verified=True)
    browser = offered.stranger()
    assert come_back(browser, provider_process.allow(go(browser), "evil"))[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert browser.get("/calls").location == "/log-in?next=/calls"
    for other in (administrator, offered.browser("uhri2", *ALL_CALLS)):  # his own session links his own account alone
        answer = provider_process.allow(go_to_link(other), "evil")
        assert come_back(other, answer)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    with offered.office.database.read() as session:
        assert session.scalars(select(ProviderIdentityRow.subject)).one() is None


def test_an_account_is_linked_in_the_session_that_asked_alone(
    offered: Viewer, provider_process: ProviderProcess
) -> None:
    account_id = offered.office.add_account("aune", *ALL_CALLS)
    enter(offered, account_id, "aune@example.fi")
    provider_process.know("aune", email="aune@example.fi", email_verified=True)
    owner = owner_of(offered, account_id)
    assert owner.get("/account/provider", headers={"Sec-Fetch-Site": "cross-site"}).location == "/account"
    answer = provider_process.allow(go_to_link(owner), "aune")
    owner.post("/log-out")
    assert come_back(owner, answer)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    owner = owner_of(offered, account_id)
    answer = provider_process.allow(go_to_link(owner), "aune")
    offered.log_in(owner)  # another session of the same browser
    assert come_back(owner, answer)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    offered.office.clock.advance(minutes=11)
    assert owner.get("/account/provider").location == "/confirm?next=/account/provider"
    assert link(offered, provider_process, account_id, "aune") == HTTPStatus.SEE_OTHER


def test_whoever_is_linked_to_one_account_is_linked_to_no_other(
    offered: Viewer, provider_process: ProviderProcess
) -> None:
    first, second = (offered.office.add_account(login, *ALL_CALLS) for login in ("yksi", "kaksi"))
    enter(offered, first, "yksi@example.fi")
    provider_process.know("same", email="yksi@example.fi", email_verified=True)
    assert link(offered, provider_process, first, "same") == HTTPStatus.SEE_OTHER
    enter(offered, second, "kaksi@example.fi")
    provider_process.know("same", email="kaksi@example.fi", email_verified=True)
    assert link(offered, provider_process, second, "same") == HTTPStatus.UNPROCESSABLE_ENTITY
    refused = owner_of(offered, second)
    answer = provider_process.allow(go_to_link(refused), "same")
    told = refused.client.get("/log-in/provider/return", query_string=answer).text
    assert "Liitosta ei tehty" in told


def test_no_page_of_another_site_begins_a_log_in(offered: Viewer) -> None:
    browser = offered.stranger()
    for site in ("cross-site", "same-site"):
        sent = browser.get("/log-in/provider?next=/calls", headers={"Sec-Fetch-Site": site})
        assert sent.location == "/log-in?next=/calls", site
    with browser.client.session_transaction() as cookie:
        assert "provider" not in cookie
    pressed = browser.get("/log-in/provider", headers={"Sec-Fetch-Site": "same-origin"})
    assert "code_challenge=" in pressed.location


def test_only_an_administrator_enters_addresses_and_no_address_twice(offered: Viewer) -> None:
    first = offered.office.add_account("eka", *ALL_CALLS)
    second = offered.office.add_account("toka", *ALL_CALLS)
    assert enter(offered, first, "eka@example.fi") == HTTPStatus.SEE_OTHER
    assert enter(offered, second, "EKA@example.fi ") == HTTPStatus.UNPROCESSABLE_ENTITY
    assert enter(offered, second, "no address") == HTTPStatus.UNPROCESSABLE_ENTITY
    trainer = offered.trainer()
    assert trainer.post(f"/accounts/{first}/log-in/provider", {"email": "x@y.fi"}).status_code == HTTPStatus.NOT_FOUND


def test_without_a_provider_there_is_no_such_way(viewer: Viewer) -> None:
    viewer.office.add_account("tiina", password=GOOD_PASSWORD)
    browser = viewer.stranger()
    assert "/log-in/provider" not in browser.get("/log-in").text
    for address in ("/log-in/provider", "/log-in/provider/return"):
        assert browser.get(address).status_code == HTTPStatus.NOT_FOUND


def test_a_provider_that_is_away_or_somebody_else_is_said(provider_process: ProviderProcess) -> None:
    question = new_question()
    with pytest.raises(UnavailableError, match="does not answer"):
        provider_of("http://127.0.0.1:9").address_to_ask(question, come_back=COME_BACK)
    with pytest.raises(UnavailableError, match="calls itself otherwise"):
        provider_of(f"{provider_process.issuer}/").address_to_ask(question, come_back=COME_BACK)
    assert provider_of("http://127.0.0.1:9").address_to_leave(come_back=COME_BACK) is None


KEY = RSAKey.generate_key(2048, {"kid": "1"})
FORGED: dict[str, Callable[[dict[str, object]], dict[str, object]]] = {
    "nonce": lambda claims: {**claims, "nonce": "another"},
    "no nonce": lambda claims: {name: told for name, told in claims.items() if name != "nonce"},
    "issuer": lambda claims: {**claims, "iss": "https://evil.example"},
    "audience": lambda claims: {**claims, "aud": "another"},
    "party": lambda claims: {**claims, "aud": ["tallenne", "another"], "azp": "another"},
    "over": lambda claims: {**claims, "exp": int(time.time()) - 120},
    "no end": lambda claims: {name: told for name, told in claims.items() if name != "exp"},
    "no subject": lambda claims: {name: told for name, told in claims.items() if name != "sub"},
}


def claims_of(provider: LogInProvider, nonce: str) -> dict[str, object]:
    now = int(time.time())
    return {"iss": provider.issuer, "aud": "tallenne", "sub": "x", "nonce": nonce, "iat": now, "exp": now + 60}


@pytest.mark.parametrize("fault", FORGED)
def test_a_token_that_says_anything_else_is_refused(fault: str) -> None:
    provider, keys = provider_of("https://login.example.net"), KeySet([KEY])
    good = claims_of(provider, "n")
    signed = jwt.encode({"alg": "RS256", "kid": "1"}, good, KEY)
    assert provider._identity(signed, keys, nonce="n").subject == "x"
    forged = jwt.encode({"alg": "RS256", "kid": "1"}, FORGED[fault](good), KEY)
    with pytest.raises(RefusedError):
        provider._identity(forged, keys, nonce="n")


def test_a_token_of_other_keys_or_of_none_is_refused() -> None:
    provider, keys = provider_of("https://login.example.net"), KeySet([KEY])
    good = claims_of(provider, "n")
    other = jwt.encode({"alg": "RS256", "kid": "1"}, good, RSAKey.generate_key(2048, {"kid": "1"}))
    head, body, _ = jwt.encode({"alg": "RS256", "kid": "1"}, good, KEY).split(".")
    unsigned = f"eyJhbGciOiJub25lIn0.{body}."
    for token in (other, unsigned, f"{head}.{body}.", "", "x.y.z", "ä"):
        with pytest.raises(RefusedError):
            provider._identity(token, keys, nonce="n")


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://login.example.net", "client_id": "x"},
        {"issuer": "https://login.example.net"},
        {"issuer": "login", "client_id": "x"},
        {"issuer": "https://login.example.net?x", "client_id": "x"},
    ],
)
def test_settings_that_are_not_safe_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ProviderSettings.model_validate(wrong)


def test_settings_that_are_safe(provider_process: ProviderProcess) -> None:
    assert ProviderSettings().issuer is None
    for issuer in ("https://login.example.net/realm", provider_process.issuer, "http://localhost:1"):
        assert ProviderSettings(issuer=issuer, client_id="x").issuer == issuer
