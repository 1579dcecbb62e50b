"""What docs/asvs.md says of the viewer and no other test shows. SQLite alone: no database is asked of its own."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC
from http import HTTPStatus
from pathlib import Path

import pytest
from fixtures_rights import ALL_CALLS, GOOD_PASSWORD, Office
from fixtures_web import MakeViewer, Viewer
from sqlalchemy import func, select

from rights.identity.log_in import log_in
from rights.tables import AccountRow, AuditRow, SessionRow
from storage.database.engine import Database
from web.settings import WebSettings

ROOT = Path(__file__).parents[2]
PRODUCT = ("calls", "capture", "ledger_link", "privacy", "rights", "storage", "tallenne", "web")


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


def test_what_was_encoded_twice_is_no_call(viewer: Viewer) -> None:
    call_id, trainer = viewer.heard_call(), viewer.trainer()
    assert trainer.get(f"/calls/{call_id}").status_code == HTTPStatus.OK
    twice = call_id.replace("-", "%252D")
    assert trainer.get(f"/calls/{twice}").status_code == HTTPStatus.NOT_FOUND
    assert trainer.get(f"/api/calls/{twice}").status_code == HTTPStatus.NOT_FOUND


def test_fields_of_passwords_hide_them_and_let_managers_fill_them_in(viewer: Viewer) -> None:
    page = viewer.stranger().get("/log-in").text
    [field] = re.findall(r'<input[^>]*name="password"[^>]*>', page)
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    own = viewer.trainer().get("/account/password").text
    fields = {name: tag for tag, name in re.findall(r'(<input[^>]*name="(old|password|again)"[^>]*>)', own)}
    assert set(fields) == {"old", "password", "again"}
    for name, tag in fields.items():
        assert 'type="password"' in tag, name
        assert f'autocomplete="{"current" if name == "old" else "new"}-password"' in tag, name
    for script in (ROOT / "web" / "static" / "js").glob("*.js"):
        assert "paste" not in script.read_text(encoding="utf-8"), script


def test_a_new_house_has_no_account_and_a_password_does_not_wear_off(office: Office) -> None:
    with office.database.read() as session:
        assert session.scalar(select(func.count()).select_from(AccountRow)) == 0
    office.add_account("tiina", *ALL_CALLS, password=GOOD_PASSWORD)
    office.clock.advance(days=1000)
    assert log_in(office.database, login="tiina", password=GOOD_PASSWORD, clock=office.clock) is not None


@pytest.mark.parametrize("address", ["/calls", "/account", "/nowhere", "/account/password", "/confirm"])
def test_every_page_lets_log_out(viewer: Viewer, address: str) -> None:
    assert 'action="/log-out"' in viewer.trainer().get(address).text


def test_a_program_needs_the_token_too(viewer: Viewer) -> None:
    trainer = viewer.trainer()
    search: dict[str, object] = {}
    assert trainer.client.post("/api/calls/search", json=search).status_code == HTTPStatus.BAD_REQUEST
    assert trainer.post_json("/api/calls/search", search).status_code == HTTPStatus.OK


def test_a_parameter_counts_where_it_is_asked_for_alone(viewer: Viewer) -> None:
    viewer.office.add_account("tiina", *ALL_CALLS, password=GOOD_PASSWORD)
    browser = viewer.stranger()
    address = f"/log-in?login=tiina&password={GOOD_PASSWORD}"
    assert browser.post(address, {"login": "", "password": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    override = {"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "POST"}
    assert browser.get("/log-out", headers=override).status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_what_a_form_does_not_name_is_not_set(viewer: Viewer) -> None:
    administrator, tiina = viewer.administrator(), viewer.office.add_account("tiina")
    form = {"agent_id": viewer.office.sanna_id, "login": "root", "password_hash": "x", "permits": "listen:all"}
    assert administrator.post(f"/accounts/{tiina}/agent", form).status_code == HTTPStatus.SEE_OTHER
    with viewer.office.database.read() as session:
        row = session.get_one(AccountRow, tiina)
        assert (row.login, row.password_hash, row.agent_id) == ("tiina", None, viewer.office.sanna_id)
    assert viewer.office.actor(tiina).permits == frozenset()


def test_the_database_speaks_utc(viewer: Viewer) -> None:
    viewer.stranger().post("/log-in", {"login": "x", "password": "y"})
    viewer.trainer()
    with viewer.office.database.read() as session:
        assert session.scalars(select(AuditRow.at)).first().tzinfo is UTC  # type: ignore[union-attr]
        assert session.scalars(select(SessionRow.started_at)).first().tzinfo is UTC  # type: ignore[union-attr]


def test_no_setting_debugs_the_viewer(viewer: Viewer) -> None:
    assert not viewer.app.debug
    assert not viewer.app.testing
    assert [name for name in WebSettings.model_fields if "debug" in name] == []


def test_browsers_keep_two_settings_and_no_data() -> None:
    kept: set[tuple[str, str]] = set()
    for script in (ROOT / "web" / "static" / "js").glob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert "indexedDB" not in text, script
        assert "caches." not in text, script
        kept |= {(script.name, value) for value in re.findall(r"Storage\.setItem\(\w+, ([^)]+)\)", text)}
        assert text.count("Storage.setItem") == len(re.findall(r"Storage\.setItem\(\w+, '1'\)", text)), script
    assert {name for name, _ in kept} == {"pick.js", "pop_frame.js"}


def test_no_program_is_started_through_a_shell_and_no_certificate_is_taken_unseen() -> None:
    refused = {"shell": True, "verify": False, "cert_check": False, "check_hostname": False}
    for package in PRODUCT:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant) and node.arg in refused:
                    assert node.value.value is not refused[node.arg], (path, node.arg)
                if isinstance(node, ast.Attribute):
                    assert node.attr not in {"CERT_NONE", "popen", "_create_unverified_context"}, path
                    named = node.value.id if isinstance(node.value, ast.Name) else ""
                    assert (named, node.attr) != ("os", "system"), path
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    assert node.func.id not in {"eval", "exec"}, path


def names_in(*packages: str) -> Iterator[tuple[str, str]]:
    """Give every dotted name that the code imports or reaches for, with the file in which it does."""
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            file = path.relative_to(ROOT).as_posix()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    yield from ((file, alias.name) for alias in node.names)
                elif isinstance(node, ast.ImportFrom):
                    yield from ((file, f"{node.module}.{alias.name}") for alias in node.names)
                elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                    yield file, f"{node.value.id}.{node.attr}"


def files_with(*wanted: str) -> set[str]:
    """Name the files of the product in which a name stands that begins so."""
    return {file for file, name in names_in(*PRODUCT) if f"{name}.".startswith(tuple(f"{one}." for one in wanted))}


def test_what_cannot_be_read_safely_is_read_nowhere() -> None:
    assert files_with("pickle", "shelve", "dill", "yaml", "xml", "lxml", "jsonpickle") == set()
    # a temporary file without a name, which the same process has written
    assert files_with("marshal") == {"ledger_link/importing/row_spool.py"}


def test_no_template_is_made_of_a_text() -> None:
    assert files_with("flask.render_template_string", "string.Formatter", "string.Template") == set()
    assert files_with("jinja2.Template") == {"privacy/copies/report.py"}  # what a loader of files gives, by its type
    assert {name for _, name in names_in(*PRODUCT) if name.endswith(".from_string")} == set()


def test_cryptography_is_what_the_inventory_says() -> None:
    primitives = "cryptography.hazmat.primitives."
    used = {name.removeprefix(primitives) for _, name in names_in(*PRODUCT) if name.startswith(primitives)}
    assert used - {"serialization", "hashes", "asymmetric.ec", "hashes.SHA256", "kdf.hkdf.HKDF"} == {
        "ciphers.aead.AESGCM",
        "asymmetric.ed25519.Ed25519PrivateKey",
        "asymmetric.ed25519.Ed25519PublicKey",
    }
    assert files_with("hashes.SHA1", "hashes.MD5", "ec.SECP192R1", "ec.SECP224R1") == set()
    assert files_with("hashlib.sha1") == {"rights/identity/breached_passwords.py"}  # as that file is published
    assert files_with("hashlib.md5") == {"storage/agents.py"}  # SIP's digest, which every softphone speaks


def test_chance_is_the_systems_own_but_for_sample_data() -> None:
    assert all(file.startswith("ledger_link/sampling/") for file in files_with("random"))
    assert files_with("uuid.uuid1", "uuid.uuid3", "uuid.uuid5") == set()


def test_scripts_write_no_property_whose_name_comes_from_outside() -> None:
    """Prototype pollution needs such a write: elsewhere a bracket holds a number, or a key of our own (ASVS 15.3.6)."""
    for script in (ROOT / "web" / "static" / "js").glob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert "__proto__" not in text, script
        assert not re.search(r"fromEntries|Reflect\.set|defineProperty|\.prototype\b", text), script
        merged = re.findall(r"Object\.assign\([^,]+, ([^)]*)\)", text)
        assert all(given.startswith("{") for given in merged), script
        written = set(re.findall(r"\w\[([A-Za-z]\w*)\]\s*=[^=>]", text))
        assert written <= {"at", "lane", "name", "width"}, script


def logged_in_from(viewer: Viewer, told: str, *, base_url: str) -> str | None:
    """Log in with this X-Forwarded-For; give the address that the session has of it."""
    client = viewer.app.test_client()
    client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/log-in", base_url=base_url).text)
    assert found
    form = {"login": "tiina", "password": GOOD_PASSWORD, "csrf_token": found[1]}
    headers = {"X-Forwarded-For": told, "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    answer = client.post("/log-in", data=form, headers=headers, base_url=base_url)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    with viewer.office.database.read() as session:
        return session.scalars(select(SessionRow.address).order_by(SessionRow.started_at.desc())).first()


def test_where_somebody_comes_from_is_not_his_to_say(viewer: Viewer, make_viewer: MakeViewer) -> None:
    viewer.office.add_account("tiina", *ALL_CALLS, password=GOOD_PASSWORD)
    assert logged_in_from(viewer, "198.51.100.7", base_url="http://localhost") == "192.0.2.1"
    ours = "https://calls.example.net"
    behind = make_viewer(behind_tls_proxy=True, base_url=ours)
    viewer.office.clock.advance(minutes=1)
    # of what a client sends along only the last counts, which the proxy itself has seen
    assert logged_in_from(behind, "198.51.100.7, 192.0.2.44", base_url=ours) == "192.0.2.44"
