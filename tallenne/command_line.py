"""``tallenne``: finds the command, gives it the house, and maps our errors to exit codes, once."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from calls.errors import ExitCode, TallenneError
from tallenne.core_dumps import forbid_core_dumps
from tallenne.house import House
from tallenne.logs import quieten_libraries
from tallenne.settings import home_from

COMMANDS = (
    "init",
    "up",
    "doctor",
    "edge",
    "capture",
    "archive",
    "web",
    "s3",
    "prompt",
    "agent",
    "user",
    "register",
    "calls",
    "check",
    "audit",
    "retention",
    "copy",
    "case",
    "demo",
)


class LazyGroup(TyperGroup):
    """Imports a command when it is called: a capture process must not carry the code of web and database."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # typer's own subclass of it
        """Name the commands in the order in which a new user meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str):  # type: ignore[no-untyped-def,override]  # noqa: ANN201
        """Import ``tallenne.commands.<name>`` and give its command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = typer.main.get_command(import_module(f"tallenne.commands.{cmd_name}").app)
        command.name = cmd_name  # a group of commands has none of its own, and stood without it in the help
        return command


app = typer.Typer(
    name="tallenne",
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Call recording for a customer service: disclosed, recorded, kept, linked, heard.",
)


@app.callback()
def house(
    ctx: typer.Context,
    *,
    home: Annotated[
        Path | None, typer.Option(help="The folder with tallenne.toml. Default: $TALLENNE_HOME, or ./var.")
    ] = None,
) -> None:
    """Call recording for a customer service: disclosed, recorded, kept, linked, heard."""
    ctx.obj = House(home_from(home))


def main() -> None:
    """Run the command line; the entry point of the distribution."""
    forbid_core_dumps()
    quieten_libraries()
    try:
        app()
    except TallenneError as error:
        sys.stderr.write(f"tallenne: {error}\n")
        sys.exit(error.exit_code)
    except OSError as error:  # a full disk, a missing right: what the machine refuses is for a person to mend
        place = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"tallenne: {place}{error.strerror or error}\n")
        sys.exit(ExitCode.FAILED)
