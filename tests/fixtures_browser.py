"""A whole house with calls in it, its viewer served over TLS by ``tallenne web``, and a real browser before it."""

import os
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from fixtures_archive import CallMaker
from fixtures_rights import ALL_CALLS, GOOD_PASSWORD, OPERATOR, OWN_CALLS, added_account
from flask import Flask
from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ledger_link.importing.folder import import_folder
from ledger_link.linking.linker import link_call
from rights.access.tasks import Task
from rights.identity.accounts import get_account, set_password
from rights.identity.compulsory_factor import is_compulsory
from rights.identity.sessions import start_session
from softphones.ports import free_ports
from storage.agents import add_agent
from storage.archive.archive import Archive
from storage.vault.field_vault import FieldVault
from tallenne.house import House
from tallenne.installing import install
from web.session_cookie import SessionCookie
from web.visitor import TOKEN

ROOT = Path(__file__).parents[1]
CHROMIUM = "/usr/bin/chromium"
START_DEADLINE_S = 120
END_DEADLINE_S = 60
PATIENCE_MS = 45_000  # for whatever a page is to do or to show, on a machine that is busy
DOMAIN = "tallenne.internal"
CALLS_AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
SECONDS = 12.0


@dataclass
class Served:
    """A viewer's process, the house behind it, and the calls there: by whom they were answered and who called."""

    house: House
    address: str
    aino: str
    shared: str
    mikkos: str
    abandoned: str


@dataclass
class Visit:
    """One person's page, and everything that the browser complained of."""

    page: Page
    complaints: list[str]


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 that lives for a day, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )
    files = folder / "web.crt", folder / "web.key"
    files[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    files[1].touch(mode=0o600)
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def viewer_environment(port: int, certificate: Path, key: Path, *, processes: int = 1, **more: str) -> dict[str, str]:
    """Give the settings of a viewer over TLS on a port, its objects in files."""
    return {
        "TALLENNE_OBJECTS__STORE": "files",
        "TALLENNE_WEB__PORT": str(port),
        "TALLENNE_WEB__PROCESSES": str(processes),
        "TALLENNE_WEB__BASE_URL": f"https://127.0.0.1:{port}",
        "TALLENNE_WEB__CERTIFICATE_FILE": certificate.name,
        "TALLENNE_WEB__CERTIFICATE_KEY_FILE": key.name,
        **more,
    }


@contextmanager
def serving(home: Path, environment: dict[str, str], address: str, certificate: Path) -> Iterator[None]:
    """Run ``tallenne web`` until the end of the block, from when it answers."""
    log = home / "web.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tallenne", "--home", str(home), "web"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=output,
            stderr=output,
        )
    try:
        trusting = ssl.create_default_context(cafile=str(certificate))
        deadline = time.monotonic() + START_DEADLINE_S
        while True:
            try:
                httpx.get(f"{address}/health", verify=trusting).raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        assert process.wait(timeout=END_DEADLINE_S) == 0, log.read_text()


def add_calls(house: House) -> Served:
    """Put four calls through the spool and the archive, by the sample register's numbers."""
    with house.database.begin() as session:
        vault = FieldVault(house.keys)
        import_folder(session, ROOT / "sample_register", vault=vault, progress=lambda _step, _done, _total: None)
        for name, user in (("Sanna Laine", "sanna"), ("Mikko Salo", "mikko")):
            add_agent(session, name=name, sip_user=user, domain=DOMAIN, groups=(), clock=house.clock)
    maker = CallMaker(house.spool)
    sanna, mikko = f"sip:sanna@{DOMAIN}", f"sip:mikko@{DOMAIN}"
    minute = timedelta(minutes=1)
    made = [
        maker.recorded(seconds=SECONDS, started_at=CALLS_AT, agent_aor=sanna),
        maker.recorded(seconds=2, number="+358401000002", started_at=CALLS_AT + minute, agent_aor=sanna),
        maker.recorded(seconds=2, number=None, started_at=CALLS_AT + 2 * minute, agent_aor=mikko),
        maker.abandoned(started_at=CALLS_AT + 3 * minute),
    ]
    assert archive_of(house).run_once() == len(made)
    return Served(house, "", *(manifest.call_id for manifest in made))


