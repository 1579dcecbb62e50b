"""One's own second factors: adding, taking away, recovery codes. Whatever changes them is confirmed first, fully."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import NotFoundError
from rights.identity.factor_changes import (
    Added,
    LastFactorError,
    add_authenticator,
    add_passkey_of,
    remove_factor,
    renew_recovery_codes,
)
from rights.identity.passkeys import ask_to_add
from rights.identity.totp import new_secret, provisioning_uri
from storage.vault.field_vault import FieldVault
from web.confirmation import require_confirmed
from web.errors import answer
from web.forms.identity import AuthenticatorForm, NewPasskeyForm
from web.parts import parts
from web.passkey_challenge import keep_challenge, taken_challenge
from web.qr_code import qr_code
from web.relying_party import relying_party, required_party
from web.visitor import TOKEN, current_visit, open_before_second_factor

blueprint = Blueprint("second_factor", __name__, url_prefix="/account/second-factor")

_FORM = "second_factor.choose"


@blueprint.errorhandler(LastFactorError)
def last_one(_error: LastFactorError) -> Response:
    """Say why the last factor stays."""
    return answer(
        HTTPStatus.CONFLICT,
        words=(
            gettext("Your only second factor"),
            gettext("Your permissions need a second factor. Add another one first, then remove this one."),
        ),
    )


@blueprint.get("")
@open_before_second_factor
def choose() -> str:
    """Offer the kinds of second factor; who must have one and has none sees nothing else.

    Confirmed here already, for a passkey is made by this page's script, which cannot lead to a form and back.
    """
    require_confirmed(fully=True)
    return render_template(
        "account/second_factor.html",
        is_required_now=current_visit().lacks_second_factor,
        passkey=NewPasskeyForm(formdata=None) if relying_party() else None,
    )


@blueprint.get("/authenticator")
@open_before_second_factor
def ask_authenticator() -> str:
    """Show a fresh secret as a picture and as text, and ask for its first code."""
    require_confirmed(fully=True)
    return _authenticator_page(new_secret(), AuthenticatorForm())


@blueprint.post("/authenticator")
@open_before_second_factor
def prove_authenticator() -> AnyResponse:
    """Keep the secret if the code is its."""
    require_confirmed(fully=True)
    house, visit, form = parts(), current_visit(), AuthenticatorForm()
    secret = _opened(form)
    if form.validate():
        with house.database.begin() as rows:
            added = add_authenticator(
                rows,
                visit,
                secret=secret,
                code=form.code.data,
                vault=FieldVault(house.keys),
                clock=house.clock,
            )
        if added is not None:
            return _show_added(added)
        form.code.errors = [gettext("This is not the code of now. See that the phone's time is right.")]
    return Response(_authenticator_page(secret, form), HTTPStatus.UNPROCESSABLE_ENTITY)


@blueprint.post("/authenticator/remove")
def remove_authenticator() -> AnyResponse:
    """Take the authenticator away."""
    return _removed(None)


@blueprint.post("/passkeys/options")
@open_before_second_factor
def passkey_options() -> Response:
    """Tell the page's script what passkey to make."""
    require_confirmed(back=url_for(_FORM), fully=True)
    house = parts()
    with house.database.begin() as rows:
        asked = ask_to_add(rows, current_visit().actor, party=required_party(), clock=house.clock)
    return jsonify(keep_challenge(asked))


@blueprint.post("/passkeys")
@open_before_second_factor
def add_passkey() -> AnyResponse:
    """Keep the passkey that the browser has made."""
    require_confirmed(back=url_for(_FORM), fully=True)
    house, form, added = parts(), NewPasskeyForm(), None
    made = form.answered()
    if form.validate() and made is not None:
        with house.database.begin() as rows:
            added = add_passkey_of(
                rows,
                current_visit(),
                made,
                challenge=taken_challenge(),
                name=form.name.data,
                party=required_party(),
                clock=house.clock,
            )
    if added is not None:
        return _show_added(added)
    page = render_template(
        "account/second_factor.html",
        is_required_now=current_visit().lacks_second_factor,
        passkey=form,
        refused=gettext("The passkey was not accepted. Try again."),
    )
    return Response(page, HTTPStatus.UNPROCESSABLE_ENTITY)


@blueprint.post("/passkeys/<int:passkey_id>/remove")
def remove_passkey(passkey_id: int) -> AnyResponse:
    """Take a passkey away."""
    return _removed(passkey_id)


@blueprint.post("/recovery-codes")
def renew_codes() -> str:
    """Show new recovery codes, this once; those of before stop working."""
    require_confirmed(back=url_for("own_account.show"), fully=True)
    house = parts()
    with house.database.begin() as rows:
        codes = renew_recovery_codes(rows, current_visit(), clock=house.clock)
    return render_template("account/recovery_codes.html", codes=codes)


def _removed(passkey_id: int | None) -> AnyResponse:
    require_confirmed(back=url_for("own_account.show"), fully=True)
    house = parts()
    with house.database.begin() as rows:
        remove_factor(rows, current_visit(), passkey_id=passkey_id, clock=house.clock)
    flash(gettext("The second factor was removed. You have been logged out everywhere else."))
    return redirect(url_for("own_account.show"), HTTPStatus.SEE_OTHER)


def _show_added(added: Added) -> AnyResponse:
    """Give the session its new token; show the recovery codes where there are new ones."""
    session[TOKEN] = added.started.token
    if added.recovery_codes:
        return Response(render_template("account/recovery_codes.html", codes=added.recovery_codes, is_first=True))
    flash(gettext("The second factor was added. You have been logged out everywhere else."))
    return redirect(url_for("own_account.show"), HTTPStatus.SEE_OTHER)


def _authenticator_page(secret: str, form: AuthenticatorForm) -> str:
    login = current_visit().actor.login
    form.sealed.data = parts().seal.close(secret, owner=_owner())
    return render_template(
        "account/authenticator.html",
        form=form,
        picture=qr_code(provisioning_uri(secret, login=login)),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    )


def _opened(form: AuthenticatorForm) -> str:
    """Give the secret that this page showed; raise NotFoundError for what was not sealed here for this account."""
    if not form.sealed.data:
        raise NotFoundError(what="no such secret")
    return parts().seal.open(form.sealed.data, owner=_owner())


def _owner() -> str:
    return f"authenticator of account {current_visit().session.account_id}"
