"""Who gets in where: unknown visitors, and people without the permission."""

import json
import re
from http import HTTPStatus
from uuid import UUID

import pytest
from fixtures_rights import ALL_CALLS, OPERATOR, OWN_CALLS, SEE_ALL
from fixtures_web import Browser, Viewer
from sqlalchemy import select
from werkzeug.routing import Rule

from calls.identity import new_call_id
from rights.access.permit import Permit
from rights.access.tasks import Task
from rights.identity.accounts import disable_account, revoke_task
from rights.tables import AuditRow

OPEN = {
    "static",
    "log_in.log_in",
    "log_in.check",
    "log_in.log_out",
    "password.open_link",
    "password.show",
    "password.choose",
    "second_step.ask",
    "second_step.check_code",
    "second_step.passkey_options",
    "second_step.check_passkey",
    "log_in_passkey.options",
    "log_in_passkey.check",
    "log_in_provider.go",
    "log_in_provider.come_back",
    "language.choose",
    "health.health",
    "session_watch.left",
    "session_watch.stay",
}


def address_of(rule: Rule, call_id: str) -> str:
    values: dict[str, object] = {"call_id": call_id, "account_id": 1, "token": "t", "code": "sv", "filename": "x",
                                 "person_id": 1, "lease_id": 1, "apartment_id": 1, "organisation_id": 1,
                                 "session_id": UUID(int=0), "copy_id": UUID(int=0),
                                 "passkey_id": 1, "way": "up"}  # fmt: skip
    built = rule.build({name: values.get(name, 1) for name in rule.arguments})
    assert built is not None
    return built[1]


def test_nothing_but_the_named_views_is_open(viewer: Viewer) -> None:
    call_id = viewer.heard_call()
    stranger = viewer.stranger()
    tried = 0
    for rule in viewer.app.url_map.iter_rules():
        if rule.endpoint in OPEN:
            continue
        address = address_of(rule, call_id)
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            tried += 1
            answer = (
                stranger.get(address)
                if method == "GET"
                else stranger.post(address, headers={"X-CSRFToken": stranger.token()})
            )
            if address.startswith("/api/") or address.endswith(
                (
                    "/audio",
                    "/audio/frames",
                    "/masks/heard",
                    "/masks/listening",
                    "/masks/peaks",
                    f"{call_id}/listeners",
                    "/ringing/stream",
                    f"/ringing/{call_id}/pick",
                    "/passkey/options",
                    "/passkeys/options",
                )
            ):
                assert answer.status_code == HTTPStatus.UNAUTHORIZED, address
                assert answer.get_json()["title"] == "Unauthorized"
                assert "WWW-Authenticate" in answer.headers
            else:
                assert answer.status_code == HTTPStatus.SEE_OTHER, address
                assert answer.location.startswith("/log-in"), address
    assert tried > 15


def secrets_of(call_id: str) -> list[str]:
    return [
        f"/calls/{call_id}",
        f"/calls/{call_id}/listeners",
        f"/calls/{call_id}/audio",
        f"/calls/{call_id}/audio?listening={call_id}",
        f"/calls/{call_id}/audio/frames?listening={call_id}",
        f"/api/calls/{call_id}",
        f"/api/calls/{call_id}/peaks",
    ]


def plain(page: str) -> str:
    """Take off a page the token against forgery, which holds the second in which it was made."""
    return re.sub(r'(name="csrf[-_]token"[^>]*?(?:content|value)=)"[^"]*"', r"\1", page)


