"""How the log-in provider is asked: by TLS whose certificate is checked, where the settings say and nowhere else."""

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from fixtures_browser import write_certificate

from calls.clock import SystemClock
from calls.errors import UnavailableError
from web.log_in_provider import LogInProvider, new_question

COME_BACK = "https://calls.example.net/log-in/provider/return"
NAMES = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@contextmanager
def answering(certificate: tuple[Path, Path], told: Mapping[str, object], *, status: HTTPStatus) -> Iterator[str]:
    """Serve a discovery document by TLS, or send whoever asks for it to the address that it tells; give the issuer."""

    class Discovery(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"issuer": issuer, **told}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if "Location" in told:
                self.send_header("Location", str(told["Location"]))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the signature of its base)
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Discovery) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        issuer = f"https://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield issuer
        server.shutdown()


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    made, key = write_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    return made, key


def ask(issuer: str) -> str:
    """Give the address to which a browser would be sent."""
    provider = LogInProvider(
        issuer=issuer, name="x", client_id="tallenne", client_secret=None, timeout_s=20, clock=SystemClock()
    )
    return provider.address_to_ask(new_question(), come_back=COME_BACK)


def test_a_document_that_leads_on_by_https_is_taken(certificate: tuple[Path, Path]) -> None:
    told = {name: f"https://login.example.net/{name}" for name in NAMES}
    with answering(certificate, told, status=HTTPStatus.OK) as issuer:
        assert ask(issuer).startswith("https://login.example.net/authorization_endpoint?")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("address", ["http://login.example.net/", "javascript:alert(1)", "", None, 7])
def test_a_document_that_leads_on_in_the_clear_is_not(
    certificate: tuple[Path, Path], name: str, address: object
) -> None:
    told = {**{name: f"https://login.example.net/{name}" for name in NAMES}, name: address}
    with (
        answering(certificate, told, status=HTTPStatus.OK) as issuer,
        pytest.raises(UnavailableError, match="names no safe addresses"),
    ):
        ask(issuer)


def test_nobody_is_followed_who_sends_elsewhere(certificate: tuple[Path, Path]) -> None:
    told = {name: f"https://login.example.net/{name}" for name in NAMES}
    with answering(certificate, told, status=HTTPStatus.OK) as there:
        moved = {"Location": f"{there}/.well-known/openid-configuration", **told, "issuer": there}
        with (
            answering(certificate, moved, status=HTTPStatus.TEMPORARY_REDIRECT) as issuer,
            pytest.raises(UnavailableError, match="does not answer"),
        ):
            ask(issuer)


def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    told = {name: f"https://login.example.net/{name}" for name in NAMES}
    with (
        answering(certificate, told, status=HTTPStatus.OK) as issuer,
        pytest.raises(UnavailableError, match="ConnectError"),
    ):
        ask(issuer)
