"""The pages of one's own account and of logging in: second factors, passkeys, confirmation, sessions, limits."""

import json
import re
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pyotp
import pytest
from fixtures_rights import ALL_CALLS, GOOD_PASSWORD, OTHER_PASSWORD, WRONG_PASSWORD
from fixtures_web import Browser, MakeViewer, Viewer
from software_key import SoftwareKey
from sqlalchemy import select
from werkzeug.test import TestResponse

from rights.access.tasks import Task
from rights.identity import passwords
from rights.identity.log_in_rows import AttemptCountRow
from rights.tables import AuditRow
from storage.database.engine import Database
from web.limits import CHALLENGES_OF_ADDRESS, FAILURES_OF_LOGIN_THERE

ORIGIN = "http://localhost"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


def newcomer(viewer: Viewer, login: str, *tasks: Any) -> Browser:  # noqa: ANN401 (tasks and permits)
    """Log in by the form with the password alone; give the browser, wherever that has led."""
    viewer.office.add_account(login, *tasks, password=GOOD_PASSWORD)
    browser = viewer.stranger()
    browser.post("/log-in", {"login": login, "password": GOOD_PASSWORD})
    return browser


def again(viewer: Viewer, login: str) -> tuple[Browser, TestResponse]:
    browser = viewer.stranger()
    return browser, browser.post("/log-in?next=/account", {"login": login, "password": GOOD_PASSWORD})


def code_now(viewer: Viewer, secret: str) -> str:
    return pyotp.TOTP(secret).at(int(viewer.office.clock.now().timestamp()))


def set_up_app(viewer: Viewer, browser: Browser) -> tuple[str, str]:
    """Add an authenticator on its page; give its secret and the page that follows."""
    page = browser.get("/account/second-factor/authenticator").text
    shown = re.search(r'class="secret"[^>]*>([A-Z2-7 ]+)<', page)
    sealed = re.search(r'name="sealed"[^>]*value="([^"]+)"', page)
    assert shown
    assert sealed
    secret = shown[1].replace(" ", "")
    added = browser.post(
        "/account/second-factor/authenticator", {"sealed": sealed[1], "code": code_now(viewer, secret)}
    )
    assert added.status_code == HTTPStatus.OK
    return secret, added.text


def options(browser: Browser, address: str) -> dict[str, Any]:
    answer = browser.client.post(address, headers={"X-CSRFToken": browser.token()})
    assert answer.status_code == HTTPStatus.OK, answer.text
    asked: dict[str, Any] = answer.get_json()
    return asked


def add_passkey(browser: Browser, key: SoftwareKey) -> TestResponse:
    asked = options(browser, "/account/second-factor/passkeys/options")
    made = json.dumps(key.make(asked))
    return browser.post("/account/second-factor/passkeys", {"answer": made, "name": "Työpuhelin"})


def test_who_needs_a_factor_reaches_nothing_before_it_is_added(viewer: Viewer) -> None:
    browser = newcomer(viewer, "pekka", Task.ADMINISTER_ACCOUNTS)
    for address in ("/", "/accounts/", "/calls", "/account", "/account/password"):
        assert browser.get(address).location == "/account/second-factor", address
    refused = browser.get("/api/calls")
    assert (refused.status_code, refused.get_json()["detail"]) == (HTTPStatus.FORBIDDEN, "a second factor is needed")
    assert "/accounts/" not in browser.get("/account/second-factor").text
    _, page = set_up_app(viewer, browser)
    assert len(re.findall(r"\b(?:[A-Z2-9]{4}-){5}[A-Z2-9]{4}\b", page)) == 10
    assert browser.get("/accounts/").status_code == HTTPStatus.OK


