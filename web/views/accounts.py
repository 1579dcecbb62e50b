"""Accounts: for those who administer them; to all others these pages do not exist."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import NotFoundError
from rights.access.actor import Actor
from rights.access.permit import Permit
from rights.access.tasks import Task
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
from rights.identity.one_time_links import OneTimeLink
from web.choices import all_agents
from web.errors import answer
from web.formats import local_day
from web.forms.account import AccountForm, PermissionsForm
from web.grants import Grant, change_grants, standing_grants
from web.parts import parts
from web.visitor import actor_with

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")


@blueprint.errorhandler(LastAdministratorError)
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
    who, house = _administrator(), parts()
    with house.database.read() as rows:
        accounts = list_accounts(rows, by=who, clock=house.clock)
        agents = dict(all_agents(rows))
    return render_template("accounts.html", accounts=accounts, agents=agents)


@blueprint.get("/new")
def ask() -> str:
    """Ask for a new account."""
    return render_template("account_new.html", form=_account_form(_administrator()))


@blueprint.post("/new")
def add() -> AnyResponse:
    """Make the account and show its one-time link, this once."""
    who, house = _administrator(), parts()
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
        change_grants(rows, account, form.wanted(), reason=form.reason.data, by=who, clock=house.clock)
    return Response(_link_page(form.name.data, link))


@blueprint.get("/<int:account_id>")
def edit(account_id: int) -> str:
    """Show one account."""
    who, house = _administrator(), parts()
    with house.database.read() as rows:
        account = _account(rows, who, account_id)
        grants, agents = standing_grants(rows, account), all_agents(rows)
    return _edit_page(account, grants, _permissions_form(account, grants, agents))


@blueprint.post("/<int:account_id>/permissions")
def change(account_id: int) -> AnyResponse:
    """Grant what was ticked and revoke what was not, from now on, and say whose calls are the account's own."""
    who, house = _administrator(), parts()
    with house.database.begin() as rows:
        account = _account(rows, who, account_id)
        grants, agents = standing_grants(rows, account), all_agents(rows)
        form = _permissions_form(account, grants, agents)
        if not form.validate():
            return Response(_edit_page(account, grants, form), HTTPStatus.UNPROCESSABLE_ENTITY)
        if form.agent_id.data != account.agent_id:
            change_agent(rows, login=account.login, agent_id=form.agent_id.data, by=who, clock=house.clock)
        change_grants(rows, account, form.wanted(), reason=form.reason.data, by=who, clock=house.clock)
    flash(gettext("The permissions of %(name)s were changed.", name=account.name))
    return redirect(url_for("accounts.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<int:account_id>/link")
def renew(account_id: int) -> str:
    """Make a new one-time link and show it, this once."""
    who, house = _administrator(), parts()
    with house.database.begin() as rows:
        account = _account(rows, who, account_id)
        link = renew_link(rows, login=account.login, by=who, clock=house.clock)
    return _link_page(account.name, link)


@blueprint.get("/<int:account_id>/disable")
def confirm_disabling(account_id: int) -> str:
    """Ask whether the account is to be disabled, and say what that does."""
    who, house = _administrator(), parts()
    with house.database.read() as rows:
        account = _account(rows, who, account_id)
    return render_template("account_disable.html", account=account)


@blueprint.post("/<int:account_id>/disable")
def disable(account_id: int) -> AnyResponse:
    """Shut the account out at once."""
    who, house = _administrator(), parts()
    with house.database.begin() as rows:
        account = _account(rows, who, account_id)
        disable_account(rows, login=account.login, by=who, clock=house.clock)
    flash(gettext("The account of %(name)s was disabled.", name=account.name))
    return redirect(url_for("accounts.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<int:account_id>/enable")
def enable(account_id: int) -> AnyResponse:
    """Let the account in again."""
    who, house = _administrator(), parts()
    with house.database.begin() as rows:
        account = _account(rows, who, account_id)
        enable_account(rows, login=account.login, by=who, clock=house.clock)
    flash(gettext("The account of %(name)s was enabled.", name=account.name))
    return redirect(url_for("accounts.show"), HTTPStatus.SEE_OTHER)


def _administrator() -> Actor:
    return actor_with(Task.ADMINISTER_ACCOUNTS)


def _account(rows: Session, who: Actor, account_id: int) -> Account:
    for account in list_accounts(rows, by=who, clock=parts().clock):
        if account.id == account_id:
            return account
    raise NotFoundError(what="no such account")


def _account_form(who: Actor) -> AccountForm:
    house = parts()
    with house.database.read() as rows:
        taken = {account.login for account in list_accounts(rows, by=who, clock=house.clock)}
        return AccountForm(agents=all_agents(rows), taken=taken, today=local_day(house.clock.now()))


def _permissions_form(
    account: Account, grants: Mapping[Permit, Grant], agents: Iterable[tuple[int, str]]
) -> PermissionsForm:
    held = {permit: grant.last_day for permit, grant in grants.items()}
    today = local_day(parts().clock.now())
    return PermissionsForm(agents=agents, today=today, held=held, agent_id=account.agent_id)


def _edit_page(account: Account, grants: Mapping[Permit, Grant], form: PermissionsForm) -> str:
    return render_template("account.html", account=account, grants=grants, form=form)


def _link_page(name: str, link: OneTimeLink) -> str:
    address = link.address(parts().settings.address)
    return render_template("account_link.html", name=name, address=address, expires_at=link.expires_at)
