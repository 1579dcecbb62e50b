"""An installed home with an S3 server of its own, worked by the real commands in processes of their own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fixtures_s3 import free_s3_ports
from fixtures_waiting import until

from tallenne.house import House
from tallenne.installing import install
from tallenne.running import embedded_store_runs

DEADLINE_S = 60


class Home:
    """An installed home with an S3 server of its own."""

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

    @contextmanager
    def store(self) -> Iterator[None]:
        """Run the S3 server; it ends in order."""
        s3 = self.start("s3")
        try:
            until(lambda: embedded_store_runs(House(self.folder)), what="the store answers", timeout_s=DEADLINE_S)
            yield
        finally:
            s3.send_signal(signal.SIGTERM)
            assert s3.wait(DEADLINE_S) == 0


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """Give a home whose store runs."""
    home = Home(tmp_path / "home")
    for name, value in home.settings.items():
        monkeypatch.setenv(name, value)
    install(home.folder)
    with home.store():
        yield home
