"""Browsers that an account has logged in with before: wrong passwords that others type elsewhere do not shut them out.

A cookie of its own holds a random name of the browser and, for each account whose password was right there, a keyed
hash of both (OWASP, "Device Cookies"). It opens nothing: it says in whose count a wrong password is counted
(``web.limits``). It tells no login, and outlives sessions; after ninety days without a log-in it is gone.
"""

import hmac
import re
import secrets

from flask import Response, after_this_request, current_app, request

from rights.identity.accounts import folded_login

_LIFETIME_S = 90 * 24 * 3600
_MOST_ACCOUNTS = 12  # a desk that a team shares
_NAME_CHARS = _TAG_CHARS = 32
_VALUE = re.compile(rf"([0-9a-f]{{{_NAME_CHARS}}})((?:\.[0-9a-f]{{{_TAG_CHARS}}}){{1,{_MOST_ACCOUNTS}}})")


def known_browser_for(login: str) -> str | None:
    """Give the name of this browser if this login, as it was typed, has been right in it; else None."""
    name, tags = _read()
    tag = _tag(name, login)
    return name if any(hmac.compare_digest(tag, one) for one in tags) else None


def remember_browser_for(login: str) -> None:
    """Let the answer to this request tell the browser that it is known for a login from now on."""
    name, tags = _read()
    tag = _tag(name, login)
    kept = [tag, *(one for one in tags if one != tag)][:_MOST_ACCOUNTS]

    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            _cookie(),
            ".".join([name, *kept]),
            max_age=_LIFETIME_S,
            httponly=True,
            samesite="Lax",
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        )
        return response


def _read() -> tuple[str, list[str]]:
    """Give the browser's name, a new one where it has none, and its tags, the newest first."""
    found = _VALUE.fullmatch(request.cookies.get(_cookie(), ""))
    return (found[1], found[2].split(".")[1:]) if found else (secrets.token_hex(_NAME_CHARS // 2), [])


def _tag(name: str, login: str) -> str:
    secret = str(current_app.secret_key).encode()
    told = f"known browser {name} {folded_login(login)}".encode(errors="surrogatepass")
    return hmac.digest(secret, told, "sha256").hex()[:_TAG_CHARS]


def _cookie() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-known"
