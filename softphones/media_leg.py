"""One call's RTP: sends the pulse pattern, and reads every frame that comes back."""

import asyncio
import secrets
import socket
import struct
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from softphones import g711
from softphones.frame_check import unwrapped
from softphones.frame_sender import FrameSender
from softphones.ports import LOOPBACK
from softphones.pulse import CALLS, COUNTERS, Party, Pulse, payload_of, read_payload
from softphones.sound import FRAME_SAMPLES

_HEADER = struct.Struct("!BBHII")
_RECEIVE_BUFFER_BYTES = 1 << 20
_DATAGRAM_BYTES = 2048
_MARKER = 0x80
_VERSION_2 = 0x80
_HALF_TURN = 1 << 15
_OTHER = -1
_FOREIGN = -2


@dataclass(frozen=True, slots=True)
class HeardFrames:
    """What came to an endpoint, in frames of 20 ms.

    ``clear`` are the other party's frames of this call, of which ``missing`` lack between the first and the last;
    ``foreign`` those of another call or party; ``other`` are nobody's (a prompt, ring-back, silence).
    """

    packets: int
    lost_packets: int
    clear: int
    missing: int
    repeated: int
    other: int
    foreign: int
    first_clear_at: float | None
    """By the monotonic clock."""


class MediaLeg:
    """An RTP socket on loopback. Its frames say that they are ``party``'s of call number ``call``."""

    def __init__(self, *, party: Party, call: int, sender: FrameSender, payload_type: int = g711.PCMA) -> None:
        self.party = party
        self.sent_frames = 0
        self.unsent_frames = 0
        self.first_sent_at: float | None = None
        self._call = call % CALLS
        self._sender = sender
        self.payload_type = payload_type
        self._payloads = [payload_of(Pulse(party, self._call, counter), payload_type) for counter in range(COUNTERS)]
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
        self._socket.setblocking(False)
        self._socket.bind((LOOPBACK, 0))
        self.port: int = self._socket.getsockname()[1]
        self._remote: tuple[str, int] | None = None
        self._key: int | None = None
        self._ssrc = secrets.randbits(32)
        self._sequence = secrets.randbits(15)
        self._timestamp = secrets.randbits(31)
        self._packets: list[tuple[int, int, int]] = []  # RTP sequence number, SSRC, counter or one of the two below
        self._first_clear_at: float | None = None
        asyncio.get_running_loop().add_reader(self._socket, self._receive)

    def start(self, remote: tuple[str, int]) -> None:
        """Send to ``remote`` from now on; again with another address: send there instead."""
        self._remote = remote
        if self._key is None:
            self._key = self._sender.add(self._send)

    def stop(self) -> None:
        """Send no more and close the socket; may be repeated."""
        if self._key is not None:
            self._sender.remove(self._key)
            self._key = None
        if self._socket.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()

    def heard(self) -> HeardFrames:
        """Count what came so far."""
        places = self._places()
        counters = np.array([counter for _, _, counter in self._packets], dtype=np.int64)
        clear = counters >= 0
        numbers = unwrapped(places[clear], counters[clear])
        different = len(np.unique(numbers))
        return HeardFrames(
            packets=len(places),
            lost_packets=(int(np.ptp(places)) + 1 - len(np.unique(places))) if len(places) else 0,
            clear=len(numbers),
            missing=(int(np.ptp(numbers)) + 1 - different) if len(numbers) else 0,
            repeated=len(numbers) - different,
            other=int(np.sum(counters == _OTHER)),
            foreign=int(np.sum(counters == _FOREIGN)),
            first_clear_at=self._first_clear_at,
        )

    def _places(self) -> npt.NDArray[np.int64]:
        """Give the packets the numbers of their sending, from 0, without a modulus; a new source goes on."""
        sequences = np.array([sequence for sequence, _, _ in self._packets], dtype=np.int64)
        sources = np.array([ssrc for _, ssrc, _ in self._packets], dtype=np.int64)
        steps = (np.diff(sequences) + _HALF_TURN) % (2 * _HALF_TURN) - _HALF_TURN
        steps[np.diff(sources) != 0] = 1
        return np.concatenate([[0], np.cumsum(steps)])[: len(sequences)].astype(np.int64)

    def _send(self) -> None:
        if self._remote is None:
            return
        marker = _MARKER if self.sent_frames == 0 else 0
        header = _HEADER.pack(_VERSION_2, marker | self.payload_type, self._sequence, self._timestamp, self._ssrc)
        try:
            self._socket.sendto(header + self._payloads[self.sent_frames % COUNTERS], self._remote)
        except OSError:
            self.unsent_frames += 1  # the kernel's buffer is full: the bench's own fault, and told as such
        self.first_sent_at = self.first_sent_at or time.monotonic()
        self.sent_frames += 1
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._timestamp = (self._timestamp + FRAME_SAMPLES) & 0xFFFFFFFF

    def _receive(self) -> None:
        """Take all that waits in the socket."""
        while True:
            try:
                data = self._socket.recv(_DATAGRAM_BYTES)
            except OSError:
                return
            if len(data) < _HEADER.size or data[0] & 0xC0 != _VERSION_2:
                continue
            _, kind, sequence, _, ssrc = _HEADER.unpack_from(data)
            counter = _OTHER
            if kind & 0x7F == self.payload_type:
                pulse = read_payload(data[_HEADER.size :], self.payload_type)
                if pulse is not None:
                    ours = pulse.party != self.party and pulse.call == self._call
                    counter = pulse.counter if ours else _FOREIGN
                    if ours and self._first_clear_at is None:
                        self._first_clear_at = time.monotonic()
            self._packets.append((sequence, ssrc, counter))
