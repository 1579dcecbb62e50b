"""An id of a person is never another's: the audit, cases and hand-overs go on naming him by it when he is deleted."""

from collections.abc import Callable

from fixtures_rights import Office
from sqlalchemy import select, text

from ledger_link.tables.persons import PersonRow
from privacy.retention.person_rows import delete_person
from storage.database.engine import Database
from storage.database.migration import upgrade


def test_who_comes_after_a_deleted_person_has_another_id(office: Office) -> None:
    deleted = office.add_person("Helmi", "Kirjava")
    with office.database.begin() as session:
        delete_person(session, deleted, clock=office.clock)
    assert office.add_person("Aino", "Virtanen") > deleted


def test_a_register_of_before_keeps_its_rows_and_counts_on(make_empty_database: Callable[[], Database]) -> None:
    database = make_empty_database()
    upgrade(database, to="0017_disclosures")
    person = (
        "INSERT INTO persons (person_no, first_names, call_name, surname, non_disclosure, search_name)"
        " VALUES ('{no}', 'Helmi', 'Helmi', 'Kirjava', false, 'helmi kirjava')"
    )
    with database.begin() as session:
        session.execute(text(person.format(no="P1")))
        session.execute(text(person.format(no="P2")))
        session.execute(
            text("INSERT INTO phone_numbers (person_id, e164, raw) SELECT id, '+358401', '0401' FROM persons")
        )
        if database.engine.dialect.name == "sqlite":  # elsewhere no id was ever given twice
            session.execute(
                text(
                    "INSERT INTO holds (person_id, reason, review_on, put_by, put_at)"
                    " VALUES (9, 'x', '2026-12-01', 'paula', '2026-11-02 09:00:00')"
                )
            )
    upgrade(database)
    with database.begin() as session:
        assert (
            session.execute(text("SELECT count(*) FROM phone_numbers JOIN persons ON persons.id = person_id")).scalar()
            == 2
        )
        assert session.execute(text("SELECT count(*) FROM person_words")).scalar() == 4
        session.execute(text("DELETE FROM phone_numbers WHERE person_id = 2"))
        session.execute(text("DELETE FROM persons WHERE id = 2"))
        assert session.execute(text("SELECT count(*) FROM person_words")).scalar() == 2
        session.execute(text(person.format(no="P3")))
        newest = session.scalar(select(PersonRow.id).where(PersonRow.person_no == "P3"))
    assert newest == (10 if database.engine.dialect.name == "sqlite" else 3)
