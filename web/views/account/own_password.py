"""Changing one's own password: the old one is asked for here, and of who has a second factor both, as for a log-in."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from rights.identity.password_change import change_password
from rights.identity.passwords import fault_of
from web.confirmation import has_second_factor, require_confirmed
from web.forms.identity import OwnPasswordForm
from web.labels import PASSWORD_FAULTS
from web.limits import count_nothing
from web.parts import parts
from web.visitor import TOKEN, current_visit
from web.whence import whence

blueprint = Blueprint("own_password", __name__, url_prefix="/account/password")


@blueprint.get("")
def ask() -> str:
    """Ask for the old password and the new one."""
    _require_both()
    return render_template("account/own_password.html", form=OwnPasswordForm())


@blueprint.post("")
def change() -> AnyResponse:
    """Set the new password; every other session of the account ends."""
    _require_both()
    house, form, visit, is_compared = parts(), OwnPasswordForm(), current_visit(), False
    if form.validate():
        fault = fault_of(form.password.data, login=visit.actor.login, name=visit.actor.name, breached=house.breached)
        if fault is not None:
            form.password.errors = [PASSWORD_FAULTS[fault]]
        else:
            is_compared = True
            renewed = change_password(
                house.database,
                visit,
                old=form.old.data,
                new=form.password.data,
                clock=house.clock,
                whence=whence(),
                breached=house.breached,
            )
            if renewed is not None:
                session[TOKEN] = renewed.token
                flash(gettext("The password is changed. You have been logged out everywhere else."))
                return redirect(url_for("own_account.show"), HTTPStatus.SEE_OTHER)
            form.old.errors = [gettext("The password is wrong.")]
    if not is_compared:
        count_nothing()
    page = render_template("account/own_password.html", form=form)
    return Response(page, HTTPStatus.UNPROCESSABLE_ENTITY)


def _require_both() -> None:
    """Ask who has a second factor for both; of who has none the form asks all that there is, the old password."""
    if has_second_factor():
        require_confirmed(fully=True)
