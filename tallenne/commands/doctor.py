"""``tallenne doctor``: what is missing or unsafe, and how to mend it."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from calls.errors import ExitCode
from tallenne.doctor import examine
from tallenne.finding import Health
from tallenne.house import House
from tallenne.text_table import TextTable

app = typer.Typer(add_completion=False)

_STYLES = {Health.GOOD: "green", Health.DOUBTFUL: "yellow", Health.BAD: "bold red"}


@app.command()
def doctor(ctx: typer.Context, *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Look at the whole house and say how to mend what is wrong; exits non-zero when something is bad."""
    house: House = ctx.obj
    findings = examine(house)
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        table = TextTable("what", "health", "found", "remedy")
        for finding in findings:
            health = Text(finding.health.value, style=_STYLES[finding.health])
            table.add_row(finding.subject, health, finding.what, finding.remedy)
        table.print()
    if any(finding.health is Health.BAD for finding in findings):
        raise typer.Exit(ExitCode.FAILED)
