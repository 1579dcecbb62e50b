"""The help of the command line: every command by its name, and no options that belong to one alone."""

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from tallenne.command_line import COMMANDS, app


def help_of(*words: str) -> str:
    done = CliRunner(env={"COLUMNS": "120"}).invoke(app, [*words, "--help"])
    assert done.exit_code == 0, done.output
    return done.output


def test_help_names_every_command() -> None:
    lines = [line.strip("│ ").split(" ")[0] for line in help_of().splitlines()]
    assert [line for line in lines if line in COMMANDS] == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_has_its_name_and_no_completion_of_its_own(name: str) -> None:
    group = get_command(app)
    command = group.get_command(None, name)  # type: ignore[attr-defined]  # a group, as the application has commands
    assert command.name == name
    assert "completion" not in help_of(name)
