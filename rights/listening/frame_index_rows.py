"""The table of where a recording's seconds are in its bytes: derived from the recording, and gone with it."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.database.base import CALL_ID_CHARS, Base


class RecordingFramesRow(Base):
    """The frames of a FLAC: ``frame_samples`` long each, the last one perhaps shorter.

    ``starts`` are their first bytes as the differences between one and the next (32 bits, little-endian), the first
    from 0, compressed by zlib (``rights.listening.frame_index``).
    """

    __tablename__ = "recording_frames"

    call_id: Mapped[str] = mapped_column(
        String(CALL_ID_CHARS), ForeignKey("recordings.call_id", ondelete="CASCADE"), primary_key=True
    )
    frame_samples: Mapped[int]
    starts: Mapped[bytes]
