"""The bytes of audio that leave are the ranges that are logged: over the application, and over a real connection."""

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import httpx
import pytest
from fixtures_browser import serving, viewer_environment, write_certificate
from fixtures_ranges import RangeRequest, range_requests
from fixtures_rights import ALL_CALLS, AUDIO, GOOD_PASSWORD, Office, added_account, keep_audio, speech
from fixtures_waiting import until
from fixtures_web import Browser, Viewer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from rights.audit.trail import Action
from rights.identity.accounts import set_password
from rights.listening.listening import STEP_BYTES
from rights.tables import AuditRow
from softphones.ports import free_ports
from storage.database.engine import Database
from tallenne.house import House
from tallenne.installing import install

SIZE = len(speech())
IN_FLIGHT_BYTES = 8 * STEP_BYTES  # the piece in work, the kernel's buffers at both ends (it doubles ours), and TLS


def logged(database: Database) -> list[tuple[int, int]]:
    with database.read() as session:
        rows = session.execute(
            select(AuditRow.first_byte, AuditRow.stop_byte)
            .where(AuditRow.action == Action.LISTENED)
            .order_by(AuditRow.id)
        )
        return [(first, stop) for first, stop in rows if first is not None and stop is not None]


@given(asked=st.lists(range_requests(SIZE), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_that_left_are_the_ranges_logged(
    listening: tuple[Viewer, Browser, str], asked: list[RangeRequest]
) -> None:
    """Whatever is asked for, in whatever order, and however soon the listener goes away."""
    viewer, browser, address = listening
    before = len(logged(viewer.office.database))
    left: list[tuple[int, int]] = []
    for one in asked:
        answer = browser.get(address, headers=one.headers)
        at = one.start
        for piece in islice(answer.iter_encoded(), one.pieces):
            assert piece == speech()[at : at + len(piece)]
            left.append((at, at + len(piece)))
            at += len(piece)
        answer.close()
        if one.pieces is None:
            assert at - one.start == answer.content_length
    assert logged(viewer.office.database)[before:] == left
    assert all(stop - first <= STEP_BYTES for first, stop in left)


@pytest.fixture
def listening(viewer: Viewer) -> tuple[Viewer, Browser, str]:
    call_id, trainer = viewer.spoken_call(), viewer.trainer()
    answer = trainer.post_json(f"/api/calls/{call_id}/listenings", {"purpose": "verify"})
    return viewer, trainer, str(answer.get_json()["audio"])


@pytest.fixture
def served(
    _catalogues: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[House, httpx.Client, str]]:
    """A viewer in a process of its own, a listener whose system takes little at a time, and a call's audio."""
    certificate, key = write_certificate(tmp_path)
    port = free_ports()
    environment = viewer_environment(port, certificate, key)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    install(tmp_path)
    house = House(tmp_path)
    house.objects.prepare()
    call_id = Office(house.database, house.clock).add_call(agent_id=None)  # type: ignore[arg-type]
    keep_audio(house.database, call_id, objects=house.objects, keys=house.keys, folder=tmp_path)
    with house.database.begin() as session:
        link = added_account(session, name="tiina", login="tiina", tasks=ALL_CALLS, agent_id=None, clock=house.clock)
        set_password(session, token=link.token, password=GOOD_PASSWORD, clock=house.clock)
    trusting = ssl.create_default_context(cafile=str(certificate))
    small = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)]
    with ExitStack() as stack:
        stack.enter_context(serving(tmp_path, environment, f"https://127.0.0.1:{port}", certificate))
        client = stack.enter_context(
            httpx.Client(
                base_url=f"https://127.0.0.1:{port}",
                transport=httpx.HTTPTransport(verify=trusting, socket_options=small),
                timeout=20,
            )
        )
        form = {"csrf_token": token_in(client.get("/log-in")), "login": "tiina", "password": GOOD_PASSWORD}
        assert client.post("/log-in", data=form).status_code == httpx.codes.SEE_OTHER
        stated = client.post(
            f"/api/calls/{call_id}/listenings",
            json={"purpose": "verify"},
            headers={"X-CSRFToken": token_in(client.get(f"/calls/{call_id}")), "Referer": str(client.base_url)},
        )
        yield house, client, stated.raise_for_status().json()["audio"]
        house.database.dispose()


def token_in(answer: httpx.Response) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', answer.text)
    assert found is not None, answer
    return found[1]


def test_over_a_connection_little_more_is_logged_than_arrived(served: tuple[House, httpx.Client, str]) -> None:
    house, client, address = served
    with client.stream("GET", address) as answer:
        received = b""
        for part in answer.iter_raw():
            received += part
            if len(received) >= 2 * STEP_BYTES:
                break
    assert AUDIO.startswith(received)
    broken_off = covered(house)
    assert len(received) <= broken_off <= len(received) + IN_FLIGHT_BYTES
    assert client.get(address, headers={"Range": "bytes=-10"}).content == AUDIO[-10:]
    until(lambda: (len(AUDIO) - 10, len(AUDIO)) in logged(house.database), what="the last range is logged")
    assert covered(house) - 10 <= len(received) + IN_FLIGHT_BYTES < len(AUDIO) // 2


def covered(house: House) -> int:
    return sum(stop - first for first, stop in logged(house.database))
