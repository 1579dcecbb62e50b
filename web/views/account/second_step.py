"""The second step of logging in: a code, or a passkey, after the password."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from rights.identity.second_step import Awaited, ask_second_passkey, awaited, finish_by_code, finish_by_passkey
from rights.identity.sessions import StartedSession
from storage.vault.field_vault import FieldVault
from web.entrance import go_in, wanted_page
from web.forms.identity import CodeForm, PasskeyForm
from web.parts import parts
from web.passkey_challenge import keep_challenge, taken_challenge
from web.relying_party import relying_party, required_party
from web.visitor import PENDING, UnauthenticatedError, open_to_all
from web.whence import whence

blueprint = Blueprint("second_step", __name__, url_prefix="/log-in/second-step")


@blueprint.get("")
@open_to_all
def ask() -> AnyResponse | str:
    """Ask for the second factor."""
    found = _awaited()
    return _over() if found is None else _page(found)


@blueprint.post("/code")
@open_to_all
def check_code() -> AnyResponse:
    """Take a code of the authenticator, or a recovery code."""
    form, house = CodeForm(), parts()
    started = None
    if form.validate():
        started = finish_by_code(
            house.database,
            token=_token(),
            code=form.code.data,
            vault=FieldVault(house.keys),
            clock=house.clock,
            whence=whence(),
        )
    return _finish(started, refused=gettext("The code is wrong, or it was used already."))


@blueprint.post("/passkey/options")
@open_to_all
def passkey_options() -> Response:
    """Tell the page's script what to ask a passkey."""
    house = parts()
    asked = ask_second_passkey(house.database, token=_token(), party=required_party(), clock=house.clock)
    if asked is None:
        raise UnauthenticatedError(what="the log-in is over")
    return jsonify(keep_challenge(asked))


@blueprint.post("/passkey")
@open_to_all
def check_passkey() -> AnyResponse:
    """Take what the passkey answered."""
    form, house = PasskeyForm(), parts()
    answer, started = form.answered(), None
    if form.validate() and answer is not None:
        started = finish_by_passkey(
            house.database,
            answer,
            token=_token(),
            challenge=taken_challenge(),
            party=required_party(),
            clock=house.clock,
            whence=whence(),
        )
    return _finish(started, refused=gettext("The passkey was not accepted. Try again."))


def _token() -> str:
    return str(session.get(PENDING, ""))


def _awaited() -> Awaited | None:
    house = parts()
    return awaited(house.database, token=_token(), clock=house.clock)


def _finish(started: StartedSession | None, *, refused: str) -> AnyResponse:
    if started is not None:
        return go_in(started, wanted=wanted_page())
    found = _awaited()
    if found is None:
        return _over()
    return Response(_page(found, refused=refused), HTTPStatus.UNPROCESSABLE_ENTITY)


def _over() -> AnyResponse:
    """Begin anew: the log-in took too long, or was never begun here."""
    session.pop(PENDING, None)
    flash(gettext("The log-in took too long. Begin again."), "warn")
    return redirect(url_for("log_in.log_in", next=wanted_page()), HTTPStatus.SEE_OTHER)


def _page(found: Awaited, *, refused: str | None = None) -> str:
    return render_template(
        "account/second_step.html",
        code_form=CodeForm(),
        passkey=PasskeyForm() if found.factors.passkeys and relying_party() else None,
        has_authenticator=found.factors.totp_since is not None,
        refused=refused,
    )
