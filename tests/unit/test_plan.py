"""The plan of a pool: what is played is what the evidence names."""

import hashlib
import stat
from pathlib import Path

import pytest

from calls.errors import BadConfigurationError
from capture.plan import CapturePlan, make_plan
from capture.settings import (
    CaptureSettings,
    DisclosureSettings,
    EdgeSettings,
    GroupSettings,
    ServiceSettings,
)
from softphones.sound import Samples, read_sound, write_sound

SAMPLE = Path(__file__).parents[2] / "sample_audio" / "disclosure-fi.wav"


@pytest.fixture
def speech() -> Samples:
    return read_sound(SAMPLE)


def plan_of(home: Path, *, keep_in: Path | None) -> CapturePlan:
    return make_plan(
        capture=CaptureSettings(),
        edge=EdgeSettings(),
        services=(ServiceSettings(number="+358102001000", name="A", group="g", disclosures=("fi",)),),
        groups=(GroupSettings(name="g"),),
        disclosures=(DisclosureSettings(name="fi", language="fi", file=Path("fi.wav")),),
        home=home,
        run_folder=home / "run",
        keep_disclosures_in=keep_in,
    )


def test_hash_beside_a_call_stays_true_when_the_prompt_is_replaced(tmp_path: Path, speech: Samples) -> None:
    write_sound(tmp_path / "fi.wav", speech)
    before = (tmp_path / "fi.wav").read_bytes()
    planned = plan_of(tmp_path, keep_in=tmp_path / "kept").services["+358102001000"].disclosures[0]
    write_sound(tmp_path / "fi.wav", speech[:8000])
    assert planned.path.read_bytes() == before
    assert planned.sha256 == hashlib.sha256(before).hexdigest()
    assert stat.S_IMODE(planned.path.stat().st_mode) == 0o440


def test_every_version_that_was_played_is_kept(tmp_path: Path, speech: Samples) -> None:
    kept = tmp_path / "kept"
    for length in (len(speech), 8000, len(speech)):
        write_sound(tmp_path / "fi.wav", speech[:length])
        plan_of(tmp_path, keep_in=kept)
    assert len(list(kept.iterdir())) == 2
    assert all(path.stem == hashlib.sha256(path.read_bytes()).hexdigest() for path in kept.iterdir())


def test_damaged_copy_is_mended(tmp_path: Path, speech: Samples) -> None:
    write_sound(tmp_path / "fi.wav", speech)
    planned = plan_of(tmp_path, keep_in=tmp_path / "kept").services["+358102001000"].disclosures[0]
    planned.path.chmod(0o640)
    planned.path.write_bytes(b"cut")
    plan_of(tmp_path, keep_in=tmp_path / "kept")
    assert hashlib.sha256(planned.path.read_bytes()).hexdigest() == planned.sha256


def test_looking_copies_nothing(tmp_path: Path, speech: Samples) -> None:
    write_sound(tmp_path / "fi.wav", speech)
    planned = plan_of(tmp_path, keep_in=None).services["+358102001000"].disclosures[0]
    assert planned.path == tmp_path / "fi.wav"
    assert [path.name for path in tmp_path.iterdir()] == ["fi.wav"]


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no sound at all"])
def test_prompt_that_cannot_be_played_stops_the_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "fi.wav").write_bytes(content)
    with pytest.raises(BadConfigurationError, match=r"fi\.wav"):
        plan_of(tmp_path, keep_in=tmp_path / "kept")
