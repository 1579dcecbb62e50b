"""``tallenne retention``: delete what may not be kept any longer, or tell what would go when."""

import json
from typing import Annotated

import structlog
import typer

from calls.errors import ExitCode
from privacy.retention.audit_detail import DetailDue, detail_due
from privacy.retention.halts import standing_halts
from privacy.retention.old_cases import CASES
from privacy.retention.old_handovers import HANDOVERS
from privacy.retention.plan import plan as make_plan
from privacy.retention.policies import rules
from privacy.retention.register_rows import plan_register
from privacy.retention.row_kind import VOUCHERS
from privacy.retention.scheduling import scheduled_calls
from rights.audit.trail import Action, record
from storage.database.migration import require_head
from tallenne.house import House
from tallenne.house_facts import house_facts
from tallenne.logs import log_to_stderr
from tallenne.operator import operator
from tallenne.running import require_store
from tallenne.stopping import stop_on_signals
from tallenne.text_table import TextTable

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Delete what may not be kept any longer, or tell what would go when.",
)
_OF_THEIR_OWN = (CASES, HANDOVERS)
_log = structlog.get_logger("retention")


@app.command()
def run(
    ctx: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then end.")] = False,
) -> None:
    """Schedule and erase, in the foreground; SIGTERM ends it. What a period ends is seen for 14 days first."""
    house: House = ctx.obj
    require_head(house.database)
    house.spool.prepare()
    if once:
        require_store(house)
        report = house.retention.run_once()
        typer.echo(
            f"{report.scheduled} scheduled, {report.withdrawn} withdrawn, {report.erased} erased, "
            f"{report.restored} came back and go again; of register, requests and hand-overs {report.rows.scheduled} "
            f"scheduled, {report.rows.withdrawn} withdrawn, {report.rows.deleted} rows deleted"
        )
        if report.halted:
            _tell_halts(house)
            raise typer.Exit(ExitCode.FAILED)
        return
    log_to_stderr("retention")
    stop = stop_on_signals()
    _log.info("the retention is ready")
    house.retention.run(stop)
    _log.info("the retention ended in order")


@app.command("go-on")
def go_on(
    ctx: typer.Context,
    *,
    reason: Annotated[str, typer.Option(help="Why the clock, or so many deletions in a day, are as they should be.")],
) -> None:
    """Say that what the retention doubts is as it should be; it goes on with its next look. It is audited."""
    house: House = ctx.obj
    require_head(house.database)
    guard = house.retention.guard
    for doubt in guard.go_on(reason=reason, by=operator()) if guard else ():
        typer.echo(f"may go on: {doubt.what}")


def _tell_halts(house: House) -> None:
    with house.database.read() as session:
        for halt in standing_halts(session):
            typer.echo(str(halt), err=True)
    typer.echo("if that is as it should be: tallenne retention go-on --reason ...", err=True)


@app.command()
def plan(ctx: typer.Context, *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Tell what would go when by the policies as they stand; nothing is changed."""
    house: House = ctx.obj
    require_head(house.database)
    with house.database.begin() as session:
        standing = rules(session, services=house.service_purposes)
        record(session, actor=operator(), action=Action.RETENTION_SHOWN, detail={"page": "plan"}, clock=house.clock)
    with house.database.read() as session:
        made = make_plan(session, rules=standing, clock=house.clock)
        going = scheduled_calls(session, most=10_000)
        register = plan_register(session, house.settings.retention, clock=house.clock)
        detail = detail_due(session, house.settings.audit.detail_years, clock=house.clock)
    by_month = {month.strftime("%Y-%m"): count for month, count in sorted(made.by_month.items())}
    if as_json:
        told = {
            "today": made.today.isoformat(),
            "due": made.due,
            "held": made.held,
            "scheduled": made.scheduled,
            "without_period": made.without_period,
            "by_month": by_month,
            "gaps": standing.gaps(),
            "register": {
                "rows": register.rows,
                "persons": register.persons,
                "applicants": register.applicants,
                "roleless": register.roleless,
                "listed": {
                    kind.value: {"lines": one.lines, "rows": one.rows, "first": one.first.isoformat()}
                    for kind, one in register.listed.items()
                },
            },
            "log_detail": detail.to_json() if detail else None,
        }
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    table = TextTable("what", "how many")
    table.add_row("over their period, to be scheduled by the next run", str(made.due))
    table.add_row("over their period, but held", str(made.held))
    table.add_row("scheduled already", str(made.scheduled))
    for month, count in by_month.items():
        table.add_row(f"their period ends in {month}", str(count))
    table.add_row("kept for a purpose without a period", str(made.without_period))
    for name, rows in register.rows.items():
        what = "their time is over" if name in _OF_THEIR_OWN else f"settled and older than {register.vouchers_until}"
        table.add_row(f"register, {name}: {what}", str(rows))
    if register.persons_until is not None:
        table.add_row(f"register, persons: last lease ended by {register.persons_until}", str(register.persons))
    if register.applicants_until is not None:
        what = f"register, applicants without a lease: last known of by {register.applicants_until}"
        table.add_row(what, str(register.applicants))
    if register.roleless and not house_facts(house.settings).is_register_elsewhere:
        table.add_row("register, neither lease nor application: no period ends", str(register.roleless))
    for kind, one in register.listed.items():
        amount = f"{one.rows} rows of {one.lines}" if kind in VOUCHERS else str(one.lines)
        table.add_row(f"on the list, {kind}: the first goes on {one.first}", amount)
    _add_detail(table, detail)
    table.print()
    for call in going:
        typer.echo(
            f"{call.call_id}  {call.state}  from {call.shred_from:%Y-%m-%d}  {call.policy or call.case_no or ''}"
        )
    for service, purposes in standing.gaps().items():
        typer.echo(f"{service}: no period for {', '.join(purposes)}: its calls are kept for ever", err=True)


def _add_detail(table: TextTable, detail: DetailDue | None) -> None:
    """Tell what of the log's personal detail is over its period, and which day the log has said."""
    if detail is not None:
        when = f"go on {detail.goes_on} or later" if detail.goes_on else "the next run says it in the log"
        what = f"log, keys of names, addresses and reasons until {detail.until_year}: {when}"
        table.add_row(what, str(len(detail.keys)))
