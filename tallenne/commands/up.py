"""``tallenne up``: run the whole house on this machine."""

import fcntl
import os
import secrets
import sys

import typer
from rich.console import Console
from rich.text import Text

from calls.errors import ExitCode
from storage.archive.key_parting import part_keys
from storage.database.migration import upgrade
from storage.spool.durable import write_whole
from tallenne.commands.agent import publish_directory
from tallenne.doctor import before_start
from tallenne.finding import Health
from tallenne.house import House
from tallenne.supervision import configuration

app = typer.Typer(add_completion=False)


@app.command()
def up(ctx: typer.Context) -> None:
    """Run everything on this machine with one log; Ctrl-C lets the running calls end, then stops in order."""
    os.umask(0o027)  # nothing in a home is for other users of the machine
    house: House = ctx.obj
    fatal = [finding for finding in before_start(house) if finding.health is Health.BAD]
    console = Console(stderr=True)
    for finding in fatal:
        console.print(Text(finding.subject, style="red"), Text(f"{finding.what} ({finding.remedy})"))
    if fatal:
        raise typer.Exit(ExitCode.BAD_CONFIGURATION)
    house.run_folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    upgrade(house.database)
    part_keys(house.database, keys=house.keys)
    with house.database.read() as session:
        publish_directory(house, session)
    house.database.dispose()
    file = house.run_folder / "supervisord.conf"
    text = configuration(house.settings, run_folder=house.run_folder, password=secrets.token_urlsafe())
    write_whole(file, text.encode(), mode=0o600)
    # Supervisor and its children write to one file: without this each would write over the others
    fcntl.fcntl(sys.stdout.fileno(), fcntl.F_SETFL, fcntl.fcntl(sys.stdout.fileno(), fcntl.F_GETFL) | os.O_APPEND)
    console.print(f"Starting. The viewer will be at {house.settings.web.address}  (Ctrl-C stops)")
    arguments = [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(file)]
    os.execv(sys.executable, arguments)  # noqa: S606 - no shell, on purpose
