"""The doctor looks and touches nothing; what was never started is no illness; an open house is."""

import hashlib
import os
import secrets
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_s3 import free_s3_ports

from calls.errors import BadConfigurationError, UnavailableError
from softphones.ports import free_ports
from tallenne.doctor import before_start, examine
from tallenne.finding import Finding, Health
from tallenne.house import House
from tallenne.installing import install
from tallenne.running import require_store
from tallenne.supervision import configuration, require_supervisable


@pytest.fixture(scope="module")
def ports() -> dict[str, str]:
    """Ports that nobody has: nothing of these tests' houses ever listens there."""
    s3 = free_s3_ports()
    return {
        "EDGE__SIP_PORT": str(free_ports()),
        "EDGE__INTERNAL_PORT": str(free_ports()),
        "CAPTURE__WORKERS": "1",
        "CAPTURE__FIRST_SIP_PORT": str(free_ports()),
        "CAPTURE__FIRST_RTP_PORT": str(free_ports(32)),
        "WEB__PORT": str(free_ports()),
        "OBJECTS__ENDPOINT": f"http://127.0.0.1:{s3.s3}",
        "OBJECTS__EMBEDDED_FIRST_PORT": str(s3.first),
    }


@pytest.fixture
def house(tmp_path: Path, ports: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house that was never started, with ports of its own."""
    for name, value in ports.items():
        monkeypatch.setenv(f"TALLENNE_{name}", value)
    install(tmp_path / "home")
    house = House(tmp_path / "home")
    yield house
    house.database.dispose()


def contents(folder: Path) -> dict[str, tuple[int, str]]:
    """Give every name below a folder with its mode and its hash."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mode,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in folder.rglob("*")
    }


def of(findings: list[Finding], subject: str) -> Finding:
    return next(finding for finding in findings if finding.subject == subject)


def test_a_house_is_examined_without_being_touched(house: House) -> None:
    before = contents(house.home)
    findings = [*examine(house), *before_start(house)]
    house.database.dispose()
    assert contents(house.home) == before
    assert of(findings, "edge").health is Health.GOOD


def test_what_is_not_there_is_told_and_not_made(house: House) -> None:
    (house.home / "tallenne.sqlite").unlink()
    for folder in sorted(house.spool.folder.rglob("*"), reverse=True):
        folder.rmdir()
    house.spool.folder.rmdir()
    findings = examine(house)
    assert (of(findings, "database").health, of(findings, "database").remedy) == (Health.BAD, "run 'tallenne init'")
    assert of(findings, "spool").health is Health.DOUBTFUL
    assert not (house.home / "tallenne.sqlite").exists()
    assert not house.spool.folder.exists()


def test_a_house_that_was_never_started_is_doubted_in_our_own_words(house: House) -> None:
    findings = examine(house)
    for subject in ("objects", "capture", "softphones"):
        finding = of(findings, subject)
        assert (finding.health, finding.remedy) == (Health.DOUBTFUL, "tallenne up")
    assert [finding for finding in findings if finding.health is Health.BAD] == []
    assert not [finding for finding in findings if "urllib3" in finding.what or "Errno" in finding.what]
    with pytest.raises(UnavailableError, match=r"not running yet.*\(tallenne up\)"):
        require_store(house)


def test_a_port_that_a_house_could_not_have_is_told_before_it_starts(house: House) -> None:
    port = house.settings.web.port
    with socket.create_server((str(house.settings.web.listen_address), port)):
        finding = of(examine(house), "web.port")
    assert finding.health is Health.BAD
    assert str(port) in finding.what


def test_a_part_that_is_missing_beside_running_ones_is_bad(house: House) -> None:
    house.run_folder.mkdir()
    house.pool_status_file.write_text(f'{{"pid": {os.getpid()}, "workers": []}}', encoding="utf-8")
    findings = examine(house)
    assert (of(findings, "objects").health, of(findings, "softphones").health) == (Health.BAD, Health.BAD)
    assert of(findings, "capture").what.startswith("0 of 1 workers")


@pytest.mark.parametrize(("name", "subject"), [(".", "home"), ("keys", "keys"), ("tallenne.sqlite", "database")])
def test_what_others_may_read_is_bad_and_keeps_a_house_from_starting(house: House, name: str, subject: str) -> None:
    path = (house.home / name).resolve()
    path.chmod(path.stat().st_mode | 0o004)
    for findings in (examine(house), before_start(house)):
        finding = next(one for one in findings if one.subject == subject and one.health is Health.BAD)
        assert "open to others" in finding.what
        subprocess.run(["sh", "-c", finding.remedy], check=True)
        assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0
        path.chmod(path.stat().st_mode | 0o004)


def test_a_home_is_made_for_its_owner_and_group_whatever_the_shell_allows(tmp_path: Path) -> None:
    home = tmp_path / "home"
    subprocess.run(
        [sys.executable, "-m", "tallenne", "init", "--home", str(home)],
        check=True,
        capture_output=True,
        umask=0,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    wide = [path for path in (home, *home.rglob("*")) if path.stat().st_mode & 0o007]
    assert wide == []


def test_a_check_before_the_start_says_what_to_do(house: House) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tallenne", "--home", str(house.home), "check"],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 69
    assert done.stderr.strip().endswith("the object store is not running yet (tallenne up)")


def test_a_store_that_something_else_pretends_to_be_is_told_in_our_own_words(house: House) -> None:
    endpoint = house.settings.objects.endpoint
    with socket.create_server((endpoint.host or "", endpoint.port or 0)) as server:
        require_store(house)
        server.close()
        with pytest.raises(UnavailableError, match="the object store does not answer: Connection refused"):
            house.objects.find("no/such/object")


@pytest.mark.parametrize("name", ["50%", "a;b", "a #b", 'a"b', "a\nb"])
def test_a_home_whose_path_supervisor_cannot_take_is_refused(house: House, name: str) -> None:
    with pytest.raises(BadConfigurationError, match="Supervisor cannot take a path"):
        require_supervisable(house.home / name)
    settings = house.settings.model_copy(update={"home": house.home / name})
    with pytest.raises(BadConfigurationError, match="choose another folder"):
        configuration(settings, run_folder=house.run_folder, password=secrets.token_hex())


def test_the_doctor_names_a_path_that_supervisor_cannot_take(tmp_path: Path) -> None:
    install(tmp_path / "50%")
    house = House(tmp_path / "50%")
    finding = of(before_start(house), "processes")
    house.database.dispose()
    assert (finding.health, finding.remedy) == (Health.BAD, "choose another folder")
