"""``tallenne s3``, ``archive`` and ``check`` as processes: calls are kept, tampering is named, the end is in order."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fixtures_archive import CallMaker
from fixtures_s3 import free_s3_ports
from sqlalchemy import func, select, text

from storage.database.calls import CallRow
from tallenne.house import House
from tallenne.installing import install

DEADLINE_S = 60


class Home:
    """An installed home with an S3 server of its own."""

    def __init__(self, folder: Path) -> None:
        ports = free_s3_ports()
        self.folder = folder
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "TALLENNE_OBJECTS__ENDPOINT": f"http://127.0.0.1:{ports.s3}",
            "TALLENNE_OBJECTS__EMBEDDED_FIRST_PORT": str(ports.first),
            "TALLENNE_ARCHIVE__POLL_INTERVAL_MS": "20",
        }

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tallenne", "--home", str(self.folder), *words]

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self.command(*words), env=self.environment)

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*words), env=self.environment, capture_output=True, text=True, timeout=DEADLINE_S, check=False
        )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    home = Home(tmp_path / "home")
    for name, value in home.environment.items():
        if name.startswith("TALLENNE_"):
            monkeypatch.setenv(name, value)
    install(home.folder)
    return home


def test_calls_are_kept_checked_and_everything_ends_in_order(home: Home) -> None:
    house = House(home.folder)
    s3, archive = home.start("s3"), home.start("archive")
    try:
        maker = CallMaker(house.spool)
        first, _second, silent = maker.recorded(), maker.recorded(seconds=3), maker.abandoned()
        _until(lambda: _calls_in(house) == 3)
        _until(lambda: not any(house.spool.committed.iterdir()))
        clean = home.run("check", "--json")
        assert clean.returncode == 0, clean.stderr
        report = json.loads(clean.stdout)
        assert (report["calls"], report["recordings"], report["objects"], report["findings"]) == (3, 2, 4, [])
        with house.database.begin() as session:
            session.execute(text("UPDATE calls SET reason = 'busy' WHERE id = :id"), {"id": silent.call_id})
        changed = home.run("check", "--level", "presence")
        assert changed.returncode == 70
        assert silent.call_id in changed.stdout
        assert first.call_id not in changed.stdout
    finally:
        archive.send_signal(signal.SIGTERM)
        assert archive.wait(DEADLINE_S) == 0
        s3.send_signal(signal.SIGTERM)
        assert s3.wait(DEADLINE_S) == 0
        house.database.dispose()


def _calls_in(house: House) -> int:
    with house.database.read() as session:
        return session.scalar(select(func.count()).select_from(CallRow)) or 0


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_archive_refuses_a_schema_that_is_not_its_own(home: Home) -> None:
    house = House(home.folder)
    with house.database.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001_calls'"))
    house.database.dispose()
    refused = home.run("archive", "--once")
    assert refused.returncode == 78
    assert "0001_calls" in refused.stderr


def test_the_embedded_server_is_refused_where_it_is_not_wanted(home: Home) -> None:
    for name, value in {"EMBEDDED": "false", "ENDPOINT": "http://s3.example:8333"}.items():
        home.environment[f"TALLENNE_OBJECTS__{name}"] = value
        refused = home.run("s3")
        assert refused.returncode == 78
        assert "[objects]" in refused.stderr
        del home.environment[f"TALLENNE_OBJECTS__{name}"]
