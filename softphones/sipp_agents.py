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
_MEDIA_PORTS = 2


class SippAgents:
    """A user agent server that takes calls for any user: rings ``ring_s``, answers, speaks, hangs up after ``talk_s``.

    The users of ``passwords`` are registered at ``registrar`` (``address:port``) first, from the port that listens
    afterwards: a registrar that minds NAT sends calls to where a REGISTER came from, whatever its Contact says.
    PhoneError tells where one is refused. All agents speak the same ``speech``, from the answer on, once, and silence
    after it.
    """

    def __init__(
        self,
        *,
        folder: Path,
        registrar: str,
        domain: str,
        passwords: Mapping[str, str],
        speech: Path,
        ring_s: float = 0.2,
        talk_s: float = 300.0,
        payload_type: int = g711.PCMA,
        expires_s: int = 300,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._registrar = registrar
        self._domain = domain
        self._passwords = dict(passwords)
        self._sip_port = free_ports()
        self._register("register", expires_s=expires_s)
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
                *("sipp", "-sf", "scenario.xml", "-nostdin", "-i", LOOPBACK, "-p", str(self._sip_port)),
                *("-mi", LOOPBACK, "-mp", str(free_ports(_MEDIA_PORTS)), "-t", "u1"),
                *("-trace_msg", "-message_file", "messages.log", "-trace_err", "-error_file", "errors.log"),
            ],
            folder=folder,
            log=folder / "sipp.log",
        )
        self._program.wait_for(self._listens, what="a bound port", timeout_s=_START_TIMEOUT_S)

    def messages(self) -> tuple[SipMessage, ...]:
        """Read what was sent and received so far."""
        path = self._folder / "messages.log"
        return parse_trace(path.read_text(encoding="utf-8", errors="replace")) if path.exists() else ()

    def stop(self) -> None:
        """End sipp, however far its calls are (no BYE is sent), and unregister; may be repeated."""
        if self._program.exit_code is None:
            self._program.stop(grace_s=0.0)
            self._register("unregister", expires_s=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _register(self, name: str, *, expires_s: int) -> None:
        """Send a REGISTER for each user, and again with his credentials, which reach sipp in a file."""
        folder = self._folder / name
        folder.mkdir(exist_ok=True)
        credentials = folder / "users.csv"
        lines = ["SEQUENTIAL"]
        for user, password in self._passwords.items():
            if set(password) & set("; ]\n"):
                raise PhoneError(what="sipp cannot be given a password with ; ] or a space", where=user)
            lines.append(f"{user};[authentication username={user} password={password}]")
        credentials.touch(mode=0o600)
        credentials.write_text("\n".join(lines) + "\n", encoding="utf-8")
        render_scenario("register.xml", folder=folder, payload_type=g711.PCMA)
        count = str(len(self._passwords))
        with Program(
            [
                *("sipp", self._registrar, "-sf", "scenario.xml", "-inf", "users.csv", "-m", count, "-nostdin"),
                *("-i", LOOPBACK, "-p", str(self._sip_port), "-t", "u1", "-r", "50"),
                *("-key", "domain", self._domain, "-key", "contact", f"{LOOPBACK}:{self._sip_port}"),
                *("-key", "expires", str(expires_s), "-trace_err", "-error_file", "errors.log"),
                *("-timeout", f"{_REGISTER_TIMEOUT_S:.0f}s", "-timeout_error"),
            ],
            folder=folder,
            log=folder / "sipp.log",
        ) as program:
            if program.wait(timeout_s=_REGISTER_TIMEOUT_S + 1.0) != os.EX_OK:
                raise PhoneError(what=f"not all were registered; {_tail(folder / 'errors.log')}", where=self._registrar)

    def _listens(self) -> bool:
        """Look for the port among the kernel's bound UDP sockets (proc(5), net/udp)."""
        bound = Path("/proc/net/udp").read_text(encoding="ascii")
        return f":{self._sip_port:04X} " in bound


def _tail(path: Path) -> str:
    if not path.exists():
        return "sipp wrote no error"
    return " | ".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-4:])
