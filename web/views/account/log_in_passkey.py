"""Logging in with a passkey alone: possession of the device, and its word that it knows who holds it."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from rights.identity.second_step import ask_any_passkey, log_in_by_passkey
from web.entrance import go_in, wanted_page
from web.forms.identity import PasskeyForm
from web.parts import parts
from web.passkey_challenge import keep_challenge, taken_challenge
from web.relying_party import required_party
from web.views.log_in import log_in_page
from web.visitor import open_to_all
from web.whence import whence

blueprint = Blueprint("log_in_passkey", __name__, url_prefix="/log-in/passkey")


@blueprint.post("/options")
@open_to_all
def options() -> Response:
    """Tell the page's script what to ask a passkey."""
    house = parts()
    return jsonify(keep_challenge(ask_any_passkey(house.database, party=required_party(), clock=house.clock)))


@blueprint.post("")
@open_to_all
def check() -> AnyResponse:
    """Take what the passkey answered."""
    form, house = PasskeyForm(), parts()
    answer, started = form.answered(), None
    if form.validate() and answer is not None:
        started = log_in_by_passkey(
            house.database,
            answer,
            challenge=taken_challenge(),
            party=required_party(),
            clock=house.clock,
            whence=whence(),
        )
    if started is None:
        refused = gettext("The passkey was not accepted. Log in with your user name and password.")
        return Response(log_in_page(refused=refused), HTTPStatus.UNPROCESSABLE_ENTITY)
    return go_in(started, wanted=wanted_page())
