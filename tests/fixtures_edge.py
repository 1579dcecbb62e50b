"""The real edge on free ports of loopback, with stand-ins around it: workers, a trunk, phones.

A stand-in is one UDP socket that notes what it gets and answers as the test says. It is deliberately dumb: what it
sends need not be right, and what it gets is looked at byte by byte.
"""

import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from capture.edge.configuration import EdgeFiles, edge_files
from capture.edge.control import EdgeControl
from capture.edge.directory import Subscriber, publish
from capture.edge.process import prepare_edge
from capture.settings import CaptureSettings, EdgeSettings, GroupSettings, RingStrategy, ServiceSettings
from softphones import digest
from softphones.ports import free_ports
from softphones.program import Program
from softphones.sip_message import SipWireMessage, uri_of
from storage.agents import digest_ha1

DEADLINE_S = 10.0
DOMAIN = "tallenne.test"
SERVICE = "+358102001000"
ALIAS = "0102001000"
OFFER = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
)
AGENTS = ("sanna", "mikko", "elina")
PASSWORDS = {user: f"secret of {user}" for user in AGENTS}
GROUPS = (
    GroupSettings(name="everybody", ring_timeout_s=20),
    GroupSettings(name="in-order", strategy=RingStrategy.ORDER, member_timeout_s=1, ring_timeout_s=20),
    GroupSettings(name="nobody", ring_timeout_s=20),
)
RUN_EDGE = """
import sys
from pathlib import Path
from capture.edge.configuration import edge_files
from capture.edge.process import run_edge
from capture.settings import EdgeSettings
home = Path(sys.argv[1])
run_edge(EdgeSettings.model_validate_json(sys.argv[2]), edge_files(home=home, run_folder=home / "run"))
"""

Respond = Callable[[SipWireMessage], Iterable[SipWireMessage]]


def message(
    start_line: str, headers: Iterable[tuple[str, str]], body: bytes = b"", *, content_type: str = "application/sdp"
) -> bytes:
    """Put a message together as told, right or wrong."""
    lines = [start_line, *(f"{name}: {value}" for name, value in headers)]
    if body:
        lines.append(f"Content-Type: {content_type}")
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def ok(request: SipWireMessage, *, status: int = 200, to_tag: str = "", **headers: str) -> SipWireMessage:
    """Respond to a request; headers by name, with underscores for hyphens."""
    response = request.response(status, "Because", to_tag=to_tag)
    response.headers += [(name.replace("_", "-"), value) for name, value in headers.items()]
    return response


class Peer:
    """A stand-in: one socket and the thread that listens to it."""

    def __init__(self, *, address: str = "127.0.0.1", port: int = 0, edge: tuple[str, int]) -> None:
        self.edge = edge
        self.received: list[SipWireMessage] = []
        self.raw: list[bytes] = []
        self.respond: Respond = lambda _: ()
        self._news = threading.Condition()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, port))
        self.address, self.port = self._socket.getsockname()
        self._is_closing = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._is_closing = True
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", (self.address, self.port))
        self._thread.join()
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendto(data, self.edge)

    def forget(self) -> None:
        with self._news:
            self.received.clear()
            self.raw.clear()

    def wait_for(self, wanted: Callable[[SipWireMessage], bool], what: str) -> SipWireMessage:
        """Give the first message of a kind, from what came already or what comes in time."""
        with self._news:
            deadline = time.monotonic() + DEADLINE_S
            while True:
                for one in self.received:
                    if wanted(one):
                        return one
                left_s = deadline - time.monotonic()
                assert left_s > 0, f"{what} did not come; came: {[one.start_line for one in self.received]}"
                self._news.wait(left_s)

    def wait_for_count(self, wanted: Callable[[SipWireMessage], bool], count: int, what: str) -> None:
        """Wait until so many messages of a kind are there."""
        with self._news:
            came = self._news.wait_for(lambda: sum(map(wanted, self.received)) >= count, DEADLINE_S)
        assert came, f"{count} times {what}; came: {[one.start_line for one in self.received]}"

    def requests(self, method: str) -> list[SipWireMessage]:
        with self._news:
            return [one for one in self.received if one.status is None and one.method == method]

    def headers(self, method: str, call_id: str, *, to: str, cseq: int = 1, from_: str = "") -> list[tuple[str, str]]:
        """The headers that every request has."""
        return [
            ("Via", f"SIP/2.0/UDP {self.address}:{self.port};branch=z9hG4bK{secrets.token_hex(8)};rport"),
            ("Max-Forwards", "70"),
            ("From", from_ or f"<sip:+358401000001@{self.address}>;tag={call_id[:6]}"),
            ("To", to),
            ("Call-ID", call_id),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", f"<sip:peer@{self.address}:{self.port}>"),
        ]

    def ask(self, data: bytes) -> SipWireMessage:
        """Send a request and give its final response."""
        sent = SipWireMessage.parse(data)
        assert sent is not None
        self.send(data)
        return self.final(sent.call_id, sent.header("CSeq"))

    def final(self, call_id: str, cseq: str) -> SipWireMessage:
        return self.wait_for(
            lambda one: (one.status or 0) >= 200 and (one.call_id, one.header("CSeq")) == (call_id, cseq),
            f"a final response to {cseq}",
        )

    def _listen(self) -> None:
        while True:
            data, source = self._socket.recvfrom(65535)
            if self._is_closing:
                return
            parsed = SipWireMessage.parse(data)
            with self._news:
                self.raw.append(data)
                if parsed is not None:
                    self.received.append(parsed)
                self._news.notify_all()
            if parsed is not None and parsed.status is None:
                for response in self.respond(parsed):
                    self._socket.sendto(bytes(response), source)


