"""``tallenne check``: prove that what is kept is what was kept."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from calls.errors import ExitCode
from privacy.copies.copy_check import check_copies
from privacy.retention.proof_check import check_erased
from storage.check.check import check as check_house
from storage.check.finding import Level, Report
from storage.database.migration import require_head
from tallenne.house import House
from tallenne.running import require_store

app = typer.Typer(add_completion=False)


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
    require_store(house)
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
        check_erased(report, database=house.database, objects=house.objects, keys=house.keys)
        check_copies(report, database=house.database, objects=house.objects, keys=house.keys)
    if as_json:
        typer.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=1))
    else:
        _print(report)
    if not report.clean:
        raise typer.Exit(ExitCode.BROKEN)


def _print(report: Report) -> None:
    """Print a line a finding: its name is what the reader copies, so no table may break it."""
    for finding in report.findings:
        typer.echo(f"{finding.kind.value} {finding.name}: {finding.what} (invariant {finding.invariant.value})")
    counts = (
        f"{report.calls} calls, {report.recordings} recordings, {report.objects} objects, level {report.level.value}"
    )
    verdict = "clean" if report.clean else f"{len(report.findings)} findings"
    typer.secho(f"{counts}, level {report.level.value}: {verdict}", fg="green" if report.clean else "red")
    if report.waiting or report.open or report.quarantined:
        typer.echo(
            f"in the spool: {report.open} going on, {report.waiting} waiting for the archive, "
            f"{len(report.quarantined)} in quarantine {' '.join(report.quarantined)}"
        )
