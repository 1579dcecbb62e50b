"""Protection from forged requests: a token in every form, and the browser's own word about where it comes from."""

from flask import Flask, request
from flask_wtf import CSRFProtect
from werkzeug.exceptions import BadRequest

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})


def is_from_elsewhere() -> bool:
    """Tell whether the browser says that a page of another site asks; browsers that say nothing are believed."""
    site = request.headers.get("Sec-Fetch-Site")
    return site is not None and site not in _OWN_SITES


def is_navigation() -> bool:
    """Tell whether a person goes to a page, and no page fetches it for an image, say; browsers may say nothing."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def refuse_forgeries(app: Flask) -> None:
    """Check every request that changes something (OWASP: synchroniser token and Fetch metadata).

    Flask-WTF would ask for a Referer with TLS; we tell browsers to send none, and Sec-Fetch-Site says the same.
    """
    app.config["WTF_CSRF_SSL_STRICT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a token lasts as long as the session that it belongs to

    @app.before_request
    def _own_site() -> None:
        if request.method not in _SAFE_METHODS and is_from_elsewhere():
            raise BadRequest

    CSRFProtect(app)
