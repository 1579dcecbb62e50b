"""The registrar: digest authentication, one's own address only, an end to guessing; UDP and TCP."""

import secrets
import socket

import pytest
from fixtures_edge import AGENTS, DOMAIN, PASSWORDS, Edge, Peer, challenge_of, register, register_request, subscribers

from capture.edge.directory import publish
from softphones.sip_message import SipWireMessage


class StreamPeer(Peer):
    """A stand-in that speaks SIP over TCP."""

    def send(self, data: bytes) -> None:
        with socket.create_connection(self.edge, timeout=10, source_address=(self.address, 0)) as stream:
            stream.sendall(data.replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP"))
            answer = stream.recv(65535)
        parsed = SipWireMessage.parse(answer)
        assert parsed is not None
        self.received.append(parsed)


@pytest.fixture(params=[Peer, StreamPeer], ids=["udp", "tcp"])
def phone(request: pytest.FixtureRequest, edge: Edge) -> Peer:
    """A phone at an address of its own: failures of other tests do not count against it."""
    kind: type[Peer] = request.param
    address = f"127.10.{secrets.randbelow(200)}.{secrets.randbelow(200) + 2}"
    edge.phones.append(kind(address=address, edge=edge.world))
    return edge.phones[-1]


def test_without_credentials_one_is_asked_for_them(phone: Peer) -> None:
    answer = phone.ask(register_request(phone, "sanna"))
    assert answer.status == 401
    assert f'realm="{DOMAIN}"' in answer.header("WWW-Authenticate")


def test_right_password_registers_and_unregisters(edge: Edge, phone: Peer) -> None:
    answer = register(phone, "sanna")
    assert answer.status == 200
    assert f"<sip:peer@{phone.address}:{phone.port}>" in answer.header("Contact")
    assert "sanna" in edge.control.registered_users()
    assert register(phone, "sanna", expires_s=0).status == 200
    assert "sanna" not in edge.control.registered_users()


def test_registration_lasts_no_longer_than_the_setting(edge: Edge, phone: Peer) -> None:
    answer = register(phone, "sanna", expires_s=86400)
    assert f"expires={edge.settings.register_expires_s}" in answer.header("Contact")
    register(phone, "sanna", expires_s=0)


@pytest.mark.parametrize(
    ("user", "login", "password"),
    [
        ("sanna", "sanna", "wrong"),
        ("sanna", "sanna", ""),
        ("nobody", "nobody", "x"),
        # another's address of record, with one's own right password
        ("sanna", "mikko", PASSWORDS["mikko"]),
        ("nobody", "mikko", PASSWORDS["mikko"]),
        ("sanna", "sanna' OR '1'='1", "x"),
    ],
)
def test_wrong_credentials_are_refused_alike(edge: Edge, phone: Peer, user: str, login: str, password: str) -> None:
    challenge = challenge_of(phone, user)
    answer = phone.ask(register_request(phone, user, challenge=challenge, login=login, password=password))
    assert answer.status == 401
    assert answer.header("WWW-Authenticate")
    assert edge.control.registered_users().isdisjoint({"sanna", "nobody"})


@pytest.mark.parametrize("user", ["x" * 65, "%27", "a'--", "a!b"])
def test_user_that_can_be_none_is_not_found(phone: Peer, user: str) -> None:
    challenge = challenge_of(phone, "sanna")
    assert phone.ask(register_request(phone, user, challenge=challenge, password="x")).status == 404  # noqa: S106


@pytest.mark.parametrize("user", ["a' OR '1'='1", "a b", "", "a>b", '"'])
def test_user_that_is_no_sip_is_not_even_answered(edge: Edge, user: str) -> None:
    phone = edge.peer(address="127.0.0.65")
    phone.send(register_request(phone, user))
    assert edge.is_here()
    assert "sanna" not in edge.control.registered_users()


def test_answer_to_an_old_or_foreign_challenge_is_refused(phone: Peer) -> None:
    forged = f'Digest realm="{DOMAIN}", nonce="{"0" * 40}"'
    password = PASSWORDS["sanna"]
    answer = phone.ask(register_request(phone, "sanna", challenge=forged, password=password))
    assert answer.status == 401
    other_realm = challenge_of(phone, "sanna").replace(DOMAIN, "elsewhere.test")
    assert phone.ask(register_request(phone, "sanna", challenge=other_realm, password=password)).status == 401


def test_ten_failures_and_the_address_has_to_wait(edge: Edge) -> None:
    guesser = edge.peer(address="127.0.0.66")
    for _ in range(10):
        challenge = challenge_of(guesser, "sanna")
        assert challenge
        assert guesser.ask(register_request(guesser, "sanna", challenge=challenge, password="guess")).status == 401  # noqa: S106
    # the right password is no help either, or guessing would still tell right from wrong
    answer = guesser.ask(register_request(guesser, "sanna"))
    assert (answer.status, answer.header("Retry-After")) == (503, "60")
    answer = guesser.ask(register_request(guesser, "sanna", challenge=challenge, password=PASSWORDS["sanna"]))
    assert answer.status == 503
    bystander = edge.peer(address="127.0.0.67")
    assert register(bystander, "mikko").status == 200
    register(bystander, "mikko", expires_s=0)


def test_asking_for_a_challenge_is_no_failure(edge: Edge) -> None:
    phone = edge.peer(address="127.0.0.68")
    for _ in range(15):
        assert challenge_of(phone, "sanna")
    assert register(phone, "sanna").status == 200
    register(phone, "sanna", expires_s=0)


def test_agent_taken_out_of_the_directory_registers_no_more(edge: Edge) -> None:
    phone = edge.peer(address="127.0.0.69")
    rows = list(subscribers())
    publish(edge.files.directory, [row for row in rows if row.sip_user != "sanna"])
    try:
        challenge = challenge_of(phone, "sanna")
        answer = phone.ask(register_request(phone, "sanna", challenge=challenge, password=PASSWORDS["sanna"]))
        assert answer.status == 401
        assert register(phone, "mikko").status == 200, "the others are still there"
        register(phone, "mikko", expires_s=0)
    finally:
        publish(edge.files.directory, rows)
    assert register(phone, "sanna").status == 200
    register(phone, "sanna", expires_s=0)


def test_directory_holds_no_password_and_is_private(edge: Edge) -> None:
    content = edge.files.directory.read_bytes()
    assert not any(PASSWORDS[user].encode() in content for user in AGENTS)
    assert edge.files.directory.stat().st_mode & 0o077 == 0
