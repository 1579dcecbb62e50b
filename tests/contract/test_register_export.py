"""Exporting the register: the same data back, nothing of what is not disclosed, every export audited."""

import csv
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from fixtures_register import REGISTER_KEYS, SAMPLE_REGISTER, import_into, no_progress
from openpyxl import load_workbook
from sqlalchemy import select

from calls.clock import SystemClock
from calls.errors import BadDataError
from ledger_link.exporting.export import ExportFormat, ExportScope
from ledger_link.importing.schemas import FILES
from rights.access.actor import operator_actor
from rights.audit.trail import Action
from rights.register.register_export import export_register
from rights.tables import AuditRow
from storage.database.engine import Database
from storage.database.migration import upgrade
from storage.vault.field_vault import FieldVault

EVERYTHING = ExportScope(undisclosed=True, identity_codes=True)
# of Henna Rantanen and Tiina Koskinen, who have a non-disclosure order: homes, numbers, e-mails, lease
HIDDEN = ("Salattu", "1000027", "1000038", "henna.rantanen", "tiina.koskinen", "V-1025")


def export(
    database: Database,
    folder: Path,
    *,
    kind: ExportFormat = ExportFormat.CSV,
    scope: ExportScope | None = None,
    purpose: str | None = None,
) -> dict[str, int]:
    return export_register(
        database,
        FieldVault(REGISTER_KEYS),
        operator_actor("keeper"),
        folder,
        kind,
        scope=scope or ExportScope(),
        purpose=purpose,
        clock=SystemClock(),
        progress=no_progress,
    ).files


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("kind", ExportFormat)
def test_an_export_gives_the_same_data_back(
    make_empty_database: Callable[[], Database], tmp_path: Path, kind: ExportFormat
) -> None:
    first, second = make_empty_database(), make_empty_database()
    for database in (first, second):
        upgrade(database)
    import_into(first, SAMPLE_REGISTER)
    counts = export(first, tmp_path / "one", kind=kind, scope=EVERYTHING, purpose="technical")
    assert list(counts) == [schema.file for schema in FILES]
    imported = import_into(second, tmp_path / "one")
    assert {file: one.added for file, one in imported.files.items()} == counts
    for name, database in (("first", first), ("second", second)):
        export(database, tmp_path / name, scope=EVERYTHING, purpose="technical")
    assert texts(tmp_path / "first") == texts(tmp_path / "second")


def test_an_export_of_what_was_imported_changes_nothing(register: Database, tmp_path: Path) -> None:
    export(register, tmp_path / "out")
    again = import_into(register, tmp_path / "out")
    assert {(one.added, one.changed) for one in again.files.values()} == {(0, 0)}


@pytest.mark.parametrize("kind", ExportFormat)
def test_an_export_tells_nothing_that_is_not_disclosed(register: Database, tmp_path: Path, kind: ExportFormat) -> None:
    export(register, tmp_path / "out", kind=kind)
    for path in (tmp_path / "out").iterdir():
        if kind is ExportFormat.CSV:
            told = path.read_text(encoding="utf-8")
        else:
            with closing(load_workbook(path, read_only=True)) as book:
                rows = book.worksheets[0].iter_rows(values_only=True)
                told = "\n".join(str(cell) for row in rows for cell in row)
        for hidden in HIDDEN:
            assert hidden not in told, (path.name, hidden)
        assert "identity_code" not in told
    if kind is ExportFormat.CSV:
        assert "Henna Karoliina" in texts(tmp_path / "out")["persons.csv"]
    assert not (tmp_path / "out" / f"travel_documents.{kind.value}").exists()


@pytest.mark.parametrize("scope", [ExportScope(undisclosed=True), ExportScope(identity_codes=True)])
def test_what_is_protected_takes_a_purpose(register: Database, tmp_path: Path, scope: ExportScope) -> None:
    for purpose in (None, "curiosity"):
        with pytest.raises(BadDataError, match="purpose"):
            export(register, tmp_path / "out", scope=scope, purpose=purpose)
    assert not (tmp_path / "out").exists()
    export(register, tmp_path / "out", scope=scope, purpose="technical")
    told = "".join(texts(tmp_path / "out").values())
    assert ("Salattu" in told) is scope.undisclosed
    assert ("identity_code" in told) is scope.identity_codes


def test_every_export_is_audited_and_private(register: Database, tmp_path: Path) -> None:
    export(register, tmp_path / "out")
    export(register, tmp_path / "all", scope=EVERYTHING, purpose="technical")
    with register.read() as session:
        rows = session.execute(
            select(AuditRow.purpose, AuditRow.detail).where(AuditRow.action == Action.REGISTER_EXPORTED)
        ).all()
    assert [tuple(row) for row in rows] == [
        (None, '{"format": "csv", "identity_codes": false, "undisclosed": false}'),
        ("technical", '{"format": "csv", "identity_codes": true, "undisclosed": true}'),
    ]
    for path in (tmp_path / "all").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_that_is_there_is_left_alone(register: Database, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(BadDataError, match="there already"):
        export(register, tmp_path / "out")


def test_no_text_becomes_a_formula_and_none_is_lost(
    database: Database, tmp_path: Path, make_folder: Callable[..., Path]
) -> None:
    names = ["=1+1", "'=1+1", "''=1+1", "+SUM(A1)", "-2+3", "@me", "'Puhelin", "plain", '=cmd|"x"!A0']
    rows = [f'O-{number},"{_quoted(name)}"\n' for number, name in enumerate(names)]
    folder = make_folder(organisations="organisation_no,name\n" + "".join(rows))
    import_into(database, folder)
    export(database, tmp_path / "one")
    with (tmp_path / "one/organisations.csv").open(encoding="utf-8", newline="") as file:
        written = [row["name"] for row in csv.DictReader(file)]
    assert not [name for name in written if name[0] in "=+-@"]
    again = import_into(database, tmp_path / "one")
    assert again.files["organisations.csv"].changed == 0
    export(database, tmp_path / "sheets", kind=ExportFormat.XLSX)
    sheet = load_workbook(tmp_path / "sheets/organisations.xlsx").worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows(min_row=2, max_col=2) for cell in row} == {"s"}
    assert import_into(database, tmp_path / "sheets").files["organisations.csv"].changed == 0


def _quoted(cell: str) -> str:
    return cell.replace('"', '""')
