"""The language switch."""

from http import HTTPStatus

from flask import Blueprint, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from web.entrance import own_page
from web.languages import LANGUAGES, language_cookie
from web.parts import parts
from web.visitor import open_to_all

blueprint = Blueprint("language", __name__)

_KEPT_S = 365 * 24 * 3600


@blueprint.post("/language/<code>")
@open_to_all
def choose(code: str) -> Response:
    """Keep the chosen language in this browser for a year, log-ins or not, and show the same page in it."""
    if code not in LANGUAGES:
        raise NotFound
    response = redirect(own_page(request.form.get("next")), HTTPStatus.SEE_OTHER)
    secure = parts().settings.has_tls
    response.set_cookie(language_cookie(), code, max_age=_KEPT_S, secure=secure, httponly=True, samesite="Lax")
    return response
