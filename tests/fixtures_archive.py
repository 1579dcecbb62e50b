"""Calls on a spool as the capture workers leave them, and an archive over real parts."""

import math
import struct
import wave
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from calls.caller import Caller
from calls.clock import SystemClock
from calls.identity import new_call_id
from calls.manifest import Manifest
from calls.outcome import Direction, Reason
from storage.archive.archive import Archive
from storage.database.engine import Database
from storage.objects.store import ObjectStore
from storage.spool.journal import Answered, Arrived, DisclosureEnded, DisclosureStarted, Ended
from storage.spool.spool import Spool
from storage.vault.key_ring import KeyRing

RATE = 8000
STARTED = datetime(2026, 11, 3, 9, 30, 0, 250000, tzinfo=UTC)
AGENT_AOR = "sip:sanna@tallenne.internal"


@cache
def tone(hz: int, samples: int) -> bytes:
    return struct.pack(f"<{samples}h", *(int(9000 * math.sin(2 * math.pi * hz * n / RATE)) for n in range(samples)))


def write_wav(path: Path, samples: bytes) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples)


@dataclass(frozen=True)
class CallMaker:
    """Puts finished calls on a spool, the way a worker does."""

    spool: Spool

    def recorded(
        self,
        *,
        seconds: float = 1.0,
        number: str | None = "+358401000001",
        started_at: datetime = STARTED,
        agent_aor: str = AGENT_AOR,
    ) -> Manifest:
        """A recorded call: 440 Hz is the customer, 1000 Hz the agent."""
        samples = int(seconds * RATE)
        return self._call(
            number=number,
            started_at=started_at,
            customer=tone(440, samples),
            agent=tone(1000, samples),
            agent_aor=agent_aor,
        )

    def abandoned(self, *, number: str | None = "+358401000003", started_at: datetime = STARTED) -> Manifest:
        """A call that was given up during the disclosure."""
        return self._call(number=number, started_at=started_at)

    def _call(
        self,
        *,
        number: str | None,
        started_at: datetime,
        customer: bytes | None = None,
        agent: bytes = b"",
        agent_aor: str = AGENT_AOR,
    ) -> Manifest:
        call_id = new_call_id()
        entry = self.spool.reserve(call_id, worker="w1")
        raw = "anonymous" if number is None else f"sip:{number}@trunk.example"
        entry.note(
            Arrived(
                at=started_at,
                call_id=call_id,
                sip_call_id=f"{call_id}@trunk.example",
                direction=Direction.INBOUND,
                service_number="+358102001000",
                service_name="Asiakaspalvelu",
                caller=Caller(raw=raw, number=number, display_name="", withheld=number is None),
                worker="w1",
            )
        )
        entry.note(DisclosureStarted(at=started_at, name="recording-fi", language="fi", sha256="a" * 64))
        told_at = started_at + timedelta(seconds=4)
        if customer is None:
            entry.note(DisclosureEnded(at=told_at, complete=False))
            entry.note(Ended(at=told_at, reason=Reason.ABANDONED_IN_DISCLOSURE, duration_ms=None))
            return entry.commit()
        entry.note(DisclosureEnded(at=told_at, complete=True))
        answered_at = told_at + timedelta(seconds=2)
        duration_ms = len(customer) // 2 * 1000 // RATE
        entry.note(Answered(at=answered_at, agent_aor=agent_aor, sample_rate_hz=RATE))
        write_wav(entry.customer_wav, customer)
        write_wav(entry.agent_wav, agent)
        ended_at = answered_at + timedelta(milliseconds=duration_ms)
        entry.note(Ended(at=ended_at, reason=Reason.CALLER_HUNG_UP, duration_ms=duration_ms))
        return entry.commit()


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """An empty spool."""
    spool = Spool(tmp_path / "spool", reserve_bytes=0)
    spool.prepare()
    return spool


@pytest.fixture
def call_maker(spool: Spool) -> CallMaker:
    """Puts calls on ``spool``."""
    return CallMaker(spool)


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    """A key ring of this test's own, in ``tmp_path/keys``."""
    return KeyRing.create(tmp_path / "keys")


@pytest.fixture
def make_archive(spool: Spool, keys: KeyRing) -> Callable[[Database, ObjectStore], Archive]:
    """Make an archive of ``spool`` that links nothing."""

    def make(database: Database, objects: ObjectStore) -> Archive:
        return Archive(
            spool=spool,
            database=database,
            objects=objects,
            keys=keys,
            clock=SystemClock(),
            link=lambda _session, _call: None,
            poll_s=0.01,
            retry_max_s=0.1,
        )

    return make
