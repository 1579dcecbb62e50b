"""A customer on the telephone: one call of sipp, through the edge and back, with speech in G.711.

sipp sends what it is told and reads no audio; what the caller heard is told by :mod:`softphones.rtp_tap`.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from softphones import g711
from softphones.caller_identity import CallerIdentity
from softphones.errors import PhoneError
from softphones.ports import LOOPBACK, free_ports
from softphones.program import Program
from softphones.sip_trace import SipMessage, parse_trace
from softphones.sound import SAMPLE_RATE_HZ, Samples, read_sound

SCENARIOS = Path(__file__).parent / "scenarios"
ENCODINGS = {g711.PCMA: "PCMA", g711.PCMU: "PCMU"}

_SETUP_TIMEOUT_S = 60.0
_TEARDOWN_TIMEOUT_S = 10.0
MEDIA_PORTS = 2
"""How many ports the audio of a call takes, RTP and RTCP."""
_OK = 200


@dataclass(frozen=True, slots=True)
class SippResult:
    """How a call went, read from the messages that sipp sent and received."""

    exit_code: int
    messages: tuple[SipMessage, ...]

    @property
    def sip_call_id(self) -> str:
        """Give the Call-ID of the call."""
        return self.messages[0].call_id

    @property
    def final_code(self) -> int | None:
        """Give the final response to the INVITE; None where none came."""
        codes = [message.status for message in self._received("INVITE") if (message.status or 0) >= _OK]
        return codes[0] if codes else None

    @property
    def invited_at(self) -> datetime:
        """Tell when the INVITE was sent."""
        return self.messages[0].at

    @property
    def answered_at(self) -> datetime | None:
        """Tell when the 200 to the INVITE came."""
        return next((message.at for message in self._received("INVITE") if message.status == _OK), None)

    @property
    def ended_at(self) -> datetime | None:
        """Tell when the first BYE was sent or received."""
        return next((message.at for message in self._requests("BYE")), None)

    @property
    def ended_by_caller(self) -> bool | None:
        """Tell who hung up; None where nobody said BYE."""
        return next((message.sent for message in self._requests("BYE")), None)

    def _received(self, method: str) -> list[SipMessage]:
        return [message for message in self.messages if not message.sent and message.method == method]

    def _requests(self, method: str) -> list[SipMessage]:
        return [message for message in self.messages if message.status is None and message.method == method]


class SippCaller:
    """A call to ``service`` at ``edge`` (``address:port``), placed when this is made.

    ``talk_s`` after the 200 the caller hangs up, unless the other side did so before. With ``cancel_after_s`` he gives
    up that long after the INVITE if nobody answered. The speech begins ``speech_after_s`` after the 200, is repeated
    where asked, and silence fills the rest, as a telephone sends it. A ``media_port`` is given where somebody must
    listen there before the call is placed.
    """

    def __init__(
        self,
        *,
        folder: Path,
        edge: str,
        service: str,
        caller: CallerIdentity,
        speech: Path | None = None,
        talk_s: float = 10.0,
        speech_after_s: float = 0.0,
        repeat_speech: bool = False,
        cancel_after_s: float | None = None,
        payload_type: int = g711.PCMA,
        transport: str = "udp",
        media_port: int | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._messages = folder / "messages.log"
        self._longest_s = talk_s + _SETUP_TIMEOUT_S + _TEARDOWN_TIMEOUT_S
        self.media_port = media_port or free_ports(MEDIA_PORTS)
        samples = _line(speech, seconds=talk_s + 1.0, speech_after_s=speech_after_s, repeat=repeat_speech)
        (folder / "speech.g711").write_bytes(g711.encode(samples, payload_type=payload_type))
        render_scenario(
            "call.xml" if cancel_after_s is None else "cancel.xml",
            folder=folder,
            payload_type=payload_type,
            talk_ms=round(talk_s * 1000),
            patience_ms=round((cancel_after_s or 0.0) * 1000),
        )
        self._program = Program(
            [
                *("sipp", edge, "-sf", "scenario.xml", "-m", "1", "-s", service, "-nostdin"),
                *("-i", LOOPBACK, "-p", str(free_ports()), "-mi", LOOPBACK, "-mp", str(self.media_port)),
                *("-t", {"udp": "u1", "tcp": "t1"}[transport], "-cid_str", f"%u-{secrets.token_hex(8)}@%s"),
                *("-key", "from", caller.from_header, "-key", "identity_headers", caller.more_headers),
                *("-trace_msg", "-message_file", "messages.log", "-trace_err", "-error_file", "errors.log"),
                *("-timeout", f"{self._longest_s:.0f}s", "-timeout_error"),
            ],
            folder=folder,
            log=folder / "sipp.log",
        )

    def messages(self) -> tuple[SipMessage, ...]:
        """Read what was sent and received so far; sipp writes it as it happens."""
        if not self._messages.exists():
            return ()
        return parse_trace(self._messages.read_text(encoding="utf-8", errors="replace"))

    @property
    def is_over(self) -> bool:
        """Whether sipp has ended; :meth:`wait` then gives the result at once."""
        return self._program.exit_code is not None

    def wait_for_status(self, status: int, *, timeout_s: float) -> None:
        """Wait until a response to the INVITE with this status came."""
        self._program.wait_for(
            lambda: any(message.status == status and message.method == "INVITE" for message in self.messages()),
            what=f"a {status}",
            timeout_s=timeout_s,
        )

    def wait(self, *, timeout_s: float | None = None) -> SippResult:
        """Wait for the end of the call and tell how it went; raise PhoneError where sipp itself failed."""
        exit_code = self._program.wait(timeout_s=timeout_s or self._longest_s + 1.0)
        messages = self.messages()
        if not messages:
            raise PhoneError(what=f"sipp ended with {exit_code}; {self._program.last_lines()}", where=str(self._folder))
        return SippResult(exit_code=exit_code, messages=messages)

    def stop(self) -> None:
        """End sipp, however far the call is; no BYE is sent."""
        self._program.stop(grace_s=0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def render_scenario(name: str, *, folder: Path, payload_type: int, **values: int) -> None:
    """Write a scenario with its ``${...}`` filled in to ``folder/scenario.xml``; an unknown one raises KeyError."""
    template = (SCENARIOS / name).read_text(encoding="utf-8")
    known = {"payload_type": payload_type, "encoding": ENCODINGS[payload_type], "speech": "speech.g711", **values}
    (folder / "scenario.xml").write_text(
        re.sub(r"\$\{(\w+)\}", lambda match: str(known[match[1]]), template), encoding="utf-8"
    )


def _line(speech: Path | None, *, seconds: float, speech_after_s: float, repeat: bool) -> Samples:
    """Put together what the caller sends from the 200 on."""
    whole = np.zeros(round(seconds * SAMPLE_RATE_HZ), dtype=np.int16)
    start = round(speech_after_s * SAMPLE_RATE_HZ)
    if speech is None or start >= len(whole):
        return whole
    spoken = read_sound(speech)
    if repeat:
        spoken = np.tile(spoken, -(-(len(whole) - start) // len(spoken)))
    whole[start : start + len(spoken)] = spoken[: len(whole) - start]
    return whole
