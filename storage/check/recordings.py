"""Holds the rows of one call to their MAC, their key and their objects (invariants 1 and 7)."""

from calls.errors import IntegrityError
from calls.outcome import CallState
from storage.archive.attempt import sizes_of
from storage.archive.facts import facts_are_authentic
from storage.check.content import audio_problem, peaks_problem
from storage.check.finding import Invariant, Kind, Report
from storage.check.key_tally import KeyTally
from storage.database.calls import CallRow, RecordingRow
from storage.objects.store import ObjectStore
from storage.vault.key_ring import DataKey, KeyRing

LENGTH_TOLERANCE_MS = 40


def check_call(
    call: CallRow, report: Report, *, stored: dict[str, int], objects: ObjectStore, keys: KeyRing, tally: KeyTally
) -> None:
    """Check one call. ``stored`` are the sizes of the objects that a listing saw."""
    report.calls += 1
    _check_facts(call, report, keys=keys, tally=tally)
    recording = call.recording
    if (recording is not None) != (call.state == CallState.RECORDED):
        what = f"the call is {call.state}, and there is {'a' if recording else 'no'} recording"
        report.add(Kind.ROW, call.id, Invariant.ROW_HAS_OBJECT_AND_KEY, what)
    if recording is None:
        return
    report.recordings += 1
    if report.level.sizes:
        _check_length(call, recording, report)
    key = _opened_key(recording, report, keys=keys, tally=tally)
    whole = [
        _is_stored(name, size, report, stored=stored, objects=objects) for name, size in sizes_of(recording).items()
    ]
    if key is not None and all(whole) and report.level.bytes:
        _check_content(recording, report, key=key, objects=objects)


def _check_facts(call: CallRow, report: Report, *, keys: KeyRing, tally: KeyTally) -> None:
    try:
        authentic = facts_are_authentic(call, keys=keys)
    except IntegrityError as error:
        report.add(Kind.ROW, call.id, Invariant.ROW_HAS_OBJECT_AND_KEY, error.what)
        return
    tally.tried(call.facts_key_version or 0, held=authentic)
    if not authentic:
        what = (
            "a fact of the call, its disclosures or its recording was changed: "
            f"its MAC under kek-{call.facts_key_version} does not hold"
        )
        report.add(Kind.ROW, call.id, Invariant.ROW_HAS_OBJECT_AND_KEY, what)


def _check_length(call: CallRow, recording: RecordingRow, report: Report) -> None:
    length_ms = recording.samples * 1000 / recording.sample_rate_hz if recording.sample_rate_hz > 0 else 0
    if call.duration_ms is None or abs(length_ms - call.duration_ms) > LENGTH_TOLERANCE_MS:
        what = f"the recording lasts {length_ms:.0f} ms, the call {call.duration_ms} ms"
        report.add(Kind.ROW, call.id, Invariant.CHANNELS_SPAN_THE_CALL, what)


def _opened_key(recording: RecordingRow, report: Report, *, keys: KeyRing, tally: KeyTally) -> DataKey | None:
    try:
        key = keys.unwrap(recording.wrapped_key, recording.key_version, recording.call_id)
    except IntegrityError as error:
        report.add(Kind.KEY, recording.call_id, Invariant.ROW_HAS_OBJECT_AND_KEY, error.what)
        if recording.key_version in keys.versions:
            tally.tried(recording.key_version, held=False)
        return None
    tally.tried(recording.key_version, held=True)
    return key


def _is_stored(name: str, size_bytes: int, report: Report, *, stored: dict[str, int], objects: ObjectStore) -> bool:
    found = stored.get(name)
    if found is None:  # archived since the listing, or missing
        seen = objects.find(name)
        found = seen.size_bytes if seen else None
    if found is None:
        report.add(Kind.OBJECT, name, Invariant.ROW_HAS_OBJECT_AND_KEY, "the object is missing")
        return False
    if report.level.sizes and found != size_bytes:
        what = f"the object has {found} bytes, its row says {size_bytes}"
        report.add(Kind.OBJECT, name, Invariant.ROW_HAS_OBJECT_AND_KEY, what)
        return False
    return True


def _check_content(recording: RecordingRow, report: Report, *, key: DataKey, objects: ObjectStore) -> None:
    problems = {
        recording.object_key: audio_problem(recording, key=key, objects=objects),
        recording.peaks_key: peaks_problem(recording, key=key, objects=objects),
    }
    for name, problem in problems.items():
        if problem:
            report.add(Kind.OBJECT, name, Invariant.ROW_HAS_OBJECT_AND_KEY, problem)