def test_another_agents_call_is_answered_like_one_that_is_not_there(viewer: Viewer) -> None:
    others = viewer.heard_call(agent_id=viewer.office.mikko_id)
    unknown = new_call_id()
    sanna = viewer.sanna()
    for there, nowhere in zip(secrets_of(others), secrets_of(unknown), strict=True):
        first, second = sanna.get(there), sanna.get(nowhere)
        assert first.status_code == second.status_code == HTTPStatus.NOT_FOUND, there
        assert plain(first.text).replace(others, "") == plain(second.text).replace(unknown, ""), there
    for call_id in (others, unknown):
        refused = sanna.post_json(f"/api/calls/{call_id}/listenings", {"purpose": "verify"})
        assert refused.status_code == HTTPStatus.NOT_FOUND
    assert sanna.get("/api/calls").get_json()["calls"] == []
    assert others not in sanna.get("/calls").text
    with viewer.office.database.read() as session:
        refusals = session.scalars(select(AuditRow).where(AuditRow.action == "refused")).all()
    assert {row.call_id for row in refusals} == {others, None}
    assert {row.login for row in refusals} == {"sanna"}


def test_every_refusal_is_audited_with_its_call(viewer: Viewer) -> None:
    others = viewer.heard_call(agent_id=viewer.office.mikko_id)
    sanna = viewer.sanna()
    addresses = [*secrets_of(others), f"/calls/{others}/customer", "/accounts/"]
    for address in addresses:
        assert sanna.get(address).status_code == HTTPStatus.NOT_FOUND
    linker = viewer.browser("lauri", *OWN_CALLS, Task.LINK_CUSTOMERS, agent_id=viewer.office.sanna_id)
    assert linker.get(f"/calls/{others}/customer").status_code == HTTPStatus.NOT_FOUND
    assert linker.post(f"/calls/{others}/customer", {"do": "find", "text": "a"}).status_code == HTTPStatus.NOT_FOUND
    with viewer.office.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "refused").order_by(AuditRow.id)).all()
    assert [(row.login, row.call_id, json.loads(row.detail or "")["wanted"]) for row in rows] == [
        ("sanna", others, "show"),
        ("sanna", others, "listeners"),
        ("sanna", others, "hear"),
        ("sanna", others, "hear"),
        ("sanna", others, "hear"),
        ("sanna", others, "show"),
        ("sanna", others, "peaks"),
        ("sanna", others, "link-customers"),
        ("sanna", None, "administer-accounts"),
        ("lauri", others, "link"),
        ("lauri", others, "link"),
    ]


def test_own_call_is_no_purpose_for_anothers(viewer: Viewer) -> None:
    call_id = viewer.heard_call()
    trainer, sanna = viewer.trainer(), viewer.sanna()
    address, stated = f"/api/calls/{call_id}/listenings", {"purpose": "own-call"}
    assert trainer.post_json(address, stated).status_code == HTTPStatus.FORBIDDEN
    assert sanna.post_json(address, stated).status_code == HTTPStatus.CREATED


def test_a_call_is_as_long_everywhere_and_its_disclosure_is_told_by_its_sum(viewer: Viewer) -> None:
    call_id = viewer.office.add_call(agent_id=viewer.office.sanna_id, duration_ms=14_600)
    trainer = viewer.trainer()
    page = trainer.get(f"/calls/{call_id}").text
    assert "0:14" not in page
    assert 'data-total="0:15"' in page
    assert page.count("0:15") == 3
    assert ">0:15<" in trainer.get("/calls").text
    assert f'recording-fi <span class="nowrap">({"d" * 8}…)</span>' in page
    assert f"SHA-256 {'d' * 64}" in page


def test_own_calls_are_seen_and_heard(viewer: Viewer) -> None:
    own = viewer.heard_call()
    sanna = viewer.sanna()
    assert sanna.get(f"/calls/{own}").status_code == HTTPStatus.OK
    assert [call["id"] for call in sanna.get("/api/calls").get_json()["calls"]] == [own]
    page = sanna.get(f"/calls/{own}").text
    assert 'value="own-call" required checked' in page
    assert 'name="agent_id"' not in sanna.get("/calls").text
    assert 'value="own-call"' not in viewer.trainer().get(f"/calls/{own}").text


