"""Recordings that were cut off anywhere become whole ones, and both channels of a call become equally long."""

import hashlib
import io
import wave
from pathlib import Path

import pytest
from fixtures_spool import RATE_HZ, wav
from hypothesis import example, given
from hypothesis import strategies as st

from calls.errors import IntegrityError, UnavailableError
from storage.spool.channels import AGENT_FILE, CUSTOMER_FILE, whole_audio
from storage.spool.wav import HEADER_BYTES, measure, pad, repair


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wav")


def samples_of(path: Path) -> bytes:
    """Read with somebody else's reader."""
    with wave.open(io.BytesIO(path.read_bytes())) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
        return bytes(file.readframes(file.getnframes()))


@given(length=st.integers(0, 9000))
@example(0)
@example(1)
@example(HEADER_BYTES - 1)
@example(HEADER_BYTES)
@example(HEADER_BYTES + 1)
@example(HEADER_BYTES + 2)
@example(4096)
@example(8192)
def test_a_file_cut_off_at_any_length_keeps_every_whole_sample(folder: Path, length: int) -> None:
    path = folder / "cut.wav"
    cut = wav(bytes(range(256)) * 40, said_bytes=0)[:length]
    path.write_bytes(cut)
    repaired = repair(path, sample_rate_hz=RATE_HZ)
    data = cut[HEADER_BYTES:]
    assert samples_of(path) == data[: len(data) // 2 * 2]
    assert measure(path) == repaired
    assert (repaired.sample_rate_hz, repaired.samples) == (RATE_HZ, len(data) // 2)
    assert repair(path, sample_rate_hz=RATE_HZ) == repaired


def test_a_file_that_never_was_becomes_an_empty_recording(tmp_path: Path) -> None:
    path = tmp_path / "none.wav"
    assert repair(path, sample_rate_hz=RATE_HZ).samples == 0
    assert samples_of(path) == b""


@given(before=st.integers(0, 300), more=st.integers(0, 300))
def test_padding_adds_silence_at_the_end(folder: Path, before: int, more: int) -> None:
    path = folder / "short.wav"
    path.write_bytes(wav(b"\x11\x22" * before))
    pad(path, sample_rate_hz=RATE_HZ, to_samples=before + more)
    assert samples_of(path) == b"\x11\x22" * before + b"\0\0" * more


@given(customer=st.integers(0, 9000), agent=st.integers(0, 9000), closed=st.booleans())
@example(customer=0, agent=0, closed=False)
@example(customer=0, agent=0, closed=True)
@example(customer=43, agent=4096, closed=False)
@example(customer=8192, agent=4097, closed=False)
def test_both_channels_of_any_two_files_are_whole_equal_and_hashed(
    folder: Path,
    customer: int,
    agent: int,
    closed: bool,  # noqa: FBT001 (hypothesis passes it by name)
) -> None:
    lengths = {CUSTOMER_FILE: customer, AGENT_FILE: agent}
    kept = {}
    for name, length in lengths.items():
        data = (b"\x33\x44" * 4500)[: max(0, length - HEADER_BYTES) // 2 * 2]
        kept[name] = data
        whole = wav(data) if closed else wav(data, said_bytes=0)[: min(length, HEADER_BYTES)] + data
        (folder / name).write_bytes(whole)
    audio = whole_audio(folder, sample_rate_hz=RATE_HZ)
    longest = max(map(len, kept.values())) // 2
    assert (audio.customer.samples, audio.agent.samples, audio.sample_rate_hz) == (longest, longest, RATE_HZ)
    for channel in (audio.customer, audio.agent):
        path = folder / channel.file
        assert samples_of(path) == kept[channel.file].ljust(longest * 2, b"\0")
        assert channel.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert whole_audio(folder, sample_rate_hz=RATE_HZ) == audio


def test_a_recording_of_another_rate_is_refused_and_left_alone(tmp_path: Path) -> None:
    for name in (CUSTOMER_FILE, AGENT_FILE):
        (tmp_path / name).write_bytes(wav(b"\0\0" * 100, rate_hz=16000))
    with pytest.raises(IntegrityError, match="16000 Hz"):
        whole_audio(tmp_path, sample_rate_hz=RATE_HZ)
    assert measure(tmp_path / AGENT_FILE).sample_rate_hz == 16000


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not a recording"),
        (b"RIFF" + b"\0" * 39, "not a recording"),
        (b"\0" * 44, "mono 16-bit"),
        (wav(b"\0\0" * 9, said_bytes=0), "says 0 bytes, the file has 18"),
        (wav(b"\0\0" * 9, said_bytes=20), "says 20 bytes, the file has 18"),
        (wav(b"", said_bytes=0), "says 0 bytes in all"),
    ],
)
def test_what_is_no_closed_recording_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    with pytest.raises(IntegrityError, match=told):
        measure(path)


def test_a_disk_that_refuses_says_nothing_about_the_recording(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="Is a directory"):
        measure(tmp_path)
    with pytest.raises(IntegrityError, match="not a recording"):
        measure(tmp_path / "none.wav")
