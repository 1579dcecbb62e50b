"""The one-time link: how a person sets a password.

The token leaves the address at once (it goes into the session, and the browser is sent on), so that it stays in no
history. Opening the link uses nothing up: mail filters open links too.
"""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import NotFoundError
from rights.identity.accounts import account_of_link, set_password
from rights.identity.one_time_links import LINK_PATH
from rights.identity.passwords import fault_of
from web.errors import answer
from web.forgery import is_navigation
from web.forms.log_in import PasswordForm
from web.known_browser import remember_browser_for
from web.labels import PASSWORD_FAULTS
from web.limits import count_nothing
from web.parts import parts
from web.visitor import LINK_TOKEN, forget_visitor, open_to_all

blueprint = Blueprint("password", __name__)


@blueprint.get(f"{LINK_PATH}/<token>")
@open_to_all
def open_link(token: str) -> AnyResponse:
    """Take the token out of the address; whoever was logged in here is not the one whom the link is for.

    A link that does not work is a page like any other that is not there: it ends nobody's session. What a page fetches
    is no link that somebody opened, and is not even looked up.
    """
    if not is_navigation():
        raise NotFoundError(what="no such page")
    house = parts()
    with house.database.read() as rows:
        account_of_link(rows, token=token, clock=house.clock)
    forget_visitor()
    session[LINK_TOKEN] = token
    return redirect(url_for("password.show"), HTTPStatus.SEE_OTHER)


@blueprint.errorhandler(NotFoundError)
def over(_error: NotFoundError) -> Response:
    """Say what a link that does not work needs; alike for unknown, used, replaced and expired ones."""
    return answer(
        HTTPStatus.NOT_FOUND,
        words=(
            gettext("The link does not work any more"),
            gettext("A one-time link works once, and for a day. The administrator gives you a new one."),
        ),
    )


@blueprint.get("/password")
@open_to_all
def show() -> str:
    """Ask for the new password; NotFoundError where the link does not work (any more)."""
    house = parts()
    with house.database.read() as rows:
        account = account_of_link(rows, token=_token(), clock=house.clock)
    return render_template("password.html", form=PasswordForm(), account=account)


@blueprint.post("/password")
@open_to_all
def choose() -> AnyResponse:
    """Set the password, and let the person log in with it."""
    house, form = parts(), PasswordForm()
    with house.database.read() as rows:
        account = account_of_link(rows, token=_token(), clock=house.clock)
    if form.validate():
        fault = fault_of(form.password.data, login=account.login, name=account.name, breached=house.breached)
        if fault is None:
            with house.database.begin() as rows:
                set_password(
                    rows,
                    token=_token(),
                    password=form.password.data,
                    clock=house.clock,
                    address=request.remote_addr,
                    breached=house.breached,
                )
            forget_visitor()
            remember_browser_for(account.login)
            flash(gettext("The password is set. Log in with it."))
            return redirect(url_for("log_in.log_in"), HTTPStatus.SEE_OTHER)
        form.password.errors = [PASSWORD_FAULTS[fault]]
    count_nothing()  # the link works
    page = render_template("password.html", form=form, account=account)
    return Response(page, HTTPStatus.UNPROCESSABLE_ENTITY)


def _token() -> str:
    return str(session.get(LINK_TOKEN, ""))
