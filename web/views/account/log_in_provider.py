"""The organisation's log-in provider, for those who have an account here: logging in there, and linking it first.

Both lead to the provider and back to one address, for a provider knows one. What was asked stands in the browser's
cookie beside the question: a log-in, or a link of the account of a session that was lately confirmed.
"""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import NotFoundError, RefusedError
from rights.identity.log_in import log_in_by_provider
from rights.identity.provider_identities import ProvenIdentity, link_identity
from web.confirmation import require_confirmed
from web.entrance import go_in, wanted_page
from web.forgery import is_from_elsewhere
from web.log_in_provider import QUESTION, LogInProvider, kept_question, new_question
from web.parts import parts
from web.views.account.own_account import own_account_page
from web.views.log_in import log_in_page
from web.visitor import current_visit, is_session, open_to_all
from web.whence import whence

blueprint = Blueprint("log_in_provider", __name__)

_LINKING = "linking"  # the session whose account is to be linked


@blueprint.get("/log-in/provider")
@open_to_all
def go() -> AnyResponse:
    """Send the browser to the provider, when a person asked for it: no other site's page logs anybody in (ASVS 7.6.2).

    It cannot be a form's POST: browsers take form-action of our policy for what a form is redirected to as well.
    """
    if is_from_elsewhere():
        return redirect(url_for("log_in.log_in", next=wanted_page()), HTTPStatus.SEE_OTHER)
    return _sent_there({"next": wanted_page() or ""})


@blueprint.get("/account/provider")
def go_to_link() -> AnyResponse:
    """Send the browser to the provider to link one's own account, when its owner asked for it; as above no POST."""
    if is_from_elsewhere() or parts().provider is None:
        return redirect(url_for("own_account.show"), HTTPStatus.SEE_OTHER)
    require_confirmed(fully=True)
    return _sent_there({_LINKING: str(current_visit().session.id)})


@blueprint.get("/log-in/provider/return")
@open_to_all
def come_back() -> AnyResponse:
    """Take the provider's answer: whoever it proves goes in, if he has linked it, or links it now if he asked to."""
    provider, kept = _provider(), session.pop(QUESTION, None)
    question = kept_question(kept)
    try:
        proven = provider.proven(question, request.args, come_back=_come_back()) if question else None
    except RefusedError:
        proven = None
    asked: Mapping[str, object] = kept if isinstance(kept, Mapping) else {}
    if linking := asked.get(_LINKING):
        return _linked(proven, str(linking), provider)
    return _let_in(proven, str(asked.get("next")) or None, provider)


def _let_in(proven: ProvenIdentity | None, wanted: str | None, provider: LogInProvider) -> AnyResponse:
    house, entered = parts(), None
    if proven is not None:
        entered = log_in_by_provider(house.database, proven, clock=house.clock, whence=whence())
    if entered is None:
        refused = gettext(
            "%(provider)s did not name anybody whose account here is linked to it. If yours is not yet: log in with "
            "your password, and link it on “My account”.",
            provider=provider.name,
        )
        return Response(log_in_page(refused=refused), HTTPStatus.UNPROCESSABLE_ENTITY)
    return go_in(entered, wanted=wanted)


def _linked(proven: ProvenIdentity | None, linking: str, provider: LogInProvider) -> AnyResponse:
    if not is_session(linking):
        refused = gettext("You are not logged in any more. Log in, and link it anew.")
        return Response(log_in_page(refused=refused), HTTPStatus.UNPROCESSABLE_ENTITY)
    require_confirmed(back=url_for("own_account.show"), fully=True)
    house = parts()
    with house.database.begin() as rows:
        done = proven is not None and link_identity(rows, proven, by=current_visit().actor, clock=house.clock)
    if not done:
        refused = gettext(
            "It was not linked: %(provider)s did not name the verified address that is entered for you.",
            provider=provider.name,
        )
        return Response(own_account_page(refused=refused), HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(gettext("It is linked: from now on you can log in at %(provider)s too.", provider=provider.name))
    return redirect(url_for("own_account.show"), HTTPStatus.SEE_OTHER)


def _sent_there(asked: Mapping[str, str]) -> AnyResponse:
    question = new_question()
    address = _provider().address_to_ask(question, come_back=_come_back())
    session[QUESTION] = {**question.to_cookie(), **asked}
    return redirect(address, HTTPStatus.SEE_OTHER)


def _provider() -> LogInProvider:
    provider = parts().provider
    if provider is None:
        raise NotFoundError(what="there is no log-in provider")
    return provider


def _come_back() -> str:
    """Give the address to come back to, as it is entered at the provider: below ``base_url`` where there is one."""
    settings = parts().settings
    base = settings.address if settings.base_url is not None else request.host_url.rstrip("/")
    return f"{base}{url_for('log_in_provider.come_back')}"
