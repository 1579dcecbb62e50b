"""``tallenne user``: the accounts of the viewer. Passwords are set by their owners, through one-time links."""

import json
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import iso
from calls.errors import BadDataError
from ledger_link.values.day import HELSINKI
from rights.access.permit import Permit, parse_permit
from rights.access.scope import OWN
from rights.access.tasks import SCOPED_TASKS, Task
from rights.identity.account_grants import grant_role, waiting_grants_of
from rights.identity.accounts import (
    Account,
    add_account,
    change_agent,
    disable_account,
    enable_account,
    get_account,
    grant_task,
    list_accounts,
    renew_link,
    revoke_task,
)
from rights.identity.factor_changes import reset_second_factor
from rights.identity.one_time_links import OneTimeLink
from rights.identity.session_ending import end_all_sessions
from storage.agents import agent_by_user
from storage.database.calls import AgentRow
from tallenne.house import House
from tallenne.operator import operator
from tallenne.text_table import TextTable

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The accounts of the viewer: who may do what.")

_NO_AGENT = "none"

Login = Annotated[str, typer.Option(help="What the person types to log in.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Permissions = Annotated[
    list[str],
    typer.Option(
        "--permission",
        help=f"One of {', '.join(Task)}; {', '.join(sorted(SCOPED_TASKS))} with a scope, e.g. listen:own, "
        "listen:team, listen:service:+358102001000 or listen:all. May be given several times.",
    ),
]
Roles = Annotated[
    list[str],
    typer.Option(
        "--role", help="A role's code, e.g. agent or trainer, which grants its tasks. May be given several times."
    ),
]
Reason = Annotated[str, typer.Option(help="Why the permission is needed; kept with it.")]
Until = Annotated[str | None, typer.Option(help="The last day of the permissions, e.g. 2027-12-31. Default: no end.")]


@app.command()
def add(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Option(help="The person's name.")],
    login: Login,
    reason: Reason,
    permission: Permissions = [],  # noqa: B006 (read alone)
    role: Roles = [],  # noqa: B006 (read alone)
    agent: Annotated[str | None, typer.Option(help="The address of record whose calls are the person's own.")] = None,
    until: Until = None,
    as_json: Json = False,
) -> None:
    """Make an account, and print once the link with which its owner sets a password."""
    house: House = ctx.obj
    permits, end = _asked(permission, role), _end_of(until)
    with house.database.begin() as session:
        link = add_account(
            session,
            name=name,
            login=login,
            tasks=permits,
            reason=reason,
            agent_id=agent_by_user(session, _user_part(agent)).id if agent else None,
            by=operator(),
            clock=house.clock,
            valid_until=end,
        )
        account = get_account(session, login=login, by=operator(), clock=house.clock)
        _grant_roles(session, house, account, role, reason=reason, valid_until=end)
        _tell(session, house, account.login)
    _show(house, link, login=login, as_json=as_json)


@app.command()
def link(ctx: typer.Context, *, login: Login, as_json: Json = False) -> None:
    """Print a new one-time link, e.g. for a forgotten password; earlier links stop working."""
    house: House = ctx.obj
    with house.database.begin() as session:
        renewed = renew_link(session, login=login, by=operator(), clock=house.clock)
    _show(house, renewed, login=login, as_json=as_json)


@app.command()
def disable(ctx: typer.Context, *, login: Login) -> None:
    """Let an account do nothing from now on; its sessions end at once. The last administrator stays."""
    house: House = ctx.obj
    with house.database.begin() as session:
        disable_account(session, login=login, by=operator(), clock=house.clock)


@app.command()
def enable(ctx: typer.Context, *, login: Login) -> None:
    """Let a disabled account log in again."""
    house: House = ctx.obj
    with house.database.begin() as session:
        enable_account(session, login=login, by=operator(), clock=house.clock)


@app.command("reset-second-factor")
def reset_factor(ctx: typer.Context, *, login: Login) -> None:
    """Take the second factors of somebody who lost them away; his sessions end, and the next log-in adds a new one."""
    house: House = ctx.obj
    with house.database.begin() as session:
        reset_second_factor(session, login=login, by=operator(), clock=house.clock)


@app.command("end-sessions")
def end_sessions(ctx: typer.Context, *, login: Login) -> None:
    """Log somebody out everywhere."""
    house: House = ctx.obj
    with house.database.begin() as session:
        account = get_account(session, login=login, by=operator(), clock=house.clock)
        end_all_sessions(session, account_id=account.id, by=operator(), clock=house.clock)


@app.command()
def grant(
    ctx: typer.Context,
    *,
    login: Login,
    reason: Reason,
    permission: Permissions = [],  # noqa: B006 (read alone)
    role: Roles = [],  # noqa: B006 (read alone)
    until: Until = None,
) -> None:
    """Grant permissions or roles to an account; what lets it hear recordings waits for a second person."""
    house: House = ctx.obj
    permits, end = _asked(permission, role), _end_of(until)
    with house.database.begin() as session:
        for permit in permits:
            grant_task(
                session,
                login=login,
                permit=permit,
                reason=reason,
                by=operator(),
                clock=house.clock,
                valid_until=end,
            )
        account = get_account(session, login=login, by=operator(), clock=house.clock)
        _grant_roles(session, house, account, role, reason=reason, valid_until=end)
        _tell(session, house, account.login)


