"""The viewer for tests: its application with an office behind it, and a browser that is already somebody."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import structlog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_rights import ALL_CALLS, OWN_CALLS, SPEECH_S, Office, keep_audio, speech
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.test import TestResponse

from privacy.documents.facts import HouseFacts, ServiceFacts
from privacy.documents.settings import ControllerSettings
from rights.access.permit import Permit
from rights.access.tasks import Task
from rights.identity.sessions import start_session
from storage.objects.file_store import FileStore
from storage.objects.region import StoragePlace
from storage.vault.key_ring import KeyRing
from web.app import create_app
from web.languages import TRANSLATED, TRANSLATIONS
from web.settings import WebSettings
from web.visitor import TOKEN

SERVICES = {"+358102001000": "Asiakaspalvelu", "+358102002000": "Kundtjänst"}
SERVICE_PURPOSES = dict.fromkeys(SERVICES, ("verify", "training"))
HOUSE_FACTS = HouseFacts(
    controller=ControllerSettings(
        name="Koti Oy",
        business_id="2077474-0",
        address="Katu 1, 00100 Helsinki",
        email="tietosuoja@koti.example",
        contact="Asiakaspalvelun päällikkö",
    ),
    services=tuple(ServiceFacts(name, number, ("fi", "sv")) for number, name in SERVICES.items()),
    place=StoragePlace(None, "FI"),
)
"""What a house's settings say, as a viewer has it that is in use."""
SECRET_KEY = "s" * 43
AUDIT_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VENDOR = Path(__file__).parents[1] / "web" / "static" / "vendor"


@dataclass
class Browser:
    """A client of the application: one person's cookies, and the forgery token of the page seen last."""

    client: FlaskClient
    login: str = ""
    account_id: int = 0

    def get(self, address: str, **more: Any) -> TestResponse:  # noqa: ANN401 (werkzeug's own arguments)
        return self.client.get(address, **more)

    def post(self, address: str, data: Mapping[str, object] | None = None, **more: Any) -> TestResponse:  # noqa: ANN401 (werkzeug's own arguments)
        """Post a form as its page would, with the token of this session."""
        form = {"csrf_token": self.token(), **(data or {})}
        return self.client.post(address, data=form, **more)

    def post_json(self, address: str, plain: Mapping[str, object]) -> TestResponse:
        return self.client.post(address, json=plain, headers={"X-CSRFToken": self.token()})

    def token(self) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.client.get("/nowhere").text)
        assert found is not None
        return found[1]


@dataclass
class Viewer:
    """The application over an office, with a store in which audio really is."""

    app: Flask
    office: Office
    objects: FileStore
    keys: KeyRing
    folder: Path

    def stranger(self) -> Browser:
        return Browser(self.app.test_client())

    def browser(self, login: str, *tasks: Task | Permit, agent_id: int | None = None) -> Browser:
        """Give the browser of a new account that has logged in."""
        account_id = self.office.add_account(login, *tasks, agent_id=agent_id)
        browser = Browser(self.app.test_client(), login, account_id)
        self.log_in(browser)
        return browser

    def log_in(self, browser: Browser, *, has_second_factor: bool = True) -> None:
        """Begin a session of a browser's account: its first one, or anew after its permissions changed.

        It counts as begun with two factors: what needs these is tested by itself.
        """
        with self.office.database.begin() as session:
            token = start_session(
                session,
                account_id=browser.account_id,
                clock=self.office.clock,
                has_second_factor=has_second_factor,
            ).token
        with browser.client.session_transaction() as cookie:
            cookie[TOKEN] = token

    def trainer(self) -> Browser:
        return self.browser("tiina", *ALL_CALLS)

    def sanna(self) -> Browser:
        return self.browser("sanna", *OWN_CALLS, agent_id=self.office.sanna_id)

    def administrator(self) -> Browser:
        return self.browser("pekka", Task.ADMINISTER_ACCOUNTS)

    def heard_call(self, *, agent_id: int | None = None) -> str:
        """Add a call of Sanna's, or of another, whose audio is stored."""
        call_id = self.office.add_call(agent_id=agent_id or self.office.sanna_id)
        keep_audio(self.office.database, call_id, objects=self.objects, keys=self.keys, folder=self.folder)
        return call_id

    def spoken_call(self, *, agent_id: int | None = None) -> str:
        """Add a call of Sanna's, or of another, of SPEECH_S seconds that are really a FLAC."""
        call_id = self.office.add_call(agent_id=agent_id or self.office.sanna_id)
        keep_audio(
            self.office.database,
            call_id,
            objects=self.objects,
            keys=self.keys,
            folder=self.folder,
            audio=speech(),
            seconds=SPEECH_S,
        )
        return call_id


@pytest.fixture(scope="session")
def _catalogues() -> None:
    """Compile the messages as 'pybabel compile' does, where they are older than their texts."""
    for language in TRANSLATED:
        texts = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
        compiled = texts.with_suffix(".mo")
        if not compiled.is_file() or compiled.stat().st_mtime < texts.stat().st_mtime:
            written = BytesIO()
            with texts.open("rb") as file:
                write_mo(written, read_po(file, locale=language))
            compiled.write_bytes(written.getvalue())


@pytest.fixture(scope="session")
def _vendor() -> None:
    """See that the front-end packages are there; only npm may bring them, by the hashes of the lock file."""
    for package in ("mediabunny", "wavesurfer"):
        assert (VENDOR / f"{package}.esm.js").is_file(), "run 'npm ci && npm run build'"


class CompiledTemplates(BytecodeCache):
    """Templates, compiled once a run and not once for each application: that took a third of these tests' time."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (code := self._known.get(bucket.key)) is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledTemplates()
MakeViewer = Callable[..., Viewer]


@pytest.fixture
def make_viewer(_catalogues: None, office: Office, tmp_path: Path) -> MakeViewer:
    """Make a viewer with settings of the test's own."""
    structlog.reset_defaults()  # a command tested before may have left a log to a stream that is closed by now
    objects, keys = FileStore(tmp_path / "objects"), KeyRing.create(tmp_path / "keys")
    objects.prepare()

    def make(**settings: object) -> Viewer:
        app = create_app(
            settings=WebSettings.model_validate({"page_size": 5, **settings}),
            database=office.database,
            objects=objects,
            keys=keys,
            clock=office.clock,
            secret_key=SECRET_KEY,
            services=SERVICES,
            service_purposes=SERVICE_PURPOSES,
            house_facts=HOUSE_FACTS,
            audit_key=lambda: AUDIT_KEY,
        )
        app.testing = False
        app.jinja_env.bytecode_cache = COMPILED
        return Viewer(app=app, office=office, objects=objects, keys=keys, folder=tmp_path)

    return make


@pytest.fixture
def viewer(make_viewer: MakeViewer) -> Viewer:
    """The viewer over an office on each of the two databases."""
    return make_viewer()
