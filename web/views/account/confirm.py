"""The page that asks again who sits there, and goes on to where it was asked for."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify, redirect, render_template, request, session
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from rights.identity.confirmation import (
    ask_passkey,
    confirm_by_both,
    confirm_by_code,
    confirm_by_passkey,
    confirm_by_password,
)
from rights.identity.second_factors import second_factors_of
from rights.identity.sessions import StartedSession
from storage.vault.field_vault import FieldVault
from web.entrance import own_page, wanted_page
from web.forms.identity import CodeForm, ConfirmBothForm, ConfirmPasswordForm, PasskeyForm
from web.parts import parts
from web.passkey_challenge import keep_challenge, taken_challenge
from web.relying_party import relying_party, required_party
from web.visitor import TOKEN, current_visit, open_before_second_factor
from web.whence import whence

blueprint = Blueprint("confirm", __name__, url_prefix="/confirm")


@blueprint.get("")
@open_before_second_factor
def ask() -> str:
    """Ask for the proof."""
    return _page()


@blueprint.post("")
@open_before_second_factor
def check() -> AnyResponse:
    """Compare the password."""
    form, house = ConfirmPasswordForm(), parts()
    renewed = None
    if form.validate():
        renewed = confirm_by_password(
            house.database, current_visit(), password=form.password.data, clock=house.clock, whence=whence()
        )
    return _go_on(renewed, refused=gettext("The password is wrong.") if form.password.data else None)


@blueprint.post("/code")
@open_before_second_factor
def check_code() -> AnyResponse:
    """Take a code."""
    form, house = CodeForm(), parts()
    renewed = None
    if form.validate():
        renewed = confirm_by_code(
            house.database,
            current_visit(),
            code=form.code.data,
            vault=FieldVault(house.keys),
            clock=house.clock,
            whence=whence(),
        )
    return _go_on(renewed, refused=gettext("The code is wrong, or it was used already."))


@blueprint.post("/both")
@open_before_second_factor
def check_both() -> AnyResponse:
    """Compare the password and take a code; which of them was wrong is not told."""
    form, house = ConfirmBothForm(), parts()
    renewed = None
    if form.validate():
        renewed = confirm_by_both(
            house.database,
            current_visit(),
            password=form.password.data,
            code=form.code.data,
            vault=FieldVault(house.keys),
            clock=house.clock,
            whence=whence(),
        )
    return _go_on(renewed, refused=gettext("The password or the code is wrong, or the code was used already."))


@blueprint.post("/passkey/options")
def passkey_options() -> Response:
    """Tell the page's script what to ask a passkey."""
    house = parts()
    asked = ask_passkey(house.database, current_visit(), party=required_party(), clock=house.clock)
    return jsonify(keep_challenge(asked))


@blueprint.post("/passkey")
def check_passkey() -> AnyResponse:
    """Take what the passkey answered."""
    form, house = PasskeyForm(), parts()
    answer, renewed = form.answered(), None
    if form.validate() and answer is not None:
        renewed = confirm_by_passkey(
            house.database,
            current_visit(),
            answer,
            challenge=taken_challenge(),
            party=required_party(),
            clock=house.clock,
            whence=whence(),
            fully=_is_full(),
        )
    return _go_on(renewed, refused=gettext("The passkey was not accepted. Try again."))


def _go_on(renewed: StartedSession | None, *, refused: str | None) -> AnyResponse:
    if renewed is None:
        return Response(_page(refused=refused), HTTPStatus.UNPROCESSABLE_ENTITY)
    session[TOKEN] = renewed.token
    return redirect(own_page(wanted_page()), HTTPStatus.SEE_OTHER)


def _is_full() -> bool:
    """Tell whether both factors are asked for; the views that need them look at the session, not at this."""
    return request.args.get("fully") == "yes"


def _page(*, refused: str | None = None) -> str:
    house, visit, is_full = parts(), current_visit(), _is_full()
    with house.database.read() as rows:
        factors = second_factors_of(rows, visit.session.account_id)
    return render_template(
        "account/confirm.html",
        is_full=is_full,
        both_form=ConfirmBothForm() if is_full and factors.totp_since else None,
        password_form=None if is_full else ConfirmPasswordForm(),
        code_form=CodeForm() if factors.totp_since and not is_full else None,
        passkey=PasskeyForm() if factors.passkeys and relying_party() else None,
        refused=refused,
    )
