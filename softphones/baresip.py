"""An agent's softphone: Debian's baresip 1.0, headless, on loopback, one process and one folder each.

What its release wants (measured): standard input open, a WAV of 8,000 Hz mono as source that is longer than the
call (it hangs up where the file ends), ``net_interface`` as an address (``lo`` by name is refused), and a free TCP
port above the SIP port (its TLS transport takes it).
"""

import re
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from softphones.baresip_control import BaresipControl, Event
from softphones.errors import PhoneError
from softphones.ports import LOOPBACK, RTP_PORTS, free_ports
from softphones.program import Program
from softphones.sound import padded, read_sound, write_sound

_START_TIMEOUT_S = 10.0
_START_ATTEMPTS = 3
_STOP_TIMEOUT_S = 3.0
_SIP_PORTS = 2  # UDP and TCP share the first, TLS takes the one above


class Transport(StrEnum):
    """How the phone speaks SIP."""

    UDP = "udp"
    TCP = "tcp"


class PhoneCallState(StrEnum):
    """Where a call at a phone is."""

    RINGING = "ringing"
    ESTABLISHED = "established"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class PhoneCall:
    """A call as the phone saw it. Times are the phone's own, aware."""

    sip_call_id: str
    peer_uri: str
    peer_name: str
    state: PhoneCallState
    rang_at: datetime
    established_at: datetime | None = None
    closed_at: datetime | None = None
    closed_because: str = ""


