"""What a way over the network adds to a register: memory, time-outs, failures, answers that are none, settings."""

import time
from functools import partial
from threading import Event

import pytest
from fixtures_register_asked import DAY, Asked, MakeClient
from fixtures_register_server import RegisterServer
from fixtures_rights import HandClock
from pydantic import ValidationError
from sqlalchemy import update

from calls.errors import UnavailableError
from ledger_link.register.client import PAUSE_S
from ledger_link.register.http_register import HttpRegister
from ledger_link.register.settings import RegisterSettings
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.numbers import undisclosed_among
from storage.database.engine import Database


def test_questions_stand_in_no_address_and_bear_the_token(
    register_server: RegisterServer, make_register_client: MakeClient
) -> None:
    make_register_client().numbers(["+358401000001"])
    assert register_server.asked == [("/v1/numbers", {"numbers": ["+358401000001"]})]
    with pytest.raises(UnavailableError):
        make_register_client(token="wrong").numbers(["+358401000001"])  # noqa: S106


def test_an_answer_is_used_again_for_a_while(register_server: RegisterServer, make_register_client: MakeClient) -> None:
    clock = HandClock()
    client = make_register_client(clock=clock)
    client.numbers(["+358401000001", "+358401000999"])
    clock.advance(seconds=59)
    client.numbers(["+358401000001", "+358401000002", "+358401000999"])  # one unknown number is an answer too
    assert [question["numbers"] for _, question in register_server.asked] == [
        ["+358401000001", "+358401000999"],
        ["+358401000002"],
    ]
    clock.advance(seconds=2)
    client.numbers(["+358401000001"])
    assert len(register_server.asked) == 3


def test_the_memory_is_bounded(
    register_server: RegisterServer, make_register_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger_link.register.client.CACHED_AT_MOST", 2)
    client = make_register_client()
    for number in ("+358401000001", "+358401000002", "+358401000004", "+358401000001"):
        client.numbers([number])
    assert len(register_server.asked) == 4


def test_whom_the_register_forgot_is_still_a_name(
    database: Database, register_server: RegisterServer, make_register_client: MakeClient
) -> None:
    asked = Asked(database, partial(HttpRegister, client=make_register_client(cache_s=0)))
    linked = asked.link("+358401000001").persons[0]
    with register_server.database.begin() as session:
        session.execute(update(PersonRow).where(PersonRow.person_no == "P-0001").values(person_no="P-9999"))
    with database.begin() as session:
        card = asked.register(session).card_of(linked.id, on=DAY)
    assert (card.name, card.numbers, card.leases) == ("Aino Virtanen", (), ())


def test_a_name_and_a_turvakielto_are_those_of_now(
    database: Database, register_server: RegisterServer, make_register_client: MakeClient
) -> None:
    asked = Asked(database, partial(HttpRegister, client=make_register_client(cache_s=0)))
    asked.link("+358401000001")
    with register_server.database.begin() as session:
        session.execute(
            update(PersonRow).where(PersonRow.person_no == "P-0001").values(surname="Salainen", non_disclosure=True)
        )
    link = asked.link("+358401000001")
    assert (link.persons[0].name, link.non_disclosure) == ("Aino Salainen", True)
    with database.read() as session:
        assert undisclosed_among(session, {"+358401000001"}) == {"+358401000001"}


def test_a_gateway_that_fails_once_is_asked_again(
    register_server: RegisterServer, make_register_client: MakeClient
) -> None:
    register_server.statuses = [503]
    assert make_register_client().numbers(["+358401000001"])["+358401000001"].holders
    assert len(register_server.asked) == 2


@pytest.mark.parametrize("statuses", [[502, 504], [500], [404], [302]])
def test_other_failures_are_told_and_nobody_waits_again_at_once(
    register_server: RegisterServer, make_register_client: MakeClient, statuses: list[int]
) -> None:
    clock = HandClock()
    client = make_register_client(clock=clock)
    register_server.statuses = list(statuses)
    for _ in range(2):
        with pytest.raises(UnavailableError, match=r"http://127\.0\.0\.1:\d+: the customer register"):
            client.numbers(["+358401000001"])
    assert len(register_server.asked) == len(statuses)
    clock.advance(seconds=PAUSE_S)
    assert client.numbers(["+358401000001"])["+358401000001"].holders


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"numbers": {"0401000001": {}}}',
        b'{"numbers": {"+358401000001": {"holders": [{"person": {"person_no": "131052-308T"}}]}}}',
        (
            b'{"numbers":{"+358401000001":{"holders":[{"person":{"person_no":"131052-308T","first_names":"A","call_name":"A",'
            b'"surname":"B","non_disclosure":false}}]}}}'
        ),
        b"x" * (9 * 2**20),
    ],
)
def test_an_answer_that_is_none_is_not_believed_nor_repeated(
    register_server: RegisterServer, make_register_client: MakeClient, body: bytes
) -> None:
    register_server.body = body
    with pytest.raises(UnavailableError) as error:
        make_register_client().numbers(["+358401000001"])
    told = f"{error.value}{error.value.__cause__}{error.value.__context__ if error.value.__cause__ else ''}"
    assert "131052" not in told
    assert "0401000001" not in told


@pytest.mark.parametrize("way", ["silent", "slow"])
def test_nobody_waits_longer_than_he_said(
    register_server: RegisterServer, make_register_client: MakeClient, way: str
) -> None:
    class Monotonic(HandClock):
        def monotonic(self) -> float:
            return time.monotonic()

    register_server.stall, register_server.drip = (Event(), False) if way == "silent" else (None, True)
    client = make_register_client(timeout_s=0.3, clock=Monotonic())
    with pytest.raises(UnavailableError, match="does not answer"):
        client.numbers(["+358401000001"])
    assert len(register_server.asked) == 1  # a time-out is not tried again


@pytest.mark.parametrize(
    "given",
    [
        {"source": "http"},
        {"source": "http", "url": "http://register.example"},
        {"source": "http", "url": "https://user:secret@register.example"},
        {"source": "http", "url": "https://register.example/?token=1"},
        {"timeout_ms": 5},
        {"source": "ftp"},
    ],
)
def test_settings_that_would_ask_in_the_open_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RegisterSettings.model_validate(given)


def test_settings_of_a_register_on_loopback_may_be_plain() -> None:
    for url in ("http://127.0.0.1:9000/v1", "http://localhost:9000", "https://register.example/v1"):
        assert RegisterSettings.model_validate({"source": "http", "url": url}).url is not None
