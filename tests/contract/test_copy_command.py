"""``tallenne copy``: what was ordered is made, and a package is proved whole."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from fixtures_cases import PrivacyDesk
from fixtures_copies import CopyDesk
from fixtures_rights import HandClock, Office, RunCommand

from calls.clock import SystemClock
from calls.errors import ExitCode
from privacy.copies.age_file import decrypted
from privacy.copies.copies import passphrase_of
from privacy.copies.copy_state import CopyState
from storage.database.calls import AgentRow
from storage.objects.file_store import FileStore
from tallenne.house import House
from tallenne.supervision import programs_of


@pytest.fixture
def copies(house: House, tmp_path: Path) -> CopyDesk:
    """A desk in the house of the command."""
    office = Office(house.database, HandClock(SystemClock().now()))
    with house.database.begin() as session:
        agent = AgentRow(
            name="Sanna Laine", aor="sip:sanna@x", sip_user="sanna", ha1="0" * 32, created_at=office.clock.now()
        )
        session.add(agent)
        session.flush()
        office.sanna_id = agent.id
    assert isinstance(house.objects, FileStore)
    return CopyDesk(PrivacyDesk(office), house.objects, house.keys, tmp_path)


def test_what_was_ordered_is_made_and_what_was_made_is_proved(
    copies: CopyDesk, run_command: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies.call()
    ordered, office = copies.order(copies.case()), copies.desk.office
    assert run_command("copy", "run", "--once").stdout == "1 copies made\n"
    made = copies.copy(ordered)
    assert made.state is CopyState.MADE
    released = copies.released(made)
    with office.database.begin() as session:
        secret = passphrase_of(session, made.id, keys=copies.keys, by=copies.desk.officer, clock=office.clock)
    sealed = tmp_path / released.file_name
    sealed.write_bytes(copies.file(released))

    monkeypatch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
    proved = run_command("copy", "verify", str(sealed))
    assert proved.exit_code == 0, proved.stderr
    assert f"copy {made.id} of {made.case_no}, released" in proved.stdout
    assert f"manifest {made.manifest_sha256}" in proved.stdout

    content = sealed.read_bytes()
    sealed.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
    changed = run_command("copy", "verify", str(sealed))
    assert changed.exit_code == ExitCode.BROKEN
    assert "no copy that this house made" in changed.stdout

    plain = tmp_path / "copy.zip"
    plain.write_bytes(decrypted(content, passphrase=secret))
    assert run_command("copy", "verify", str(plain)).exit_code == 0
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(plain) as package:
        package.extractall(folder)
    (folder / "tiedot.json").write_text("{}", encoding="utf-8")
    broken = run_command("copy", "verify", str(folder))
    assert broken.exit_code == ExitCode.BROKEN
    assert "tiedot.json: changed" in broken.stdout
    plain.write_bytes(b"no ZIP")
    assert run_command("copy", "verify", str(plain)).exit_code == ExitCode.BAD_DATA
    assert run_command("copy", "verify", str(tmp_path / "nowhere.zip")).exit_code == ExitCode.BAD_DATA


def test_the_house_makes_copies_in_a_process_of_its_own(house: House) -> None:
    (program,) = (one for one in programs_of(house.settings) if one.name == "copies")
    assert program.words == "copy run"
    told = subprocess.run(
        [sys.executable, "-m", "tallenne", "copy", "--help"], check=True, capture_output=True, text=True
    ).stdout
    assert "verify" in told
