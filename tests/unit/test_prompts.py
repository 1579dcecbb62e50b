"""Prompts from what a studio delivers."""

import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from calls.errors import BadDataError
from softphones.correlation import level_dbfs
from softphones.sound import read_sound
from tallenne.prompts import LEVEL_DBFS, make_prompt

STUDIO_HZ = 44100


def write_wav(path: Path, channels: list[np.ndarray], *, rate_hz: int = STUDIO_HZ) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(np.stack(channels, axis=1).astype("<i2").tobytes())
    return path


def tone(hz: float, *, seconds: float = 2.0, amplitude: float = 3000) -> np.ndarray:
    return np.asarray(amplitude * np.sin(2 * np.pi * hz * np.arange(int(seconds * STUDIO_HZ)) / STUDIO_HZ))


def share_at(samples: np.ndarray, hz: float, *, rate_hz: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples.astype(float))) ** 2
    middle = round(hz * len(samples) / rate_hz)
    return float(spectrum[middle - 20 : middle + 20].sum() / spectrum.sum())


def test_stereo_studio_recording_becomes_a_telephone_prompt(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "studio.wav", [tone(440), tone(440)])
    made = make_prompt(source, tmp_path / "prompt.wav", rate_hz=8000)
    with wave.open(str(made.path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
    assert made.length_ms == pytest.approx(2000, abs=5)
    samples = read_sound(made.path)
    assert level_dbfs(samples) == pytest.approx(LEVEL_DBFS, abs=0.5)
    assert share_at(samples, 440, rate_hz=8000) > 0.95


def test_what_is_above_the_telephones_band_does_not_come_back_as_noise(tmp_path: Path) -> None:
    # 7,500 Hz would fold to 500 Hz at a rate of 8,000
    source = write_wav(tmp_path / "studio.wav", [tone(1000) + tone(7500)])
    samples = read_sound(make_prompt(source, tmp_path / "prompt.wav", rate_hz=8000).path)
    assert share_at(samples, 500, rate_hz=8000) < share_at(samples, 1000, rate_hz=8000) / 4


def test_other_formats_are_read_by_ffmpeg(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "studio.wav", [tone(440)])
    ffmpeg = shutil.which("ffmpeg")
    assert ffmpeg is not None
    subprocess.run([ffmpeg, "-loglevel", "error", "-i", source, tmp_path / "studio.mp3"], check=True)
    made = make_prompt(tmp_path / "studio.mp3", tmp_path / "prompt.wav", rate_hz=16000)
    assert made.length_ms == pytest.approx(2000, abs=100)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.wav", None, "no such file"),
        ("text.wav", b"this is no sound", "not a recording"),
        ("empty.wav", b"", "not a recording"),
        ("text.mp3", b"this is no sound", "not a recording"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    source = tmp_path / name
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(BadDataError, match=said):
        make_prompt(source, tmp_path / "prompt.wav", rate_hz=8000)
    assert not (tmp_path / "prompt.wav").exists()


@pytest.mark.parametrize(("seconds", "amplitude", "said"), [(1.0, 0, "silent"), (121.0, 3000, "at most")])
def test_silent_and_endless_recordings_are_refused(tmp_path: Path, seconds: float, amplitude: float, said: str) -> None:
    source = write_wav(tmp_path / "studio.wav", [tone(440, seconds=seconds, amplitude=amplitude)])
    with pytest.raises(BadDataError, match=said):
        make_prompt(source, tmp_path / "prompt.wav", rate_hz=8000)
