"""Streams of calls as gunicorn serves them, over TLS: they starve nobody, and give their threads back at once."""

import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fixtures_browser import serving, viewer_environment, write_certificate
from fixtures_rights import GOOD_PASSWORD, OWN_CALLS, added_account
from fixtures_waiting import until

from rights.identity.accounts import set_password
from softphones.ports import free_ports
from storage.agents import add_agent
from tallenne.house import House
from tallenne.installing import install

AGENTS = ("sanna", "mikko", "elina")
STREAMS = 2
DEADLINE_S = 60


@dataclass(frozen=True)
class Server:
    """A viewer of one process with one thread for pages and few for streams."""

    house: House
    address: str
    trusting: ssl.SSLContext

    def client(self, login: str) -> httpx.Client:
        """Give the browser of an agent who has logged in; every one has connections of his own."""
        client = httpx.Client(base_url=self.address, verify=self.trusting, timeout=DEADLINE_S)
        found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/log-in").text)
        assert found is not None
        form = {"csrf_token": found[1], "login": login, "password": GOOD_PASSWORD}
        assert client.post("/log-in", data=form).status_code == httpx.codes.SEE_OTHER
        return client


@pytest.fixture
def running(_catalogues: None) -> Iterator[ExitStack]:
    """What ends the server; a test may end it itself."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def server(running: ExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    certificate, key = write_certificate(tmp_path)
    port = free_ports()
    environment = viewer_environment(
        port, certificate, key, TALLENNE_WEB__THREADS="1", TALLENNE_WEB__RINGING_STREAMS=str(STREAMS)
    )
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    install(tmp_path)
    house = House(tmp_path)
    with house.database.begin() as session:
        for user in AGENTS:
            agent = add_agent(session, name=user, sip_user=user, domain="x.test", groups=(), clock=house.clock)
            tasks = (*OWN_CALLS,)
            link = added_account(
                session, name=user, login=user, tasks=tasks, agent_id=agent.agent_id, clock=house.clock
            )
            set_password(session, token=link.token, password=GOOD_PASSWORD, clock=house.clock)
    house.database.dispose()
    running.enter_context(serving(tmp_path, environment, f"https://127.0.0.1:{port}", certificate))
    trusting = ssl.create_default_context(cafile=str(certificate))
    return Server(house, f"https://127.0.0.1:{port}", trusting)


def opened(client: httpx.Client, stack: ExitStack) -> int:
    """Open a stream until the stack lets it go; give its status."""
    answer = stack.enter_context(client.stream("GET", "/ringing/stream"))
    if answer.status_code == httpx.codes.OK:
        texts = stack.enter_context(nullcontext(answer.iter_text()))  # kept till then: what is forgotten is closed
        assert next(texts)
    return answer.status_code


def test_pages_are_served_while_every_stream_is_taken(server: Server) -> None:
    clients = [server.client(login) for login in AGENTS]
    with ExitStack() as held:
        assert [opened(client, held) for client in clients] == [200, 200, 503]
        for client in clients:
            for _ in range(3):
                assert client.get("/calls").status_code == httpx.codes.OK
    for client in clients:
        client.close()


def is_taken_in(server: Server, login: str) -> bool:
    """Tell whether there is a place for one more."""
    with closing(server.client(login)) as client, ExitStack() as held:
        return opened(client, held) == httpx.codes.OK


def test_a_browser_that_has_left_gives_its_place_back_at_once(server: Server) -> None:
    with closing(server.client("mikko")) as stays, ExitStack() as held:
        assert opened(stays, held) == httpx.codes.OK
        for _ in range(3):
            with closing(server.client("sanna")) as leaves, ExitStack() as left:
                until(lambda: opened(leaves, left) == httpx.codes.OK, what="the place that elina left is free")
                assert not is_taken_in(server, "elina")
            # far less than the half minute for which a stream lasts
            until(lambda: is_taken_in(server, "elina"), what="the place is free", timeout_s=20)


def test_a_server_that_ends_does_not_wait_for_its_streams(server: Server, running: ExitStack) -> None:
    clients = [server.client(login) for login in AGENTS[:STREAMS]]
    ended = threading.Barrier(STREAMS + 1, timeout=DEADLINE_S)

    def watch(client: httpx.Client) -> None:
        with client.stream("GET", "/ringing/stream") as answer:
            texts = answer.iter_text()
            assert next(texts)
            ended.wait()
            for _ in texts:
                continue  # to its end, which is in order: a stream that was cut off would raise
        ended.wait()

    threads = [threading.Thread(target=watch, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    ended.wait()
    running.close()  # SIGTERM; it asserts that the process leaves with 0 in time
    ended.wait()
    for thread in threads:
        thread.join(timeout=DEADLINE_S)
    for client in clients:
        client.close()
    log = (server.house.home / "web.log").read_text(encoding="utf-8")
    assert "rule=/ringing/stream status=200" in log
    assert "Traceback" not in log
