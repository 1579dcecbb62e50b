"""The manifest and the call id: what is written is what is read, and anything else is refused by name."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.caller import Caller
from calls.clock import from_iso, iso
from calls.errors import BadDataError
from calls.identity import new_call_id, parse_call_id
from calls.manifest import Audio, ChannelFile, DisclosurePlayed, Manifest, parse_manifest
from calls.outcome import CallState, Direction, Reason

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
moments = st.integers(0, 2**42).map(lambda ms: EPOCH + timedelta(milliseconds=ms))
hashes = st.text("0123456789abcdef", min_size=64, max_size=64)
disclosures = st.builds(
    DisclosurePlayed,
    name=st.text(),
    language=st.text("fisven", min_size=2, max_size=2),
    sha256=hashes,
    started_at=moments,
    ended_at=moments,
    complete=st.booleans(),
)
channels = st.builds(ChannelFile, file=st.text(min_size=1), samples=st.integers(0, 2**31), sha256=hashes)
manifests = st.builds(
    Manifest,
    call_id=st.uuids().map(lambda one: parse_call_id(str(one))),
    sip_call_id=st.text(),
    direction=st.sampled_from(Direction),
    service_number=st.text(),
    service_name=st.text(),
    caller=st.builds(
        Caller, raw=st.text(), number=st.none() | st.text(), display_name=st.text(), withheld=st.booleans()
    ),
    agent_aor=st.none() | st.text(),
    started_at=moments,
    answered_at=st.none() | moments,
    ended_at=moments,
    duration_ms=st.none() | st.integers(0, 2**40),
    state=st.sampled_from(CallState),
    reason=st.sampled_from(Reason),
    worker=st.text(),
    disclosures=st.lists(disclosures, max_size=3).map(tuple),
    audio=st.none()
    | st.builds(Audio, sample_rate_hz=st.sampled_from([8000, 16000]), customer=channels, agent=channels),
)
EXAMPLE = Manifest(
    call_id=new_call_id(),
    sip_call_id="1@x",
    direction=Direction.INBOUND,
    service_number="+358102001000",
    service_name="Asiakaspalvelu",
    caller=Caller(raw="anonymous", number=None, display_name="", withheld=True),
    agent_aor=None,
    started_at=EPOCH,
    answered_at=None,
    ended_at=EPOCH,
    duration_ms=None,
    state=CallState.NOT_RECORDED,
    reason=Reason.NO_AGENT,
    worker="w0",
)


@given(manifests)
def test_manifest_is_read_as_it_was_written(manifest: Manifest) -> None:
    assert parse_manifest(manifest.to_json()) == manifest


def changed(**changes: Any) -> str:  # noqa: ANN401 (JSON)
    return json.dumps({**json.loads(EXAMPLE.to_json()), **changes})


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "12", "null", "{}",
        changed(version=2), changed(more=1), changed(call_id="x"), changed(state="lost"), changed(reason=""),
        changed(caller={}), changed(caller=None), changed(started_at=None), changed(started_at="2026-01-01T12:00:00"),
        changed(audio={}), changed(audio=[]), changed(disclosures=[1]), changed(disclosures=None),
    ],
)  # fmt: skip
def test_anything_else_is_refused_naming_the_place(text: str) -> None:
    with pytest.raises(BadDataError) as refusal:
        parse_manifest(text, where="some/manifest.json")
    assert "some/manifest.json" in str(refusal.value) or "call id" in str(refusal.value)


def test_times_are_utc_with_milliseconds() -> None:
    helsinki = datetime(2026, 1, 31, 14, 0, 0, 5000, tzinfo=timezone(timedelta(hours=2)))
    assert iso(helsinki) == "2026-01-31T12:00:00.005Z"
    assert from_iso("2026-01-31T14:00:00.005+02:00") == helsinki
    with pytest.raises(ValueError, match="zone"):
        from_iso("2026-01-31T14:00:00")


def test_call_ids_sort_by_birth_and_are_canonical() -> None:
    ids = [new_call_id() for _ in range(200)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 200
    assert parse_call_id("{" + ids[0].upper() + "}") == ids[0]
    assert parse_call_id(f"urn:uuid:{ids[0]}") == ids[0]


@pytest.mark.parametrize(
    "text", ["", "x", "../../etc/passwd", "0" * 31, "0" * 33, "01890000-0000-7000-8000-00000000000g"]
)
def test_what_is_no_call_id_is_bad_data(text: str) -> None:
    with pytest.raises(BadDataError, match="not a call id"):
        parse_call_id(text)
