"""The facts of a call that are authenticated: a row that somebody changed by hand is told from one he did not.

The MAC covers what is listed here and nothing else, so that a later migration may add columns; the list of version 1
is never changed, only followed by another. Version 2 is of outbound calls: it also says whom they went to.
"""

import json
from datetime import UTC, datetime

from calls.errors import IntegrityError
from storage.database.calls import CallRow
from storage.vault.key_ring import KeyRing

_FORMAT = "tallenne-call-facts-v1"
_OUTBOUND_FORMAT = "tallenne-call-facts-v2"
_CALL = (
    "id",
    "sip_call_id",
    "direction",
    "service_number",
    "service_name",
    "caller_e164",
    "caller_raw",
    "caller_display_name",
    "caller_withheld",
    "agent_id",
    "agent_name",
    "agent_aor",
    "started_at",
    "answered_at",
    "ended_at",
    "duration_ms",
    "state",
    "reason",
    "worker",
    "archived_at",
)
_DISCLOSURE = ("position", "name", "language", "sha256", "started_at", "ended_at", "complete")
_RECORDING = (
    "codec",
    "channels",
    "sample_rate_hz",
    "samples",
    "size_bytes",
    "sha256",
    "object_key",
    "object_size_bytes",
    "object_sha256",
    "peaks_key",
    "peaks_size_bytes",
    "peaks_sha256",
    "wrapped_key",
    "key_version",
)


def authenticate_facts(call: CallRow, *, keys: KeyRing) -> None:
    """Put the MAC of a call's facts into its row; afterwards nothing of them may change."""
    call.facts_mac, call.facts_key_version = keys.mac(canonical_facts(call))


def facts_are_authentic(call: CallRow, *, keys: KeyRing) -> bool:
    """Tell whether a call's rows still say what they said; raise IntegrityError where the KEK is missing."""
    if call.facts_mac is None or call.facts_key_version is None:
        raise IntegrityError(what="the call's facts bear no MAC", where=call.id, remedy="restore the row from a backup")
    return keys.verify(canonical_facts(call), call.facts_mac, call.facts_key_version)


def canonical_facts(call: CallRow) -> bytes:
    """Write the facts of a call, its disclosures and its recording as bytes, the same on every database."""
    recording = call.recording
    is_outbound = call.dialled_e164 is not None
    plain = {
        "format": _OUTBOUND_FORMAT if is_outbound else _FORMAT,
        "call": _plain(call, (*_CALL, "dialled_e164") if is_outbound else _CALL),
        "disclosures": [_plain(played, _DISCLOSURE) for played in call.disclosures],
        "recording": None if recording is None else _plain(recording, _RECORDING),
    }
    return json.dumps(plain, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


def _plain(row: object, columns: tuple[str, ...]) -> dict[str, object]:
    return {column: _value(getattr(row, column)) for column in columns}


def _value(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes):
        return value.hex()
    return value
