"""The help of the command line: every command by its name, and no options that belong to one alone."""

import resource
import subprocess
import sys

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from tallenne.command_line import COMMANDS, app


def help_of(*words: str) -> str:
    done = CliRunner(env={"COLUMNS": "120"}).invoke(app, [*words, "--help"])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("allowed", [resource.RLIM_INFINITY, 0])
def test_no_process_of_ours_leaves_a_picture_of_its_memory(allowed: int) -> None:
    """Keys and voices are in it; what it starts inherits the limit. Where none is allowed anyway, that is no error."""
    asked = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"
    run = f"""
import resource, subprocess, sys
if {allowed} == 0:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from tallenne.command_line import main
sys.argv = ["tallenne", "agent", "--help"]
try:
    main()
except SystemExit:
    subprocess.run([sys.executable, "-c", {asked!r}], check=True)
"""
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] in {"(1, 1)", "(0, 0)"} - ({"(1, 1)"} if allowed == 0 else set())


def test_help_names_every_command() -> None:
    lines = [line.strip("│ ").split(" ")[0] for line in help_of().splitlines()]
    assert [line for line in lines if line in COMMANDS] == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_has_its_name_and_no_completion_of_its_own(name: str) -> None:
    group = get_command(app)
    command = group.get_command(None, name)  # type: ignore[attr-defined]  # a group, as the application has commands
    assert command.name == name
    assert "completion" not in help_of(name)
