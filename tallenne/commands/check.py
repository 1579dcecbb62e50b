"""``tallenne check``: prove that what is kept is what was kept."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from calls.errors import ExitCode
from storage.check.check import check as check_house
from storage.check.finding import Level, Report
from storage.database.migration import require_head
from tallenne.house import House

app = typer.Typer()


@app.command()
def check(
    ctx: typer.Context,
    *,
    level: Annotated[Level, typer.Option(help="presence, size, or hash: read and decrypt every byte.")] = Level.HASH,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Prove that every call has its rows, its key and its objects, unchanged; exit non-zero and name what has not."""
    house: House = ctx.obj
    require_head(house.database)
    house.spool.prepare()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("checking calls", total=None)
        report = check_house(
            database=house.database,
            objects=house.objects,
            keys=house.keys,
            spool=house.spool,
            level=level,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if as_json:
        typer.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=1))
    else:
        _print(report)
    if not report.clean:
        raise typer.Exit(ExitCode.BROKEN)


def _print(report: Report) -> None:
    console = Console()
    if report.findings:
        table = Table("kind", "name", "invariant", "what")
        for finding in report.findings:
            # names are what the reader copies, so they are never cut short
            table.add_row(
                finding.kind.value, Text(finding.name, overflow="fold"), str(finding.invariant.value), finding.what
            )
        console.print(table)
    console.print(
        f"{report.calls} calls, {report.recordings} recordings, {report.objects} objects, level {report.level.value}: "
        + ("clean" if report.clean else f"{len(report.findings)} findings"),
        style="green" if report.clean else "bold red",
    )
    if report.waiting or report.open or report.quarantined:
        console.print(
            f"in the spool: {report.open} going on, {report.waiting} waiting for the archive, "
            f"{len(report.quarantined)} in quarantine {' '.join(report.quarantined)}"
        )
