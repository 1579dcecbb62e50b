"""Many agents in one process of sipp: registers their addresses of record, and answers whatever rings there."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from softphones import g711
from softphones.errors import PhoneError
from softphones.ports import LOOPBACK, free_ports
from softphones.program import Program
from softphones.sip_trace import SipMessage, parse_trace
from softphones.sipp import render_scenario
from softphones.sound import padded, read_sound

_START_TIMEOUT_S = 5.0
_REGISTER_TIMEOUT_S = 15.0
_MEDIA_PORTS_PER_CALL = 2


class SippAgents:
    """A user agent server that takes calls for any user: rings ``ring_s``, answers, speaks, hangs up after ``talk_s``.

    All agents speak the same ``speech``, from the answer on, once. ``longest_call_s`` of silence follow it.
    """

    def __init__(
        self,
        *,
        folder: Path,
        speech: Path,
        ring_s: float = 0.2,
        talk_s: float = 300.0,
        most_calls: int = 32,
        payload_type: int = g711.PCMA,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.sip_port = free_ports()
        line = padded(read_sound(speech), seconds=talk_s + 1.0)
        (folder / "speech.g711").write_bytes(g711.encode(line, payload_type=payload_type))
        render_scenario(
            "agents.xml",
            folder=folder,
            payload_type=payload_type,
            ring_ms=round(ring_s * 1000),
            talk_ms=round(talk_s * 1000),
        )
        self._program = Program(
            [
                *("sipp", "-sf", "scenario.xml", "-nostdin", "-i", LOOPBACK, "-p", str(self.sip_port)),
                *("-mi", LOOPBACK, "-mp", str(free_ports(_MEDIA_PORTS_PER_CALL * most_calls)), "-t", "u1"),
                *("-trace_msg", "-message_file", "messages.log", "-trace_err", "-error_file", "errors.log"),
            ],
            folder=folder,
            log=folder / "sipp.log",
        )
        self._program.wait_for(self._listens, what="a bound port", timeout_s=_START_TIMEOUT_S)

    def register(
        self, passwords: Mapping[str, str], *, registrar: str, domain: str, expires_s: int = 300, name: str = "register"
    ) -> None:
        """Register a contact here for each user at ``registrar`` (``address:port``); 0 seconds unregister.

        Raises PhoneError where one is refused. Users and passwords reach sipp in a file, not as arguments.
        """
        folder = self._folder / name
        folder.mkdir(exist_ok=True)
        credentials = folder / "users.csv"
        lines = ["SEQUENTIAL"]
        for user, password in passwords.items():
            if set(password) & set("; ]\n"):
                raise PhoneError(what="sipp cannot be given a password with ; ] or a space", where=user)
            lines.append(f"{user};[authentication username={user} password={password}]")
        credentials.touch(mode=0o600)
        credentials.write_text("\n".join(lines) + "\n", encoding="utf-8")
        render_scenario("register.xml", folder=folder, payload_type=g711.PCMA)
        with Program(
            [
                *("sipp", registrar, "-sf", "scenario.xml", "-inf", "users.csv", "-m", str(len(passwords)), "-nostdin"),
                *("-i", LOOPBACK, "-p", str(free_ports()), "-t", "u1", "-r", "50"),
                *("-key", "domain", domain, "-key", "contact", f"{LOOPBACK}:{self.sip_port}"),
                *("-key", "expires", str(expires_s), "-trace_err", "-error_file", "errors.log"),
                *("-timeout", f"{_REGISTER_TIMEOUT_S:.0f}s", "-timeout_error"),
            ],
            folder=folder,
            log=folder / "sipp.log",
        ) as program:
            if program.wait(timeout_s=_REGISTER_TIMEOUT_S + 1.0) != os.EX_OK:
                raise PhoneError(what=f"not all were registered; {_tail(folder / 'errors.log')}", where=registrar)

    def messages(self) -> tuple[SipMessage, ...]:
        """Read what was sent and received so far."""
        path = self._folder / "messages.log"
        return parse_trace(path.read_text(encoding="utf-8", errors="replace")) if path.exists() else ()

    def stop(self) -> None:
        """End sipp, however far its calls are; no BYE is sent."""
        self._program.stop(grace_s=0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _listens(self) -> bool:
        """Look for the port among the kernel's bound UDP sockets (proc(5), net/udp)."""
        bound = Path("/proc/net/udp").read_text(encoding="ascii")
        return f":{self.sip_port:04X} " in bound


def _tail(path: Path) -> str:
    if not path.exists():
        return "sipp wrote no error"
    return " | ".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-4:])
