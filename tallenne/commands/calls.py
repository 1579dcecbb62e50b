"""``tallenne calls``: find calls, see one, take its audio out. Every look is audited, like in the viewer."""

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Column

from calls.clock import from_iso
from calls.errors import BadDataError
from calls.outcome import CallState
from calls.phone import for_reading
from ledger_link.values.day import HELSINKI, is_told_twice
from privacy.cases.kept_cases import KEPT_CASES
from rights.calls import viewing
from rights.calls.call_filter import CallFilter
from rights.calls.catalogue import MAX_PAGE_CALLS
from rights.calls.facts import CallFacts
from rights.listening.export import export_audio
from rights.listening.export_asking import ask_export
from rights.listening.listeners import listeners_of
from tallenne.house import House
from tallenne.operator import operator
from tallenne.standard_input import values_given
from tallenne.text_table import TextTable

app = typer.Typer(add_completion=False, help="Find calls, see one, take its audio out.")

_FROM_INPUT = "'-' reads it from standard input, so that it stands in no list of processes."

CallIdArgument = Annotated[str, typer.Argument(metavar="ID", help="The call's id, from 'tallenne calls'.")]
Purpose = Annotated[str, typer.Option(help="Why: verify, training, request, technical.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback(invoke_without_command=True)
def list_calls(
    ctx: typer.Context,
    *,
    from_day: Annotated[
        str | None, typer.Option("--from", help="The first day (2026-11-30), or a time with its zone.")
    ] = None,
    to_day: Annotated[str | None, typer.Option("--to", help="The last day, or a time with its zone.")] = None,
    agent: Annotated[str | None, typer.Option(help="A part of the agent's name, or the address of record.")] = None,
    service: Annotated[str | None, typer.Option(help="The number that was called.")] = None,
    number: Annotated[str | None, typer.Option(help=f"The caller's number, or a part of it. {_FROM_INPUT}")] = None,
    customer: Annotated[str | None, typer.Option(help=f"A part of a name in the register. {_FROM_INPUT}")] = None,
    state: Annotated[CallState | None, typer.Option(help="Whether there is audio.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many, the newest. Default: all.")] = None,
    as_json: Json = False,
) -> None:
    """List calls, the newest first."""
    if ctx.invoked_subcommand is not None:
        return
    house: House = ctx.obj
    personal = values_given(number=number, customer=customer)
    wanted = CallFilter(
        from_at=_moment(from_day, end_of_day=False, where="--from"),
        to_at=_moment(to_day, end_of_day=True, where="--to"),
        agent=agent,
        service=service,
        number=personal["number"],
        customer=personal["customer"],
        state=state,
    )
    calls = list(_found(house, wanted, limit=limit))
    if as_json:
        _print_json([call.to_json() for call in calls])
    else:
        _table(calls).print()


@app.command()
def show(ctx: typer.Context, *, call_id: CallIdArgument, as_json: Json = False) -> None:
    """Tell all that is known of one call, and who listened to it."""
    house: House = ctx.obj
    call = viewing.view_call(house.database, operator(), call_id, clock=house.clock)
    if as_json:
        _print_json(call.to_json())
        return
    with house.database.read() as session:
        listeners = listeners_of(session, call.id)
    table = TextTable("fact", "value", show_header=False)
    for name, value in _lines(call.to_json()):
        table.add_row(name, value)
    for listener in listeners:
        what = "exported" if listener.exported else "listened"
        table.add_row(what, f"{listener.name or listener.login}, {_local(listener.last_at)}, {listener.purpose}")
    table.print()


@app.command()
def audio(
    ctx: typer.Context,
    *,
    call_id: CallIdArgument,
    purpose: Purpose,
    out: Annotated[Path, typer.Option(help="The FLAC file to write; it is there whole or not at all.")],
    break_glass: Annotated[
        str | None, typer.Option(metavar="REASON", help="Export without a second person, for a reason that is kept.")
    ] = None,
) -> None:
    """Write a call's audio to a file: left the customer, right the agent. A second person approves it first."""
    house: House = ctx.obj
    size_bytes = export_audio(
        house.database,
        operator(),
        call_id,
        purpose=purpose,
        out=out,
        objects=house.objects,
        keys=house.keys,
        clock=house.clock,
        alone_because=break_glass,
    )
    typer.echo(f"{out}: {size_bytes} bytes", err=True)


@app.command("ask-audio")
def ask_audio(
    ctx: typer.Context,
    *,
    call_id: CallIdArgument,
    purpose: Purpose,
    reason: Annotated[str, typer.Option(help="Why it has to be exported, for who approves it.")],
    case: Annotated[str, typer.Option(help="The number of the case, where the purpose requires one.")] = "",
) -> None:
    """Ask a second person to let a call's audio be exported; it is approved on the page 'Hyväksynnät'."""
    house: House = ctx.obj
    asked = ask_export(
        house.database,
        operator(),
        call_id,
        purpose=purpose,
        reason=reason,
        case_number=case,
        cases=KEPT_CASES,
        clock=house.clock,
    )
    typer.echo(f"asked for approval {asked.id}, valid until {_local(asked.expires_at)}", err=True)


def _found(house: House, wanted: CallFilter, *, limit: int | None) -> Iterator[CallFacts]:
    """Give calls page by page, each audited by itself, so that no transaction lasts as long as the list."""
    cursor, left = None, limit
    while left is None or left > 0:
        page = viewing.list_calls(
            house.database,
            operator(),
            wanted,
            cursor=cursor,
            limit=MAX_PAGE_CALLS if left is None else min(left, MAX_PAGE_CALLS),
            clock=house.clock,
        )
        yield from page.calls
        left = None if left is None else left - len(page.calls)
        cursor = page.next_cursor
        if cursor is None:
            return


def _moment(text: str | None, *, end_of_day: bool, where: str) -> datetime | None:
    """Read a day in Finland, or an aware time; a last day is included whole."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        try:
            return from_iso(text)
        except ValueError as error:
            remedy = "write a day like 2026-11-30, or a time like 2026-11-30T12:00:00Z"
            raise BadDataError(what=f"neither a day nor a time: {text!r}", where=where, remedy=remedy) from error
    if day == date.max:
        raise BadDataError(what="no such day will be", where=where)
    return datetime.combine(day + timedelta(days=end_of_day), time.min, tzinfo=HELSINKI)


def _table(calls: list[CallFacts]) -> TextTable:
    table = TextTable(
        "started", "service", "caller", "agent", "duration", "state", "customer", Column("id", no_wrap=True)
    )
    for call in calls:
        state = call.state if call.recording else call.reason
        customers = ", ".join(person.name for person in call.link.persons) or call.link.status
        table.add_row(
            _local(call.started_at),
            call.service_name,
            _caller(call),
            call.agent or "",
            _duration(call.duration_ms),
            state,
            customers,
            call.id,
        )
    return table


def _caller(call: CallFacts) -> str:
    if call.caller_masked:
        return "not disclosed"
    return for_reading(call.customer_number) if call.customer_number else call.caller_raw


def _local(moment: datetime) -> str:
    return moment.astimezone(HELSINKI).strftime("%-d.%-m.%Y %H:%M:%S" + (" %Z" if is_told_twice(moment) else ""))


def _duration(duration_ms: int | None) -> str:
    if duration_ms is None:
        return ""
    minutes, seconds = divmod(round(duration_ms / 1000), 60)
    return f"{minutes}:{seconds:02}"


def _lines(plain: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Flatten an object to lines, leaving out what is not there."""
    for name, value in plain.items():
        if isinstance(value, dict):
            yield from _lines(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            for number, item in enumerate(value, start=1):
                yield from _lines(item, f"{prefix}{name}.{number}.")
        elif value not in (None, ""):
            yield f"{prefix}{name}", str(value)


def _print_json(plain: object) -> None:
    typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
