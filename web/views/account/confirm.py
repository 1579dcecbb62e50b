"""The page that asks again who sits there, and goes on to where it was asked for."""

from http import HTTPStatus

from flask import Blueprint, Response, redirect, render_template, request, session
from werkzeug.wrappers import Response as AnyResponse

from rights.identity.confirmation import confirm_by_password
from web.forms.confirm import ConfirmPasswordForm
from web.parts import parts
from web.views.log_in import own_page
from web.visitor import TOKEN, current_visit

blueprint = Blueprint("confirm", __name__)


@blueprint.get("/confirm")
def ask() -> str:
    """Ask for the proof."""
    return render_template("account/confirm.html", form=ConfirmPasswordForm())


@blueprint.post("/confirm")
def check() -> AnyResponse:
    """Compare the password, give the session a new token, and go on."""
    form, house = ConfirmPasswordForm(), parts()
    renewed = None
    if form.validate():
        renewed = confirm_by_password(
            house.database,
            current_visit(),
            password=form.password.data,
            clock=house.clock,
            address=request.remote_addr,
        )
    if renewed is None:
        page = render_template("account/confirm.html", form=form, refused=bool(form.password.data))
        return Response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    session[TOKEN] = renewed.token
    return redirect(own_page(request.args.get("next")), HTTPStatus.SEE_OTHER)
