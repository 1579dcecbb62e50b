"""Granting something to an account, and taking it away."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from rights.access.roles import active_roles
from rights.identity.account_grants import end_grant
from rights.identity.accounts import Account
from web.confirmation import require_confirmed
from web.formats import local_day
from web.forms.grant import GrantForm
from web.granting import carry_out
from web.parts import parts
from web.views.accounts import account_of, administrator

blueprint = Blueprint("account_grants", __name__, url_prefix="/accounts/<int:account_id>/grants")


@blueprint.get("/new")
def ask(account_id: int) -> str:
    """Ask what is to be granted."""
    who = administrator()
    require_confirmed(fully=True)
    with parts().database.read() as rows:
        account = account_of(rows, who, account_id)
        return _page(rows, account, _form(rows, account))


@blueprint.post("/new")
def grant(account_id: int) -> AnyResponse:
    """Grant it, or ask a second person for it."""
    who, house = administrator(), parts()
    require_confirmed(fully=True)
    with house.database.begin() as rows:
        account = account_of(rows, who, account_id)
        form = _form(rows, account)
        if not form.validate():
            return Response(_page(rows, account, form), HTTPStatus.UNPROCESSABLE_ENTITY)
        waiting = carry_out(rows, account_id, form, by=who)
    if waiting:
        flash(
            ngettext(
                "%(num)s permission waits until a second person approves it.",
                "%(num)s permissions wait until a second person approves them.",
                waiting,
            ),
            "warn",
        )
    else:
        flash(gettext("It was granted to %(name)s, who logs in anew now.", name=account.name))
    return redirect(url_for("accounts.edit", account_id=account_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/<int:permission_id>/end")
def end(account_id: int, permission_id: int) -> AnyResponse:
    """Take it away at once."""
    who, house = administrator(), parts()
    with house.database.begin() as rows:
        account = account_of(rows, who, account_id)
        end_grant(rows, account_id, permission_id=permission_id, by=who, clock=house.clock)
    flash(gettext("The permission of %(name)s has ended.", name=account.name))
    return redirect(url_for("accounts.edit", account_id=account_id), HTTPStatus.SEE_OTHER)


def _form(rows: Session, account: Account) -> GrantForm:
    house = parts()
    return GrantForm(
        roles=active_roles(rows),
        services=house.services,
        today=local_day(house.clock.now()),
        has_agent=account.agent_id is not None,
    )


def _page(rows: Session, account: Account, form: GrantForm) -> str:
    return render_template("administration/grant.html", account=account, form=form, roles=active_roles(rows))
