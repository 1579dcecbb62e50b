"""The table of words that copies do not let read."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.schema_checks import is_one_of
from privacy.copies.mask import MaskReason
from storage.database.base import Base

TEXT_KEY_CHARS = 64


class CopyBlackoutRow(Base):
    """A range of characters, half-open, of a text that no copy of one case lets read. What it says is not kept here.

    ``place`` is where the text stands in a copy, e.g. ``contacts.subject``, ``text_key`` which text it is: of one that
    was changed since the range means nothing. Rows are history: one that was taken away stays, with who took it.
    """

    __tablename__ = "copy_blackouts"
    __table_args__ = (
        is_one_of("reason", MaskReason),
        CheckConstraint("0 <= from_char AND from_char < to_char", name="range_is_forward"),
        CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed"),
        Index("ix_copy_blackouts_case_no", "case_no"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_no: Mapped[str] = mapped_column(ForeignKey("cases.case_no"))
    place: Mapped[str]
    text_key: Mapped[str] = mapped_column(String(TEXT_KEY_CHARS))
    from_char: Mapped[int]
    to_char: Mapped[int]
    reason: Mapped[str]
    marked_by: Mapped[str]
    marked_at: Mapped[datetime]
    removed_by: Mapped[str | None]
    removed_at: Mapped[datetime | None]
