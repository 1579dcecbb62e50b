"""What an import seals, the rest of the product opens and finds: the field and the owner are the same on both sides."""

from datetime import date

from fixtures_register import REGISTER_KEYS, FolderMaker, import_into, person_id
from sqlalchemy import select

from ledger_link.tables.persons import PersonRow
from ledger_link.tables.travel_documents import TRAVEL_DOCUMENT_FIELD, TravelDocumentRow
from ledger_link.values.identity_code import IDENTITY_CODE_FIELD, IdentityCode, person_by_identity_code
from storage.database.engine import Database
from storage.vault.field_vault import FieldVault

CODE = "010594Y9032"
NUMBER = "XP1234567"
PERSONS = f"person_no,first_names,surname,non_disclosure,identity_code\nP-1,Aino,Virtanen,no,{CODE.lower()}\n"
DOCUMENTS = f"person_no,kind,issuer,number\nP-1,passport,SE,{NUMBER}\n"


def test_what_an_import_sealed_is_opened_and_found(database: Database, make_folder: FolderMaker) -> None:
    import_into(database, make_folder(persons=PERSONS, travel_documents=DOCUMENTS))
    vault = FieldVault(REGISTER_KEYS)
    with database.read() as session:
        person = session.scalars(select(PersonRow)).one()
        assert (person.identity_code_sealed, person.identity_code_key_version) != (None, None)
        opened = vault.open(
            person.identity_code_sealed or b"",
            person.identity_code_key_version or 0,
            field=IDENTITY_CODE_FIELD,
            owner=person.person_no,
        )
        assert opened == CODE
        found = person_by_identity_code(session, vault, IdentityCode.parse(CODE, on=date(2026, 11, 3)))
        assert found == person_id(session, "P-1")
        document = session.scalars(select(TravelDocumentRow)).one()
        number = vault.open(
            document.number_sealed, document.number_key_version, field=TRAVEL_DOCUMENT_FIELD, owner=person.person_no
        )
        assert number == NUMBER
        assert document.number_index == vault.index(NUMBER, field=TRAVEL_DOCUMENT_FIELD)


def test_no_plain_identity_is_in_the_database(database: Database, make_folder: FolderMaker) -> None:
    """Every column of every row of the two tables, as its bytes."""
    import_into(database, make_folder(persons=PERSONS, travel_documents=DOCUMENTS))
    with database.read() as session:
        rows = [*session.execute(select(PersonRow.__table__)), *session.execute(select(TravelDocumentRow.__table__))]
    kept = b"|".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)
    assert not [secret for secret in (CODE, CODE.lower(), NUMBER, CODE[-4:]) if secret.encode() in kept]
