"""RTP packets (RFC 3550 section 5.1), and the sound of a stream of them."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import numpy as np

from softphones import g711
from softphones.sound import SAMPLE_RATE_HZ, Samples

_HEADER = struct.Struct("!BBHII")
_VERSION = 2
_TIMESTAMPS = 1 << 32


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One packet. ``timestamp`` counts samples, modulo 2**32."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False

    @classmethod
    def parse(cls, data: bytes) -> Self | None:
        """Read a datagram; None where it is no RTP, or has padding, extensions or sources: nobody here sends any."""
        if len(data) < _HEADER.size or data[0] >> 6 != _VERSION or data[0] & 0x3F:
            return None
        _, kind, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
        return cls(
            payload_type=kind & 0x7F,
            sequence=sequence,
            timestamp=timestamp,
            ssrc=ssrc,
            payload=data[_HEADER.size :],
            marker=bool(kind & 0x80),
        )

    def __bytes__(self) -> bytes:
        kind = self.payload_type | (0x80 if self.marker else 0)
        return _HEADER.pack(_VERSION << 6, kind, self.sequence, self.timestamp, self.ssrc) + self.payload


@dataclass(frozen=True, slots=True)
class Heard:
    """What arrived at a port: G.711 as samples, silence where nothing came; ``started_at`` is of the first packet."""

    started_at: datetime | None
    samples: Samples
    packets: int


def sound_of(packets: Iterable[tuple[datetime, RtpPacket]]) -> Heard:
    """Lay the packets of a port on one line of time: each source by its timestamps, from its first arrival on."""
    placed: list[tuple[int, Samples]] = []
    begun: dict[int, tuple[int, int]] = {}  # by SSRC: where on the line its first timestamp is
    started_at: datetime | None = None
    for at, packet in packets:
        if packet.payload_type not in {g711.PCMA, g711.PCMU}:
            continue
        started_at = started_at or at
        if packet.ssrc not in begun:
            begun[packet.ssrc] = (round((at - started_at).total_seconds() * SAMPLE_RATE_HZ), packet.timestamp)
        start, first_timestamp = begun[packet.ssrc]
        ahead = (packet.timestamp - first_timestamp + _TIMESTAMPS // 2) % _TIMESTAMPS - _TIMESTAMPS // 2
        if start + ahead >= 0:
            placed.append((start + ahead, g711.decode(packet.payload, payload_type=packet.payload_type)))
    whole = np.zeros(max((start + len(part) for start, part in placed), default=0), dtype=np.int16)
    for start, part in placed:
        whole[start : start + len(part)] = part
    return Heard(started_at=started_at, samples=whole, packets=len(placed))
