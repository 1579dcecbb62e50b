"""RTP out of a capture, laid on one line of time."""

import struct
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from softphones import g711
from softphones.errors import PhoneError
from softphones.pcap import read_datagrams
from softphones.rtp import RtpPacket, sound_of
from softphones.sound import FRAME_SAMPLES, Samples

BEGIN = datetime(2026, 1, 31, 12, tzinfo=UTC)
LOUD = np.full(FRAME_SAMPLES, 8192, dtype=np.int16)


def packet(number: int, *, timestamp: int = 0xFFFFFF00, ssrc: int = 1, payload_type: int = g711.PCMA) -> RtpPacket:
    return RtpPacket(
        payload_type=payload_type,
        sequence=number & 0xFFFF,
        timestamp=(timestamp + number * FRAME_SAMPLES) & 0xFFFFFFFF,
        ssrc=ssrc,
        payload=g711.encode(LOUD),
    )


def loud_frames(samples: Samples) -> list[bool]:
    return [bool(np.any(frame)) for frame in samples.reshape(-1, FRAME_SAMPLES)]


def capture(datagrams: list[tuple[int, bytes]]) -> bytes:
    data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    for port, payload in datagrams:
        udp = struct.pack("!HHHH", 4000, port, 8 + len(payload), 0) + payload
        frame = bytes(14) + bytes([0x45]) + bytes(19) + udp
        data += struct.pack("<IIII", 1769860800, 500, len(frame), len(frame)) + frame
    return data


def test_packet_comes_through_bytes() -> None:
    one = packet(3)
    assert RtpPacket.parse(bytes(one)) == one


@pytest.mark.parametrize("data", [b"", bytes(12), b"\x90" + bytes(20), b"SIP/2.0 200 OK\r\n"])
def test_what_is_no_plain_rtp_is_left_out(data: bytes) -> None:
    assert RtpPacket.parse(data) is None


def test_lost_packet_is_silence_and_late_one_is_put_in_its_place() -> None:
    arrivals = [(BEGIN + timedelta(milliseconds=20 * number), packet(number)) for number in (0, 2, 1, 4)]
    heard = sound_of(arrivals)
    assert loud_frames(heard.samples) == [True, True, True, False, True]
    assert (heard.started_at, heard.packets) == (BEGIN, 4)


def test_another_source_begins_when_it_came() -> None:
    arrivals = [(BEGIN, packet(0)), (BEGIN + timedelta(milliseconds=60), packet(9, ssrc=2, timestamp=77))]
    assert loud_frames(sound_of(arrivals).samples) == [True, False, False, True]


def test_other_codecs_are_not_heard() -> None:
    heard = sound_of([(BEGIN, packet(0, payload_type=101))])
    assert (heard.started_at, len(heard.samples), heard.packets) == (None, 0, 0)


def test_datagrams_of_a_capture() -> None:
    data = capture([(5000, b"one"), (5002, b"two!")])
    first, second = read_datagrams(data)
    assert (first.destination_port, first.source_port, first.payload) == (5000, 4000, b"one")
    assert (second.destination_port, second.payload) == (5002, b"two!")
    assert first.at == BEGIN + timedelta(microseconds=500)
    assert len(list(read_datagrams(data[:-1]))) == 1
    assert list(read_datagrams(b"")) == []


def test_another_file_is_refused() -> None:
    with pytest.raises(PhoneError, match="not a pcap"):
        list(read_datagrams(bytes(24)))
