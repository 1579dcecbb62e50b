"""Searching calls in the viewer: nothing personal in an address, pages both ways, hostile names harmless."""

import json
from datetime import timedelta
from http import HTTPStatus

import pytest
from fixtures_rights import ALL_CALLS, MORNING
from fixtures_web import MakeViewer, Viewer
from sqlalchemy import select
from structlog.testing import capture_logs

from rights.tables import AuditRow
from storage.database.engine import Database
from web.visitor import open_to_all

NAME, NUMBER = "Virtanen", "040 100 0001"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


def test_a_search_stands_in_no_address_and_no_log(viewer: Viewer) -> None:
    aino = viewer.office.add_person("Aino", NAME, "+358401000001")
    call_id = viewer.office.add_call(agent_id=viewer.office.sanna_id)
    other = viewer.office.add_call(agent_id=None, recorded=False, caller_e164="+358401000999")
    trainer = viewer.trainer()
    with capture_logs() as logged:
        sent = trainer.post("/calls/search", {"customer": NAME, "number": NUMBER})
        found = trainer.get(sent.location)
    assert sent.status_code == HTTPStatus.SEE_OTHER
    assert call_id in found.text
    assert other not in found.text
    assert f'value="{NAME}"' in found.text  # the form shows what was asked for
    for told in (sent.location, str(logged)):
        for secret in (NAME, "irtane", NUMBER, "1000001", "tiina", call_id):
            assert secret not in told
    assert {line["rule"] for line in logged} == {"/calls/search", "/calls", None}
    with viewer.office.database.read() as session:
        rows = session.scalars(select(AuditRow.detail).where(AuditRow.action == "calls-listed")).all()
    assert [json.loads(row or "") for row in rows] == [
        {"calls": [call_id], "filter": {"customer": "***", "number": "***"}, "persons": [aino]}
    ]


def test_a_sealed_search_is_of_no_use_to_another(viewer: Viewer) -> None:
    trainer, other = viewer.trainer(), viewer.browser("mikko", *ALL_CALLS)
    address = trainer.post("/calls/search", {"customer": NAME}).location
    assert trainer.get(address).status_code == HTTPStatus.OK
    assert other.get(address).status_code == HTTPStatus.NOT_FOUND
    assert trainer.get(address[:-2] + "xx").status_code == HTTPStatus.NOT_FOUND


def test_pages_go_both_ways_within_a_search(viewer: Viewer) -> None:
    calls = [viewer.office.add_call(agent_id=viewer.office.sanna_id) for _ in range(12)]
    viewer.office.add_call(agent_id=viewer.office.mikko_id)
    trainer = viewer.trainer()

    def page(address: str) -> tuple[list[str], dict[str, str]]:
        text = trainer.get(address).text
        shown = [call_id for call_id in reversed(calls) if f'href="/calls/{call_id}"' in text]
        ways = {
            rel: text.split(f'rel="{rel}" href="')[1].split('"')[0].replace("&amp;", "&")
            for rel in ("prev", "next")
            if f'rel="{rel}"' in text
        }
        return shown, ways

    first_address = trainer.post("/calls/search", {"agent_id": str(viewer.office.sanna_id)}).location
    first, ways = page(first_address)
    assert (len(first), set(ways)) == (5, {"next"})
    second, ways = page(ways["next"])
    last, last_ways = page(ways["next"])
    assert first + second + last == list(reversed(calls))
    assert set(last_ways) == {"prev"}
    assert page(last_ways["prev"])[0] == second
    assert f'href="{first_address}"' not in trainer.get(f"/calls/{calls[0]}").text  # the list seen last
    trainer.get(first_address)
    assert f'href="{first_address}"' in trainer.get(f"/calls/{calls[0]}").text
    assert trainer.get("/calls?cursor=nonsense").status_code == HTTPStatus.BAD_REQUEST


def test_every_field_narrows(viewer: Viewer) -> None:
    first = viewer.office.add_call(agent_id=viewer.office.sanna_id)
    second = viewer.office.add_call(
        agent_id=None, recorded=False, service_number="+358102002000", started_at=MORNING + timedelta(days=1)
    )
    trainer = viewer.trainer()

    def found(**fields: str) -> list[str]:
        text = trainer.get(trainer.post("/calls/search", fields).location).text
        return [call_id for call_id in (second, first) if call_id in text]

    assert found() == [second, first]
    assert found(from_day="2026-11-03") == [second]
    assert found(to_day="2026-11-02") == [first]
    assert found(from_day="2026-11-02", to_day="2026-11-03") == [second, first]
    assert found(agent_id=str(viewer.office.sanna_id)) == [first]
    assert found(service="+358102002000") == [second]
    assert found(number="0401000001") == [second, first]
    assert found(number="0501234567") == []
    assert found(state="recorded") == [first]
    assert found(state="not_recorded") == [second]


