"""``tallenne agent``: the employees and their softphones."""

import json
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import iso
from calls.errors import BadDataError
from capture.edge.configuration import edge_files
from capture.edge.directory import Subscriber, publish
from storage.agents import NewAgent, active_agents, add_agent, disable_agent, renew_password
from storage.database.calls import AgentRow
from tallenne.house import House
from tallenne.text_table import TextTable

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The employees and their softphones.")

Aor = Annotated[str, typer.Option("--aor", help="The address of record, e.g. sip:sanna, or just its user part.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def add(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Option(help="The employee's name, as it stands beside the calls.")],
    aor: Aor,
    group: Annotated[list[str], typer.Option(help="A group that rings this phone; may be given several times.")],
    as_json: Json = False,
) -> None:
    """Make an agent, and print the SIP password once."""
    house: House = ctx.obj
    known = {one.name for one in house.settings.groups}
    if unknown := sorted(set(group) - known):
        raise BadDataError(what=f"no group {', '.join(unknown)}", remedy=f"groups are: {', '.join(sorted(known))}")
    domain = house.settings.edge.domain
    with house.database.begin() as session:
        made = add_agent(session, name=name, sip_user=_user(aor), domain=domain, groups=tuple(group), clock=house.clock)
        publish_directory(house, session)
    _show(made, domain=domain, as_json=as_json)


@app.command()
def password(ctx: typer.Context, *, aor: Aor, as_json: Json = False) -> None:
    """Replace an agent's SIP password, and print the new one once."""
    house: House = ctx.obj
    domain = house.settings.edge.domain
    with house.database.begin() as session:
        renewed = renew_password(session, sip_user=_user(aor), domain=domain)
        session.flush()
        publish_directory(house, session)
    _show(renewed, domain=domain, as_json=as_json)


@app.command()
def disable(ctx: typer.Context, *, aor: Aor) -> None:
    """Keep an agent's phone from registering; the calls stay."""
    house: House = ctx.obj
    with house.database.begin() as session:
        disable_agent(session, sip_user=_user(aor), clock=house.clock)
        session.flush()
        publish_directory(house, session)


@app.command("list")
def list_agents(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List all agents and their groups."""
    house: House = ctx.obj
    with house.database.read() as session:
        rows = list(session.scalars(select(AgentRow).order_by(AgentRow.name)))
    if as_json:
        plain = [
            {
                "id": row.id,
                "name": row.name,
                "aor": row.aor,
                "groups": [group.group_name for group in row.groups],
                "disabled_at": iso(row.disabled_at),
            }
            for row in rows
        ]
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=1))
        return
    table = TextTable("name", "address of record", "groups", "state")
    for row in rows:
        groups = ", ".join(group.group_name for group in row.groups)
        table.add_row(row.name, row.aor, groups, "disabled" if row.disabled_at else "active")
    if rows:
        table.print()
    else:
        typer.echo("No agents yet: make one by 'tallenne agent add'.")


def publish_directory(house: House, session: Session) -> None:
    """Write the edge's directory anew from the database."""
    files = edge_files(home=house.home, run_folder=house.run_folder)
    publish(
        files.directory,
        (
            Subscriber(
                sip_user=row.sip_user,
                ha1=row.ha1,
                groups={group.group_name: group.position for group in row.groups},
            )
            for row in active_agents(session)
        ),
    )


def _user(aor: str) -> str:
    return aor.removeprefix("sip:").split("@", 1)[0]


def _show(agent: NewAgent, *, domain: str, as_json: bool) -> None:
    if as_json:
        plain = {
            "id": agent.agent_id,
            "aor": agent.aor,
            "sip_user": agent.sip_user,
            "sip_domain": domain,
            "sip_password": agent.sip_password,
        }
        typer.echo(json.dumps(plain, ensure_ascii=False))
        return
    table = TextTable("fact", "value", show_header=False)
    table.add_row("SIP user", agent.sip_user)
    table.add_row("SIP domain", domain)
    table.add_row("SIP password (shown this once)", agent.sip_password)
    table.print()
