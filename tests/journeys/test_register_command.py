"""``tallenne register`` as an operator runs it: report, progress, exit code, calls linked anew, the act audited."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fixtures_register import SAMPLE_REGISTER, FolderMaker, add_call
from sqlalchemy import select

from ledger_link.linking.linker import link_of
from ledger_link.tables.persons import PersonRow
from rights.tables import AuditRow
from tallenne.house import House


@pytest.fixture
def home(tmp_path: Path) -> Path:
    run(tmp_path / "home", "init")
    return tmp_path / "home"


def run(home: Path, *words: str, exit_code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tallenne", "--home", str(home), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == exit_code, done.stderr
    return done


def test_import_reports_links_and_is_audited(home: Path) -> None:
    house = House(home)
    with house.database.begin() as session:
        call_id = add_call(session, "+358401000002").id
    done = run(home, "register", "import", str(SAMPLE_REGISTER), "--json")
    report = json.loads(done.stdout)
    assert report["files"]["persons.csv"] == {"added": 40, "changed": 0, "unchanged": 0}
    assert report["calls"] == {"checked": 1, "relinked": 1}
    assert "writing persons.csv" in done.stderr
    assert "linking numbers" in done.stderr
    with house.database.read() as session:
        assert link_of(session, call_id).status == "several"
        (audited,) = session.scalars(select(AuditRow).where(AuditRow.action == "register-imported"))
        assert audited.detail is not None
        assert "40" in str(audited.detail)
    again = run(home, "register", "import", str(SAMPLE_REGISTER))
    assert "persons.csv" in again.stdout
    assert "Calls checked: 0; linked otherwise than before: 0." in again.stdout
    assert json.loads(run(home, "register", "relink", "--json").stdout) == {"calls": {"checked": 1, "relinked": 0}}
    assert "linked otherwise than before: 0" in run(home, "register", "relink").stdout
    house.database.dispose()


def test_refused_import_lists_every_fault_and_keeps_nothing(home: Path, make_folder: FolderMaker) -> None:
    folder = make_folder(
        persons="person_no,first_names,surname,non_disclosure\nP-1,Aino,Virtanen,no\n131052-308T,Aino,Virtanen,no\n",
        phone_numbers="person_no,number\nP-1,12\nP-2,0401234567\n",
    )
    done = run(home, "register", "import", str(folder), "--json", exit_code=65)
    problems = json.loads(done.stdout)["problems"]
    assert [(problem["file"], problem["line"], problem["column"]) for problem in problems] == [
        ("persons.csv", 3, "person_no"),
        ("phone_numbers.csv", 2, "number"),
        ("phone_numbers.csv", 3, "person_no"),
    ]
    for problem in problems:
        assert problem["what"] in done.stderr
        assert problem["expected"] in done.stderr
    assert "131052" not in done.stdout + done.stderr
    house = House(home)
    with house.database.read() as session:
        assert session.scalars(select(PersonRow)).all() == []
        assert session.scalars(select(AuditRow).where(AuditRow.action == "register-imported")).all() == []
    house.database.dispose()


def test_a_folder_that_is_not_there_is_told(home: Path, tmp_path: Path) -> None:
    done = run(home, "register", "import", str(tmp_path / "nowhere"), exit_code=65)
    assert "the folder cannot be read" in done.stderr
    assert "Traceback" not in done.stderr