class Worker(Peer):
    """A stand-in for a capture worker: lives (OPTIONS), and answers INVITE as ``answer`` says; None is silence."""

    answer: int | None = 200

    def __init__(self, *, port: int, edge: tuple[str, int]) -> None:
        super().__init__(port=port, edge=edge)
        self.respond = self._as_told

    def _as_told(self, request: SipWireMessage) -> list[SipWireMessage]:
        if request.method in {"OPTIONS", "BYE", "CANCEL"}:
            return [ok(request)]
        if request.method != "INVITE" or self.answer is None:
            return []
        if self.answer >= 300:
            return [ok(request, status=self.answer, to_tag="worker")]
        accepted = ok(request, to_tag="worker", Contact=f"<sip:w@{self.address}:{self.port}>")
        accepted.body = OFFER
        return [ok(request, status=100), accepted]


@dataclass
class Dialog:
    """A call that a peer placed and that was answered."""

    peer: Peer
    invite: SipWireMessage
    answer: SipWireMessage
    cseq: int = 1

    def request(self, method: str, body: bytes = b"", **values: str) -> bytes:
        if method != "ACK":
            self.cseq += 1
        headers = self.peer.headers(
            method, self.invite.call_id, to=self.answer.header("To"), cseq=self.cseq, from_=self.invite.header("From")
        )
        routes = [("Route", route) for route in reversed(self.answer.all_headers("Record-Route"))]
        more = [(name.replace("_", "-"), value) for name, value in values.items()]
        return message(f"{method} {uri_of(self.answer.header('Contact'))} SIP/2.0", [*headers, *routes, *more], body)

    def ack(self) -> None:
        self.peer.send(self.request("ACK"))

    def hang_up(self) -> None:
        assert self.peer.ask(self.request("BYE")).status == 200


@dataclass
class Edge:
    """The running edge and those around it."""

    settings: EdgeSettings
    capture: CaptureSettings
    files: EdgeFiles
    workers: list[Worker]
    trunk: Peer
    log: Path
    phones: list[Peer] = field(default_factory=list)

    @property
    def world(self) -> tuple[str, int]:
        return "127.0.0.1", self.settings.sip_port

    @property
    def inside(self) -> tuple[str, int]:
        return "127.0.0.1", self.settings.internal_port

    @property
    def control(self) -> EdgeControl:
        return EdgeControl(self.files.control_socket)

    def close(self) -> None:
        """Close the stand-ins around it."""
        for peer in (*self.workers, self.trunk, *self.phones):
            peer.close()

    def peer(self, *, address: str = "127.0.0.1") -> Peer:
        """Make one more stand-in in the world; it is closed after the test."""
        self.phones.append(Peer(address=address, edge=self.world))
        return self.phones[-1]

    def invite(
        self,
        *more: tuple[str, str],
        user: str = SERVICE,
        body: bytes = OFFER.encode(),
        content_type: str = "application/sdp",
        peer: Peer | None = None,
    ) -> bytes:
        """Put a customer's INVITE together."""
        peer = peer or self.trunk
        uri = f"sip:{user}@{self.world[0]}:{self.world[1]}"
        headers = peer.headers("INVITE", secrets.token_hex(8), to=f"<{uri}>")
        return message(f"INVITE {uri} SIP/2.0", [*headers, *more], body, content_type=content_type)

    def call(self, *more: tuple[str, str], user: str = SERVICE) -> Dialog:
        """Place a call that is answered; the caller has to hang up."""
        data = self.invite(*more, user=user)
        invite, answer = SipWireMessage.parse(data), self.trunk.ask(data)
        assert invite is not None
        assert answer.status == 200, answer.start_line
        dialog = Dialog(self.trunk, invite, answer)
        dialog.ack()
        return dialog

    def invites_at_workers(self) -> list[SipWireMessage]:
        return [invite for worker in self.workers for invite in worker.requests("INVITE")]

    def is_here(self) -> bool:
        """Tell whether the edge still answers, to a peer of its own."""
        with Peer(edge=self.world) as asker:
            headers = asker.headers("OPTIONS", secrets.token_hex(8), to=f"<sip:{DOMAIN}>")
            return asker.ask(message(f"OPTIONS sip:{DOMAIN} SIP/2.0", headers)).status == 200

    def active_workers(self) -> int:
        """Count the workers that the dispatcher would send a call to."""
        return sum(one["FLAGS"].startswith("A") for one in self._targets())

    def loads(self) -> dict[str, int]:
        """Tell how many calls the edge believes each worker to have."""
        return {one["ATTRS"]["DUID"]: one["RUNTIME"]["DLGLOAD"] for one in self._targets()}

    def wait_until_idle(self) -> None:
        """Wait for what is under way, such as giving a worker up after 1.5 s, and until all are there again."""
        deadline = time.monotonic() + DEADLINE_S
        while any(self.loads().values()) or self.active_workers() != len(self.workers):
            assert time.monotonic() < deadline, (self.loads(), self.active_workers())
            time.sleep(0.05)

    def _targets(self) -> list[dict[str, Any]]:
        sets = self.control.request("dispatcher.list")["RECORDS"]
        return [target["DEST"] for one in sets for target in one["SET"]["TARGETS"]]


