"""One call's RTP: sends the pulse pattern, and keeps every packet that comes back."""

import asyncio
import secrets
import socket
import struct
import time
from datetime import UTC, datetime

from softphones import g711
from softphones.frame_check import FrameCheck, check_channel
from softphones.frame_sender import FrameSender
from softphones.ports import LOOPBACK
from softphones.pulse import CALLS, COUNTERS, Party, Pulse, payload_of
from softphones.rtp import Heard, RtpPacket, sound_of
from softphones.sound import FRAME_SAMPLES

_HEADER = struct.Struct("!BBHII")
_RECEIVE_BUFFER_BYTES = 1 << 20
_DATAGRAM_BYTES = 2048
_MARKER = 0x80
_VERSION_2 = 0x80


class MediaLeg:
    """An RTP socket on loopback. Its frames say that they are ``party``'s of call number ``call``.

    What comes is kept whole (about 15 kB a second), for its frames need not begin where the packets do: a bridge with a
    jitter buffer shifts them.
    """

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
        self._received: list[tuple[datetime, bytes]] = []
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

    @property
    def received_packets(self) -> int:
        """Tell how many packets came."""
        return len(self._received)

    def heard(self) -> Heard:
        """Give what came so far as sound."""
        packets = ((at, RtpPacket.parse(data)) for at, data in self._received)
        return sound_of((at, packet) for at, packet in packets if packet is not None)

    def check(self) -> FrameCheck:
        """Count what lacks of the other party's frames."""
        return check_channel(self.heard().samples, party=Party(1 - self.party), call=self._call)

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
            self._received.append((datetime.now(UTC), data))
