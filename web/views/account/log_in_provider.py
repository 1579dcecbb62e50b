"""Logging in at the organisation's provider, for those who have an account here."""

from http import HTTPStatus

from flask import Blueprint, Response, redirect, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import NotFoundError, RefusedError
from rights.identity.log_in import log_in_by_provider
from web.entrance import go_in, wanted_page
from web.forgery import is_from_elsewhere
from web.log_in_provider import QUESTION, LogInProvider, kept_question, new_question
from web.parts import parts
from web.views.log_in import log_in_page
from web.visitor import open_to_all
from web.whence import whence

blueprint = Blueprint("log_in_provider", __name__, url_prefix="/log-in/provider")


@blueprint.get("")
@open_to_all
def go() -> AnyResponse:
    """Send the browser to the provider, when a person asked for it: no other site's page logs anybody in (ASVS 7.6.2).

    It cannot be a form's POST: browsers take form-action of our policy for what a form is redirected to as well.
    """
    if is_from_elsewhere():
        return redirect(url_for("log_in.log_in", next=wanted_page()), HTTPStatus.SEE_OTHER)
    question = new_question()
    address = _provider().address_to_ask(question, come_back=_come_back())
    session[QUESTION] = {**question.to_cookie(), "next": wanted_page() or ""}
    return redirect(address, HTTPStatus.SEE_OTHER)


@blueprint.get("/return")
@open_to_all
def come_back() -> AnyResponse:
    """Take the provider's answer: whoever it proves, and the administrator entered, goes in."""
    provider, house = _provider(), parts()
    kept = session.pop(QUESTION, None)
    question, entered = kept_question(kept), None
    try:
        proven = provider.proven(question, request.args, come_back=_come_back()) if question else None
    except RefusedError:
        proven = None
    if proven is not None:
        entered = log_in_by_provider(house.database, proven, clock=house.clock, whence=whence())
    if entered is None:
        refused = gettext("%(provider)s did not name anybody who has an account here.", provider=provider.name)
        return Response(log_in_page(refused=refused), HTTPStatus.UNPROCESSABLE_ENTITY)
    return go_in(entered, wanted=str(kept.get("next")) or None)


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
