"""Confirmation: before what is grave, whoever sits at the browser proves again who he is.

A view calls ``require_confirmed()`` first of all: in the page that shows the form as well as where the form is posted,
so that nobody fills in what he then has to fill in again. Who proved it within ten minutes (a log-in does) notices
nothing; else the page of ``web.views.account.confirm`` asks, and comes back. What changes how somebody logs in, oneself
or another, or what anybody may do, is confirmed ``fully``: by both factors of who has two (OWASP ASVS 5.0, 7.5.1).
"""

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from calls.errors import TallenneError
from rights.identity.second_factors import second_factors_of
from web.parts import parts
from web.visitor import current_visit


class ConfirmationRequiredError(TallenneError):
    """What was asked for needs a fresh proof of who asks, by both factors if ``fully``; ``back`` is where to go on."""

    back: str = "/"
    fully: bool = False


def require_confirmed(*, back: str | None = None, fully: bool = False) -> None:
    """Let nobody pass who has not proved lately who he is; raise ConfirmationRequiredError, which leads to the page.

    ``back`` is where to come back to: unless told, this page, or for a form the page of the same address.
    """
    session, clock = current_visit().session, parts().clock
    needs_both = fully and has_second_factor()
    if session.is_fully_confirmed(clock) if needs_both else session.is_confirmed(clock):
        return
    error = ConfirmationRequiredError(what="it is too long ago that you proved who you are", remedy="confirm it")
    error.back, error.fully = back or page_to_come_back_to(), needs_both
    raise error


def has_second_factor() -> bool:
    """Tell whether whoever is logged in has a second factor to prove."""
    with parts().database.read() as rows:
        return second_factors_of(rows, current_visit().session.account_id).is_enrolled


def page_to_come_back_to() -> str:
    """Give the address to come back to: this one, if a page can be read there, else the start page."""
    if request.method in {"GET", "HEAD"}:
        return request.full_path.rstrip("?")
    adapter = current_app.create_url_adapter(request)
    try:
        return request.path if adapter and adapter.match(request.path, method="GET") else "/"
    except HTTPException:
        return "/"
