"""What an error is over HTTP: the one place where our errors become statuses, pages and problem objects."""

from http import HTTPStatus

import structlog
from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import (
    BadDataError,
    NotFoundError,
    RefusedError,
    SpoolFullError,
    TallenneError,
    UnavailableError,
)
from web.confirmation import ConfirmationRequiredError
from web.day_text import NoSuchDayError, day_fault
from web.forms.page_form import within_bounds
from web.visitor import SecondFactorRequiredError, UnauthenticatedError

_log = structlog.get_logger("web")
RETRY_AFTER_S = 5
_FETCHED = frozenset(
    {
        "audio.audio",
        "audio.frames",
        "call.listeners",
        "call_word.show",
        "confirm.passkey_options",
        "health.health",
        "log_in_passkey.options",
        "masks.audio",
        "masks.listen",
        "masks.peaks",
        "ringing.pick",
        "ringing.stream",
        "second_factor.passkey_options",
        "second_step.passkey_options",
        "session_watch.left",
        "session_watch.stay",
    }
)

_STATUSES: dict[type[TallenneError], HTTPStatus] = {
    UnauthenticatedError: HTTPStatus.UNAUTHORIZED,
    ConfirmationRequiredError: HTTPStatus.UNAUTHORIZED,
    SecondFactorRequiredError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    RefusedError: HTTPStatus.FORBIDDEN,
    BadDataError: HTTPStatus.BAD_REQUEST,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    SpoolFullError: HTTPStatus.SERVICE_UNAVAILABLE,
}


class BadDayError(BadDataError):
    """A page was asked for as of what is no day within our bounds; ``fault`` is why it cannot be read at all."""

    fault: ValueError | None = None


class PurposeRequiredError(TallenneError):
    """Audio was asked for before a purpose was stated: 428 (RFC 6585 section 3)."""


_STATUSES[PurposeRequiredError] = HTTPStatus.PRECONDITION_REQUIRED


def status_of(error: TallenneError) -> HTTPStatus:
    """Tell the status of an error: that of its nearest kind, or 500 where it is our fault."""
    return next(
        (_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES), HTTPStatus.INTERNAL_SERVER_ERROR
    )


def answer_errors(app: Flask) -> None:
    """Register the handlers: of our errors, and of those that Flask and its extensions raise."""
    app.register_error_handler(ConfirmationRequiredError, _to_confirm)
    app.register_error_handler(SecondFactorRequiredError, _to_second_factor)

    @app.errorhandler(TallenneError)
    def _ours(error: TallenneError) -> AnyResponse:
        status = status_of(error)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.error("a request failed", reason=str(error))
        if status is HTTPStatus.UNAUTHORIZED and not wants_json():
            return _to_log_in()
        response = answer(
            status,
            detail=error.what if isinstance(error, BadDataError) else None,
            words=_words_of_day(error) if isinstance(error, BadDayError) else None,
        )
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = str(RETRY_AFTER_S)
        if status is HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = 'Cookie realm="tallenne"'
        return response

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> AnyResponse:
        # To a host that is not ours no page can be built: its addresses would be that host's
        if isinstance(error, SecurityError) or error.response is not None or (error.code or 0) < HTTPStatus.BAD_REQUEST:
            return error.get_response()
        response = answer(HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR))
        for name in ("Allow", "Retry-After"):
            if value := dict(error.get_headers()).get(name):
                response.headers[name] = value
        return response


def wants_json() -> bool:
    """Whether a program asks: the API and the audio have no pages, and a part of a page is fetched by its script."""
    return request.path.startswith("/api/") or request.endpoint in _FETCHED


def answer(status: HTTPStatus, *, detail: str | None = None, words: tuple[str, str] | None = None) -> Response:
    """Give the page of a status, or its problem object (RFC 9457) with the detail of what a program sent wrong.

    ``words`` are a title and an explanation for people, better than those of the status alone.
    """
    if wants_json():
        told = {"detail": detail} if detail else {}
        problem = jsonify(type="about:blank", title=status.phrase, status=int(status), **told)
        problem.mimetype = "application/problem+json"
        problem.status_code = status
        return problem
    title, explanation = words or _words(status)
    page = render_template("error.html", title=title, explanation=explanation, status=int(status))
    return Response(page, status=status, mimetype="text/html")


def _to_confirm(error: ConfirmationRequiredError) -> AnyResponse:
    """Ask a person for the proof; tell a program that one is needed (RFC 9470 section 3)."""
    if not wants_json():
        fully = "yes" if error.fully else None
        return redirect(url_for("confirm.ask", next=error.back, fully=fully), HTTPStatus.SEE_OTHER)
    response = answer(HTTPStatus.UNAUTHORIZED, detail=error.what)
    response.headers["WWW-Authenticate"] = 'Cookie realm="tallenne", error="insufficient_user_authentication"'
    return response


def _to_second_factor(error: SecondFactorRequiredError) -> AnyResponse:
    """Lead a person to where a second factor is added; tell a program."""
    if wants_json():
        return answer(HTTPStatus.FORBIDDEN, detail=error.what)
    return redirect(url_for("second_factor.choose"), HTTPStatus.SEE_OTHER)


def _to_log_in() -> AnyResponse:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("log_in.log_in", next=None if wanted == "/" else wanted), HTTPStatus.SEE_OTHER)


def _words_of_day(error: BadDayError) -> tuple[str, str]:
    if error.fault is None:
        return gettext("There is no such day"), within_bounds()
    if isinstance(error.fault, NoSuchDayError):
        return gettext("There is no such day"), day_fault(error.fault)
    return gettext("The day was not understood"), day_fault(error.fault)


def _words(status: HTTPStatus) -> tuple[str, str]:
    match status:
        case HTTPStatus.NOT_FOUND | HTTPStatus.METHOD_NOT_ALLOWED:
            return gettext("Not found"), gettext(
                "There is no such page, or it is not among those that your permissions show."
            )
        case HTTPStatus.FORBIDDEN:
            return gettext("Not permitted"), gettext(
                "Your account has no permission for this. The administrator grants permissions."
            )
        case HTTPStatus.TOO_MANY_REQUESTS:
            return gettext("Too many attempts"), gettext("Wait a few minutes and try again.")
        case HTTPStatus.SERVICE_UNAVAILABLE:
            return gettext("Out of service for a moment"), gettext(
                "A part of the system does not answer now. No call is lost by it. Try again in a moment."
            )
        case _ if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return gettext("The request was not understood"), gettext(
                "The page may have been open for too long. Go back, reload it and try again."
            )
        case _:
            return gettext("Something went wrong"), gettext(
                "The fault was written to the log. Tell the administrator what you were doing."
            )