def archive_of(house: House) -> Archive:
    """Give the archive of a house that is not up."""
    return Archive(
        spool=house.spool,
        database=house.database,
        objects=house.objects,
        keys=house.keys,
        clock=house.clock,
        link=lambda session, call: link_call(session, call, clock=house.clock),
    )


def add_people(house: House) -> None:
    with house.database.begin() as session:
        for name, login, tasks, agent_id in (
            ("Tiina Kouluttaja", "tiina", (*ALL_CALLS, Task.LINK_CUSTOMERS), None),
            ("Sanna Laine", "sanna", (*OWN_CALLS,), 1),
            ("Pekka Pääkäyttäjä", "pekka", (Task.ADMINISTER_ACCOUNTS,), None),
        ):
            link = added_account(session, name=name, login=login, tasks=tasks, agent_id=agent_id, clock=house.clock)
            set_password(session, token=link.token, password=GOOD_PASSWORD, clock=house.clock)


@pytest.fixture(scope="module")
def served(_catalogues: None, _vendor: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The viewer of a house with four calls and three people, in processes of its own, over TLS."""
    home = tmp_path_factory.mktemp("house")
    certificate, key = write_certificate(home)
    environment = viewer_environment(free_ports(), certificate, key, processes=2)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        install(home)
        house = House(home)
        house.objects.prepare()
        made = add_calls(house)
        add_people(house)
        made.address = house.settings.web.address
        with serving(home, environment, made.address, certificate):
            yield made
        house.database.dispose()
    log = (home / "web.log").read_text(encoding="utf-8")
    heard = [line for line in log.splitlines() if "rule=/calls/<call:call_id>/audio" in line]
    assert not heard or any("status=200" in line or "status=206" in line for line in heard)
    for personal in (made.aino, "Virtanen", "tiina", "/link/", "password=", "127.0.0.1"):
        assert personal not in log.replace("/link/<token>", ""), personal


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser, without a window."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


Visiting = Callable[..., Visit]


def needs_second_factor(house: House, login: str) -> bool:
    with house.database.read() as session:
        return is_compulsory(get_account(session, login=login, by=OPERATOR, clock=house.clock).tasks)


def session_cookie(house: House, login: str) -> SetCookieParam:
    """Log somebody in as if with two factors, and give the browser's cookie: the log-in itself is tested elsewhere."""
    with house.database.begin() as session:
        account_id = get_account(session, login=login, by=OPERATOR, clock=house.clock).id
        token = start_session(session, account_id=account_id, clock=house.clock, has_second_factor=True).token
    settings = house.settings.web
    signer = Flask("cookies")
    signer.secret_key = house.secret(settings.secret_key_file)
    serializer = SessionCookie().get_signing_serializer(signer)
    assert serializer is not None
    return {
        "name": "__Host-tallenne" if settings.has_tls else "tallenne",
        "value": str(serializer.dumps({TOKEN: token})),
        "url": f"{settings.address}/",
        "httpOnly": True,
        "secure": settings.has_tls,
        "sameSite": "Lax",
    }


@pytest.fixture
def visit(served: Served, chromium: Browser) -> Iterator[Visiting]:
    """Open the viewer as somebody; every complaint of the browser that a test did not expect fails it."""
    visits: list[Visit] = []

    def open_as(login: str | None = None, **options: object) -> Visit:
        settings = {"locale": "fi-FI", "ignore_https_errors": True, "viewport": {"width": 1280, "height": 900}}
        context = chromium.new_context(**{**settings, **options})  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        made = Visit(page, [])
        page.on("console", lambda message: made.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: made.complaints.append(str(error)))
        visits.append(made)
        if login is not None and needs_second_factor(served.house, login):
            context.add_cookies([session_cookie(served.house, login)])
            page.goto(f"{served.address}/")
            return made
        page.goto(f"{served.address}/")
        if login is not None:
            page.fill("#login", login)
            page.fill("#password", GOOD_PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_selector(".who")
        return made

    yield open_as
    for made in visits:
        made.page.context.close()
    assert [complaint for made in visits for complaint in made.complaints] == []
