"""docker-compose.yml as Compose would see it: merged, and interpolated with the variables of containers/example.env."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<text>[^}]*))?\}")


def example_environment() -> dict[str, str]:
    lines = (ROOT / "containers" / "example.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def interpolate(text: str, environment: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        if match["name"] in environment:
            return environment[match["name"]]
        assert match["kind"] == "-", f"{match['name']} is required, and containers/example.env does not give it"
        return str(match["text"])

    return VARIABLE.sub(value, text)


def _interpolated(node: object, environment: dict[str, str]) -> object:
    if isinstance(node, dict):
        return {key: _interpolated(value, environment) for key, value in node.items()}
    if isinstance(node, list):
        return [_interpolated(value, environment) for value in node]
    return interpolate(node, environment) if isinstance(node, str) else node


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    """Give the whole file as plain data."""
    plain = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert isinstance(plain, dict)
    interpolated = _interpolated(plain, example_environment())
    assert isinstance(interpolated, dict)
    return interpolated
