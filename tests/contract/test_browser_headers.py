"""What browsers are told, and the cookie that they keep (ASVS V3). SQLite alone: no database is asked."""

import hashlib
import re

import pytest
from fixtures_rights import GOOD_PASSWORD
from fixtures_web import MakeViewer, Viewer
from itsdangerous import URLSafeTimedSerializer

from web.session_cookie import SessionCookie


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def viewer(make_viewer: MakeViewer) -> Viewer:
    return make_viewer(behind_tls_proxy=True, base_url="https://calls.example.net")


def test_every_answer_tells_the_browser_what_it_may_do(viewer: Viewer) -> None:
    for address in ("/log-in", "/static/css/tallenne.css", "/nowhere", "/health"):
        headers = viewer.stranger().get(address, base_url="https://calls.example.net", buffered=True).headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == "'none'"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == "'self'"
        assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Access-Control-Allow-Origin" not in headers
        assert "charset=utf-8" in headers["Content-Type"] or headers["Content-Type"] == "application/json"


def test_cookies_are_the_hosts_own_and_no_scripts(viewer: Viewer) -> None:
    viewer.office.add_account("tiina", password=GOOD_PASSWORD)
    browser, ours = viewer.stranger(), {"base_url": "https://calls.example.net"}
    page = browser.get("/log-in", **ours)
    token = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
    assert token is not None
    form = {"login": "tiina", "password": GOOD_PASSWORD, "csrf_token": token[1]}
    chosen, entered = (browser.client.post(address, data=form, **ours) for address in ("/language/sv", "/log-in"))
    cookies = [cookie for answer in (page, chosen, entered) for cookie in answer.headers.getlist("Set-Cookie")]
    names = {cookie.partition("=")[0] for cookie in cookies}
    assert names == {"__Host-tallenne", "__Host-tallenne-known", "__Host-language"}
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
            assert attribute in cookie


def test_cookie_is_signed_by_sha_256(viewer: Viewer) -> None:
    assert isinstance(viewer.app.session_interface, SessionCookie)
    serializer = viewer.app.session_interface.get_signing_serializer(viewer.app)
    assert isinstance(serializer, URLSafeTimedSerializer)
    assert serializer.signer_kwargs["digest_method"] is hashlib.sha256


def test_nothing_is_traced_or_listed(viewer: Viewer) -> None:
    for method, address, status in (("TRACE", "/log-in", 405), ("GET", "/static/", 404), ("GET", "/static/css/", 404)):
        answer = viewer.app.test_client().open(
            address, method=method, base_url="https://calls.example.net", buffered=True
        )
        assert answer.status_code == status, address
