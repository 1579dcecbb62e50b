"""The words of which the names of persons are made, each once: a search looks in these, and not in every name.

Triggers keep both tables (migration 0008): whoever writes a person's ``search_name``, an import or a row at a time,
its words are right in the same transaction. They have no references to ``persons``, which would stand in the way of
what the triggers do when a person is deleted.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, ForeignKey, func, literal, select, union_all
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger_link.tables.among import among
from ledger_link.tables.persons import PersonRow
from storage.database.base import Base

_MOST_PERSONS = 5_000  # more are found as quickly by reading all names
_MOST_WORDS = 500


class NameWordRow(Base):
    """A word of somebody's ``search_name``; it goes with the last person who is called by it."""

    __tablename__ = "name_words"

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(unique=True)


class PersonWordRow(Base):
    """That a word is in a person's ``search_name``."""

    __tablename__ = "person_words"
    __table_args__ = ({"sqlite_with_rowid": False},)

    word_id: Mapped[int] = mapped_column(ForeignKey("name_words.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(primary_key=True, index=True)


def is_called(session: Session, words: Sequence[str]) -> list[ColumnElement[bool]] | None:
    """Give conditions for the persons in whose names each of some words occurs; None where that is surely nobody.

    A word without a space occurs in a name where it occurs in one of the name's words, so the rarest one leads to a
    few persons, in whose names the others are looked for.
    """
    found = _known_words(session, words)
    if not all(found):
        return None
    everywhere: list[ColumnElement[bool]] = [PersonRow.search_name.contains(word, autoescape=True) for word in words]
    rare = [word_ids for word_ids in found if len(word_ids) <= _MOST_WORDS]
    counts = _counts(session, rare)
    if min(counts, default=_MOST_PERSONS + 1) > _MOST_PERSONS:
        return everywhere
    rarest = rare[counts.index(min(counts))]
    few = select(PersonWordRow.person_id).where(among(session, PersonWordRow.word_id, rarest))
    return [PersonRow.id.in_(few), *everywhere]


def _known_words(session: Session, words: Sequence[str]) -> list[list[int]]:
    """Give for each of some words the ids of the words in which it occurs, one more than ``_MOST_WORDS`` at most."""
    known: list[list[int]] = [[] for _ in words]
    asked = [
        select(NameWordRow.id).where(NameWordRow.word.contains(word, autoescape=True)).limit(_MOST_WORDS + 1).subquery()
        for word in words
    ]
    parts = [select(literal(place).label("place"), some.c.id) for place, some in enumerate(asked)]
    for place, word_id in session.execute(union_all(*parts)):
        known[place].append(word_id)
    return known


def _counts(session: Session, words: Sequence[Collection[int]]) -> list[int]:
    """Count whose names have any of each of some collections of words, up to one more than ``_MOST_PERSONS``."""
    if not words:
        return []
    asked = [
        select(PersonWordRow.person_id)
        .where(among(session, PersonWordRow.word_id, word_ids))
        .limit(_MOST_PERSONS + 1)
        .subquery()
        for word_ids in words
    ]
    parts = [
        select(literal(place).label("place"), func.count().label("persons")).select_from(some)
        for place, some in enumerate(asked)
    ]
    counts = [0] * len(words)
    for place, count in session.execute(union_all(*parts)):
        counts[place] = count
    return counts
