"""The two recordings of an entry: made whole, of one length, measured and hashed."""

import hashlib
from pathlib import Path

from calls.errors import IntegrityError
from calls.manifest import Audio, ChannelFile
from storage.spool.wav import WavLength, measure, pad, repair

CUSTOMER_FILE = "customer.wav"
AGENT_FILE = "agent.wav"


def whole_audio(folder: Path, *, sample_rate_hz: int) -> Audio:
    """Give both channels of a recording that nobody writes any more, as they will be archived.

    A file that was cut off gets its header back; then the shorter channel is padded with silence to the longer
    (a crash cuts each at its own 4,096-byte step; an orderly end leaves them equal). Nothing is shortened.
    """
    paths = (folder / CUSTOMER_FILE, folder / AGENT_FILE)
    lengths = [_length_of(path, sample_rate_hz=sample_rate_hz) for path in paths]
    longest = max(length.samples for length in lengths)
    for path, length in zip(paths, lengths, strict=True):
        # one without a sample may have been cut off with a header of zeros, which agrees with it and is no WAV's
        if length.samples < longest or length.samples == 0:
            pad(path, sample_rate_hz=sample_rate_hz, to_samples=longest)
    customer, agent = (_channel(path, samples=longest) for path in paths)
    return Audio(sample_rate_hz=sample_rate_hz, customer=customer, agent=agent)


def _length_of(path: Path, *, sample_rate_hz: int) -> WavLength:
    try:
        length = measure(path)
    except IntegrityError:
        return repair(path, sample_rate_hz=sample_rate_hz)
    if length.sample_rate_hz != sample_rate_hz:
        raise IntegrityError(what=f"recorded at {length.sample_rate_hz} Hz, not {sample_rate_hz}", where=path.name)
    return length


def _channel(path: Path, *, samples: int) -> ChannelFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return ChannelFile(file=path.name, samples=samples, sha256=digest)
