"""The journal of an open entry: one JSON object a line, written as the call goes; the manifest is its fold.

A normal end and a recovery after a crash read the same lines, so both give the same facts.
"""

import errno
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from calls.caller import Caller
from calls.clock import from_iso, iso
from calls.errors import BadDataError
from calls.identity import CallId
from calls.outcome import Direction, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """An INVITE was taken: who calls whom. The first line of every journal."""

    kind: ClassVar[str] = "arrived"
    at: datetime
    call_id: CallId
    sip_call_id: str
    direction: Direction
    service_number: str
    service_name: str
    caller: Caller
    worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureStarted:
    """The first sample of a disclosure goes to the caller."""

    kind: ClassVar[str] = "disclosure_started"
    at: datetime
    name: str
    language: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureEnded:
    """The disclosure that was started last is over; ``complete`` if it was played to its last sample."""

    kind: ClassVar[str] = "disclosure_ended"
    at: datetime
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ringing:
    """The agents' phones ring: ``agent_aors`` are those that ring from now on, and the others no longer."""

    kind: ClassVar[str] = "ringing"
    at: datetime
    agent_aors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An agent answered and both recorders started, in the same turn of the loop."""

    kind: ClassVar[str] = "answered"
    at: datetime
    agent_aor: str
    sample_rate_hz: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The call is over. ``duration_ms`` is answer to hang-up by the monotonic clock; None if never answered."""

    kind: ClassVar[str] = "ended"
    at: datetime
    reason: Reason
    duration_ms: int | None


JournalEvent = Arrived | DisclosureStarted | DisclosureEnded | Ringing | Answered | Ended

_KINDS: dict[str, type[JournalEvent]] = {
    kind.kind: kind for kind in (Arrived, DisclosureStarted, DisclosureEnded, Ringing, Answered, Ended)
}


class Journal:
    """An append-only file of events. Lines reach the page cache at once and the disk by the keeper's fsync."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab", buffering=0)

    def append(self, event: JournalEvent) -> None:
        """Add one event as one line, in one write; raise OSError with nothing added where the disk refuses."""
        line = _to_line(event)
        if (written := self._file.write(line)) == len(line):
            return
        # a disk with room for a part only: half a line would damage the journal once there is room again
        self._file.truncate(self._file.tell() - written)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))

    def close(self) -> None:
        """Let go of the file; appending afterwards is an error."""
        self._file.close()


def read_journal(path: Path) -> list[JournalEvent]:
    """Read every whole line; a torn last line (killed while writing it) is left out, any other damage raises."""
    lines = path.read_bytes().split(b"\n")
    torn = lines.pop()
    events = [_from_line(line, where=f"{path.name}:{number}") for number, line in enumerate(lines, start=1)]
    if torn:
        with suppress(BadDataError):  # the write was cut off: what it would have said did not happen durably
            events.append(_from_line(torn, where=path.name))
    return events


def _to_line(event: JournalEvent) -> bytes:
    plain = {"kind": event.kind, **asdict(event)}
    return json.dumps(plain, default=_plain_time, ensure_ascii=False).encode() + b"\n"


def _plain_time(value: object) -> str | None:
    if isinstance(value, datetime):
        return iso(value)
    raise TypeError(f"not for JSON: {value!r}")


def _from_line(line: bytes, *, where: str) -> JournalEvent:
    try:
        plain: dict[str, Any] = json.loads(line)
        kind = _KINDS[plain.pop("kind")]
        plain["at"] = from_iso(plain["at"])
        if kind is Arrived:
            plain["caller"] = Caller(**plain["caller"])
            plain["direction"] = Direction(plain["direction"])
        if kind is Ringing:
            plain["agent_aors"] = tuple(plain["agent_aors"])
        if kind is Ended:
            plain["reason"] = Reason(plain["reason"])
        return kind(**plain)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadDataError(what=f"not a journal line: {error!r}", where=where) from error
