"""The manifest: what capture says of a call, once, when it is over. The contract between capture and archive."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from calls.caller import Caller
from calls.clock import from_iso, iso
from calls.errors import BadDataError
from calls.identity import CallId, parse_call_id
from calls.outcome import CallState, Direction, Reason

MANIFEST_VERSION = 1


@dataclass(frozen=True, slots=True)
class DisclosurePlayed:
    """One recording disclosure as the caller heard it; ``sha256`` is of the audio file that was played."""

    name: str
    language: str
    sha256: str
    started_at: datetime
    ended_at: datetime
    complete: bool


@dataclass(frozen=True, slots=True)
class ChannelFile:
    """One party's audio in the spool entry: mono 16-bit PCM WAV."""

    file: str
    samples: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Audio:
    """Both parties' audio. The two channels have the same number of samples (invariant 7)."""

    sample_rate_hz: int
    customer: ChannelFile
    agent: ChannelFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All that is known of one call when it ends. ``duration_ms`` is answer to hang-up.

    ``dialled`` is whom an outbound call went to. Times are aware; JSON keeps them to the millisecond.
    """

    call_id: CallId
    sip_call_id: str
    direction: Direction
    service_number: str
    service_name: str
    caller: Caller
    agent_aor: str | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    duration_ms: int | None
    state: CallState
    reason: Reason
    worker: str
    disclosures: tuple[DisclosurePlayed, ...] = field(default=())
    audio: Audio | None = None
    dialled: str | None = None

    def to_json(self) -> str:
        """Write the manifest as one JSON object; :func:`parse_manifest` gives the same value back."""
        plain = {"version": MANIFEST_VERSION, **asdict(self)}
        return json.dumps(plain, default=_plain_time, ensure_ascii=False, indent=1)


def parse_manifest(text: str, *, where: str = "manifest") -> Manifest:
    """Read a manifest; raise BadDataError naming ``where`` for anything that is not a whole one."""
    try:
        plain: dict[str, Any] = json.loads(text)
        version = plain.pop("version")
        if version != MANIFEST_VERSION:
            raise BadDataError(what=f"manifest version {version}, expected {MANIFEST_VERSION}", where=where)
        return _manifest_from(plain)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadDataError(what=f"not a manifest: {error!r}", where=where) from error


def _plain_time(value: object) -> str | None:
    if isinstance(value, datetime):
        return iso(value)
    raise TypeError(f"not for JSON: {value!r}")


def _time(value: str | None) -> datetime | None:
    return None if value is None else from_iso(value)


def _manifest_from(plain: dict[str, Any]) -> Manifest:
    audio = plain.pop("audio")
    disclosures = tuple(
        DisclosurePlayed(**{**row, "started_at": from_iso(row["started_at"]), "ended_at": from_iso(row["ended_at"])})
        for row in plain.pop("disclosures")
    )
    return Manifest(
        call_id=parse_call_id(plain.pop("call_id")),
        direction=Direction(plain.pop("direction")),
        caller=Caller(**plain.pop("caller")),
        started_at=from_iso(plain.pop("started_at")),
        answered_at=_time(plain.pop("answered_at")),
        ended_at=from_iso(plain.pop("ended_at")),
        state=CallState(plain.pop("state")),
        reason=Reason(plain.pop("reason")),
        disclosures=disclosures,
        audio=None
        if audio is None
        else Audio(
            sample_rate_hz=audio["sample_rate_hz"],
            customer=ChannelFile(**audio["customer"]),
            agent=ChannelFile(**audio["agent"]),
        ),
        **plain,
    )