class Baresip:
    """A registered softphone that rings, answers after ``answer_after_s`` (None: only by :meth:`answer`) and speaks.

    ``registrar`` is ``address:port``; ``domain`` that of the address of record. With ``hang_up_after_s`` it hangs up
    that long after answering. What it heard is in :attr:`heard_files`, one WAV per answered call.
    """

    def __init__(
        self,
        *,
        name: str,
        folder: Path,
        registrar: str,
        aor_user: str,
        domain: str,
        password: str,
        speech: Path,
        transport: Transport = Transport.UDP,
        answer_after_s: float | None = None,
        hang_up_after_s: float | None = None,
        longest_call_s: float = 300.0,
        expires_s: int = 120,
    ) -> None:
        self.name = name
        self.aor = f"sip:{aor_user}@{domain}"
        self._folder = folder
        self._heard_folder = folder / "heard"
        self._answer_after_s = answer_after_s
        self._hang_up_after_s = hang_up_after_s
        self._calls: dict[str, PhoneCall] = {}
        self._registered: bool | None = None
        self._said = ""
        self._changed = threading.Condition()
        self._timers: list[threading.Timer] = []
        self._heard_folder.mkdir(parents=True, exist_ok=True)
        write_sound(folder / "speech.wav", padded(read_sound(speech), seconds=longest_call_s))
        display_name = re.sub(r'["\\<>\r\n]', "", name)  # baresip writes it unescaped, and no registrar could read that
        account = (
            f'"{display_name}" <{self.aor};transport={transport}>;auth_user={aor_user};auth_pass={password}'
            f';outbound="sip:{registrar};transport={transport}";regint={expires_s}'
            ";answermode=manual;audio_codecs=PCMA,PCMU\n"
        )
        accounts = folder / "accounts"
        accounts.touch(mode=0o600)
        accounts.write_text(account, encoding="utf-8")
        self._start()

    def wait_until_registered(self, *, timeout_s: float = 10.0) -> None:
        """Wait for the registrar's 200; raise PhoneError where it refuses or says nothing."""
        with self._changed:
            self._changed.wait_for(lambda: self._registered is not None, timeout_s)
            if self._registered is not True:
                raise PhoneError(what=f"not registered: {self._said or 'no answer'}", where=self.aor)

    def answer(self) -> None:
        """Answer the call that rings."""
        self._control.send("accept")

    def hang_up(self) -> None:
        """Hang up the call, or refuse the one that rings (486)."""
        self._control.send("hangup")

    @property
    def calls(self) -> tuple[PhoneCall, ...]:
        """All calls that came to this phone, oldest first."""
        with self._changed:
            return tuple(self._calls.values())

    @property
    def heard_files(self) -> tuple[Path, ...]:
        """What the phone decoded, one WAV per answered call, oldest first; whole once the call is closed."""
        return tuple(sorted(self._heard_folder.glob("dump-*-dec.wav")))

    @property
    def pid(self) -> int:
        """The process id."""
        return self._program.pid

    def wait_for_call(self, state: PhoneCallState, *, number: int = 1, timeout_s: float = 30.0) -> PhoneCall:
        """Wait until the ``number``-th call (from 1) was in a state, or went on from it."""
        order = list(PhoneCallState)

        def reached() -> bool:
            calls = list(self._calls.values())
            return len(calls) >= number and order.index(calls[number - 1].state) >= order.index(state)

        with self._changed:
            if not self._changed.wait_for(reached, timeout_s):
                raise PhoneError(what=f"call {number} was not {state} within {timeout_s:.0f} s", where=self.aor)
            return list(self._calls.values())[number - 1]

    def stop(self) -> None:
        """Hang up, unregister and end; may be repeated."""
        for timer in self._timers:
            timer.cancel()
        self._send_quietly("quit")
        self._program.ended_within(_STOP_TIMEOUT_S)  # it says BYE and REGISTER with Expires: 0, a challenge included
        self._control.close()
        self._program.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self) -> None:
        """Start on free ports, and on others where somebody took one meanwhile."""
        for _ in range(_START_ATTEMPTS):
            sip_port = free_ports(_SIP_PORTS)
            control_port = free_ports()
            self._write_config(sip_port=sip_port, control_port=control_port)
            self._program = Program(
                ["baresip", "-f", str(self._folder)], folder=self._folder, log=self._folder / "baresip.log"
            )
            if self._listens():
                self._control = BaresipControl(port=control_port, timeout_s=_START_TIMEOUT_S, on_event=self._on_event)
                self._learn_registration(self._control.ask("reginfo"))
                return
            self._program.stop()
        raise PhoneError(what=f"does not start; {self._program.last_lines()}", where=self.aor)

    def _listens(self) -> bool:
        """Wait until it has said that it is ready, or has ended; it goes on without a port that is in use."""
        try:
            self._program.wait_for_line("baresip is ready", timeout_s=_START_TIMEOUT_S)
        except PhoneError:
            return False
        return "in use" not in self._program.output()

    def _write_config(self, *, sip_port: int, control_port: int) -> None:
        (self._folder / "config").write_text(
            f"""\
poll_method epoll
sip_listen {LOOPBACK}:{sip_port}
net_interface {LOOPBACK}
rtp_ports {RTP_PORTS[0]}-{RTP_PORTS[1]}
call_max_calls 1
call_local_timeout 600
audio_path {self._folder}
audio_source aufile,{self._folder / "speech.wav"}
ausrc_srate 8000
ausrc_channels 1
auplay_srate 8000
auplay_channels 1
statmode_default off
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module sndfile.so
snd_path {self._heard_folder}
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen {LOOPBACK}:{control_port}
""",
            encoding="utf-8",
        )

    def _learn_registration(self, printed: str) -> None:
        """Read the state that was reached before the control connection stood."""
        with self._changed:
            if self._registered is None:
                self._registered = {"OK": True, "ERR": False}.get(next(iter(re.findall("OK|ERR", printed)), ""))
                self._said = "refused" if self._registered is False else ""
                self._changed.notify_all()

    def _on_event(self, event: Event) -> None:
        now = datetime.now(UTC)
        kind, call_id = str(event["type"]), str(event.get("id", ""))
        with self._changed:
            match kind:
                case "REGISTER_OK" | "REGISTER_FAIL":
                    self._registered = kind == "REGISTER_OK"
                    self._said = str(event.get("param", ""))
                case "CALL_INCOMING":
                    self._calls[call_id] = PhoneCall(
                        sip_call_id=call_id,
                        peer_uri=str(event.get("peeruri", "")),
                        peer_name=str(event.get("peerdisplayname", "")),
                        state=PhoneCallState.RINGING,
                        rang_at=now,
                    )
                    self._later(self._answer_after_s, "accept")
                case "CALL_ESTABLISHED" if call_id in self._calls:
                    self._calls[call_id] = replace(
                        self._calls[call_id], state=PhoneCallState.ESTABLISHED, established_at=now
                    )
                    self._later(self._hang_up_after_s, "hangup")
                case "CALL_CLOSED" if call_id in self._calls:
                    self._calls[call_id] = replace(
                        self._calls[call_id],
                        state=PhoneCallState.CLOSED,
                        closed_at=now,
                        closed_because=str(event.get("param", "")),
                    )
                    self._cancel_timers()
                case _:
                    return
            self._changed.notify_all()

    def _later(self, after_s: float | None, command: str) -> None:
        if after_s is None:
            return
        timer = threading.Timer(after_s, self._send_quietly, args=(command,))
        timer.daemon = True
        self._timers.append(timer)
        timer.start()

    def _send_quietly(self, command: str) -> None:
        """Send to a phone that may have ended meanwhile, which is no error of a timer's or a second stop's."""
        if self._program.exit_code is None:
            self._control.send(command)

    def _cancel_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
