"""The spool's invariants: a place before the answer, kept by the rename, whatever step the power goes at."""

import json
import os
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fixtures_spool import ARRIVED_AT, RATE_HZ, ScriptedCall, SpoolMaker, everything_below, wav

from calls.errors import BadDataError, SpoolFullError
from calls.identity import new_call_id
from calls.outcome import CallState, Reason
from storage.spool import committed, durable, open_entry
from storage.spool.durable import fsync_folder, move_folder, write_whole
from storage.spool.journal import Ended
from storage.spool.recovery import recover
from storage.spool.spool import Spool


class Killed(BaseException):
    """The process is gone: nothing after this point happened."""


def state_of(spool: Spool) -> tuple[int, int, int]:
    """Count the entries that are open, committed and in quarantine."""
    return len(spool.open_folders()), len(list(spool.committed_entries())), len(list(spool.quarantine.iterdir()))


def test_a_place_is_private_and_one_call_has_one(spool_maker: SpoolMaker) -> None:
    call = spool_maker.call()
    assert stat.S_IMODE(call.entry.folder.stat().st_mode) & 0o007 == 0
    assert state_of(spool_maker.spool) == (1, 0, 0)
    with pytest.raises(FileExistsError):
        spool_maker.spool.reserve(call.call_id, worker="w0-1-0")


def test_a_recorded_call_is_committed_whole(spool_maker: SpoolMaker) -> None:
    call = spool_maker.call()
    call.talk(samples=RATE_HZ)
    manifest = call.entry.commit()
    assert (manifest.state, manifest.reason, manifest.duration_ms) == (CallState.RECORDED, Reason.CALLER_HUNG_UP, 1000)
    assert manifest.audio is not None
    assert manifest.audio.customer.samples == manifest.audio.agent.samples == RATE_HZ
    (entry,) = spool_maker.spool.committed_entries()
    assert (entry.call_id, entry.manifest()) == (call.call_id, manifest)
    assert state_of(spool_maker.spool) == (0, 1, 0)
    spool_maker.spool.tidy()
    assert list(spool_maker.spool.open.iterdir()) == []
    assert recover(spool_maker.spool) == []


def test_a_call_without_audio_is_committed_with_its_reason(spool_maker: SpoolMaker) -> None:
    call = spool_maker.call()
    call.arrive()
    call.end(reason=Reason.ABANDONED_IN_DISCLOSURE)
    manifest = call.entry.commit()
    assert (manifest.state, manifest.reason) == (CallState.NOT_RECORDED, Reason.ABANDONED_IN_DISCLOSURE)
    assert (manifest.audio, manifest.answered_at, manifest.duration_ms, manifest.agent_aor) == (None, None, None, None)


# ---- killed after each step that a worker takes

STEPS: list[tuple[str, Callable[[ScriptedCall], None]]] = [
    ("place taken", lambda _: None),
    ("arrived", lambda call: call.arrive()),
    ("disclosed", lambda call: call.disclose()),
    ("answered", lambda call: call.answer()),
    ("talking", lambda call: call.record(customer=wav(b"\1\0" * 4074, said_bytes=0), agent=wav(b"", said_bytes=0))),
    ("recorders closed", lambda call: call.record(customer=wav(b"\1\0" * 8000), agent=wav(b"\2\0" * 8000))),
    ("ended", lambda call: call.end(duration_ms=1000)),
]
AFTER = {
    # the step it was killed after -> state, reason, samples
    "arrived": (CallState.NOT_RECORDED, Reason.INTERRUPTED, None),
    "disclosed": (CallState.NOT_RECORDED, Reason.INTERRUPTED, None),
    "answered": (CallState.RECORDED, Reason.INTERRUPTED, 0),
    "talking": (CallState.RECORDED, Reason.INTERRUPTED, 4074),
    "recorders closed": (CallState.RECORDED, Reason.INTERRUPTED, 8000),
    "ended": (CallState.RECORDED, Reason.CALLER_HUNG_UP, 8000),
}


