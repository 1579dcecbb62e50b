"""How somebody logs in, as an administrator sees it: second factor, sessions, the identity at the provider."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import BadDataError, NotFoundError
from rights.access.actor import Actor
from rights.access.deeds import Deed
from rights.access.partner_calls import is_partner
from rights.access.tasks import Task
from rights.identity.accounts import Account, list_accounts
from rights.identity.compulsory_factor import is_compulsory
from rights.identity.letting_back import ask_to_let_back, takes_two_to_let_back, waiting_to_let_back
from rights.identity.provider_identities import enter_identity, identity_of, remove_identity
from rights.identity.second_factors import second_factors_of
from rights.identity.session_ending import end_all_sessions
from rights.identity.sessions import sessions_of
from web.confirmation import require_confirmed
from web.forms.identity import ProviderIdentityForm
from web.forms.letting_back import LettingBackForm
from web.parts import parts
from web.visitor import actor_with, current_visit

_LINK, _RESET = "link", "reset"
blueprint = Blueprint("log_in_of", __name__, url_prefix="/accounts/<int:account_id>/log-in")


@blueprint.get("")
def show(account_id: int) -> str:
    """Show one account's log-in."""
    return _page(account_id)


@blueprint.post("/link")
def ask_link(account_id: int) -> AnyResponse:
    """Ask a second person for a new one-time link, for somebody who forgot the password."""
    return _ask(account_id, Deed.NEW_LINK, LettingBackForm(purpose=_LINK))


@blueprint.post("/reset-second-factor")
def reset(account_id: int) -> AnyResponse:
    """Ask a second person to take the second factors of somebody who lost them away."""
    return _ask(account_id, Deed.RESET_SECOND_FACTOR, LettingBackForm(purpose=_RESET))


@blueprint.post("/end-sessions")
def end_sessions(account_id: int) -> AnyResponse:
    """Log somebody out everywhere."""
    who, house = actor_with(Task.ADMINISTER_ACCOUNTS), parts()
    with house.database.begin() as rows:
        account = _account(rows, account_id)
        end_all_sessions(rows, account_id=account.id, by=who, clock=house.clock)
    flash(gettext("%(name)s was logged out everywhere.", name=account.name))
    return _shown(account_id)


@blueprint.post("/provider")
def change_identity(account_id: int) -> AnyResponse:
    """Enter the e-mail address by which somebody is known at the provider, or remove it; his sessions end."""
    who, house, form = _administrator(account_id), parts(), ProviderIdentityForm()
    asking = current_visit().session.id
    if house.provider is None:
        raise NotFoundError(what="there is no log-in provider")
    if not form.validate():
        return Response(_page(account_id, form), HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with house.database.begin() as rows:
            account = _account(rows, account_id)
            if form.email.data:
                enter_identity(
                    rows,
                    account_id=account.id,
                    issuer=house.provider.issuer,
                    email=form.email.data,
                    by=who,
                    clock=house.clock,
                    but=asking,
                )
            else:
                remove_identity(rows, account_id=account.id, by=who, clock=house.clock, but=asking)
    except BadDataError:
        form.email.errors = [gettext("This is no e-mail address, or it is another account's.")]
        return Response(_page(account_id, form), HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(gettext("Saved."))
    return _shown(account_id)


def _ask(account_id: int, deed: Deed, form: LettingBackForm) -> AnyResponse:
    who, house = _administrator(account_id), parts()
    if not form.validate():
        return Response(_page(account_id, letting_back=form), HTTPStatus.UNPROCESSABLE_ENTITY)
    with house.database.begin() as rows:
        ask_to_let_back(rows, account_id, deed=deed, reason=form.reason.data, by=who, clock=house.clock)
    flash(gettext("It waits until a second person approves it."), "warn")
    return _shown(account_id)


def _administrator(account_id: int) -> Actor:
    who = actor_with(Task.ADMINISTER_ACCOUNTS)
    require_confirmed(back=url_for("log_in_of.show", account_id=account_id), fully=True)
    return who


def _shown(account_id: int) -> AnyResponse:
    return redirect(url_for("log_in_of.show", account_id=account_id), HTTPStatus.SEE_OTHER)


def _account(rows: Session, account_id: int) -> Account:
    house, who = parts(), actor_with(Task.ADMINISTER_ACCOUNTS)
    for account in list_accounts(rows, by=who, clock=house.clock):
        if account.id == account_id:
            return account
    raise NotFoundError(what="no such account")


def _page(
    account_id: int, form: ProviderIdentityForm | None = None, *, letting_back: LettingBackForm | None = None
) -> str:
    who, house = actor_with(Task.ADMINISTER_ACCOUNTS), parts()
    with house.database.read() as rows:
        account = _account(rows, account_id)
        compulsory = is_compulsory(account.tasks, is_partner=is_partner(rows, account_id))
        factors = second_factors_of(rows, account_id)
        sessions = sessions_of(rows, account_id, clock=house.clock)
        identity = identity_of(rows, account_id)
        takes_two = takes_two_to_let_back(rows, account_id, by=who)
        waiting = waiting_to_let_back(rows, account_id, by=who, clock=house.clock)
    forms = {purpose: LettingBackForm(purpose=purpose, is_asked=False) for purpose in (_LINK, _RESET)}
    if letting_back is not None:
        forms[letting_back.purpose] = letting_back
    return render_template(
        "administration/log_in_of.html",
        account=account,
        factors=factors,
        is_compulsory=compulsory,
        is_own=account.id == who.account_id,
        takes_two=takes_two,
        waiting=waiting,
        link_form=forms[_LINK],
        reset_form=forms[_RESET],
        sessions=sessions,
        identity=identity,
        provider=house.provider.name if house.provider else None,
        form=form or ProviderIdentityForm(formdata=None, email=identity.email if identity else ""),
    )
