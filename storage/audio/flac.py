"""The FLAC of a call: made from the two recordings, decoded again and compared before anything relies on it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import soundfile

from calls.errors import IntegrityError, UnavailableError
from storage.audio.channels import CHANNELS, FrameDigest, frames_of_flac, frames_of_pair

CODEC = "flac"


@dataclass(frozen=True, slots=True)
class FlacFacts:
    """What was made: length in samples a channel, and the file's size and hash."""

    sample_rate_hz: int
    samples: int
    size_bytes: int
    sha256: str


def make_flac(customer: Path, agent: Path, out: Path, *, sample_rate_hz: int) -> FlacFacts:
    """Write both recordings as one stereo FLAC and prove that it decodes to the same samples.

    Raise IntegrityError where the recordings are not what they should be or the FLAC is not the same audio,
    UnavailableError where the disk does not take it.
    """
    put = FrameDigest()
    try:
        with soundfile.SoundFile(
            out, "w", samplerate=sample_rate_hz, channels=CHANNELS, format="FLAC", subtype="PCM_16"
        ) as file:
            for block in put.through(frames_of_pair(customer, agent)):
                file.write(block)
    except (soundfile.SoundFileError, OSError) as error:
        raise UnavailableError(what=f"the FLAC cannot be written: {error}", where=out.name) from error
    got = FrameDigest()
    for _ in got.through(frames_of_flac(out)):
        pass
    if (got.samples, got.sha256) != (put.samples, put.sha256):
        raise IntegrityError(what="the FLAC does not decode to what was recorded", where=out.parent.name)
    with out.open("rb") as encoded:
        digest = hashlib.file_digest(encoded, "sha256").hexdigest()
    return FlacFacts(sample_rate_hz=sample_rate_hz, samples=got.samples, size_bytes=out.stat().st_size, sha256=digest)
