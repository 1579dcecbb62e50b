"""The keeper commits what is closed and waits for what is not, each call for itself."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_spool import SpoolMaker, wav

from calls.manifest import Manifest
from calls.outcome import CallState
from capture import keeper as keeper_module
from capture.keeper import Keeper
from storage.spool.committed import CommittedEntry
from storage.spool.recovery import recover

PATIENCE_S = 20


class Answer:
    """What the keeper said of one entry."""

    def __init__(self) -> None:
        self._said = threading.Event()
        self._manifest: Manifest | None = None

    def __call__(self, manifest: Manifest | None) -> None:
        self._manifest = manifest
        self._said.set()

    @property
    def is_there(self) -> bool:
        return self._said.is_set()

    def manifest(self) -> Manifest | None:
        assert self._said.wait(PATIENCE_S)
        return self._manifest


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
    of_slow, of_quick = Answer(), Answer()
    keeper.commit(slow.entry, done=of_slow)
    keeper.commit(quick.entry, done=of_quick)
    assert of_quick.manifest() is not None
    assert not of_slow.is_there
    slow.record(customer=wav(b"\1\0" * 8000), agent=wav(b"\2\0" * 8000))
    kept = of_slow.manifest()
    assert kept is not None
    assert kept.audio is not None
    assert kept.audio.customer.samples == 8000


def test_an_empty_recording_is_told_from_one_that_is_not_closed(keeper: Keeper, spool_maker: SpoolMaker) -> None:
    """pjsip's header of an open file has zeros in both lengths; of a closed empty one, 36 in the first."""
    call = spool_maker.call()
    call.talk()
    call.record(customer=wav(b"", said_bytes=0), agent=wav(b"", said_bytes=0))
    answer = Answer()
    keeper.commit(call.entry, done=answer)
    other = spool_maker.call()
    other.arrive()
    other.end()
    of_other = Answer()
    keeper.commit(other.entry, done=of_other)
    assert of_other.manifest() is not None
    assert not answer.is_there
    empty = bytearray(wav(b""))
    empty[4] = 36
    call.record(customer=bytes(empty), agent=bytes(empty))
    kept = answer.manifest()
    assert kept is not None
    assert kept.audio is not None
    assert kept.audio.customer.samples == 0


def test_a_recording_that_is_never_closed_is_kept_as_it_is(spool_maker: SpoolMaker) -> None:
    keeper = Keeper(settle_s=0.05)
    call = spool_maker.call()
    call.talk()
    call.record(customer=wav(b"\1\0" * 4000, said_bytes=0), agent=wav(b"\2\0" * 8000))
    answer = Answer()
    keeper.commit(call.entry, done=answer)
    kept = answer.manifest()
    keeper.stop()
    assert kept is not None
    assert kept.state is CallState.RECORDED
    assert kept.audio is not None
    assert kept.audio.customer.samples == 8000


def test_stopping_commits_what_is_closed_and_leaves_the_rest_to_the_recovery(
    spool_maker: SpoolMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "SETTLE_AT_STOP_S", 0.05)
    keeper = Keeper()
    unclosed, whole = spool_maker.call(), spool_maker.call()
    for call in (unclosed, whole):
        call.talk()
    unclosed.record(customer=wav(b"\1\0" * 4000, said_bytes=0), agent=b"")
    of_unclosed, of_whole = Answer(), Answer()
    keeper.commit(unclosed.entry, done=of_unclosed)
    keeper.commit(whole.entry, done=of_whole)
    keeper.stop()
    assert of_whole.manifest() is not None
    assert of_unclosed.manifest() is None
    (recovered,) = recover(spool_maker.spool)
    assert recovered.manifest is not None
    assert recovered.manifest.audio is not None
    assert recovered.manifest.audio.customer.samples == 4000


def test_a_disk_that_refuses_leaves_the_entry_open(
    keeper: Keeper, spool_maker: SpoolMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = spool_maker.call()
    call.talk()

    def refuse(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("storage.spool.open_entry.write_whole", refuse)
        answer = Answer()
        keeper.commit(call.entry, done=answer)
        assert answer.manifest() is None
    folder: Path = call.entry.folder
    assert folder.exists()
    assert list(spool_maker.spool.committed_entries()) == list[CommittedEntry]()
