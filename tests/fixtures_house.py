"""A whole house, started once a session, and its command line as an operator uses it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.house import FurnishedHouse, furnish, started
from rights.listening.export import export_audio
from softphones.sound import Samples, read_channels
from tallenne.house import House
from tallenne.operator import operator

AGENTS = {"sanna": "Sanna Laine", "mikko": "Mikko Salo"}


@pytest.fixture(scope="session")
def running_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FurnishedHouse]:
    furnished = furnish(tmp_path_factory.mktemp("house") / "home", workers=8, agents=AGENTS)
    with started(furnished):
        yield furnished


class CommandLine:
    """``tallenne`` in the home of a house."""

    def __init__(self, house: House) -> None:
        self._house = house

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "tallenne", *arguments],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "TALLENNE_HOME": str(self._house.home)},
        )
        return done.stdout

    def calls(self) -> dict[str, dict[str, Any]]:
        """All calls by their SIP Call-ID."""
        return {call["sip_call_id"]: call for call in json.loads(self("calls", "--json"))}

    def audio(self, call_id: str, folder: Path) -> list[Samples]:
        """The channels of a recording: the customer's, the agent's."""
        out = folder / f"{call_id}.flac"
        self("calls", "audio", call_id, "--purpose", "verify", "--out", str(out), "--break-glass", "testi")
        return read_channels(out)

    def audio_at_once(self, call_id: str, folder: Path) -> list[Samples]:
        """The same without a process for each call."""
        house, out = self._house, folder / f"{call_id}.flac"
        export_audio(
            house.database,
            operator(),
            call_id,
            purpose="verify",
            out=out,
            objects=house.objects,
            keys=house.keys,
            clock=house.clock,
            alone_because="testi",
        )
        return read_channels(out)


@pytest.fixture(scope="session")
def command_line(running_house: FurnishedHouse) -> CommandLine:
    return CommandLine(running_house.house)