@pytest.mark.parametrize(
    "wrong",
    [{"from_day": "2026-11-03", "to_day": "2026-11-02"}, {"from_day": "31.2."}, {"state": "lost"},
     {"agent_id": "999"}, {"service": "112"}, {"customer": "x" * 101}, {"agent_id": "9" * 30}, {"customer": "a\0b"},
     {"from_day": "9999-12-31"}, {"to_day": "9999-12-31"}, {"from_day": "0001-01-01"}, {"to_day": "0001-01-01"}],
)  # fmt: skip
def test_a_wrong_search_is_shown_again(viewer: Viewer, wrong: dict[str, object]) -> None:
    refused = viewer.trainer().post("/calls/search", wrong)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'aria-invalid="true"' in refused.text
    assert 'role="alert"' in refused.text


def test_a_hostile_name_is_only_text(viewer: Viewer) -> None:
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    call_id = viewer.office.add_call(
        agent_id=viewer.office.sanna_id, caller_e164=None, caller_raw=hostile, caller_display_name=hostile
    )
    trainer = viewer.trainer()
    for page in (trainer.get("/calls").text, trainer.get(f"/calls/{call_id}").text):
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "<img" not in page


def test_a_turvakielto_hides_number_and_address_everywhere(viewer: Viewer) -> None:
    viewer.office.add_person("Aino", NAME, "+358401000001", non_disclosure=True)
    call_id = viewer.office.add_call(agent_id=viewer.office.sanna_id)
    trainer = viewer.trainer()
    for address in ("/calls", f"/calls/{call_id}", "/api/calls", f"/api/calls/{call_id}"):
        told = trainer.get(address, headers={"Accept-Language": "fi"}).text
        assert "1000001" not in told, address
        assert NAME in told
    assert "Turvakielto" in trainer.get(f"/calls/{call_id}", headers={"Accept-Language": "fi"}).text


def test_withheld_shared_and_unknown_callers_are_told_apart(viewer: Viewer) -> None:
    viewer.office.add_person("Eero", "Korhonen", "+358401000002")
    viewer.office.add_person("Liisa", "Korhonen", "+358401000002")
    office, trainer = viewer.office, viewer.trainer()
    shared = office.add_call(agent_id=office.sanna_id, caller_e164="+358401000002")
    withheld = office.add_call(agent_id=office.sanna_id, caller_e164=None, caller_raw="anonymous", caller_withheld=True)
    unknown = office.add_call(agent_id=office.sanna_id, caller_e164="+358401000999")
    page = trainer.get("/calls", headers={"Accept-Language": "fi"}).text
    for told in ("Eero Korhonen tai Liisa Korhonen", "Salattu numero", "+358\N{NO-BREAK SPACE}40\N{NO-BREAK SPACE}100"):
        assert told in page
    pages = {
        call: trainer.get(f"/calls/{call}", headers={"Accept-Language": "fi"}).text
        for call in (shared, withheld, unknown)
    }
    assert "rekisteristä ei selviä, kuka soitti" in pages[shared]
    assert "Soittaja on salannut numeronsa" in pages[withheld]
    assert "Numeroa ei ole asiakasrekisterissä" in pages[unknown]


def test_the_api_searches_without_personal_data_in_addresses(viewer: Viewer) -> None:
    viewer.office.add_person("Aino", NAME, "+358401000001")
    calls = [viewer.office.add_call(agent_id=viewer.office.sanna_id) for _ in range(3)]
    trainer = viewer.trainer()
    for personal in ("number=0401000001", "customer=Virtanen"):
        assert trainer.get(f"/api/calls?{personal}").status_code == HTTPStatus.BAD_REQUEST
    first = trainer.get("/api/calls?limit=2").get_json()
    assert [call["id"] for call in first["calls"]] == [calls[2], calls[1]]
    assert first["previous"] is None
    rest = trainer.get(f"/api/calls?limit=2&cursor={first['next']}").get_json()
    assert ([call["id"] for call in rest["calls"]], rest["next"]) == ([calls[0]], None)
    found = trainer.post_json("/api/calls/search", {"customer": NAME, "number": NUMBER, "limit": 1}).get_json()
    assert found["calls"] == [first["calls"][0]]
    assert found["calls"][0] == trainer.get(f"/api/calls/{calls[2]}").get_json()
    for wrong in ("from=x", "agent_id=x", "state=lost", "limit=0x1", "limit=9999", "unknown=1", "cursor=x"):
        answer = trainer.get(f"/api/calls?{wrong}")
        assert answer.status_code == HTTPStatus.BAD_REQUEST, wrong
        assert answer.mimetype == "application/problem+json"
        assert answer.get_json()["detail"]
    assert trainer.post_json("/api/calls/search", {"from": 1}).status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(
    ("field", "value"),
    [("customer", "\ud800"), ("number", "\udfff1"), ("customer", "a\0b"), ("customer", ["x"]), ("service", "\ud800"),
     ("cursor", "\ud800"), ("cursor", "W" * 4000), ("customer", "x" * 201), ("agent_id", 2**63), ("agent_id", 2**31),
     ("agent_id", "9" * 5000), ("agent_id", -1), ("limit", 10**30), ("from", "9999-12-31"), ("to", "9999-12-31"),
     ("from", "0001-01-01"), ("to", "0001-01-01"), ("from", ["2026-01-01"]), ("state", "\ud800")],
)  # fmt: skip
def test_the_api_refuses_what_nothing_below_can_hold(viewer: Viewer, field: str, value: object) -> None:
    refused = viewer.trainer().post_json("/api/calls/search", {field: value})
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert refused.get_json()["detail"]


