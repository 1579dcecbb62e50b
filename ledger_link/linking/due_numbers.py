"""The numbers whose calls are to be linked again, since the register says something else of them than before.

They are noted in the transaction that changes the register, and go when their calls are linked: an import that is
killed in between leaves them for the next one, which does that even if it changes nothing itself. They go with every
whole relink too, which is what an import ends with where another register than our own is asked.

Invariant: ids only grow, in the order in which imports commit (they write one after another). What is noted again gets
a new id, so that a relink that has begun does not take it for done.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Integer, Select, delete, except_, exists, func, insert, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database.base import Base
from storage.database.calls import CallRow


class NumberToRelinkRow(Base):
    """A number (E.164) that is due."""

    __tablename__ = "numbers_to_relink"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 (SQLAlchemy reads it so); no id is used twice

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    e164: Mapped[str]


def note_due(session: Session, numbers: Select[str], *, before: int) -> None:
    """Note that numbers are due, each once; ``before`` is :func:`newest_due` as this import found it."""
    row = NumberToRelinkRow
    session.execute(delete(row).where(row.id <= before, row.e164.in_(numbers)))
    session.execute(insert(row).from_select(["e164"], except_(numbers, select(row.e164))))


def forget_uncalled(session: Session) -> None:
    """Take out numbers of which there is no call: after a first import that is nearly all."""
    number = NumberToRelinkRow.e164
    called = or_(
        exists().where(CallRow.caller_e164 == number),
        exists().where(CallRow.dialled_e164 == number),
    )
    session.execute(delete(NumberToRelinkRow).where(~called))


def count_due(session: Session) -> int:
    """Count the numbers that are due."""
    return session.scalar(select(func.count(NumberToRelinkRow.e164.distinct()))) or 0


def newest_due(session: Session) -> int:
    """Give the id of the number that was noted last; 0 if none is due."""
    return session.scalar(select(func.max(NumberToRelinkRow.id))) or 0


def forget_up_to(session: Session, newest: int) -> None:
    """Take out what was noted up to an id of :func:`newest_due`: whatever was noted after that stays."""
    session.execute(delete(NumberToRelinkRow).where(NumberToRelinkRow.id <= newest))


def next_due(session: Session, *, most: int) -> Sequence[str]:
    """Give some numbers that are due."""
    return session.scalars(select(NumberToRelinkRow.e164).distinct().order_by(NumberToRelinkRow.e164).limit(most)).all()


def no_longer_due(session: Session, numbers: Sequence[str]) -> None:
    """Take numbers out; to be called by who keeps other imports away, so that none notes them anew meanwhile."""
    session.execute(delete(NumberToRelinkRow).where(NumberToRelinkRow.e164.in_(numbers)))
