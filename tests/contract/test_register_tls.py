"""Another register over TLS: its certificate is checked against the authorities of the system."""

import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from fixtures_browser import write_certificate
from fixtures_rights import HandClock

from calls.errors import UnavailableError
from ledger_link.register.client import RegisterClient

TOKEN = "seen by the register alone"  # noqa: S105 (of a register that lives as long as a test)


@contextmanager
def register_over_tls(folder: Path) -> Iterator[tuple[str, Path, list[str | None]]]:
    """Give an address, the certificate that its register shows, and the tokens that were brought to it."""
    brought: list[str | None] = []

    class Register(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            brought.append(self.headers["Authorization"])
            self.send_response(HTTPStatus.NOT_FOUND)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the signature of its base)
            pass

    certificate, key = write_certificate(folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), Register) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}/v1", certificate, brought
        server.shutdown()


def ask(url: str) -> None:
    with (
        closing(RegisterClient(url, token=TOKEN, timeout_s=20, cache_s=0, clock=HandClock())) as client,
        pytest.raises(UnavailableError),
    ):
        client.numbers(["+358401000001"])


def test_the_token_goes_only_to_whom_the_system_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with register_over_tls(tmp_path) as (url, certificate, brought):
        ask(url)
        assert brought == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # as if the house had put it among the system's
        ask(url)
        assert brought == [f"Bearer {TOKEN}"]
