"""What may be told of a call: the facts as the viewer shows them and ``tallenne calls --json`` prints them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from calls.clock import iso
from ledger_link.linking.customer_number import customer_number, number_of_customer
from ledger_link.linking.link import Link
from storage.database.calls import CallRow, DisclosureRow, RecordingRow


@dataclass(frozen=True, slots=True)
class DisclosureFacts:
    """One disclosure as the caller heard it; ``sha256`` is of the audio that was played."""

    name: str
    language: str
    sha256: str
    started_at: datetime
    ended_at: datetime
    complete: bool

    def to_json(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return {
            "name": self.name,
            "language": self.language,
            "sha256": self.sha256,
            "started_at": iso(self.started_at),
            "ended_at": iso(self.ended_at),
            "complete": self.complete,
        }


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """What the recording is, as plain FLAC; nothing of where it is kept or under which key."""

    codec: str
    channels: int
    sample_rate_hz: int
    samples: int
    size_bytes: int
    sha256: str

    def to_json(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return {
            "codec": self.codec,
            "channels": self.channels,
            "sample_rate_hz": self.sample_rate_hz,
            "samples": self.samples,
            "size_bytes": self.size_bytes,
            "sha256": self.sha256,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """One call. ``caller`` is E.164 or None, ``agent`` the name of the employee who answered, times are aware.

    ``dialled`` is whom an outbound call went to, E.164, None for an inbound one.

    ``caller_masked``: the call is linked to somebody under a non-disclosure order (turvakielto), or was by a decision
    that its page still names, or such a person is a candidate, or its number is or was such a person's, so that the
    number and the name the network gave are not told at all.
    """

    id: str
    sip_call_id: str
    direction: str
    service: str
    service_name: str
    caller: str | None
    caller_raw: str
    caller_display_name: str
    caller_withheld: bool
    caller_masked: bool
    dialled: str | None
    agent_id: int | None
    agent: str | None
    agent_aor: str | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    duration_ms: int | None
    state: str
    reason: str
    disclosures: tuple[DisclosureFacts, ...]
    link: Link
    recording: RecordingFacts | None

    @property
    def customer_number(self) -> str | None:
        """The number of the customer's side: who called us, or whom we called."""
        return number_of_customer(self.direction, caller=self.caller, dialled=self.dialled)

    @property
    def disclosure(self) -> DisclosureFacts | None:
        """The first disclosure, complete only if every one of the call was; None where none was played."""
        if not self.disclosures:
            return None
        first = self.disclosures[0]
        return DisclosureFacts(
            name=first.name,
            language=first.language,
            sha256=first.sha256,
            started_at=first.started_at,
            ended_at=first.ended_at,
            complete=all(disclosure.complete for disclosure in self.disclosures),
        )

    def to_json(self) -> dict[str, Any]:
        """Give plain JSON values: the object of ``tallenne calls --json`` and of the viewer's API."""
        return {
            "id": self.id,
            "sip_call_id": self.sip_call_id,
            "direction": self.direction,
            "service": self.service,
            "service_name": self.service_name,
            "caller": self.caller,
            "caller_raw": self.caller_raw,
            "caller_display_name": self.caller_display_name,
            "caller_withheld": self.caller_withheld,
            "caller_masked": self.caller_masked,
            "dialled": self.dialled,
            "agent": self.agent,
            "agent_aor": self.agent_aor,
            "started_at": iso(self.started_at),
            "answered_at": iso(self.answered_at),
            "ended_at": iso(self.ended_at),
            "duration_ms": self.duration_ms,
            "state": self.state,
            "reason": self.reason,
            "disclosure": self.disclosure.to_json() if self.disclosure else None,
            "disclosures": [disclosure.to_json() for disclosure in self.disclosures],
            "link": self.link.to_json(),
            "recording": self.recording.to_json() if self.recording else None,
        }


def facts_of(
    rows: list[CallRow],
    links: Mapping[str, Link],
    *,
    undisclosed: Collection[str],
    decided_undisclosed: Collection[str],
) -> list[CallFacts]:
    """Turn rows, and the links of exactly these, into facts; only the catalogue calls this, after permission.

    ``undisclosed`` are those of the customers' numbers that may not be told, whoever the calls are linked to;
    ``decided_undisclosed`` the ids of the calls that somebody once linked to such a person.
    """
    return [
        _facts(
            row,
            links[row.id],
            masked=links[row.id].non_disclosure
            or any(candidate.person.non_disclosure for candidate in links[row.id].candidates)
            or customer_number(row) in undisclosed
            or row.id in decided_undisclosed,
        )
        for row in rows
    ]


def _facts(row: CallRow, link: Link, *, masked: bool) -> CallFacts:
    return CallFacts(
        id=row.id,
        sip_call_id=row.sip_call_id,
        direction=row.direction,
        service=row.service_number,
        service_name=row.service_name,
        caller=None if masked else row.caller_e164,
        caller_raw="" if masked else row.caller_raw,
        caller_display_name="" if masked else row.caller_display_name,
        caller_withheld=row.caller_withheld,
        caller_masked=masked,
        dialled=None if masked else row.dialled_e164,
        agent_id=row.agent_id,
        agent=row.agent_name,
        agent_aor=row.agent_aor,
        started_at=row.started_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        duration_ms=row.duration_ms,
        state=row.state,
        reason=row.reason,
        disclosures=tuple(_disclosure(disclosure) for disclosure in row.disclosures),
        link=link,
        recording=_recording(row.recording) if row.recording else None,
    )


def _disclosure(row: DisclosureRow) -> DisclosureFacts:
    return DisclosureFacts(
        name=row.name,
        language=row.language,
        sha256=row.sha256,
        started_at=row.started_at,
        ended_at=row.ended_at,
        complete=row.complete,
    )


def _recording(row: RecordingRow) -> RecordingFacts:
    return RecordingFacts(
        codec=row.codec,
        channels=row.channels,
        sample_rate_hz=row.sample_rate_hz,
        samples=row.samples,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
    )
