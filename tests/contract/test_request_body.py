"""What the served viewer does with a body: a large one is refused so that its sender sees it, a slow one is let go.

And with what is no request: one answer, with the headers of all others, and never a second one (request smuggling).
"""

import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPSConnection
from pathlib import Path

import pytest
from fixtures_browser import serving, viewer_environment, write_certificate

from softphones.ports import free_ports
from tallenne.installing import install
from web.request_body import MAX_REFUSED_BYTES, RECEIVE_S
from web.settings import MAX_FORM_BYTES

PATIENCE_S = 30
THREADS = 6
REFUSED = b"HTTP/1.1 413"


@dataclass(frozen=True)
class Door:
    """The viewer's port, with one process behind it: whoever holds it up holds up everybody."""

    port: int
    certificate: Path

    def connection(self) -> HTTPSConnection:
        trusting = ssl.create_default_context(cafile=str(self.certificate))
        return HTTPSConnection("127.0.0.1", self.port, context=trusting, timeout=PATIENCE_S)

    def post(self, body: bytes | Iterable[bytes]) -> tuple[int, str | None]:
        """Give the status, and what is to become of the connection."""
        with closing(self.connection()) as connection:
            connection.request("POST", "/log-in", body=body)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.getheader("Connection")

    def is_open(self) -> bool:
        with closing(self.connection()) as connection:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200

    @contextmanager
    def begun(self, *headers: str) -> Iterator[socket.socket]:
        """Send the head of a form and nothing more."""
        with closing(self.connection()) as connection:
            connection.connect()
            lines = ("POST /log-in HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *headers, "", "")
            connection.sock.sendall("\r\n".join(lines).encode())
            yield connection.sock


@pytest.fixture(scope="module")
def door(_catalogues: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    home = tmp_path_factory.mktemp("door")
    certificate, key = write_certificate(home)
    port = free_ports()
    environment = viewer_environment(port, certificate, key, TALLENNE_WEB__THREADS=str(THREADS))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        install(home)
        with serving(home, environment, f"https://127.0.0.1:{port}", certificate):
            yield Door(port, certificate)


def chunks(size: int) -> Iterator[bytes]:
    for at in range(0, size, 10_000):
        yield b"x" * min(10_000, size - at)


@pytest.mark.parametrize("size", [MAX_FORM_BYTES + 1, 900 * 1024, MAX_REFUSED_BYTES])
def test_a_body_that_is_too_large_is_refused_and_ends_its_connection(door: Door, size: int) -> None:
    assert door.post(b"x" * size) == (413, "close")
    assert door.post(chunks(size)) == (413, "close")


def test_a_body_that_is_not_too_large_is_read(door: Door) -> None:
    assert door.post(b"x" * MAX_FORM_BYTES) == (400, "keep-alive")  # without the token against forgeries
    assert door.post(chunks(MAX_FORM_BYTES)) == (400, "close")


def test_a_client_that_asks_before_it_sends_is_refused_too(door: Door) -> None:
    size = 2 * MAX_FORM_BYTES
    with door.begun(f"Content-Length: {size}", "Expect: 100-continue") as connection:
        received = connection.recv(100)
        assert received == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"x" * size)
        assert connection.recv(len(REFUSED)) == REFUSED


def begin_of_answer(connection: socket.socket) -> bytes | None:
    """Give the first bytes of the answer, none where the connection has ended, None where neither came so far."""
    connection.settimeout(0.05)
    try:
        return connection.recv(len(REFUSED))
    except TimeoutError:
        return None


def test_a_body_without_end_is_cut_off_with_the_same_answer(door: Door) -> None:
    with door.begun("Transfer-Encoding: chunked") as connection:
        connection.sendall(b"%x\r\n" % 2**40)
        deadline = time.monotonic() + PATIENCE_S
        while (began := begin_of_answer(connection)) is None:
            assert time.monotonic() < deadline
            with suppress(OSError):  # from the moment that nobody reads any more
                connection.sendall(b"x" * MAX_REFUSED_BYTES)
    assert began == REFUSED
    assert door.is_open()


def test_the_half_of_a_form_never_reaches_the_application(door: Door) -> None:
    with door.begun("Content-Length: 100") as connection:
        connection.sendall(b"login=tiina")
        socket.socket.shutdown(connection, socket.SHUT_WR)
        with suppress(ssl.SSLError):  # as OpenSSL may call an end in the middle
            assert connection.recv(1) == b""


SLOW = [
    ("Content-Length: 1000000000", b"x" * 100, b"", REFUSED),
    ("Content-Length: 1000000000", b"x" * 100, b"x", REFUSED),
    ("Transfer-Encoding: chunked", b"20000\r\n" + b"x" * 0x11000, b"x", REFUSED),
    ("Transfer-Encoding: chunked", b"1000\r\n", b"x", b""),
    ("Content-Length: 1000", b"login=tiina", b"", b""),
]


def test_bodies_that_do_not_come_are_let_go_and_keep_nobody_waiting(door: Door) -> None:
    with ExitStack() as stack:
        clients = {}
        for header, first, dribble, end in SLOW:
            connection = stack.enter_context(door.begun(header))
            connection.sendall(first)
            clients[connection] = dribble, end
        assert door.is_open()
        assert [begin_of_answer(connection) for connection in clients] == [None] * len(SLOW)
        deadline = time.monotonic() + RECEIVE_S + PATIENCE_S
        while clients:
            assert time.monotonic() < deadline, clients
            assert door.is_open()
            for connection, (dribble, end) in list(clients.items()):
                began = begin_of_answer(connection)
                if began is None:
                    connection.sendall(dribble)
                else:
                    assert began == end
                    del clients[connection]


HIDDEN = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"  # what must not be taken for a request of its own
MALFORMED = {
    "both lengths": (b"POST /log-in HTTP/1.1", [b"Content-Length: 5", b"Transfer-Encoding: chunked"], 400),
    "two lengths": (b"POST /log-in HTTP/1.1", [b"Content-Length: 0", b"Content-Length: 5"], 400),
    "a length with a sign": (b"POST /log-in HTTP/1.1", [b"Content-Length: +5"], 400),
    "a coding that is none": (b"POST /log-in HTTP/1.1", [b"Transfer-Encoding: xchunked"], 501),
    "chunked before another coding": (b"POST /log-in HTTP/1.1", [b"Transfer-Encoding: chunked, gzip"], 400),
    "a blank before the colon": (b"POST /log-in HTTP/1.1", [b"Transfer-Encoding : chunked"], 400),
    "a folded header": (b"POST /log-in HTTP/1.1", [b"X-One: 1", b" Transfer-Encoding: chunked"], 400),
    "chunks before HTTP/1.1": (b"POST /log-in HTTP/1.0", [b"Transfer-Encoding: chunked"], 400),
    "no request line": (b"<script>alert(1)</script>", [], 400),
    "no such version": (b"GET /log-in HTTP/7.7", [], 400),
    "too long an address": (b"GET /" + b"x" * 5000 + b" HTTP/1.1", [], 414),
    "too long a header": (b"GET /log-in HTTP/1.1", [b"X-One: " + b"x" * 9000], 431),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_no_request_gets_one_answer_with_every_header(door: Door, what: str) -> None:
    line, headers, status = MALFORMED[what]
    with closing(door.connection()) as connection:
        connection.connect()
        connection.sock.sendall(b"\r\n".join([line, b"Host: 127.0.0.1", *headers, b"", b""]) + b"0\r\n\r\n" + HIDDEN)
        received = received_to_the_end(connection.sock)
    head, _, body = received.partition(b"\r\n\r\n")
    status_line, *fields = head.decode().splitlines()
    assert status_line.split()[1] == str(status)
    told = dict(field.split(": ", 1) for field in fields)
    assert told["Connection"] == "close"
    assert told["Content-Type"] == "text/plain; charset=utf-8"
    assert told["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["Cache-Control"] == "private, no-store"
    for directive in ("object-src", "base-uri", "frame-ancestors", "default-src"):
        assert f"{directive} 'none'" in told["Content-Security-Policy"]
    assert body.decode() == f"{status_line.partition(' ')[2]}\n"  # nothing of what was sent, and no second answer


PROXYS_OWN = [
    {"SCRIPT_NAME": "/health"},
    {"SCRIPT_NAME": "/elsewhere"},
    {"PATH_INFO": "/log-in"},
    {"X-Forwarded-Proto": "http", "X-Forwarded-Ssl": "on"},
    {"X-Forwarded-Proto": "ftp"},
]


@pytest.mark.parametrize("headers", PROXYS_OWN)
def test_what_only_a_proxy_may_say_is_not_taken_from_a_client(door: Door, headers: dict[str, str]) -> None:
    """gunicorn would believe each of them of whoever comes from loopback, as from a proxy there anybody does."""
    with closing(door.connection()) as connection:
        connection.request("GET", "/health", headers=headers)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b'{"status":"ok"}\n')


def received_to_the_end(connection: socket.socket) -> bytes:
    received = b""
    with suppress(ssl.SSLError, ConnectionResetError):  # as OpenSSL may call the end
        while piece := connection.recv(4096):
            received += piece
    return received
