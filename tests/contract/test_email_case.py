"""An e-mail address is kept as it is written, and is the same one in capitals: for its key and for a turvakielto."""

from datetime import date

import pytest
from fixtures_register import FolderMaker, import_into
from sqlalchemy import select

from ledger_link.importing.problem import BadRegisterError
from ledger_link.importing.report import FileCounts
from ledger_link.tables.emails import EmailAddressRow
from ledger_link.tables.persons import PersonRow
from storage.database.engine import Database

HEADER = "person_no,address,valid_from,valid_until\n"
PERSONS = "person_no,first_names,surname,non_disclosure\nP-1,Aino,Aalto,no\nP-2,Bo,Berg,no\n"


def addresses(database: Database) -> list[tuple[str, date | None]]:
    with database.read() as session:
        rows = session.execute(
            select(EmailAddressRow.address, EmailAddressRow.valid_until).order_by(EmailAddressRow.id)
        )
        return [(row.address, row.valid_until) for row in rows]


def test_another_spelling_changes_the_row_and_adds_none(database: Database, make_folder: FolderMaker) -> None:
    import_into(database, make_folder(persons=PERSONS, email_addresses=f"{HEADER}P-1,Aino.Äijälä@Example.fi,,\n"))
    folder = make_folder(
        email_addresses=f"{HEADER}P-1,aino.äijälä@example.FI,,2026-01-31\nP-2,AINO.ÄIJÄLÄ@example.fi,,\n"
    )
    assert import_into(database, folder).files["email_addresses.csv"] == FileCounts(added=1, changed=1, unchanged=0)
    assert addresses(database) == [("aino.äijälä@example.FI", date(2026, 1, 31)), ("AINO.ÄIJÄLÄ@example.fi", None)]
    assert not import_into(database, folder).has_changes


def test_both_spellings_in_one_file_are_one_key_twice(database: Database, make_folder: FolderMaker) -> None:
    import_into(database, make_folder(persons=PERSONS, email_addresses=f"{HEADER}P-1,Aino@example.fi,,\n"))
    for rows in ("P-1,B@example.fi,,\nP-1,b@example.fi,,\n", "P-1,Aino@example.fi,,\nP-1,aino@example.fi,,\n"):
        with pytest.raises(BadRegisterError, match="the same person_no") as refused:
            import_into(database, make_folder(email_addresses=f"{HEADER}{rows}"))
        assert [problem.line for problem in refused.value.problems] == [3]


def test_rows_that_differ_in_case_alone_from_before_stay_apart(database: Database, make_folder: FolderMaker) -> None:
    import_into(database, make_folder(persons=PERSONS))
    with database.begin() as session:
        person_id = session.scalars(select(PersonRow.id).where(PersonRow.person_no == "P-1")).one()
        session.add_all([EmailAddressRow(person_id=person_id, address=text) for text in ("a@b.fi", "A@b.fi")])
    for text in ("A@b.fi", "a@b.fi", "A@B.fi"):
        import_into(database, make_folder(email_addresses=f"{HEADER}P-1,{text},,2026-01-31\n"))
    assert len(addresses(database)) == 2
