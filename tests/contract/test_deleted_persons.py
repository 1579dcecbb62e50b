"""Persons whom an import deletes: nobody who is held, and nothing of them stays to be read."""

from datetime import date
from pathlib import Path

from fixtures_rights import RunCommand
from sqlalchemy import select

from ledger_link.tables.persons import PersonRow
from privacy.retention.retention_rows import HoldRow
from rights.audit.chain_rows import SubjectRow
from rights.audit.subjects import subject_of_person
from rights.audit.trail import Action, record
from tallenne.house import House
from tallenne.operator import operator

HEAD = "person_no,first_names,surname,non_disclosure"
AINO, HELMI = "P-1,Aino,Virtanen,no", "P-2,Helmi,Kirjava,no"


def imported(run_command: RunCommand, folder: Path, *rows: str) -> int:
    """Import persons, and delete who is not named; give the exit code."""
    (folder / "persons.csv").write_text("\n".join((HEAD, *rows)), encoding="utf-8")
    return run_command("register", "import", str(folder), "--delete-missing").exit_code


def persons(house: House) -> dict[str, int]:
    with house.database.read() as session:
        return {row.person_no: row.id for row in session.scalars(select(PersonRow))}


def kept_words(house: House) -> set[str]:
    """Tell whose words in the audit can be read."""
    with house.database.read() as session:
        wanted = select(SubjectRow.subject).where(
            SubjectRow.secret.is_not(None), SubjectRow.subject.startswith("person:")
        )
        return set(session.scalars(wanted))


def test_who_is_deleted_by_an_import_is_forgotten_and_who_is_held_is_not_deleted(
    house: House, run_command: RunCommand, tmp_path: Path
) -> None:
    folder = tmp_path / "register"
    folder.mkdir()
    assert imported(run_command, folder, AINO, HELMI) == 0
    ids = persons(house)
    with house.database.begin() as session:
        for person_id in ids.values():
            record(
                session,
                actor=operator(),
                action=Action.CALL_SHOWN,
                persons=[person_id],
                detail={"reason": "hän muutti"},
                clock=house.clock,
            )
        hold = HoldRow(
            person_id=ids["P-2"],
            reason="käräjät",
            review_on=date(2027, 1, 1),
            put_by="paula",
            put_at=house.clock.now(),
        )
        session.add(hold)
    assert imported(run_command, folder, AINO) == 65
    assert persons(house) == ids
    assert kept_words(house) == {subject_of_person(person_id) for person_id in ids.values()}
    with house.database.begin() as session:
        session.delete(session.get_one(HoldRow, hold.id))
    assert imported(run_command, folder, AINO) == 0
    assert persons(house) == {"P-1": ids["P-1"]}
    assert kept_words(house) == {subject_of_person(ids["P-1"])}
