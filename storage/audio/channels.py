"""The two channels of a call, side by side: left is the customer, right is the agent."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from calls.errors import IntegrityError, TallenneError, UnavailableError

CHANNELS = 2
FRAMES_A_BLOCK = 1 << 16
_SF_ERR_SYSTEM = 2  # sndfile.h: the system call failed, whatever the file holds

Frames = npt.NDArray[np.int16]


def frames_of_pair(customer: Path, agent: Path) -> Iterator[Frames]:
    """Give the samples of two mono 16-bit recordings as blocks of shape (frames, 2).

    A call that was cut off before its first sample gives one frame of silence: libFLAC writes no file at all for
    none. Raise IntegrityError where one is no such recording, or is longer than the other, UnavailableError where the
    disk does not give what is on it.
    """
    try:
        with soundfile.SoundFile(customer) as left, soundfile.SoundFile(agent) as right:
            if (left.channels, right.channels) != (1, 1) or left.frames != right.frames:
                raise IntegrityError(
                    what=f"not two mono recordings of one length: {left.frames} and {right.frames} samples",
                    where=customer.parent.name,
                )
            if not left.frames:
                yield np.zeros((1, CHANNELS), dtype=np.int16)
            while len(block := left.read(FRAMES_A_BLOCK, dtype="int16")):
                yield np.stack((block, right.read(len(block), dtype="int16")), axis=1)
    except soundfile.LibsndfileError as error:
        raise _translated(error, what="not a recording", where=customer.parent.name) from error


def frames_of_flac(flac: Path) -> Iterator[Frames]:
    """Decode a stereo FLAC to blocks of shape (frames, 2); raise IntegrityError where it is none."""
    try:
        with soundfile.SoundFile(flac) as file:
            if file.channels != CHANNELS:
                raise IntegrityError(what=f"{file.channels} channels instead of {CHANNELS}", where=flac.name)
            while len(block := file.read(FRAMES_A_BLOCK, dtype="int16")):
                yield block
    except soundfile.LibsndfileError as error:
        raise _translated(error, what="not a FLAC", where=flac.name) from error


def _translated(error: soundfile.LibsndfileError, *, what: str, where: str) -> TallenneError:
    if error.code == _SF_ERR_SYSTEM:
        return UnavailableError(what="the audio cannot be read: the disk refuses", where=where)
    return IntegrityError(what=f"{what}: {error}", where=where)


class FrameDigest:
    """SHA-256 and number of the frames that went through, to compare two forms of the same audio."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.samples = 0

    def through(self, blocks: Iterator[Frames]) -> Iterator[Frames]:
        """Pass blocks on unchanged, counting and hashing them."""
        for block in blocks:
            self._hash.update(block.astype("<i2", copy=False).tobytes())
            self.samples += len(block)
            yield block

    @property
    def sha256(self) -> str:
        """The hash so far, in hexadecimal."""
        return self._hash.hexdigest()
