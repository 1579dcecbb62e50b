"""The sample recordings are what their README says, and fit to be played into a call."""

import re
import tomllib
import wave
from pathlib import Path

import numpy as np
import pytest

from sample_audio.make import LEVEL_DBFS, RATE_HZ, levelled
from sample_audio.music import hold_music

FOLDER = Path(__file__).parents[2] / "sample_audio"
ROW = re.compile(
    r"^\| `(?P<name>[\w-]+\.wav)` \| (?P<seconds>[\d.]+) \| (?P<rate>\d+) \| (?P<channels>\d) "
    r"(?:\| [^|]{5,} ){3}\|$",  # what it is, origin, licence
    re.MULTILINE,
)
ROWS = {row["name"]: row for row in ROW.finditer((FOLDER / "README.md").read_text(encoding="utf-8"))}
FILES = sorted(path.name for path in FOLDER.glob("*.wav"))


def samples_of(name: str) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    with wave.open(str(FOLDER / name)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")


def test_readme_lists_every_file_and_no_other() -> None:
    assert sorted(ROWS) == FILES
    assert len(FILES) == 12


@pytest.mark.parametrize("name", FILES)
def test_file_has_the_length_rate_and_channels_of_the_readme(name: str) -> None:
    row = ROWS[name]
    with wave.open(str(FOLDER / name)) as file:
        assert file.getsampwidth() == 2
        assert file.getframerate() == int(row["rate"]) == 8000
        assert file.getnchannels() == int(row["channels"]) == 1
        assert f"{file.getnframes() / file.getframerate():.2f}" == row["seconds"]


@pytest.mark.parametrize("name", FILES)
def test_file_neither_clips_nor_is_silent(name: str) -> None:
    samples = samples_of(name).astype(np.float64) / 32768
    assert np.max(np.abs(samples)) < 0.81
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    level = np.sqrt(np.mean(frames**2, axis=1))
    sounding = level[level > 10 ** (-50 / 20)]
    assert len(sounding) * 0.02 > 3.0, "less than three seconds of sound"
    assert -23 < 20 * np.log10(np.sqrt(np.mean(sounding**2))) < -17


@pytest.mark.parametrize("customer", [name for name in FILES if name.startswith("customer-")])
def test_parties_of_a_conversation_take_turns(customer: str) -> None:
    one, other = samples_of(customer), samples_of(customer.replace("customer", "agent"))
    assert len(one) == len(other)
    assert not np.any((one != 0) & (other != 0))
    assert 30 <= len(one) / 8000 <= 40


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("disclosure-")])
def test_disclosure_is_short_enough_to_be_listened_to(name: str) -> None:
    assert 4 <= len(samples_of(name)) / 8000 <= 6.5


def test_hold_music_loops_without_a_click() -> None:
    samples = samples_of("hold-music.wav").astype(np.int64)
    usual = np.max(np.abs(np.diff(samples)))
    assert abs(samples[0] - samples[-1]) <= usual


def test_hold_music_is_what_its_notes_give() -> None:
    computed = np.round(levelled(hold_music(RATE_HZ), LEVEL_DBFS) * 32767)
    assert np.max(np.abs(computed - samples_of("hold-music.wav"))) <= 1


def test_scripts_name_exactly_the_speech_files() -> None:
    scripts = tomllib.loads((FOLDER / "scripts.toml").read_text(encoding="utf-8"))
    named = [one["file"] for one in scripts["disclosures"]]
    named += [side["file"] for talk in scripts["conversations"] for side in (talk["customer"], talk["agent"])]
    assert sorted([*named, "hold-music.wav"]) == FILES
