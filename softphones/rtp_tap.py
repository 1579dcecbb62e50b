"""What a caller heard: the RTP that goes to his port on loopback, captured with dumpcap.

Capturing needs root; another user is helped by ``sudo -n`` where that is allowed, and told what to do where not.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from softphones.errors import PhoneError
from softphones.pcap import read_datagrams
from softphones.program import Program
from softphones.rtp import Heard, RtpPacket, sound_of

_START_TIMEOUT_S = 10.0


class RtpTap:
    """A capture of what is sent to ``ports``, from when this is made until :meth:`stop`."""

    def __init__(self, *, ports: Iterable[int], folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._capture = folder / "heard.pcap"
        wanted = " or ".join(f"dst port {port}" for port in ports)
        self._program = Program(
            [*_privilege(), "dumpcap", "-i", "lo", "-f", f"udp and ({wanted})", "-P", "-q", "-w", "-"],
            folder=folder,
            log=folder / "dumpcap.log",
            output=self._capture,
        )
        try:
            self._program.wait_for_line("File: ", timeout_s=_START_TIMEOUT_S)
        except PhoneError as error:
            self._program.stop()
            raise PhoneError(
                what=error.what, where="dumpcap", remedy="run as root, or allow 'sudo -n dumpcap' for this user"
            ) from error

    def stop(self) -> None:
        """End the capture, so that all of it is in the file; may be repeated."""
        if self._program.exit_code is None:
            self._program.interrupt(signal.SIGINT)
            self._program.ended_within(_START_TIMEOUT_S)
        self._program.stop()

    def heard(self, port: int) -> Heard:
        """Give what came to a port, after :meth:`stop`."""
        packets = (
            (datagram.at, RtpPacket.parse(datagram.payload))
            for datagram in read_datagrams(self._capture.read_bytes())
            if datagram.destination_port == port
        )
        return sound_of((at, packet) for at, packet in packets if packet is not None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _privilege() -> list[str]:
    """Tell what goes before dumpcap: nothing for root, ``sudo -n`` where it works without a password."""
    sudo = shutil.which("sudo")
    if os.geteuid() == 0 or sudo is None:
        return []
    allowed = subprocess.run([sudo, "-n", "true"], check=False, capture_output=True)  # noqa: S603 (a fixed command)
    return ["sudo", "-n"] if allowed.returncode == 0 else []
