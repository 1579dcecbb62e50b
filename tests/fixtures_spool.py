"""Calls as a worker writes them into the spool, step by step."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calls.caller import Caller
from calls.identity import CallId, new_call_id
from calls.outcome import Direction, Reason
from storage.spool.journal import Answered, Arrived, DisclosureEnded, DisclosureStarted, Ended, JournalEvent
from storage.spool.open_entry import OpenEntry
from storage.spool.spool import Spool

RATE_HZ = 8000
ARRIVED_AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@dataclass
class ScriptedCall:
    """One call's journal, event by event, and its two recordings."""

    entry: OpenEntry
    call_id: CallId
    events: list[JournalEvent] = field(default_factory=list)

    def note(self, event: JournalEvent) -> None:
        self.events.append(event)
        self.entry.note(event)

    def arrive(self) -> None:
        self.note(
            Arrived(
                at=ARRIVED_AT,
                call_id=self.call_id,
                sip_call_id="1@trunk.example",
                direction=Direction.INBOUND,
                service_number="+358102001000",
                service_name="Asiakaspalvelu",
                caller=Caller(raw="sip:+358401000001@x", number="+358401000001", display_name="Äiti", withheld=False),
                worker="w0",
            )
        )

    def disclose(self, *, complete: bool = True) -> None:
        started_at = ARRIVED_AT + timedelta(seconds=1)
        self.note(DisclosureStarted(at=started_at, name="recording-fi", language="fi", sha256="0" * 64))
        self.note(DisclosureEnded(at=started_at + timedelta(seconds=5), complete=complete))

    def answer(self) -> None:
        self.note(
            Answered(
                at=ARRIVED_AT + timedelta(seconds=9), agent_aor="sip:sanna@tallenne.internal", sample_rate_hz=RATE_HZ
            )
        )

    def record(self, *, customer: bytes, agent: bytes) -> None:
        self.entry.customer_wav.write_bytes(customer)
        self.entry.agent_wav.write_bytes(agent)

    def end(self, *, reason: Reason = Reason.CALLER_HUNG_UP, duration_ms: int | None = None) -> None:
        self.note(Ended(at=ARRIVED_AT + timedelta(seconds=60), reason=reason, duration_ms=duration_ms))

    def talk(self, samples: int = RATE_HZ) -> None:
        """Go the whole way of a recorded call, up to the commit."""
        self.arrive()
        self.disclose()
        self.answer()
        self.record(customer=wav(b"\x01\x00" * samples), agent=wav(b"\x02\x00" * samples))
        self.end(duration_ms=samples * 1000 // RATE_HZ)


@dataclass(frozen=True)
class SpoolMaker:
    """A spool in a folder of the test, and calls in it."""

    spool: Spool
    calls: list[ScriptedCall] = field(default_factory=list)

    def call(self, *, worker: str = "w0-1-0") -> ScriptedCall:
        call_id = new_call_id()
        call = ScriptedCall(entry=self.spool.reserve(call_id, worker=worker), call_id=call_id)
        self.calls.append(call)
        return call


def wav(data: bytes, *, rate_hz: int = RATE_HZ, said_bytes: int | None = None) -> bytes:
    """Give a mono 16-bit PCM WAV; ``said_bytes`` is what its header says, 0 as after a kill."""
    said = len(data) if said_bytes is None else said_bytes
    riff = struct.pack("<4sI4s", b"RIFF", said + 36 if said else 0, b"WAVE")
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate_hz, rate_hz * 2, 2, 16)
    return riff + form + struct.pack("<4sI", b"data", said) + data


def everything_below(folder: Path) -> dict[str, int]:
    """Name every file below a folder with its size."""
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def spool_maker(tmp_path: Path) -> Iterator[SpoolMaker]:
    spool = Spool(tmp_path / "spool", reserve_bytes=1)
    spool.prepare()
    maker = SpoolMaker(spool)
    yield maker
    for call in maker.calls:
        call.entry._journal.close()  # a killed process leaves no open file
