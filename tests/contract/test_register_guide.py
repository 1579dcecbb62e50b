"""The guide's mapping is one: what it shows to who runs imports reads a file such as it tells of."""

import re
from pathlib import Path

from fixtures_register import REGISTER_KEYS, no_progress
from sqlalchemy import select

from ledger_link.importing.folder import import_folder
from ledger_link.importing.mapping import load_mapping
from ledger_link.tables.persons import PersonRow
from storage.database.engine import Database
from storage.vault.field_vault import FieldVault

GUIDE = Path(__file__).parents[2] / "docs/guide/register.md"
CUSTOMERS = """\
Asiakasnro;Etunimet;Sukunimi;Turvakielto;Syntynyt
1001;Aino Maria;Mäkinen;Ei;1.1.1985
1002;Eero;Korhonen;Kyllä;12.6.1955
"""


def test_the_mapping_of_the_guide_reads_such_a_file(database: Database, tmp_path: Path) -> None:
    (toml,) = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "mapping.toml").write_text(toml, encoding="utf-8")
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "Asiakkaat.csv").write_bytes(CUSTOMERS.encode("windows-1252"))
    (folder / "Muu.csv").write_text("a;b\n", encoding="utf-8")
    mapping = load_mapping(tmp_path / "mapping.toml")
    with database.begin() as session:
        import_folder(session, folder, vault=FieldVault(REGISTER_KEYS), progress=no_progress, mapping=mapping)
    with database.read() as session:
        persons = {row.person_no: row for row in session.scalars(select(PersonRow))}
    assert {no: (row.surname, row.non_disclosure, str(row.birth_date)) for no, row in persons.items()} == {
        "1001": ("Mäkinen", False, "1985-01-01"),
        "1002": ("Korhonen", True, "1955-06-12"),
    }