@pytest.mark.parametrize("last", [name for name, _ in STEPS])
def test_killed_after_any_step_of_the_call(spool_maker: SpoolMaker, last: str) -> None:
    call = spool_maker.call()
    for name, step in STEPS:
        step(call)
        if name == last:
            break
    (recovered,) = recover(spool_maker.spool)
    assert recovered.call_id == call.call_id
    if last not in AFTER:
        assert recovered.quarantined == "journal: the journal does not begin with an arrival"
        assert state_of(spool_maker.spool) == (0, 0, 1)
        return
    state, reason, samples = AFTER[last]
    assert recovered.manifest is not None
    assert (recovered.manifest.state, recovered.manifest.reason) == (state, reason)
    audio = recovered.manifest.audio
    assert (audio and audio.customer.samples, audio and audio.agent.samples) == (samples, samples)
    assert recovered.manifest.duration_ms == (None if samples is None else samples * 1000 // RATE_HZ)
    assert state_of(spool_maker.spool) == (0, 1, 0)
    assert recover(spool_maker.spool) == []


COMMIT_STEPS: list[tuple[ModuleType, str]] = [
    (open_entry, "whole_audio"),
    (open_entry, "write_whole"),
    (open_entry, "fsync_folder"),
    (open_entry, "move_folder"),
    (durable, "fsync_folder"),
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("module", "function"), COMMIT_STEPS)
def test_killed_at_any_step_of_the_commit(
    spool_maker: SpoolMaker,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    function: str,
    when: str,
) -> None:
    call = spool_maker.call()
    call.talk()
    real = getattr(module, function)

    def killing(*arguments: Any, **options: Any) -> None:  # noqa: ANN401
        if when == "after":
            real(*arguments, **options)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(module, function, killing)
        with pytest.raises(Killed):
            call.entry.commit()
    recover(spool_maker.spool)
    (entry,) = spool_maker.spool.committed_entries()
    manifest = entry.manifest()
    assert (manifest.state, manifest.reason, manifest.duration_ms) == (CallState.RECORDED, Reason.CALLER_HUNG_UP, 1000)
    assert state_of(spool_maker.spool) == (0, 1, 0)
    assert {path for path in everything_below(entry.folder) if path.endswith(".wav")} == {"customer.wav", "agent.wav"}


def test_recovery_of_one_worker_leaves_the_others_alone(spool_maker: SpoolMaker) -> None:
    dead, living = spool_maker.call(worker="w0-1-0"), spool_maker.call(worker="w1-1-0")
    dead.arrive()
    living.arrive()
    assert [one.call_id for one in recover(spool_maker.spool, worker="w0-1-0")] == [dead.call_id]
    spool_maker.spool.tidy(worker="w0-1-0")
    assert [path.name for path in spool_maker.spool.open.iterdir()] == ["w1-1-0"]
    living.disclose()


def test_unreadable_journal_goes_whole_into_quarantine_with_its_reason(spool_maker: SpoolMaker) -> None:
    call = spool_maker.call()
    call.talk()
    journal = call.entry.folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(lines[0] + b"rubbish\n" + lines[2])
    before = everything_below(call.entry.folder)
    other = spool_maker.call()
    other.arrive()
    recovered = {one.call_id: one for one in recover(spool_maker.spool)}
    assert "journal.jsonl:2" in (recovered[call.call_id].quarantined or "")
    assert recovered[other.call_id].manifest is not None
    kept = everything_below(spool_maker.spool.quarantine / call.call_id)
    assert kept.pop("reason.txt") > 0
    assert kept == before
    assert state_of(spool_maker.spool) == (0, 1, 1)


def test_where_the_disk_refuses_the_entry_waits_for_the_next_recovery(
    spool_maker: SpoolMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = spool_maker.call()
    call.talk()

    def full(*_: Any, **__: Any) -> None:  # noqa: ANN401
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(open_entry, "write_whole", full)
        patched.setattr(committed, "write_whole", full)
        (waiting,) = recover(spool_maker.spool)
    assert (waiting.manifest, waiting.quarantined) == (None, None)
    assert "No space left" in (waiting.left_open or "")
    assert state_of(spool_maker.spool) == (1, 0, 0)
    (kept,) = recover(spool_maker.spool)
    assert kept.manifest is not None
    assert kept.manifest.state is CallState.RECORDED


def test_where_the_disk_does_not_read_the_entry_waits_for_the_next_recovery(spool_maker: SpoolMaker) -> None:
    """A folder in the recording's place stands for whatever opens no file: no damage is known, so no quarantine."""
    call = spool_maker.call()
    call.talk()
    aside = call.entry.customer_wav.rename(call.entry.folder / "aside")
    call.entry.customer_wav.mkdir()
    (waiting,) = recover(spool_maker.spool)
    assert (waiting.manifest, waiting.quarantined) == (None, None)
    assert "directory" in (waiting.left_open or "")
    assert state_of(spool_maker.spool) == (1, 0, 0)
    call.entry.customer_wav.rmdir()
    aside.rename(call.entry.customer_wav)
    (kept,) = recover(spool_maker.spool)
    assert kept.manifest is not None


def test_a_clock_that_was_set_back_makes_no_call_end_before_it_began(spool_maker: SpoolMaker) -> None:
    call = spool_maker.call()
    call.arrive()
    call.answer()
    call.record(customer=wav(b"\1\0" * 80), agent=wav(b"\2\0" * 80))
    call.note(Ended(at=ARRIVED_AT - timedelta(hours=1), reason=Reason.CALLER_HUNG_UP, duration_ms=-3))
    manifest = call.entry.commit()
    assert (manifest.started_at, manifest.ended_at, manifest.duration_ms) == (ARRIVED_AT, ARRIVED_AT, 0)


# ---- a full disk, by the reserve


def test_full_spool_refuses_the_call_but_writes_the_refusal_down(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", reserve_bytes=2**62)
    spool.prepare()
    with pytest.raises(SpoolFullError) as refusal:
        spool.reserve(new_call_id(), worker="w0-1-0")
    assert str(spool.folder) in str(refusal.value)
    assert refusal.value.remedy
    assert state_of(spool) == (0, 0, 0)
    call_id = new_call_id()
    call = ScriptedCall(entry=spool.reserve(call_id, worker="w0-1-0", even_if_full=True), call_id=call_id)
    call.arrive()
    call.end(reason=Reason.SPOOL_FULL)
    assert call.entry.commit().reason is Reason.SPOOL_FULL


# ---- committed entries


def test_discard_leaves_nothing_and_may_be_repeated(spool_maker: SpoolMaker) -> None:
    call = spool_maker.call()
    call.talk()
    call.entry.commit()
    (entry,) = spool_maker.spool.committed_entries()
    entry.discard()
    assert everything_below(spool_maker.spool.committed) == {}
    entry.discard()
    assert state_of(spool_maker.spool) == (0, 0, 0)


def test_half_discarded_entry_is_no_entry_and_is_finished_by_the_next_discard(spool_maker: SpoolMaker) -> None:
    call = spool_maker.call()
    call.talk()
    call.entry.commit()
    (entry,) = spool_maker.spool.committed_entries()
    entry.folder.rename(entry.folder.with_name(f".{entry.folder.name}"))
    assert list(spool_maker.spool.committed_entries()) == []
    entry.discard()
    assert list(spool_maker.spool.committed.iterdir()) == []


def test_committed_entries_come_oldest_first(spool_maker: SpoolMaker) -> None:
    calls = [spool_maker.call() for _ in range(5)]
    for call in reversed(calls):
        call.arrive()
        call.end()
        call.entry.commit()
    assert [entry.call_id for entry in spool_maker.spool.committed_entries()] == [call.call_id for call in calls]


def test_manifest_that_was_tampered_with_is_refused(spool_maker: SpoolMaker) -> None:
    call = spool_maker.call()
    call.talk()
    call.entry.commit()
    (entry,) = spool_maker.spool.committed_entries()
    path = entry.folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "surprise": 1}), encoding="utf-8")
    with pytest.raises(BadDataError, match=call.call_id):
        entry.manifest()


