"""The table of what somebody said that he had looked through before a copy was ordered."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from privacy.copies.blackout_rows import TEXT_KEY_CHARS
from storage.database.base import CALL_ID_CHARS, Base


class CopyReviewRow(Base):
    """Somebody's word that a text, or a call, tells in the copies of a case no more than what is left open of it.

    A text is named by its ``text_key``: one that was changed is another, and was looked through by nobody. Rows are
    history; one stands until more of its text may be read, or more of its call be heard, than when it was said.
    ``left_ms`` of a call is how much of it who said so had not heard in the case, ``because`` why that need not be.
    """

    __tablename__ = "copy_reviews"
    __table_args__ = (
        CheckConstraint("(text_key IS NULL) <> (call_id IS NULL)", name="of_one"),
        Index("ix_copy_reviews_case_no", "case_no"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_no: Mapped[str] = mapped_column(ForeignKey("cases.case_no"))
    text_key: Mapped[str | None] = mapped_column(String(TEXT_KEY_CHARS))
    call_id: Mapped[str | None] = mapped_column(String(CALL_ID_CHARS))  # outlives the call, so no foreign key
    said_by: Mapped[str]
    said_at: Mapped[datetime]
    left_ms: Mapped[int | None]
    because: Mapped[str | None]
    ended_at: Mapped[datetime | None]