def test_logging_in_with_an_app(viewer: Viewer) -> None:
    secret, _ = set_up_app(viewer, newcomer(viewer, "tiina", *ALL_CALLS))
    browser, answer = again(viewer, "tiina")
    assert answer.location == "/log-in/second-step?next=/account"
    assert browser.get("/calls").location == "/log-in?next=/calls"  # the password alone opens nothing
    wrong = browser.post("/log-in/second-step/code?next=/account", {"code": "000000"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    viewer.office.clock.advance(seconds=30)
    inside = browser.post("/log-in/second-step/code?next=/account", {"code": code_now(viewer, secret)})
    assert inside.location == "/account"
    assert browser.get("/calls").status_code == HTTPStatus.OK


def test_codes_are_tried_five_times_whatever_browser_tries(viewer: Viewer, make_viewer: MakeViewer) -> None:
    secret, _ = set_up_app(viewer, newcomer(viewer, "tiina", *ALL_CALLS))
    other_process = make_viewer()
    statuses = []
    for index in range(6):
        browser, _ = again((viewer, other_process)[index % 2], "tiina")
        browser.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{index}"
        statuses.append(browser.post("/log-in/second-step/code", {"code": "000000"}).status_code)
    assert statuses == [HTTPStatus.UNPROCESSABLE_ENTITY] * 5 + [HTTPStatus.TOO_MANY_REQUESTS]
    browser, _ = again(viewer, "tiina")
    viewer.office.clock.advance(seconds=30)
    too_late = browser.post("/log-in/second-step/code", {"code": code_now(viewer, secret)})
    assert (too_late.status_code, too_late.headers["Retry-After"]) == (HTTPStatus.TOO_MANY_REQUESTS, "900")
    viewer.office.clock.advance(minutes=16)
    browser, _ = again(viewer, "tiina")
    right = browser.post("/log-in/second-step/code", {"code": code_now(viewer, secret)})
    assert right.status_code == HTTPStatus.SEE_OTHER


def test_all_processes_count_passwords_together_and_keep_nobodys_login(viewer: Viewer, make_viewer: MakeViewer) -> None:
    viewer.office.add_account("tiina", password=GOOD_PASSWORD)
    processes = [viewer, make_viewer()]
    tries = [
        processes[index % 2].stranger().post("/log-in", {"login": "tiina", "password": WRONG_PASSWORD}).status_code
        for index in range(FAILURES_OF_LOGIN_THERE.most + 1)
    ]
    assert tries[-2:] == [HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS]
    with viewer.office.database.read() as session:
        rows = session.scalars(select(AttemptCountRow)).all()
    counts = sorted(row.count for row in rows)  # what was refused for being too many is not counted, but audited
    assert counts == [1, *[FAILURES_OF_LOGIN_THERE.most] * 3]
    assert all(re.fullmatch(r"[0-9a-f]{64}", row.key) for row in rows)
    viewer.office.clock.advance(days=1)
    assert viewer.stranger().post("/log-in", {"login": "x", "password": "y"}).status_code == 422
    with viewer.office.database.read() as session:
        assert len(session.scalars(select(AttemptCountRow)).all()) == 3  # those of before are over, and gone


def test_a_limit_that_was_reached_is_audited_once_a_window(viewer: Viewer) -> None:
    viewer.office.add_account("tiina", password=GOOD_PASSWORD)

    def kept() -> list[dict[str, object]]:
        with viewer.office.database.read() as session:
            rows = session.scalars(select(AuditRow).where(AuditRow.action == "refused").order_by(AuditRow.id))
            return [json.loads(row.detail or "{}") for row in rows]

    for _ in range(FAILURES_OF_LOGIN_THERE.most + 3):
        viewer.stranger().post("/log-in", {"login": "tiina", "password": WRONG_PASSWORD})
    [told] = kept()
    limit = FAILURES_OF_LOGIN_THERE.name
    assert (told["wanted"], told["reason"], told["limit"]) == ("log_in.check", "too-many", limit)
    assert "tiina" not in json.dumps(told)
    viewer.office.clock.advance(minutes=6)
    for _ in range(FAILURES_OF_LOGIN_THERE.most + 1):
        viewer.stranger().post("/log-in", {"login": "tiina", "password": WRONG_PASSWORD})
    assert len(kept()) == 2


def test_addresses_of_one_network_count_together(viewer: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "verify_password", lambda _hash, _password: False)
    monkeypatch.setattr("rights.identity.accounts.verify_password", lambda _hash, _password: False)
    statuses = []
    for index in range(31):
        browser = viewer.stranger()
        browser.client.environ_base["REMOTE_ADDR"] = f"2001:db8::{index + 1:x}"
        statuses.append(browser.post("/log-in", {"login": f"somebody{index}", "password": "x"}).status_code)
    assert statuses.count(HTTPStatus.TOO_MANY_REQUESTS) == 1
    elsewhere = viewer.stranger()
    elsewhere.client.environ_base["REMOTE_ADDR"] = "2001:db8:0:1::1"
    assert elsewhere.post("/log-in", {"login": "x", "password": "x"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.usefixtures("costly_passwords")
@pytest.mark.parametrize("login", ["tiina", "nobody", "disabled", "newcomer", "x" * 64, "not a login"])
def test_every_refused_log_in_is_the_same_work(viewer: Viewer, monkeypatch: pytest.MonkeyPatch, login: str) -> None:
    """Counted in hashes, which are the time that anybody outside could measure."""
    viewer.office.add_account("tiina", password=GOOD_PASSWORD)
    viewer.office.add_account("newcomer")
    disabled = viewer.office.add_account("disabled", password=GOOD_PASSWORD)
    viewer.administrator().post(f"/accounts/{disabled}/disable")
    passwords.verify_password(None, "x")  # the hash of nobody is made once a process
    work, hasher = list[str](), passwords._HASHER

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            work.append(stored.split("$")[3])
            return hasher.verify(stored, password)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    refused = viewer.stranger().post("/log-in", {"login": login, "password": WRONG_PASSWORD})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert work == ["m=65536,t=3,p=4"]


def test_a_passkey_lets_in_alone_and_after_the_password(viewer: Viewer) -> None:
    key = SoftwareKey(ORIGIN)
    owner = newcomer(viewer, "tiina", *ALL_CALLS)
    assert "Työpuhelin" not in add_passkey(owner, key).text  # recovery codes
    assert "Työpuhelin" in owner.get("/account").text

    alone = viewer.stranger()
    proof = json.dumps(key.prove(options(alone, "/log-in/passkey/options")))
    inside = alone.post("/log-in/passkey?next=/calls", {"answer": proof})
    assert inside.location == "/calls"
    assert alone.get("/calls").status_code == HTTPStatus.OK

    key.verifies_user = False  # touched, not unlocked: enough beside a password
    browser, answer = again(viewer, "tiina")
    assert answer.location == "/log-in/second-step?next=/account"
    proof = json.dumps(key.prove(options(browser, "/log-in/second-step/passkey/options")))
    assert browser.post("/log-in/second-step/passkey", {"answer": proof}).location == "/"
    thief = viewer.stranger()
    proof = json.dumps(key.prove(options(thief, "/log-in/passkey/options")))
    assert thief.post("/log-in/passkey", {"answer": proof}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    with viewer.office.database.read() as session:
        details = [row.detail for row in session.scalars(select(AuditRow).where(AuditRow.action == "logged-in"))]
    assert ['"second_factor": "passkey"' in (detail or "") for detail in details] == [False, True, True]


def test_passkeys_that_are_refused(viewer: Viewer) -> None:
    key = SoftwareKey(ORIGIN)
    add_passkey(newcomer(viewer, "tiina", *ALL_CALLS), key)

    def attempt(key: SoftwareKey, **changes: object) -> int:
        browser = viewer.stranger()
        asked = options(browser, "/log-in/passkey/options")
        answer = {**replace(key, counter=key.counter + 10).prove(asked), **changes}
        return browser.post("/log-in/passkey", {"answer": json.dumps(answer)}).status_code

    assert attempt(replace(key, origin="https://phishing.example")) == HTTPStatus.UNPROCESSABLE_ENTITY
    assert attempt(replace(key, key=SoftwareKey(ORIGIN).key)) == HTTPStatus.UNPROCESSABLE_ENTITY
    assert attempt(replace(key, handle="somebodyelse")) == HTTPStatus.UNPROCESSABLE_ENTITY
    assert attempt(replace(key, handle=None)) == HTTPStatus.UNPROCESSABLE_ENTITY
    assert attempt(key, id="unknown", rawId="unknown") == HTTPStatus.UNPROCESSABLE_ENTITY
    junks: list[dict[str, object]] = [
        {"response": None},
        {"response": []},
        {"response": {"userHandle": key.handle}},
        {"id": 7},
    ]
    for junk in junks:
        assert attempt(key, **junk) == HTTPStatus.UNPROCESSABLE_ENTITY, junk
    assert attempt(replace(key, counter=-10)) == HTTPStatus.UNPROCESSABLE_ENTITY  # a copy that lags behind
    assert attempt(key) == HTTPStatus.SEE_OTHER
    for text in ("", "no json", "[]", '"x"', "{" * 5000):
        refused = viewer.stranger().post("/log-in/passkey", {"answer": text})
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, text[:9]


def test_a_challenge_is_answered_once_and_by_its_browser(viewer: Viewer) -> None:
    key = SoftwareKey(ORIGIN)
    owner = newcomer(viewer, "tiina", *ALL_CALLS)
    add_passkey(owner, key)
    first, second = viewer.stranger(), viewer.stranger()
    asked = options(first, "/log-in/passkey/options")
    answer = {"answer": json.dumps(key.prove(asked))}
    assert second.post("/log-in/passkey", answer).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    cookie = first.client.get_cookie("tallenne")
    assert first.post("/log-in/passkey", answer).status_code == HTTPStatus.SEE_OTHER
    assert cookie is not None
    second.client.set_cookie("tallenne", cookie.value)  # with the challenge still in it
    assert second.post("/log-in/passkey", answer).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    asked = options(owner, "/confirm/passkey/options")  # of another kind
    cross = viewer.stranger()
    with owner.client.session_transaction() as kept, cross.client.session_transaction() as taken:
        taken["passkey"] = kept["passkey"]
    answer = {"answer": json.dumps(key.prove(asked))}
    assert cross.post("/log-in/passkey", answer).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert owner.post("/confirm/passkey", answer).status_code == HTTPStatus.SEE_OTHER
    late = viewer.stranger()
    answer = {"answer": json.dumps(key.prove(options(late, "/log-in/passkey/options")))}
    viewer.office.clock.advance(minutes=6)
    assert late.post("/log-in/passkey", answer).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_strangers_ask_for_no_end_of_challenges(monkeypatch: pytest.MonkeyPatch, make_viewer: MakeViewer) -> None:
    monkeypatch.setattr("web.limits.CHALLENGES_OF_ADDRESS", replace(CHALLENGES_OF_ADDRESS, most=2))
    browser = make_viewer().stranger()
    headers = {"X-CSRFToken": browser.token()}
    asked = [browser.client.post("/log-in/passkey/options", headers=headers).status_code for _ in range(3)]
    assert asked == [HTTPStatus.OK] * 2 + [HTTPStatus.TOO_MANY_REQUESTS]


def test_a_removed_passkey_opens_nothing(viewer: Viewer) -> None:
    key, owner = SoftwareKey(ORIGIN), newcomer(viewer, "tiina", *ALL_CALLS)
    add_passkey(owner, key)
    stranger = newcomer(viewer, "mikko", *ALL_CALLS)
    stranger.post("/account/second-factor/passkeys/1/remove")
    assert "Työpuhelin" in owner.get("/account").text  # another's is not there to be removed
    owner.post("/account/second-factor/passkeys/1/remove")
    browser = viewer.stranger()
    answer = {"answer": json.dumps(key.prove(options(browser, "/log-in/passkey/options")))}
    assert browser.post("/log-in/passkey", answer).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_there_are_no_passkeys_at_a_bare_address(make_viewer: MakeViewer) -> None:
    viewer = make_viewer(base_url="http://127.0.0.1:8080")
    browser = viewer.stranger()
    assert "data-passkey" not in browser.get("/log-in").text
    refused = browser.client.post("/log-in/passkey/options", headers={"X-CSRFToken": browser.token()})
    assert refused.status_code == HTTPStatus.NOT_FOUND


def test_what_is_grave_asks_again_and_comes_back(viewer: Viewer) -> None:
    browser = viewer.trainer()
    viewer.office.clock.advance(minutes=11)
    asked = browser.get("/account/second-factor/authenticator?x=1")
    assert asked.location == "/confirm?next=/account/second-factor/authenticator?x%3D1"
    posted = browser.post("/account/second-factor/authenticator")  # a form comes back to its page
    assert posted.location == "/confirm?next=/account/second-factor/authenticator"
    program = browser.client.post("/account/second-factor/passkeys/options", headers={"X-CSRFToken": browser.token()})
    assert program.status_code == HTTPStatus.UNAUTHORIZED
    assert "insufficient_user_authentication" in program.headers["WWW-Authenticate"]
    # what the script does then is to load its page anew, which leads to where it is confirmed
    assert browser.get("/account/second-factor").location == "/confirm?next=/account/second-factor"


def test_what_changes_how_one_logs_in_needs_both_factors(viewer: Viewer) -> None:
    owner = newcomer(viewer, "tiina", *ALL_CALLS)
    secret, page = set_up_app(viewer, owner)
    codes = re.findall(r"\b(?:[A-Z2-9]{4}-){5}[A-Z2-9]{4}\b", page)
    address = "/account/second-factor/authenticator"
    viewer.office.clock.advance(minutes=9)
    assert owner.get(address).status_code == HTTPStatus.OK  # both were proved within ten minutes
    viewer.office.clock.advance(minutes=2)
    for alone, form in (
        ("/confirm", {"password": GOOD_PASSWORD}),
        ("/confirm/code", {"code": code_now(viewer, secret)}),
    ):
        assert owner.post(alone, form).status_code == HTTPStatus.SEE_OTHER
        assert owner.get(address).location == f"/confirm?next={address}&fully=yes"
        for grave in ("authenticator", "authenticator/remove", "passkeys", "passkeys/1/remove", "recovery-codes"):
            assert "fully=yes" in str(owner.post(f"/account/second-factor/{grave}").location), grave
    asked = owner.get(f"/confirm?next={address}&fully=yes").text
    assert 'action="/confirm/both?next=' in asked
    assert 'action="/confirm?' not in asked
    both = f"/confirm/both?next={address}&fully=yes"
    for password, code in ((WRONG_PASSWORD, codes[0]), (GOOD_PASSWORD, "000000"), ("", codes[0]), (GOOD_PASSWORD, "")):
        assert owner.post(both, {"password": password, "code": code}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    told = owner.post(both, {"password": GOOD_PASSWORD, "code": codes[0]})  # no wrong password has used it up
    assert told.location == address
    assert owner.get(address).status_code == HTTPStatus.OK
    with viewer.office.database.read() as session:
        row = session.scalars(
            select(AuditRow).where(AuditRow.action == "confirmed").order_by(AuditRow.id.desc())
        ).first()
    assert row is not None
    assert json.loads(row.detail or "")["by"] == "password+recovery-code"


def test_who_comes_in_and_who_may_what_is_changed_with_both_factors(viewer: Viewer) -> None:
    pekka = newcomer(viewer, "pekka", Task.ADMINISTER_ACCOUNTS, Task.APPROVE_GRANTS)
    secret, _ = set_up_app(viewer, pekka)
    tiina = viewer.office.add_account("tiina")
    pekka.post("/teams/", {"name": "Pohjoinen"})
    viewer.office.clock.advance(minutes=11)
    assert pekka.post("/confirm/code", {"code": code_now(viewer, secret)}).status_code == HTTPStatus.SEE_OTHER
    new = {"password": OTHER_PASSWORD, "again": OTHER_PASSWORD, "old": GOOD_PASSWORD}
    for address, form in (
        (f"/accounts/{tiina}/link", {}),
        (f"/accounts/{tiina}/log-in/link", {"reason": "unohtui"}),
        (f"/accounts/{tiina}/log-in/reset-second-factor", {"reason": "hukkui"}),
        (f"/accounts/{tiina}/log-in/provider", {"email": "tiina@koti.example"}),
        (f"/accounts/{tiina}/agent", {"agent_id": viewer.office.sanna_id}),
        (f"/accounts/{tiina}/enable", {}),
        (f"/accounts/{tiina}/grants/new", {"what": "task:view-register", "reason": "työ"}),
        ("/accounts/new", {"name": "Uusi", "login": "uusi"}),
        ("/privacy/partners/new", {"name": "Uusi", "login": "uusi"}),
        ("/teams/1/members", {"agent_id": viewer.office.sanna_id}),
        ("/teams/1/leaders", {"account_id": tiina}),
        ("/approvals/1", {"verdict": "approve"}),
        ("/account/password", new),
    ):
        answer = pekka.post(address, form)
        assert (answer.status_code, "fully=yes" in str(answer.location)) == (HTTPStatus.SEE_OTHER, True), address
    viewer.office.clock.advance(seconds=30)  # a code confirms once
    both = {"password": GOOD_PASSWORD, "code": code_now(viewer, secret)}
    assert pekka.post("/confirm/both?next=/account/password&fully=yes", both).location == "/account/password"
    assert pekka.post("/account/password", new).location == "/account"


def test_a_passkey_is_both_factors_if_its_device_knows_its_owner(viewer: Viewer) -> None:
    key, owner = SoftwareKey(ORIGIN), newcomer(viewer, "tiina", *ALL_CALLS)
    add_passkey(owner, key)
    viewer.office.clock.advance(minutes=11)
    address = "/account/second-factor/recovery-codes"
    statuses = []
    for key.verifies_user in (False, True):
        answer = {"answer": json.dumps(key.prove(options(owner, "/confirm/passkey/options")))}
        statuses.append(owner.post("/confirm/passkey?next=/account&fully=yes", answer).status_code)
        statuses.append(owner.post(address).status_code)
    assert statuses == [HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SEE_OTHER, HTTPStatus.SEE_OTHER, HTTPStatus.OK]


def test_the_password_confirms(viewer: Viewer) -> None:
    browser = newcomer(viewer, "tiina", *ALL_CALLS)
    viewer.office.clock.advance(minutes=11)
    assert browser.post("/confirm", {"password": WRONG_PASSWORD}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    address = "/confirm?next=/account/second-factor/authenticator"
    before = browser.client.get_cookie("tallenne")
    assert browser.post(address, {"password": GOOD_PASSWORD}).location == "/account/second-factor/authenticator"
    assert browser.get("/account/second-factor/authenticator").status_code == HTTPStatus.OK
    assert before is not None
    thief = viewer.stranger()
    thief.client.set_cookie("tallenne", before.value)
    assert thief.get("/calls").status_code == HTTPStatus.SEE_OTHER  # the session's token is another one now
    assert browser.post("/confirm?next=//evil.example", {"password": GOOD_PASSWORD}).location == "/"


def test_confirming_is_tried_five_times(viewer: Viewer) -> None:
    browser = newcomer(viewer, "tiina", *ALL_CALLS)
    tries = [browser.post("/confirm", {"password": WRONG_PASSWORD}).status_code for _ in range(6)]
    assert tries == [HTTPStatus.UNPROCESSABLE_ENTITY] * 5 + [HTTPStatus.TOO_MANY_REQUESTS]


def test_a_form_without_a_page_comes_back_to_the_start(viewer: Viewer) -> None:
    browser = viewer.trainer()
    viewer.office.clock.advance(minutes=11)
    codes = browser.post("/account/second-factor/recovery-codes")
    assert codes.location == "/confirm?next=/account"


def test_ones_own_password_is_changed(viewer: Viewer) -> None:
    browser = newcomer(viewer, "tiina", *ALL_CALLS)
    elsewhere, _ = again(viewer, "tiina")
    form = {"old": GOOD_PASSWORD, "password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    for bad in ({"old": WRONG_PASSWORD}, {"again": "x"}, {"password": "lyhyt", "again": "lyhyt"}):
        refused = browser.post("/account/password", {**form, **bad})
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, bad
        assert WRONG_PASSWORD not in refused.text
    assert elsewhere.get("/calls").status_code == HTTPStatus.OK
    assert browser.post("/account/password", form).location == "/account"
    assert browser.get("/calls").status_code == HTTPStatus.OK
    assert elsewhere.get("/calls").status_code == HTTPStatus.SEE_OTHER


def test_a_weak_new_password_is_no_attempt_at_the_old_one(viewer: Viewer) -> None:
    browser = newcomer(viewer, "tiina", *ALL_CALLS)
    form = {"old": GOOD_PASSWORD, "password": "kesä2026", "again": "kesä2026"}
    tries = [browser.post("/account/password", form).status_code for _ in range(6)]
    assert tries == [HTTPStatus.UNPROCESSABLE_ENTITY] * 6
    guess = {"old": WRONG_PASSWORD, "password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    tries = [browser.post("/account/password", guess).status_code for _ in range(6)]
    assert tries == [HTTPStatus.UNPROCESSABLE_ENTITY] * 5 + [HTTPStatus.TOO_MANY_REQUESTS]


def test_where_one_is_logged_in_is_shown_and_ended(viewer: Viewer) -> None:
    browser = newcomer(viewer, "tiina", *ALL_CALLS)
    phone = viewer.stranger()
    agent = {"User-Agent": "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"}
    form = {"login": "tiina", "password": GOOD_PASSWORD, "csrf_token": phone.token()}
    phone.client.post("/log-in", data=form, headers=agent)
    page = browser.get("/account").text
    assert "Firefox, Android" in page
    [ending] = re.findall(r'action="(/account/sessions/[0-9a-f-]{36}/end)"', page)
    stranger = newcomer(viewer, "mikko", *ALL_CALLS)
    assert stranger.post(ending).status_code == HTTPStatus.NOT_FOUND
    assert phone.get("/calls").status_code == HTTPStatus.OK
    assert browser.post(ending).location == "/account"
    assert phone.get("/calls").status_code == HTTPStatus.SEE_OTHER
    third, _ = again(viewer, "tiina")
    browser.post("/account/sessions/end-others")
    assert third.get("/calls").status_code == HTTPStatus.SEE_OTHER
    assert browser.get("/calls").status_code == HTTPStatus.OK


def test_an_administrator_sees_and_ends_what_is_lost(viewer: Viewer) -> None:
    owner = newcomer(viewer, "tiina", *ALL_CALLS)
    set_up_app(viewer, owner)
    administrator = viewer.administrator()
    assert owner.get(f"/accounts/{administrator.account_id}/log-in").status_code == HTTPStatus.NOT_FOUND
    assert owner.post(f"/accounts/{administrator.account_id}/log-in/end-sessions").status_code == HTTPStatus.NOT_FOUND
    page = administrator.get("/accounts/1/log-in").text
    assert "/accounts/1/log-in/reset-second-factor" in page
    administrator.post("/accounts/1/log-in/end-sessions")
    assert owner.get("/calls").status_code == HTTPStatus.SEE_OTHER
    for empty in ({}, {"reset-reason": " "}):
        refused = administrator.post("/accounts/1/log-in/reset-second-factor", empty)
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    administrator.post("/accounts/1/log-in/reset-second-factor", {"reset-reason": "puhelin katosi"})
    _, answer = again(viewer, "tiina")
    assert answer.location.startswith("/log-in/second-step")  # it waits for a second person
    assert "puhelin katosi" in administrator.get("/accounts/1/log-in").text
    approver = viewer.browser("heikki", Task.APPROVE_GRANTS)
    [number] = re.findall(r'action="/approvals/(\d+)"', approver.get("/approvals/").text)
    assert approver.post(f"/approvals/{number}", {"verdict": "approve"}).location == "/approvals/"
    _, answer = again(viewer, "tiina")
    assert answer.location == "/account"
    own = f"/accounts/{administrator.account_id}/log-in"
    assert "reset-second-factor" not in administrator.get(own).text
    reason = {"reset-reason": "puhelin katosi"}
    assert administrator.post(f"{own}/reset-second-factor", reason).status_code == HTTPStatus.FORBIDDEN
    assert administrator.get("/accounts/99/log-in").status_code == HTTPStatus.NOT_FOUND
    viewer.office.clock.advance(minutes=11)
    asked = administrator.post("/accounts/1/log-in/reset-second-factor")
    assert asked.location == "/confirm?next=/accounts/1/log-in"


def test_a_forgotten_password_takes_two_people_and_its_owner_is_told(viewer: Viewer) -> None:
    owner = newcomer(viewer, "tiina", *ALL_CALLS)
    administrator, english = viewer.administrator(), {"Accept-Language": "en"}
    assert 'href="/accounts/1/log-in#password"' in administrator.get("/accounts/1").text
    assert administrator.post("/accounts/1/link").status_code == HTTPStatus.FORBIDDEN
    asked = administrator.post("/accounts/1/log-in/link", {"link-reason": "unohtui"})
    assert asked.location == "/accounts/1/log-in"
    assert "/link/" not in administrator.get("/accounts/1/log-in").text.replace("/log-in/link", "")
    assert "it waits for a second person" in owner.get("/account", headers=english).text
    approver = viewer.browser("heikki", Task.APPROVE_GRANTS)
    waiting = approver.get("/approvals/", headers=english).text
    assert "Tiina Example (tiina)" in waiting
    [number] = re.findall(r'action="/approvals/(\d+)"', waiting)
    given = approver.post(f"/approvals/{number}", {"verdict": "approve"}, headers=english)
    assert 'href="/approvals/"' in given.text
    [link] = re.findall(r"http://127\.0\.0\.1:8080(/link/[\w-]{43})<", given.text)
    newly = viewer.stranger()
    newly.get(link)
    newly.post("/password", {"password": OTHER_PASSWORD, "again": OTHER_PASSWORD})
    newly.post("/log-in", {"login": "tiina", "password": OTHER_PASSWORD}, headers=english)
    told = newly.get("/account", headers=english).text
    by_whom = "asked for by Pekka Example, approved by Heikki Example"
    assert told.count(by_whom) == 2  # as she logs in, and on her page
    assert "privacy officer" in told
    assert newly.get("/account", headers=english).text.count(by_whom) == 1
    assert owner.get("/account").status_code == HTTPStatus.SEE_OTHER
