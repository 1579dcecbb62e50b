"""The audio of a copy: MP3 that anyone can play, made from the recording with its masks applied.

The recording's own rate is kept (8 or 16 kHz: MPEG-2.5 or MPEG-2, layer III), and both lanes: left is the customer.
What is measured, and why no other format, is in docs/adr/0018.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence

import lameenc
import soundfile

from calls.errors import IntegrityError
from privacy.copies.mask import Mask
from privacy.copies.masking import masked_blocks
from storage.audio.channels import CHANNELS, FRAMES_A_BLOCK, Frames
from storage.database.calls import RecordingRow
from storage.objects.store import ObjectStore
from storage.recordings import open_recording
from storage.vault.key_ring import KeyRing

BIT_RATE_KBPS = 32
LAME_QUALITY = 7  # of 0 (best, slow) to 9: with speech at this rate no one hears the difference to 2


def speech_of(recording: RecordingRow, masks: Sequence[Mask], *, objects: ObjectStore, keys: KeyRing) -> bytes:
    """Give a call as MP3 with its masks applied; the audio is in this process's memory and on no disk.

    Raise IntegrityError where the stored audio is not what was recorded, UnavailableError while the store is away. The
    caller has put into the audit that the call is copied.
    """
    reader = open_recording(recording, objects=objects, keys=keys)
    flac, digest = io.BytesIO(), hashlib.sha256()
    for piece in reader.iterate(0, reader.size_bytes):
        digest.update(piece)
        flac.write(piece)
    if digest.hexdigest() != recording.sha256:
        raise IntegrityError(
            what="the audio is not what was recorded", where=recording.call_id, remedy="run 'tallenne check'"
        )
    flac.seek(0)
    rate = recording.sample_rate_hz
    return mp3_of(masked_blocks(frames_of(flac, where=recording.call_id), masks, sample_rate_hz=rate), rate)


def frames_of(flac: io.BufferedIOBase, *, where: str) -> Iterator[Frames]:
    """Decode a stereo FLAC in blocks of shape (frames, 2); raise IntegrityError where it is none."""
    try:
        with soundfile.SoundFile(flac) as file:
            if file.channels != CHANNELS:
                raise IntegrityError(what=f"{file.channels} channels instead of {CHANNELS}", where=where)
            while len(block := file.read(FRAMES_A_BLOCK, dtype="int16")):
                yield block
    except soundfile.LibsndfileError as error:
        raise IntegrityError(what=f"not a FLAC: {error}", where=where) from error


def mp3_of(blocks: Iterator[Frames], sample_rate_hz: int) -> bytes:
    """Encode stereo samples."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_channels(CHANNELS)
    encoder.set_in_sample_rate(sample_rate_hz)
    encoder.set_out_sample_rate(sample_rate_hz)
    encoder.set_bit_rate(BIT_RATE_KBPS)
    encoder.set_quality(LAME_QUALITY)
    out = bytearray()
    for block in blocks:
        out += encoder.encode(block.astype("<i2", copy=False).tobytes())
    out += encoder.flush()
    return bytes(out)
