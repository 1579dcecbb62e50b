"""The last step of every log-in: the browser gets its session, or is asked for the second factor first."""

from http import HTTPStatus

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from rights.identity.entering import PendingLogIn
from rights.identity.sessions import StartedSession
from web.log_in_news_words import tell_at_log_in
from web.visitor import PENDING, TOKEN, forget_visitor


def go_in(entered: StartedSession | PendingLogIn, *, wanted: str | None) -> AnyResponse:
    """Give the browser what it has earned; nothing of before the log-in, its forgery token included, is of use after.

    ``wanted`` is where the person wanted to go.
    """
    forget_visitor()
    if isinstance(entered, PendingLogIn):
        session[PENDING] = entered.token
        return redirect(url_for("second_step.ask", next=wanted), HTTPStatus.SEE_OTHER)
    session[TOKEN] = entered.token
    tell_at_log_in(entered.token)
    return redirect(own_page(wanted), HTTPStatus.SEE_OTHER)


def own_page(wanted: str | None) -> str:
    """Give an address of this viewer: the wanted one if it is ours, else the start page. Never another site's."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")) or not wanted.isprintable():
        return url_for("log_in.start")
    return wanted


def wanted_page() -> str | None:
    """Give where the person wanted to go before he was asked who he is."""
    return request.args.get("next")
