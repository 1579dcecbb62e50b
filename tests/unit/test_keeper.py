"""The keeper commits what is closed and waits for what is not, each call for itself."""

import threading
from collections.abc import Iterator

import pytest
from fixtures_spool import ScriptedCall, SpoolMaker, wav
from fixtures_waiting import until

from calls.manifest import Manifest
from calls.outcome import CallState
from capture import keeper as keeper_module
from capture.keeper import Keeper
from storage.spool.committed import CommittedEntry
from storage.spool.recovery import recover

PATIENCE_S = 20


def kept(call: ScriptedCall, spool_maker: SpoolMaker) -> Manifest:
    """Wait until a call is committed, and give what its manifest on the disk says."""
    entry = CommittedEntry(spool_maker.spool.committed / call.call_id)
    until(entry.folder.exists, what="the call is committed", timeout_s=PATIENCE_S, poll_s=0.01)
    return entry.manifest()


def is_open(call: ScriptedCall) -> bool:
    return call.entry.folder.exists()


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    keeper = Keeper()
    yield keeper
    keeper.stop()


def test_a_recording_that_is_not_closed_yet_holds_up_no_other_call(keeper: Keeper, spool_maker: SpoolMaker) -> None:
    slow, quick = spool_maker.call(), spool_maker.call()
    slow.talk()
    slow.record(customer=wav(b"\1\0" * 4000, said_bytes=0), agent=b"")
    quick.talk()
    keeper.commit(slow.entry)
    keeper.commit(quick.entry)
    assert kept(quick, spool_maker).state is CallState.RECORDED
    assert is_open(slow)
    slow.record(customer=wav(b"\1\0" * 8000), agent=wav(b"\2\0" * 8000))
    audio = kept(slow, spool_maker).audio
    assert audio is not None
    assert audio.customer.samples == 8000


def test_an_empty_recording_is_told_from_one_that_is_not_closed(keeper: Keeper, spool_maker: SpoolMaker) -> None:
    """pjsip's header of an open file has zeros in both lengths; of a closed empty one, 36 in the first."""
    call = spool_maker.call()
    call.talk()
    call.record(customer=wav(b"", said_bytes=0), agent=wav(b"", said_bytes=0))
    keeper.commit(call.entry)
    other = spool_maker.call()
    other.arrive()
    other.end()
    keeper.commit(other.entry)
    assert kept(other, spool_maker).state is CallState.NOT_RECORDED
    assert is_open(call)
    empty = bytearray(wav(b""))
    empty[4] = 36
    call.record(customer=bytes(empty), agent=bytes(empty))
    audio = kept(call, spool_maker).audio
    assert audio is not None
    assert audio.customer.samples == 0


def test_a_recording_that_is_never_closed_is_kept_as_it_is(spool_maker: SpoolMaker) -> None:
    keeper = Keeper(settle_s=0.05)
    call = spool_maker.call()
    call.talk()
    call.record(customer=wav(b"\1\0" * 4000, said_bytes=0), agent=wav(b"\2\0" * 8000))
    keeper.commit(call.entry)
    manifest = kept(call, spool_maker)
    keeper.stop()
    assert manifest.state is CallState.RECORDED
    assert manifest.audio is not None
    assert manifest.audio.customer.samples == 8000


def test_stopping_commits_what_is_closed_and_leaves_the_rest_to_the_recovery(
    spool_maker: SpoolMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "SETTLE_AT_STOP_S", 0.05)
    keeper = Keeper()
    unclosed, whole = spool_maker.call(), spool_maker.call()
    for call in (unclosed, whole):
        call.talk()
    unclosed.record(customer=wav(b"\1\0" * 4000, said_bytes=0), agent=b"")
    keeper.commit(unclosed.entry)
    keeper.commit(whole.entry)
    keeper.stop()
    assert [entry.call_id for entry in spool_maker.spool.committed_entries()] == [whole.call_id]
    assert is_open(unclosed)
    (recovered,) = recover(spool_maker.spool)
    assert recovered.manifest is not None
    assert recovered.manifest.audio is not None
    assert recovered.manifest.audio.customer.samples == 4000


def test_a_disk_that_refuses_leaves_the_entry_open(
    keeper: Keeper, spool_maker: SpoolMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = spool_maker.call()
    call.talk()
    tried = threading.Event()

    def refuse(*_arguments: object) -> None:
        tried.set()
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("storage.spool.open_entry.write_whole", refuse)
        keeper.commit(call.entry)
        assert tried.wait(PATIENCE_S)
        keeper.stop()
    assert is_open(call)
    assert list(spool_maker.spool.committed_entries()) == list[CommittedEntry]()
