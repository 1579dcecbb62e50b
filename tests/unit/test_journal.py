"""The journal: events come back, a torn last line did not happen, other damage is named; and what it adds up to."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fixtures_spool import ARRIVED_AT, ScriptedCall, SpoolMaker
from hypothesis import given
from hypothesis import strategies as st

from calls.caller import Caller
from calls.errors import BadDataError
from calls.identity import parse_call_id
from calls.manifest import Audio, ChannelFile
from calls.outcome import CallState, Direction, Reason
from storage.spool.fold import facts_of, manifest_of
from storage.spool.journal import (
    Answered,
    Arrived,
    DisclosureEnded,
    DisclosureStarted,
    Ended,
    Journal,
    JournalEvent,
    Ringing,
    read_journal,
)

moments = st.integers(0, 2**42).map(lambda ms: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms))
events = st.one_of(
    st.builds(
        Arrived,
        at=moments,
        call_id=st.uuids().map(lambda one: parse_call_id(str(one))),
        sip_call_id=st.text(),
        direction=st.sampled_from(Direction),
        service_number=st.text(),
        service_name=st.text(),
        caller=st.builds(
            Caller, raw=st.text(), number=st.none() | st.text(), display_name=st.text(), withheld=st.booleans()
        ),
        worker=st.text(),
    ),
    st.builds(DisclosureStarted, at=moments, name=st.text(), language=st.text(), sha256=st.text()),
    st.builds(DisclosureEnded, at=moments, complete=st.booleans()),
    st.builds(Ringing, at=moments, agent_aors=st.lists(st.text(), max_size=3).map(tuple)),
    st.builds(Answered, at=moments, agent_aor=st.text(), sample_rate_hz=st.sampled_from([8000, 16000])),
    st.builds(Ended, at=moments, reason=st.sampled_from(Reason), duration_ms=st.none() | st.integers(0, 2**40)),
)


def written(folder: Path, said: list[JournalEvent]) -> Path:
    path = folder / "journal.jsonl"
    path.unlink(missing_ok=True)
    journal = Journal(path)
    for event in said:
        journal.append(event)
    journal.close()
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journal")


@given(said=st.lists(events, max_size=6))
def test_events_come_back_as_they_were_written(folder: Path, said: list[JournalEvent]) -> None:
    assert read_journal(written(folder, said)) == said


@given(said=st.lists(events, min_size=1, max_size=4), data=st.data())
def test_a_journal_cut_anywhere_gives_the_events_before_the_cut(
    folder: Path, said: list[JournalEvent], data: st.DataObject
) -> None:
    path = written(folder, said)
    whole = path.read_bytes()
    kept = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:kept])
    read = read_journal(path)
    lines = whole[:kept].count(b"\n")
    # a line that lacks nothing but its end did happen
    assert read in (said[:lines], said[: lines + 1])
    assert len(read) == lines or whole[:kept].endswith(b"}")


def test_zeros_after_a_power_cut_are_a_torn_line(spool_maker: SpoolMaker) -> None:
    call = spool_maker.call()
    call.arrive()
    path = call.entry.folder / "journal.jsonl"
    path.write_bytes(path.read_bytes() + b"\0" * 300)
    assert read_journal(path) == call.events


@pytest.mark.parametrize(
    "damage", [b"\0" * 10, b"12", b"null", b"[]", b"{}", b'{"kind": "answered"}', b'{"kind": "sung"}', b"\xff\xfe", b""]
)
def test_damage_before_the_last_line_is_named(spool_maker: SpoolMaker, damage: bytes) -> None:
    call = spool_maker.call()
    call.arrive()
    path = call.entry.folder / "journal.jsonl"
    with path.open("ab") as file:
        file.write(damage + b"\n")
    call.disclose()
    with pytest.raises(BadDataError) as refusal:
        read_journal(path)
    assert refusal.value.where == "journal.jsonl:2"


def facts_line(call: ScriptedCall) -> tuple[object, ...]:
    audio = None
    if any(isinstance(event, Answered) for event in call.events):
        channels = (ChannelFile(file=name, samples=4000, sha256="") for name in ("customer.wav", "agent.wav"))
        audio = Audio(8000, *channels)
    manifest = manifest_of(facts_of(call.events), audio=audio)
    heard = [disclosure.complete for disclosure in manifest.disclosures]
    ended_s = (manifest.ended_at - ARRIVED_AT).total_seconds()
    return manifest.state, manifest.reason, heard, manifest.duration_ms, ended_s


def test_fold_of_calls_that_ended_and_of_calls_that_were_cut_off(spool_maker: SpoolMaker) -> None:
    recorded, not_recorded = CallState.RECORDED, CallState.NOT_RECORDED
    call = spool_maker.call()
    call.arrive()
    assert facts_line(call) == (not_recorded, Reason.INTERRUPTED, [], None, 0.0)
    call.disclose(complete=False)
    assert facts_line(call) == (not_recorded, Reason.INTERRUPTED, [False], None, 6.0)
    call.disclose()
    assert facts_line(call) == (not_recorded, Reason.INTERRUPTED, [False, True], None, 6.0)
    call.answer()
    assert facts_line(call) == (recorded, Reason.INTERRUPTED, [False, True], 500, 9.5)
    call.end(reason=Reason.AGENT_HUNG_UP, duration_ms=510)
    assert facts_line(call) == (recorded, Reason.AGENT_HUNG_UP, [False, True], 510, 60.0)


def test_disclosure_that_did_not_end_was_not_heard(spool_maker: SpoolMaker) -> None:
    call = spool_maker.call()
    call.arrive()
    call.note(DisclosureStarted(at=ARRIVED_AT, name="recording-fi", language="fi", sha256="0" * 64))
    assert facts_line(call) == (CallState.NOT_RECORDED, Reason.INTERRUPTED, [False], None, 0.0)


def test_events_out_of_order_are_bad_data(spool_maker: SpoolMaker) -> None:
    call = spool_maker.call()
    call.arrive()
    arrived = call.events[0]
    ended = DisclosureEnded(at=ARRIVED_AT, complete=True)
    for said in ([], [ended], [arrived, arrived], [arrived, ended]):
        with pytest.raises(BadDataError):
            facts_of(said)
