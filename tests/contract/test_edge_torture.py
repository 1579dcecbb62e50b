"""Torture messages (RFC 4475, RFC 5118, and ones made here): the edge goes on, and no worker sees what is malformed."""

import random
from pathlib import Path

import pytest
from fixtures_edge import SERVICE, Edge

from softphones.sip_message import SipWireMessage

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
MADE = 400


def made_messages(edge: Edge) -> list[bytes]:
    """Damage a good INVITE in every way that a seed gives: cut, flipped, doubled, with headers made long or odd."""
    dice = random.Random(20261122)  # noqa: S311 (the same messages every time)
    messages = []
    for _ in range(MADE):
        data = bytearray(edge.invite())
        for _ in range(dice.randint(1, 6)):
            at = dice.randrange(len(data))
            match dice.randrange(6):
                case 0:
                    data[at] = dice.randrange(256)
                case 1:
                    del data[at : at + dice.randint(1, 40)]
                case 2:
                    data[at:at] = bytes(dice.randrange(256) for _ in range(dice.randint(1, 20)))
                case 3:
                    data[at:at] = data[at : at + dice.randint(1, 80)]
                case 4:
                    data[at:at] = dice.choice([b"\r\n", b"\r\n\r\n", b"\0", b'"', b"<", b">", b";", b":", b"%00", b","])
                case _:
                    data[at:at] = dice.choice([b"9" * 30, b"a" * 300, b"[" * 50, b"(" * 60, b"-1", b"\xff\xfe"])
        messages.append(bytes(data))
    return messages


def known_messages() -> list[bytes]:
    """Give the RFCs' own messages where the folder is there; they are no part of this repository."""
    return [path.read_bytes() for path in sorted(CORPORA.glob("rfc*/*"))]


def as_if_for_us(data: bytes, edge: Edge) -> bytes:
    """Address a message to a service of ours, so that it goes as far as it can."""
    first, end, rest = data.partition(b"\r\n")
    words = first.split(b" ")
    if len(words) == 3 and words[0] == b"INVITE":
        words[1] = f"sip:{SERVICE}@127.0.0.1:{edge.world[1]}".encode()
    return b" ".join(words) + end + rest


@pytest.mark.parametrize("kind", ["made", "known", "known, for us"])
def test_edge_outlives_it_and_no_worker_sees_it(edge: Edge, kind: str) -> None:
    for worker in edge.workers:
        worker.answer = 480  # nobody would end the calls that come of it
    messages = made_messages(edge) if kind == "made" else known_messages()
    for number, data in enumerate(messages):
        edge.trunk.send(as_if_for_us(data, edge) if kind.endswith("for us") else data)
        if number % 50 == 0:
            assert edge.is_here()
    assert edge.is_here()
    seen = [raw for worker in edge.workers for raw in worker.raw]
    for raw in seen:
        assert_well_formed(raw)
    assert kind != "made" or any(raw.startswith(b"INVITE ") for raw in seen), "some damage does no harm"
    edge.wait_until_idle()


def assert_well_formed(raw: bytes) -> None:
    """Say what every message to a worker has, whatever the world sent."""
    head, _, body = raw.partition(b"\r\n\r\n")
    message = SipWireMessage.parse(raw)
    assert message is not None, raw
    if message.status is not None:
        return
    assert message.start_line.count(" ") == 2, head
    assert message.start_line.endswith(" SIP/2.0"), head
    for name in ("Via", "From", "To", "Call-ID", "CSeq"):
        assert message.header(name), (name, head)
    assert message.header("CSeq").split()[1] == message.start_line.split()[0], head
    assert int(message.header("Content-Length") or message.header("l") or 0) == len(body), head
    assert len(raw) <= 8192
    if message.method == "INVITE":
        assert message.start_line.split()[1].startswith(f"sip:{SERVICE}@"), head
        assert b"\0" not in body
        connections = [line for line in body.replace(b"\r", b"\n").split(b"\n") if line.startswith(b"c=")]
        assert connections, body
        assert all(line.startswith(b"c=IN IP4 ") and len(line) <= 24 for line in connections), connections
