"""UDP datagrams out of a capture file (classic pcap, Ethernet framing as on ``lo``, IPv4)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from softphones.errors import PhoneError

_FILE_HEADER = struct.Struct("<IHHiIII")
_RECORD_HEADER = struct.Struct("<IIII")
_MAGIC_US = 0xA1B2C3D4
_ETHERNET = 1
_ETHERNET_BYTES = 14
_UDP_BYTES = 8


@dataclass(frozen=True, slots=True)
class Datagram:
    """One UDP datagram as it went over the wire. ``at`` is aware."""

    at: datetime
    source_port: int
    destination_port: int
    payload: bytes


def read_datagrams(data: bytes) -> Iterator[Datagram]:
    """Give the datagrams of a capture in order; one that is cut off at the end is left out."""
    if len(data) < _FILE_HEADER.size:
        return  # nothing was captured, not even the header written
    magic, _, _, _, _, _, link_type = _FILE_HEADER.unpack_from(data)
    if (magic, link_type) != (_MAGIC_US, _ETHERNET):
        raise PhoneError(what=f"not a pcap of Ethernet frames (magic {magic:#x}, link type {link_type})", where="pcap")
    offset = _FILE_HEADER.size
    while offset + _RECORD_HEADER.size <= len(data):
        seconds, microseconds, captured_bytes, _ = _RECORD_HEADER.unpack_from(data, offset)
        offset += _RECORD_HEADER.size
        frame = data[offset : offset + captured_bytes]
        offset += captured_bytes
        if len(frame) < captured_bytes:
            return
        ip_packet = frame[_ETHERNET_BYTES:]
        udp = (ip_packet[0] & 0x0F) * 4
        source_port, destination_port, udp_bytes = struct.unpack_from("!HHH", ip_packet, udp)
        yield Datagram(
            at=datetime.fromtimestamp(seconds + microseconds / 1e6, UTC),
            source_port=source_port,
            destination_port=destination_port,
            payload=ip_packet[udp + _UDP_BYTES : udp + udp_bytes],
        )
