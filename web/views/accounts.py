"""Accounts: for those who administer them; to all others these pages do not exist."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import NotFoundError
from rights.access.actor import Actor
from rights.access.roles import active_roles, all_roles
from rights.access.tasks import Task
from rights.identity.account_grants import grants_of, grants_of_all, waiting_counts, waiting_grants_of
from rights.identity.accounts import (
    Account,
    add_account,
    change_agent,
    disable_account,
    enable_account,
    get_account,
    list_accounts,
    renew_link,
)
from rights.identity.last_administrator import LastAdministratorError
from rights.identity.letting_back import takes_two_to_let_back
from rights.identity.one_time_links import OneTimeLink
from web.choices import all_agents
from web.confirmation import require_confirmed
from web.errors import answer
from web.formats import local_day
from web.forms.account import AccountForm, AgentForm
from web.granting import carry_out
from web.one_time_link_page import link_page
from web.parts import parts
from web.visitor import actor_with

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")


@blueprint.app_errorhandler(LastAdministratorError)
def last_one(_error: LastAdministratorError) -> Response:
    """Say why the last administrator stays one."""
    return answer(
        HTTPStatus.CONFLICT,
        words=(
            gettext("The last administrator"),
            gettext(
                "Nobody else could administer accounts then. First grant the permission to another, without a last day."
            ),
        ),
    )


@blueprint.get("/")
def show() -> str:
    """List the accounts, with what each may do."""
    who, house = administrator(), parts()
    with house.database.read() as rows:
        accounts = list_accounts(rows, by=who, clock=house.clock)
        agents, roles = dict(all_agents(rows)), {role.code: role for role in all_roles(rows)}
        now, granted = house.clock.now(), grants_of_all(rows, by=who)
        held = {
            account.id: [one for one in granted.get(account.id, ()) if not one.is_over(now)] for account in accounts
        }
        waiting = waiting_counts(rows, by=who, clock=house.clock)
    return render_template(
        "accounts.html", accounts=accounts, agents=agents, roles=roles, held=held, waiting=waiting, now=now
    )


@blueprint.get("/new")
def ask() -> str:
    """Ask for a new account."""
    who = administrator()
    require_confirmed(fully=True)
    return render_template("account_new.html", form=_account_form(who))


@blueprint.post("/new")
def add() -> AnyResponse:
    """Make the account and show its one-time link, this once."""
    who, house = administrator(), parts()
    require_confirmed(fully=True)
    form = _account_form(who)
    if not form.validate():
        return Response(render_template("account_new.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY)
    with house.database.begin() as rows:
        link = add_account(
            rows,
            name=form.name.data,
            login=form.login.data,
            tasks=(),
            agent_id=form.agent_id.data,
            by=who,
            clock=house.clock,
        )
        account = get_account(rows, login=form.login.data, by=who, clock=house.clock)
        waiting = carry_out(rows, account.id, form, by=who)
    return Response(_link_page(account, link, waiting=waiting))


@blueprint.get("/<int:account_id>")
def edit(account_id: int) -> str:
    """Show one account, what it holds and what waits for a second person."""
    who = administrator()
    with parts().database.read() as rows:
        account = account_of(rows, who, account_id)
        form = AgentForm(agents=all_agents(rows), agent_id=account.agent_id)
        return _page(rows, who, account, form)


@blueprint.post("/<int:account_id>/agent")
def change(account_id: int) -> AnyResponse:
    """Say whose calls are the account's own."""
    who, house = administrator(), parts()
    _require_confirmed_for(account_id)
    with house.database.begin() as rows:
        account = account_of(rows, who, account_id)
        form = AgentForm(agents=all_agents(rows), agent_id=account.agent_id)
        if not form.validate():
            return Response(_page(rows, who, account, form), HTTPStatus.UNPROCESSABLE_ENTITY)
        change_agent(rows, login=account.login, agent_id=form.agent_id.data, by=who, clock=house.clock)
        waiting = waiting_grants_of(rows, account_id, by=who, clock=house.clock)
    flash(gettext("The agent of %(name)s was changed.", name=account.name))
    if waiting and form.agent_id.data != account.agent_id:
        flash(gettext("The right to hear the new agent's calls waits for a second person."), "warn")
    return redirect(url_for("accounts.edit", account_id=account_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/<int:account_id>/link")
def renew(account_id: int) -> str:
    """Make a new one-time link and show it, this once; where it takes two people it is refused."""
    who, house = administrator(), parts()
    _require_confirmed_for(account_id)
    with house.database.begin() as rows:
        account = account_of(rows, who, account_id)
        link = renew_link(rows, login=account.login, by=who, clock=house.clock)
    return _link_page(account, link)


@blueprint.get("/<int:account_id>/disable")
def confirm_disabling(account_id: int) -> str:
    """Ask whether the account is to be disabled, and say what that does."""
    who, house = administrator(), parts()
    with house.database.read() as rows:
        account = account_of(rows, who, account_id)
    return render_template("account_disable.html", account=account)


@blueprint.post("/<int:account_id>/disable")
def disable(account_id: int) -> AnyResponse:
    """Shut the account out at once."""
    who, house = administrator(), parts()
    with house.database.begin() as rows:
        account = account_of(rows, who, account_id)
        disable_account(rows, login=account.login, by=who, clock=house.clock)
    flash(gettext("The account of %(name)s was disabled.", name=account.name))
    return redirect(url_for("accounts.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<int:account_id>/enable")
def enable(account_id: int) -> AnyResponse:
    """Let the account in again."""
    who, house = administrator(), parts()
    _require_confirmed_for(account_id)
    with house.database.begin() as rows:
        account = account_of(rows, who, account_id)
        enable_account(rows, login=account.login, by=who, clock=house.clock)
    flash(gettext("The account of %(name)s was enabled.", name=account.name))
    return redirect(url_for("accounts.show"), HTTPStatus.SEE_OTHER)


def administrator() -> Actor:
    """Give the actor if he administers accounts; to anybody else the page does not exist."""
    return actor_with(Task.ADMINISTER_ACCOUNTS)


def _require_confirmed_for(account_id: int) -> None:
    """Ask for a fresh proof before somebody is let in or reaches other calls; it comes back to the account."""
    require_confirmed(back=url_for("accounts.edit", account_id=account_id), fully=True)


def account_of(rows: Session, who: Actor, account_id: int) -> Account:
    """Give one account; raise NotFoundError where there is none."""
    for account in list_accounts(rows, by=who, clock=parts().clock):
        if account.id == account_id:
            return account
    raise NotFoundError(what="no such account")


def _account_form(who: Actor) -> AccountForm:
    house = parts()
    with house.database.read() as rows:
        taken = {account.login for account in list_accounts(rows, by=who, clock=house.clock)}
        return AccountForm(
            agents=all_agents(rows),
            roles=active_roles(rows),
            services=house.services,
            today=local_day(house.clock.now()),
            taken=taken,
        )


def _page(rows: Session, who: Actor, account: Account, form: AgentForm) -> str:
    house = parts()
    now, grants = house.clock.now(), grants_of(rows, account.id, by=who)
    return render_template(
        "account.html",
        account=account,
        form=form,
        held=[one for one in grants if not one.is_over(now)],
        over=[one for one in grants if one.is_over(now)],
        waiting=waiting_grants_of(rows, account.id, by=who, clock=house.clock),
        roles={role.code: role for role in all_roles(rows)},
        is_own=account.id == who.account_id,
        takes_two=takes_two_to_let_back(rows, account.id, by=who),
        now=now,
    )


def _link_page(account: Account, link: OneTimeLink, *, waiting: int = 0) -> str:
    there = url_for("accounts.edit", account_id=account.id)
    return link_page(account, link, to=there, told=gettext("To the account"), waiting=waiting)
