"""Words of names: kept by the database whoever writes persons, and finding whom reading every name would find."""

import random

import pytest
from fixtures_register import SAMPLE_REGISTER, import_into
from sqlalchemy import delete, func, insert, select, update

from ledger_link.search.name_words import NameWordRow, PersonWordRow, is_called
from ledger_link.tables.persons import PersonRow
from ledger_link.values.names import folded, search_name
from storage.database.engine import Database

NAMES = (
    ("Aino Maria", "Aino", "Virtanen"),
    ("Åsa", "Åsa", "Öhman-Bäck"),
    ("Seán", "Seán", 'O\'Brien "Bo" \\ %_'),
    ("Maria", "Maria", "Maria"),
)


def add(database: Database, first_names: str, call_name: str, surname: str) -> int:
    with database.begin() as session:
        row = PersonRow(
            person_no=f"N-{first_names}-{surname}",
            first_names=first_names,
            call_name=call_name,
            surname=surname,
            non_disclosure=False,
            search_name=search_name(first_names=first_names, call_name=call_name, surname=surname),
        )
        session.add(row)
        session.flush()
        return row.id


def kept(database: Database) -> dict[int, set[str]]:
    """The words of each person, as the tables have them; each of their words is somebody's."""
    found: dict[int, set[str]] = {}
    with database.read() as session:
        rows = session.execute(
            select(PersonWordRow.person_id, NameWordRow.word).join(NameWordRow, NameWordRow.id == PersonWordRow.word_id)
        ).all()
        words = set(session.scalars(select(NameWordRow.word)))
    for person_id, word in rows:
        found.setdefault(person_id, set()).add(word)
    assert words == {word for _, word in rows}
    return found


def named(database: Database) -> dict[int, set[str]]:
    with database.read() as session:
        return {
            row.id: set(row.search_name.split()) for row in session.execute(select(PersonRow.id, PersonRow.search_name))
        }


def test_words_follow_the_names(database: Database) -> None:
    ids = [add(database, *name) for name in NAMES]
    assert kept(database) == named(database)
    with database.begin() as session:
        session.execute(update(PersonRow).where(PersonRow.id == ids[0]).values(search_name="aino virtanen-öhman"))
        session.execute(delete(PersonRow).where(PersonRow.id == ids[3]))
    assert kept(database) == named(database)
    with database.begin() as session:
        session.execute(delete(PersonRow))
        assert session.scalar(select(func.count()).select_from(NameWordRow)) == 0  # nobody's name stays behind


def test_an_import_and_another_one_keep_the_words(database: Database) -> None:
    import_into(database, SAMPLE_REGISTER)
    assert kept(database) == named(database)
    assert len(kept(database)) == 40
    with database.begin() as session:
        session.execute(update(PersonRow).values(source_digest=None, search_name="muu"))
    import_into(database, SAMPLE_REGISTER)
    assert kept(database) == named(database)


@pytest.mark.parametrize("most", [0, 3, 5_000])
def test_the_same_are_found_as_by_reading_every_name(
    register: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("ledger_link.search.name_words._MOST_PERSONS", most)
    for name in NAMES:
        add(register, *name)
    dice = random.Random(1)  # noqa: S311 (no secret)
    with register.read() as session:
        every = {row.id: row.search_name for row in session.execute(select(PersonRow.id, PersonRow.search_name))}
        texts = ["%", "_", '"', "\\", "zz", "Aino", "mari mari", "aino zz", "ÖHMAN", "a a a"]
        for search in dice.choices(sorted(every.values()), k=60):
            words = [word[dice.randrange(len(word)) :][: dice.randrange(1, 6)] for word in search.split()]
            texts.append(" ".join(dice.sample(words, k=dice.randrange(1, len(words) + 1))))
        for text in texts:
            words = folded(text).split()
            conditions = is_called(session, words)
            expected = {row_id for row_id, name in every.items() if all(word in name for word in words)}
            found = set() if conditions is None else set(session.scalars(select(PersonRow.id).where(*conditions)))
            assert found == expected, text


def test_a_word_is_kept_once(database: Database) -> None:
    with database.begin() as session:
        session.execute(
            insert(PersonRow),
            [
                {
                    "person_no": f"N-{place}",
                    "first_names": "Maria",
                    "call_name": "Maria",
                    "surname": "Aalto",
                    "non_disclosure": place == 1,
                    "search_name": "maria aalto maria",
                }
                for place in range(3)
            ],
        )
    assert list(kept(database).values()) == [{"maria", "aalto"}] * 3