def register_request(
    peer: Peer, user: str, *, challenge: str = "", password: str = "", login: str | None = None, **more: str
) -> bytes:
    """Put a REGISTER together; with a challenge, it carries credentials."""
    headers = peer.headers(
        "REGISTER", f"{user}-{secrets.token_hex(4)}", to=f"<sip:{user}@{DOMAIN}>", from_=f"<sip:{user}@{DOMAIN}>;tag=1"
    )
    if challenge:
        value = digest.authorization(
            challenge, user=login or user, password=password, method="REGISTER", uri=f"sip:{DOMAIN}"
        )
        headers.append(("Authorization", value))
    headers += list(more.items())
    return message(f"REGISTER sip:{DOMAIN} SIP/2.0", headers)


def challenge_of(peer: Peer, user: str) -> str:
    return peer.ask(register_request(peer, user)).header("WWW-Authenticate")


def register(peer: Peer, user: str, *, expires_s: int = 300) -> SipWireMessage:
    """Register a peer as an agent's phone, as an honest phone does."""
    challenge = challenge_of(peer, user)
    return peer.ask(register_request(peer, user, challenge=challenge, password=PASSWORDS[user], Expires=str(expires_s)))


def furnish_edge(home: Path) -> Edge:
    """Prepare an edge and the stand-ins around it; nothing runs yet, and the stand-ins have to be closed."""
    first = free_ports(8)
    settings = EdgeSettings(
        sip_port=first,
        internal_port=first + 1,
        domain=DOMAIN,
        trunks=(IPv4Network("127.0.0.1/32"), IPv4Network("127.0.1.0/24")),
        ping_interval_s=1,
        retry_after_s=7,
        shared_memory_mib=32,
    )
    capture = CaptureSettings(workers=2, first_sip_port=first + 2)
    files = edge_files(home=home, run_folder=home / "run")
    publish(files.directory, subscribers())
    inside = ("127.0.0.1", settings.internal_port)
    workers = [Worker(port=capture.first_sip_port + number, edge=inside) for number in range(capture.workers)]
    return Edge(settings, capture, files, workers, Peer(edge=("127.0.0.1", settings.sip_port)), log=home / "log")


@contextmanager
def start(edge: Edge) -> Iterator[Program]:
    """Start the edge as the product does, until it sees its workers; stop it at the end. May be done again."""
    services = (ServiceSettings(number=SERVICE, name="N", group="everybody", disclosures=("d",), aliases=(ALIAS,)),)
    edge.files.control_socket.unlink(missing_ok=True)
    prepare_edge(edge=edge.settings, capture=edge.capture, services=services, groups=GROUPS, files=edge.files)
    home = edge.files.run_folder.parent
    command = [sys.executable, "-c", RUN_EDGE, str(home), edge.settings.model_dump_json()]
    with Program(command, folder=Path(__file__).parents[1], log=edge.log) as kamailio:
        kamailio.wait_for(edge.files.control_socket.exists, what="control socket", timeout_s=DEADLINE_S)
        kamailio.wait_for(lambda: edge.active_workers() == 2, what="living workers", timeout_s=DEADLINE_S)
        yield kamailio


@pytest.fixture(scope="session")
def running_edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    edge = furnish_edge(tmp_path_factory.mktemp("edge"))
    with closing(edge), start(edge):
        yield edge


def subscribers() -> Iterator[Subscriber]:
    for position, user in enumerate(AGENTS):
        ha1 = digest_ha1(sip_user=user, realm=DOMAIN, password=PASSWORDS[user])
        yield Subscriber(sip_user=user, ha1=ha1, groups={"everybody": position, "in-order": position})


@pytest.fixture
def edge(running_edge: Edge) -> Iterator[Edge]:
    """Give the edge with both workers idle and willing, and nothing noted."""
    for worker in running_edge.workers:
        worker.answer, worker.respond = 200, worker._as_told
    running_edge.wait_until_idle()
    for peer in (*running_edge.workers, running_edge.trunk):
        peer.forget()
    yield running_edge
    while running_edge.phones:
        running_edge.phones.pop().close()
