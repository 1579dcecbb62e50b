"""``tallenne retention`` as a process over a real store: what is old goes, the check agrees, the end is in order."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fixtures_archive import CallMaker
from fixtures_s3 import free_s3_ports
from fixtures_waiting import until
from sqlalchemy import func, select, update

from privacy.retention.retention_rows import CallDeletionRow, RetentionPolicyRow, RetentionRunRow
from privacy.retention.run import BEAT_FILE
from storage.database.calls import CallRow
from tallenne.house import House
from tallenne.installing import install
from tallenne.running import embedded_store_runs

DEADLINE_S = 60


class Home:
    """An installed home with an S3 server of its own, which runs, and two archived calls."""

    def __init__(self, folder: Path) -> None:
        ports = free_s3_ports()
        self.folder = folder
        self.settings = {
            "TALLENNE_OBJECTS__ENDPOINT": f"http://127.0.0.1:{ports.s3}",
            "TALLENNE_OBJECTS__EMBEDDED_FIRST_PORT": str(ports.first),
        }
        self.environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **self.settings}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tallenne", "--home", str(self.folder), *words]

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self.command(*words), env=self.environment)

    def try_to(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*words), env=self.environment, capture_output=True, text=True, timeout=DEADLINE_S, check=False
        )

    def run(self, *words: str) -> str:
        done = self.try_to(*words)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def run_check(self) -> "dict[str, list[dict[str, str]]]":
        """Give the report of ``tallenne check``, whatever it found."""
        command = self.command("check", "--json", "--level", "presence")
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=DEADLINE_S, check=False
        )
        report: dict[str, list[dict[str, str]]] = json.loads(done.stdout)
        return report


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    home = Home(tmp_path / "home")
    for name, value in home.settings.items():
        monkeypatch.setenv(name, value)
    install(home.folder)
    s3 = home.start("s3")
    try:
        until(lambda: embedded_store_runs(House(home.folder)), what="the store answers", timeout_s=DEADLINE_S)
        yield home
    finally:
        s3.send_signal(signal.SIGTERM)
        assert s3.wait(DEADLINE_S) == 0


def test_an_old_call_is_planned_scheduled_and_erased(home: Home) -> None:
    house = House(home.folder)
    old, new = CallMaker(house.spool).recorded().call_id, CallMaker(house.spool).recorded(seconds=2).call_id
    assert "2 calls archived" in home.run("archive", "--once")
    with house.database.begin() as session:
        now = house.clock.now()
        session.execute(update(CallRow).values(started_at=now - timedelta(days=401)))
        session.execute(update(CallRow).where(CallRow.id == new).values(ended_at=now))
        session.execute(update(CallRow).where(CallRow.id == old).values(ended_at=now - timedelta(days=400)))
        for purpose in ("verify", "training"):
            session.add(
                RetentionPolicyRow(
                    purpose=purpose, keep_count=12, keep_unit="months", reason="x", made_by="liisa", made_at=now
                )
            )
    told = json.loads(home.run("retention", "plan", "--json"))
    assert (told["due"], sum(told["by_month"].values()), told["gaps"]) == (1, 1, {})
    assert home.run("retention", "run", "--once").startswith("1 scheduled")
    with house.database.begin() as session:  # two weeks later
        session.execute(update(CallDeletionRow).values(shred_from=now))
    home.run("retention", "run", "--once")
    with house.database.begin() as session:  # and half a minute after that
        session.execute(update(CallDeletionRow).values(objects_deleted_at=now - timedelta(minutes=1)))
    assert "1 erased" in home.run("retention", "run", "--once")
    with house.database.read() as session:
        assert session.scalars(select(CallRow.id)).all() == [new]
    assert len(list(house.objects.all("calls/"))) == 2
    assert house.keys.shares.is_erased(old)
    report = home.run_check()
    assert [finding["name"] for finding in report["findings"]] == [new]  # whose days this test moved
    house.database.dispose()


def test_a_house_that_was_away_waits_for_a_word(home: Home) -> None:
    house = House(home.folder)
    home.run("retention", "run", "--once")
    with house.database.begin() as session:
        session.execute(update(RetentionRunRow).values(began_at=house.clock.now() - timedelta(days=30)))
    done = home.try_to("retention", "run", "--once")
    assert done.returncode == 1
    assert "nothing goes by a policy: the clock went from" in done.stderr
    assert home.run("retention", "go-on", "--reason", "closed for the summer").startswith("may go on: the clock went")
    assert home.run("retention", "run", "--once").startswith("0 scheduled")
    assert "nothing is doubted" in home.try_to("retention", "go-on", "--reason", "again").stderr
    house.database.dispose()


def test_the_house_runs_it_and_ends_it_in_order(home: Home) -> None:
    house = House(home.folder)
    beat = house.retention.folder / BEAT_FILE
    process = home.start("retention", "run")
    try:
        until(beat.exists, what="the retention has looked", timeout_s=DEADLINE_S)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == 0
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(CallRow)) == 0
    house.database.dispose()
