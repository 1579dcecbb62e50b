"""Two recordings become one FLAC, left the customer, right the agent, and peaks that show them."""

import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from calls.errors import IntegrityError, UnavailableError
from storage.audio.channels import FRAMES_A_BLOCK, frames_of_flac, frames_of_pair
from storage.audio.flac import make_flac
from storage.audio.peaks import make_peaks

RATE = 8000


def tone(samples: int, *, hz: int, level: int) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hz * np.arange(samples) / RATE)).astype(np.int16)


def pair(folder: Path, customer: np.ndarray, agent: np.ndarray, *, rate: int = RATE) -> tuple[Path, Path]:
    paths = folder / "customer.wav", folder / "agent.wav"
    for path, samples in zip(paths, (customer, agent), strict=True):
        soundfile.write(path, samples, rate, subtype="PCM_16")
    return paths


@pytest.mark.parametrize("samples", [1, 159, 160, RATE, FRAMES_A_BLOCK - 1, FRAMES_A_BLOCK + 1, 3 * FRAMES_A_BLOCK])
def test_left_is_the_customer_right_the_agent(tmp_path: Path, samples: int) -> None:
    customer, agent = tone(samples, hz=440, level=9000), tone(samples, hz=1000, level=20000)
    facts = make_flac(*pair(tmp_path, customer, agent), tmp_path / "x.flac", sample_rate_hz=RATE)
    decoded, rate = soundfile.read(tmp_path / "x.flac", dtype="int16")
    assert rate == RATE
    assert np.array_equal(decoded[:, 0], customer)
    assert np.array_equal(decoded[:, 1], agent)
    assert facts.samples == samples
    assert facts.size_bytes == (tmp_path / "x.flac").stat().st_size


def test_a_call_without_a_sample_is_one_of_silence(tmp_path: Path) -> None:
    nothing = np.zeros(0, dtype=np.int16)
    paths = pair(tmp_path, nothing, nothing)
    facts = make_flac(*paths, tmp_path / "x.flac", sample_rate_hz=RATE)
    assert facts.samples == 1
    assert soundfile.info(tmp_path / "x.flac").frames == 1
    assert make_peaks(frames_of_pair(*paths), sample_rate_hz=RATE)[24:] == bytes(4)


def test_wideband_keeps_its_rate(tmp_path: Path) -> None:
    samples = tone(32000, hz=440, level=5000)
    facts = make_flac(*pair(tmp_path, samples, samples, rate=16000), tmp_path / "x.flac", sample_rate_hz=16000)
    assert facts.sample_rate_hz == 16000
    assert soundfile.info(tmp_path / "x.flac").samplerate == 16000


def test_unequal_or_broken_recordings_are_refused(tmp_path: Path) -> None:
    customer, agent = pair(tmp_path, tone(100, hz=1, level=1), tone(101, hz=1, level=1))
    with pytest.raises(IntegrityError, match="100 and 101"):
        make_flac(customer, agent, tmp_path / "x.flac", sample_rate_hz=RATE)
    agent.write_bytes(b"RIFFnot a recording")
    with pytest.raises(IntegrityError, match="not a recording"):
        make_flac(customer, agent, tmp_path / "x.flac", sample_rate_hz=RATE)


def test_a_folder_that_is_gone_is_unavailable(tmp_path: Path) -> None:
    paths = pair(tmp_path, tone(10, hz=1, level=1), tone(10, hz=1, level=1))
    with pytest.raises(UnavailableError):
        make_flac(*paths, tmp_path / "none" / "x.flac", sample_rate_hz=RATE)


def test_a_long_call_takes_little_memory(tmp_path: Path) -> None:
    samples = np.zeros(1200 * RATE, dtype=np.int16)
    paths = pair(tmp_path, samples, samples)
    del samples
    tracemalloc.start()
    make_flac(*paths, tmp_path / "x.flac", sample_rate_hz=RATE)
    make_peaks(frames_of_flac(tmp_path / "x.flac"), sample_rate_hz=RATE)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 4 * 2**20  # its samples are 38 MB


def test_peaks_are_minimum_and_maximum_of_each_channel() -> None:
    frames = np.zeros((RATE + 1, 2), dtype=np.int16)
    frames[0] = (32767, -32768)
    frames[170] = (-25600, 12800)
    frames[RATE] = (2560, -200)
    blocks = [frames[:7], frames[7:300], frames[300:]]
    dat = make_peaks(blocks, sample_rate_hz=RATE)
    version, flags, rate, per_pixel, length, channels = struct.unpack("<iIiiIi", dat[:24])
    assert (version, flags, rate, per_pixel, length, channels) == (2, 1, RATE, 160, 51, 2)
    pixels = np.frombuffer(dat, dtype=np.int8, offset=24).reshape(51, 2, 2)
    assert pixels[0].tolist() == [[0, 127], [-128, 0]]
    assert pixels[1].tolist() == [[-100, 0], [0, 50]]
    assert pixels[50].tolist() == [[10, 10], [0, 0]]
    assert not pixels[2:50].any()