@pytest.mark.parametrize("address", ["/accounts/", "/accounts/new", "/accounts/1"])
def test_accounts_do_not_exist_for_others(viewer: Viewer, address: str) -> None:
    trainer = viewer.trainer()
    assert trainer.get(address).status_code == HTTPStatus.NOT_FOUND
    assert trainer.post("/accounts/1/disable").status_code == HTTPStatus.NOT_FOUND
    assert trainer.post("/accounts/1/link").status_code == HTTPStatus.NOT_FOUND
    assert "/accounts/" not in trainer.get("/calls").text


@pytest.mark.parametrize(
    ("tasks", "first"),
    [
        ((Task.HANDLE_CASES, Task.VIEW_REGISTER, *ALL_CALLS), "/privacy/cases/"),
        ((Task.VIEW_REGISTER, *ALL_CALLS), "/calls"),
        ((Task.APPROVE_EXPORTS, Task.APPROVE_GRANTS), "/approvals/"),
        ((Task.VIEW_AUDIT,), "/administration/log"),
        ((), "/calls"),
    ],
)
def test_everybody_begins_where_his_work_is(viewer: Viewer, tasks: tuple[Task | Permit, ...], first: str) -> None:
    assert viewer.browser("hilla", *tasks).get("/").location == first


def test_administering_accounts_shows_no_call(viewer: Viewer) -> None:
    call_id = viewer.heard_call()
    administrator = viewer.administrator()
    assert administrator.get("/").location == "/accounts/"
    told = administrator.get("/calls", headers={"Accept-Language": "en"}).text
    assert "Your permissions show no calls" in told
    assert 'role="search"' not in told
    for address in secrets_of(call_id):
        assert administrator.get(address).status_code == HTTPStatus.NOT_FOUND, address
    assert administrator.get("/api/calls").get_json()["calls"] == []


def test_linking_needs_its_own_permission(viewer: Viewer) -> None:
    call_id = viewer.heard_call()
    trainer = viewer.trainer()
    assert trainer.get(f"/calls/{call_id}/customer").status_code == HTTPStatus.NOT_FOUND
    refused = trainer.post(f"/calls/{call_id}/customer", {"do": "unlink"})
    assert refused.status_code == HTTPStatus.NOT_FOUND


def test_a_right_that_is_taken_ends_at_once(viewer: Viewer) -> None:
    call_id = viewer.heard_call()
    trainer = viewer.trainer()
    assert trainer.get(f"/calls/{call_id}").status_code == HTTPStatus.OK
    with viewer.office.database.begin() as session:
        revoke_task(session, login="tiina", permit=SEE_ALL, by=OPERATOR, clock=viewer.office.clock)
    assert trainer.get(f"/calls/{call_id}").status_code == HTTPStatus.SEE_OTHER  # its sessions ended with it
    viewer.log_in(trainer)
    assert trainer.get(f"/calls/{call_id}").status_code == HTTPStatus.NOT_FOUND
    with viewer.office.database.begin() as session:
        disable_account(session, login="tiina", by=OPERATOR, clock=viewer.office.clock)
    assert trainer.get(f"/calls/{call_id}").status_code == HTTPStatus.SEE_OTHER


def test_an_idle_browser_is_logged_out(viewer: Viewer) -> None:
    trainer = viewer.trainer()
    viewer.office.clock.advance(minutes=14)
    assert trainer.get("/calls").status_code == HTTPStatus.OK
    viewer.office.clock.advance(minutes=16)
    assert trainer.get("/calls").location == "/log-in?next=/calls"
    assert trainer.get("/api/calls").status_code == HTTPStatus.UNAUTHORIZED


def test_a_stolen_cookie_of_a_logged_out_browser_is_nobody(viewer: Viewer) -> None:
    trainer = viewer.trainer()
    stolen = trainer.client.get_cookie("tallenne")
    assert stolen is not None
    assert trainer.post("/log-out").status_code == HTTPStatus.SEE_OTHER
    thief = Browser(viewer.app.test_client())
    thief.client.set_cookie("tallenne", stolen.value)
    assert thief.get("/calls").status_code == HTTPStatus.SEE_OTHER
