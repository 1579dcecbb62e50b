"""``tallenne case``: how data subjects' requests stand with their days. Whom they are about, the viewer alone tells."""

import json
from typing import Annotated

import typer

from privacy.cases.deadlines import deadlines
from tallenne.house import House
from tallenne.operator import operator
from tallenne.text_table import TextTable

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Data subjects' requests and their days.")


@app.callback()
def _group() -> None:
    """Keep ``list`` a command of its own: a group of one would lose its name."""


@app.command("list")
def list_cases(
    ctx: typer.Context,
    *,
    are_all: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the open requests by number, the next due first; no names are told here."""
    house: House = ctx.obj
    with house.database.begin() as session:
        cases = deadlines(session, are_all=are_all, by=operator(), clock=house.clock)
    if as_json:
        typer.echo(json.dumps(cases, ensure_ascii=False, indent=2))
        return
    table = TextTable("case", "kind", "state", "urgency", "received", "promised", "due", "days left")
    names = ("case", "kind", "state", "urgency", "received_on", "promised_on", "due_on", "days_left")
    for case in cases:
        table.add_row(*(str(case[name]) for name in names))
    table.print()