@pytest.mark.parametrize("body", ["[]", '["purpose"]', "1", "{", "[" * 30_000, '"\\ud800"', '{"purpose": ["x"]}'])
def test_a_body_that_is_no_object_is_refused(viewer: Viewer, body: str) -> None:
    trainer = viewer.trainer()
    call_id = viewer.office.add_call(agent_id=viewer.office.sanna_id)
    for address in ("/api/calls/search", f"/api/calls/{call_id}/listenings"):
        refused = trainer.client.post(
            address, data=body, content_type="application/json", headers={"X-CSRFToken": trainer.token()}
        )
        assert refused.status_code == HTTPStatus.BAD_REQUEST, address
        assert refused.mimetype == "application/problem+json"


def test_a_form_takes_no_json(viewer: Viewer) -> None:
    browser = viewer.stranger()
    for body in ("[1]", '{"login": "\\ud800", "password": "x"}'):
        refused = browser.client.post(
            "/log-in", data=body, content_type="application/json", headers={"X-CSRFToken": browser.token()}
        )
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_cursor_that_is_none_of_ours_is_refused(viewer: Viewer) -> None:
    assert viewer.trainer().get("/calls?cursor=" + "W1tb" * 600).status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.usefixtures("_catalogues")
def test_a_fault_is_logged_by_its_rule_alone(viewer: Viewer) -> None:
    @open_to_all
    def fail(token: str) -> str:
        raise RuntimeError(token)

    viewer.app.view_functions["password.open_link"] = fail
    with capture_logs() as logged:
        answer = viewer.stranger().get("/link/the-secret-token")
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "the-secret-token" not in str(logged)
    fault = next(line for line in logged if line["log_level"] == "error")
    assert (fault["rule"], fault["method"], fault["error"]) == ("/link/<token>", "GET", "RuntimeError")
    assert "in fail" in fault["trace"]


def test_every_answer_has_the_headers(make_viewer: MakeViewer) -> None:
    viewer = make_viewer(behind_tls_proxy=True, base_url="https://tallenne.example")
    client = viewer.app.test_client()
    secure = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1", "Host": "tallenne.example"}
    for address in ("/log-in", "/nowhere", "/api/calls", "/health", "/static/css/tallenne.css"):
        answer = client.get(address, headers=secure, buffered=True)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
        if not address.startswith("/static"):
            assert answer.headers["Cache-Control"] == "private, no-store"
    cookie = viewer.app.test_client().get("/log-in", headers=secure).headers["Set-Cookie"]
    assert cookie.startswith("__Host-tallenne=")
    assert "Secure" in cookie
    assert client.get("/log-in", headers={**secure, "Host": "evil.example"}).status_code == HTTPStatus.BAD_REQUEST


def test_a_database_that_is_away_is_said_so(viewer: Viewer) -> None:
    trainer = viewer.trainer()
    viewer.office.database.dispose()
    with viewer.office.database.begin() as session:
        session.connection().exec_driver_sql("ALTER TABLE sessions RENAME TO sessions_away")
    try:
        away = trainer.get("/calls")
        assert away.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert away.headers["Retry-After"]
        assert "<h1>" in away.text
        assert trainer.get("/api/calls").get_json()["status"] == HTTPStatus.SERVICE_UNAVAILABLE
        assert trainer.get("/health").status_code == HTTPStatus.SERVICE_UNAVAILABLE
    finally:
        with viewer.office.database.begin() as session:
            session.connection().exec_driver_sql("ALTER TABLE sessions_away RENAME TO sessions")
    assert trainer.get("/health").get_json() == {"status": "ok"}
