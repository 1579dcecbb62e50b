"""``tallenne register``: importing, exporting and inventing the customer register, and linking the calls again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column

from ledger_link.exporting.export import ExportFormat, ExportScope
from ledger_link.importing.folder import import_read
from ledger_link.importing.folder_reading import read_folder
from ledger_link.importing.import_lock import import_lock
from ledger_link.importing.mapping import load_mapping
from ledger_link.importing.marks import begin_marks
from ledger_link.importing.problem import BadRegisterError
from ledger_link.importing.report import ImportReport
from ledger_link.linking.relinking import RelinkReport, relink, relink_due
from ledger_link.sampling.sample import SampleSize, write_sample
from privacy.retention.deleted_persons import held_and_there, settle_deleted_persons
from rights.audit.subjects import wipe_forgotten
from rights.audit.trail import Action, record
from rights.register.register_export import export_register
from storage.vault.field_vault import FieldVault
from tallenne.caller_names import try_to_publish_names
from tallenne.dry_run import dry_run_lines
from tallenne.house import House
from tallenne.operator import operator
from tallenne.text_table import TextTable

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The customer register: import and export it, link calls to it."
)

Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


class Steps:
    """Progress bars on stderr, one for each step that reports."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, step: str, done: int, total: int) -> None:
        """Show how far a step is."""
        if step not in self._tasks:
            self._tasks[step] = self._bars.add_task(step, total=total)
        self._bars.update(self._tasks[step], completed=done, total=total)


@app.command("import")
def import_register(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A folder of CSV or XLSX files: docs/ref/register-import.md.")],
    *,
    mapping: Annotated[
        Path | None, typer.Option(help="A TOML file that says how another system's files are called and written.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do everything, show what would change, keep nothing.")
    ] = False,
    delete_missing: Annotated[
        bool, typer.Option("--delete-missing", help="Delete the rows that the given files no longer name.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Import a folder, all of it or nothing; then link the calls again that it concerns and nobody decided about."""
    house: House = ctx.obj
    names = load_mapping(mapping) if mapping else None
    vault = FieldVault(house.keys)
    relinked = None
    try:
        with _steps() as steps, import_lock(house.database):
            with house.database.begin() as session:
                begin_marks(session)
            with house.database.read() as session:
                read = read_folder(
                    session, folder, vault=vault, progress=steps, mapping=names, delete_missing=delete_missing
                )
            with house.database.begin() as session:
                held = held_and_there(session)
                report = import_read(session, read, progress=steps)
                has_deleted = any(counts.deleted for counts in report.files.values())
                if has_deleted:
                    settle_deleted_persons(session, held_before=held, clock=house.clock)
                if dry_run:
                    session.rollback()
                else:
                    detail = {"files": report.to_json()}
                    record(session, actor=operator(), action=Action.REGISTER_IMPORTED, detail=detail, clock=house.clock)
            if not dry_run:
                if has_deleted:
                    wipe_forgotten(house.database)
                # before the calls, which may take minutes: who has a non-disclosure order now is on no phone any more
                if report.has_changes:
                    try_to_publish_names(house)
                relinked = _relink_due(house, steps)
    except BadRegisterError as error:
        if as_json:
            typer.echo(json.dumps(error.to_json(), ensure_ascii=False))
        raise
    if as_json:
        calls = {"calls": _calls(relinked)} if relinked else {"dry_run": True, "samples": report.samples_to_json()}
        typer.echo(json.dumps({"files": report.to_json(), **calls}, ensure_ascii=False))
        return
    _table(report).print()
    if relinked:
        typer.echo(_sentence(relinked))
    else:
        typer.echo("\n".join(dry_run_lines(report)))


@app.command("export")
def export(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A new folder, in the form in which a register is imported.")],
    *,
    kind: Annotated[ExportFormat, typer.Option("--format", help="The kind of the files.")] = ExportFormat.CSV,
    undisclosed: Annotated[
        bool, typer.Option("--undisclosed", help="With the addresses, numbers and e-mails of non-disclosed persons.")
    ] = False,
    identity_codes: Annotated[
        bool, typer.Option("--identity-codes", help="With identity codes and numbers of travel documents.")
    ] = False,
    purpose: Annotated[str | None, typer.Option(help="Why: needed with either of the two.")] = None,
    as_json: Json = False,
) -> None:
    """Export the register; every export is audited."""
    house: House = ctx.obj
    with _steps() as steps:
        report = export_register(
            house.database,
            FieldVault(house.keys),
            operator(),
            folder,
            kind,
            scope=ExportScope(undisclosed=undisclosed, identity_codes=identity_codes),
            purpose=purpose,
            clock=house.clock,
            progress=steps,
        )
    if as_json:
        typer.echo(json.dumps({"files": report.files, "left_out": report.left_out}))
        return
    table = TextTable("file", Column("rows", justify="right"), Column("left out", justify="right"), title="Export")
    for file, count in report.files.items():
        table.add_row(file, str(count), str(report.left_out.get(file, 0)))
    table.print()


@app.command("sample")
def sample(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    *,
    persons: Annotated[int, typer.Option(help="How many persons.")],
    leases: Annotated[int | None, typer.Option(help="How many leases; three to five persons if not given.")] = None,
    ledger_rows: Annotated[
        int | None, typer.Option(help="How many charges and payments; 33 to a lease if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same register.")] = 1,
    as_json: Json = False,
) -> None:
    """Write an invented register of any size; its identity codes are temporary ones, which nobody has."""
    size = SampleSize.of(persons, leases, ledger_rows)
    with _steps() as steps:
        counts = write_sample(folder, size, seed=seed, progress=lambda done, all_: steps("persons", done, all_))
    if as_json:
        typer.echo(json.dumps({"files": {f"{name}.csv": count for name, count in counts.items()}}))
    else:
        typer.echo(f"Rows written: {sum(counts.values())}, persons: {counts['persons']}, leases: {counts['leases']}.")


@app.command("relink")
def relink_calls(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Link every call again that nobody decided about, by the register as it is now."""
    house: House = ctx.obj
    try_to_publish_names(house)
    with _steps() as steps:
        report = _relink(house, steps)
    if as_json:
        typer.echo(json.dumps({"calls": _calls(report)}))
    else:
        typer.echo(_sentence(report))


@contextmanager
def _steps() -> Iterator[Steps]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield Steps(bars)


def _relink(house: House, steps: Steps) -> RelinkReport:
    client = house.register_client
    return relink(
        house.database,
        register=house.register,
        prepare=client.numbers if client else None,
        clock=house.clock,
        progress=lambda done, total: steps("linking calls", done, total),
    )


def _relink_due(house: House, steps: Steps) -> RelinkReport:
    """Link what the import concerns; another register than our own says of no call whether it does."""
    if house.register_client is not None:
        return _relink(house, steps)
    return relink_due(
        house.database, clock=house.clock, progress=lambda done, total: steps("linking numbers", done, total)
    )


def _calls(report: RelinkReport) -> dict[str, int]:
    return {"checked": report.checked, "relinked": report.changed}


def _sentence(report: RelinkReport) -> str:
    return f"Calls checked: {report.checked}; linked otherwise than before: {report.changed}."


def _table(report: ImportReport) -> TextTable:
    headings = ["added", "changed", "unchanged"]
    if any(counts.deleted for counts in report.files.values()):
        headings.append("deleted")
    table = TextTable("file", *(Column(heading, justify="right") for heading in headings), title="Register")
    for file, counts in report.files.items():
        numbers = (counts.added, counts.changed, counts.unchanged, counts.deleted)
        table.add_row(file, *(str(number) for number in numbers[: len(headings)]))
    return table
