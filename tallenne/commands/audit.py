"""``tallenne audit``: sign the audit, and prove that nothing of it was changed."""

import base64
import gc
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from calls.clock import iso
from calls.errors import ExitCode
from rights.audit.acknowledging import known_text, with_reasons
from rights.audit.checkpoint import verifier_text
from rights.audit.checkpoints import last_checkpoint
from rights.audit.findings import Verdict
from rights.audit.second_place import notes_of_file
from rights.audit.signing_key import load_public_keys, load_signing_key
from rights.audit.verifications import note_verification
from rights.audit.verifying import readers_for
from rights.audit.verifying import verify as verify_audit
from storage.database.migration import require_head
from tallenne.audit_keeping import AuditKeeper
from tallenne.house import House
from tallenne.running import require_store

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Sign the audit, and prove that it is whole.")


@app.callback()
def audit() -> None:
    """Sign the audit, and prove that nothing of it was changed."""


@app.command()
def verify(
    ctx: typer.Context,
    *,
    checkpoints: Annotated[
        list[Path] | None,
        typer.Option(help="Checkpoints kept elsewhere: the file of [audit] file, or a syslog. May be given again."),
    ] = None,
    database_only: Annotated[
        bool,
        typer.Option(
            "--database-only", help="Ask neither the object store nor the second place, and write nothing down."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Verify every row against the chain and all checkpoints; name what is new and what is known; non-zero for new."""
    house: House = ctx.obj
    require_head(house.database)
    elsewhere = [note for file in checkpoints or () for note in notes_of_file(file)]
    if not database_only:
        require_store(house)
        elsewhere += AuditKeeper(house).kept_elsewhere()
    keys = load_public_keys(house.settings.path(house.settings.keys.folder))
    gc.disable()  # a million rows leave no cycles, and looking for them takes a third of the time
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("verifying the audit", total=None)
        verdict = verify_audit(
            house.database,
            keys,
            elsewhere=elsewhere,
            progress=lambda done: bar.update(task, completed=done),
            readers=readers_for(house.database),
        )
    verdict = with_reasons(house.database, verdict)
    if not database_only:  # one that sees less may not stand in the place of what the archive found
        note_verification(house.database, verdict, clock=house.clock)
    if as_json:
        seen = {"root": base64.b64encode(verdict.root).decode(), "whole": verdict.is_whole}
        told = {**asdict(verdict), **seen, "checkpoints_elsewhere": len(elsewhere)}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1, default=str))
    else:
        _print(verdict, elsewhere=len(elsewhere))
    if not verdict.is_whole:
        raise typer.Exit(ExitCode.BROKEN)


@app.command()
def checkpoint(ctx: typer.Context) -> None:
    """Sign what the audit is now, and give the checkpoint to the object store and to the second place."""
    house: House = ctx.obj
    require_head(house.database)
    require_store(house)
    number = AuditKeeper(house).checkpoint()
    with house.database.read() as session:
        last = last_checkpoint(session)
    if last is None:
        typer.echo("There is nothing to sign yet.")
        return
    news = "signed now" if number else "nothing was written since"
    typer.echo(f"checkpoint {last.number}, {iso(last.made_at)}, {last.size} rows: {news}", err=True)
    typer.echo(last.note, nl=False)


@app.command()
def key(ctx: typer.Context) -> None:
    """Print the public key by which others verify the checkpoints."""
    house: House = ctx.obj
    signing_key = load_signing_key(house.settings.path(house.settings.keys.folder))
    typer.echo(verifier_text(signing_key.public_key()))


def _print(verdict: Verdict, *, elsewhere: int) -> None:
    """Print a line a finding, which names what the reader looks up, and how far the verdict reaches."""
    for finding in verdict.findings:
        typer.echo(f"{finding.tampering.value}: {finding.what}")
    for one in verdict.known:
        typer.echo(f"known: {one.finding.tampering.value}: {one.finding.what}; {known_text(one)}")
    if not verdict.is_whole:
        signed = f"checkpoint {verdict.checkpoint} holds" if verdict.checkpoint else "no checkpoint holds"
        new = f"{len(verdict.findings)} findings" + (f", and {len(verdict.known)} known" if verdict.known else "")
        typer.secho(f"{verdict.size} rows, {signed}: {new}", fg="red")
    elif not verdict.checkpoint:
        told = "whole as far as the database itself tells: there was no checkpoint to compare it with"
        typer.secho(f"{verdict.size} rows, {told}", fg="yellow")
    elif not elsewhere:
        told = f"checkpoint {verdict.checkpoint} holds: whole, by the database's own checkpoints alone"
        typer.secho(f"{verdict.size} rows, {told}; one kept elsewhere would show a tail that was cut", fg="yellow")
    else:
        known = f" but for {len(verdict.known)} known findings" if verdict.known else ""
        typer.secho(f"{verdict.size} rows, checkpoint {verdict.checkpoint} holds: whole{known}", fg="green")