@app.command()
def revoke(ctx: typer.Context, *, login: Login, permission: Permissions) -> None:
    """Take permissions from an account, at once."""
    house: House = ctx.obj
    permits = _permits(permission)
    with house.database.begin() as session:
        for permit in permits:
            revoke_task(session, login=login, permit=permit, by=operator(), clock=house.clock)


@app.command()
def agent(
    ctx: typer.Context,
    *,
    login: Login,
    aor: Annotated[
        str,
        typer.Option("--agent", help=f"The address of record whose calls are the person's own, or {_NO_AGENT!r}."),
    ],
) -> None:
    """Say whose calls are a person's own, from now on."""
    house: House = ctx.obj
    with house.database.begin() as session:
        agent_id = None if aor == _NO_AGENT else agent_by_user(session, _user_part(aor)).id
        change_agent(session, login=login, agent_id=agent_id, by=operator(), clock=house.clock)
        account = get_account(session, login=login, by=operator(), clock=house.clock)
    if agent_id is None and _needs_agent(account.permits):
        _warn_of_no_agent()


@app.command("list")
def list_users(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List all accounts with the permissions that are valid now."""
    house: House = ctx.obj
    with house.database.read() as session:
        accounts = list_accounts(session, by=operator(), clock=house.clock)
        agents = _agents(session)
    if as_json:
        typer.echo(json.dumps([_plain(account, agents) for account in accounts], ensure_ascii=False, indent=2))
        return
    table = TextTable("login", "name", "permissions", "agent", "state")
    for account in accounts:
        agent = agents.get(account.agent_id or 0, "")
        table.add_row(account.login, account.name, ", ".join(map(str, sorted(account.permits))), agent, _state(account))
    table.print()


def _permits(permissions: list[str]) -> list[Permit]:
    return [parse_permit(name) for given in permissions for name in given.split(",")]


def _asked(permissions: list[str], roles: list[str]) -> list[Permit]:
    if not permissions and not roles:
        raise BadDataError(what="nothing is granted", remedy="give --permission or --role")
    return _permits(permissions)


def _grant_roles(
    session: Session, house: House, account: Account, roles: list[str], *, reason: str, valid_until: datetime | None
) -> None:
    for code in roles:
        grant_role(
            session,
            account.id,
            role=code,
            reason=reason,
            by=operator(),
            clock=house.clock,
            valid_until=valid_until,
        )


def _tell(session: Session, house: House, login: str) -> None:
    """Tell what does not work yet: own calls of who is no agent, and what waits for a second person."""
    account = get_account(session, login=login, by=operator(), clock=house.clock)
    if account.agent_id is None and _needs_agent(account.permits):
        _warn_of_no_agent()
    waiting = waiting_grants_of(session, account.id, by=operator(), clock=house.clock)
    if waiting:
        names = ", ".join(str(one.permit) for one in waiting)
        typer.echo(f"tallenne: {names}: waits until an account with approve-grants approves it in the viewer", err=True)


def _needs_agent(permits: Collection[Permit]) -> bool:
    return any(permit.scope == OWN for permit in permits)


def _warn_of_no_agent() -> None:
    typer.echo("tallenne: a permission on own calls shows nothing without --agent", err=True)


def _user_part(aor: str) -> str:
    return aor.removeprefix("sip:").partition("@")[0]


def _end_of(day: str | None) -> datetime | None:
    """Read a last day; the permission ends with it, in Finland's time."""
    if day is None:
        return None
    try:
        last = date.fromisoformat(day)
    except ValueError as error:
        raise BadDataError(what=f"not a day: {day!r}", where="--until", remedy="write it like 2027-12-31") from error
    if last == date.max:
        raise BadDataError(what="no such day will be", where="--until", remedy="leave it out for no end")
    return datetime.combine(last + timedelta(days=1), time.min, tzinfo=HELSINKI)


def _agents(session: Session) -> dict[int, str]:
    return {row.id: row.aor for row in session.execute(select(AgentRow.id, AgentRow.aor))}


def _state(account: Account) -> str:
    if account.disabled_at is not None:
        return "disabled"
    return "active" if account.password_set_at is not None else "no password yet"


def _plain(account: Account, agents: dict[int, str]) -> dict[str, Any]:
    return {
        "id": account.id,
        "login": account.login,
        "name": account.name,
        "permissions": [str(permit) for permit in sorted(account.permits)],
        "agent_aor": agents.get(account.agent_id) if account.agent_id is not None else None,
        "created_at": iso(account.created_at),
        "created_by": account.created_by,
        "password_set_at": iso(account.password_set_at),
        "disabled_at": iso(account.disabled_at),
    }


def _show(house: House, made: OneTimeLink, *, login: str, as_json: bool) -> None:
    address = made.address(house.settings.web.address)
    if as_json:
        plain = {"login": login, "link": address, "expires_at": iso(made.expires_at)}
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
        return
    typer.echo(address)
    until = made.expires_at.astimezone(HELSINKI).strftime("%-d.%-m.%Y %H:%M")
    typer.echo(f"The link of {login} works once, until {until}. It is not shown again.", err=True)