def test_flush_follows_an_entry_that_was_committed_meanwhile(spool_maker: SpoolMaker) -> None:
    call = spool_maker.call()
    call.arrive()
    call.entry.flush()
    call.end()
    call.entry.commit()
    call.entry.flush()


# ---- durable writes


def test_every_name_on_the_way_to_a_call_is_made_durable(
    spool_maker: SpoolMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A journal whose folder, or whose own name, a power cut takes is a call that nobody finds."""
    synced: set[Path] = set()
    real = os.fsync

    def noting(descriptor: int) -> None:
        synced.add(Path(f"/proc/self/fd/{descriptor}").readlink())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    call = spool_maker.call(worker="w7-1-0")
    spool = spool_maker.spool
    assert synced == {spool.open, spool.open / "w7-1-0"}
    call.arrive()
    call.entry.flush()
    assert {call.entry.folder, call.entry.folder / "journal.jsonl"} <= synced


def test_write_whole_shows_the_old_bytes_or_the_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    write_whole(path, b"old", mode=0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    synced: list[int] = []

    def killed_in_fsync(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_size)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", killed_in_fsync)
        with pytest.raises(Killed):
            write_whole(path, b"newer", mode=0o600)
    assert (path.read_bytes(), synced) == (b"old", [5]), "every byte is written before it is made durable"
    write_whole(path, b"newest", mode=0o600)
    assert path.read_bytes() == b"newest"
    assert [one.name for one in tmp_path.iterdir()] == ["secret"]


def test_move_folder_never_replaces_anything(tmp_path: Path) -> None:
    source, target = tmp_path / "from" / "x", tmp_path / "to" / "x"
    for folder in (source, target):
        folder.mkdir(parents=True)
        (folder / "file").write_text(str(folder), encoding="utf-8")
    with pytest.raises(OSError, match="not empty"):
        move_folder(source, target)
    assert (source / "file").exists()
    fsync_folder(target)
