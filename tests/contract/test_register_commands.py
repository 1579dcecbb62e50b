"""``tallenne register``: import, dry run, export and sample by the command line, and what the audit says of them."""

import json
from pathlib import Path

from fixtures_register import SAMPLE_REGISTER
from fixtures_rights import RunCommand
from sqlalchemy import func, select

from ledger_link.tables.persons import PersonRow
from rights.audit.trail import Action
from rights.tables import AuditRow
from tallenne.house import House


def audited(house: House) -> list[str]:
    with house.database.read() as session:
        return list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))


def test_a_register_is_sampled_tried_imported_and_exported(
    house: House, run_command: RunCommand, tmp_path: Path
) -> None:
    folder, out = tmp_path / "sample", tmp_path / "out"
    made = run_command("register", "sample", str(folder), "--persons", "40", "--json")
    assert json.loads(made.stdout)["files"]["persons.csv"] == 40
    tried = json.loads(run_command("register", "import", str(folder), "--dry-run", "--json").stdout)
    assert tried["dry_run"] is True
    assert tried["files"]["persons.csv"] == {"added": 40, "changed": 0, "unchanged": 0}
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(PersonRow)) == 0
    assert Action.REGISTER_IMPORTED not in audited(house)
    done = json.loads(run_command("register", "import", str(folder), "--json").stdout)
    assert done["files"] == tried["files"]
    assert done["calls"] == {"checked": 0, "relinked": 0}
    exported = json.loads(run_command("register", "export", str(out), "--json").stdout)
    assert exported["files"]["persons.csv"] == 40
    assert audited(house)[-2:] == [Action.REGISTER_IMPORTED, Action.REGISTER_EXPORTED]


def test_a_dry_run_shows_lines_and_no_content(house: House, run_command: RunCommand) -> None:
    shown = run_command("register", "import", str(SAMPLE_REGISTER), "--dry-run").stdout
    assert "persons.csv\n  would be added: 40, e.g. lines 2, 3, 4, 5, 6\n" in shown
    assert len(shown.splitlines()) < 100
    assert "A dry run: the register is as it was." in shown
    assert "Virtanen" not in shown
    assert audited(house) == []


def test_problems_are_told_as_json(house: House, run_command: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "persons.csv").write_text("person_no,first_names,surname,non_disclosure\nX-1,Aino,131052-308T,no\n")
    refused = run_command("register", "import", str(tmp_path), "--json")
    assert refused.exit_code == 65
    told = json.loads(refused.stdout)
    assert (told["count"], told["problems"][0]["line"], told["problems"][0]["column"]) == (1, 2, "surname")
    assert "308T" not in refused.stdout
    assert audited(house) == []
