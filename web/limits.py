"""How often somebody may try a password, a one-time link or an identity code.

Counted in the memory of each gunicorn process: nothing to run beside the viewer, and forgotten at a restart. With
``processes`` processes an attacker has that many times the tries, so the figures are small. What stands behind
them does not wear off: argon2id makes every try slow, and one-time links are 256 random bits.

The tight limit of a login is that of one address: whoever knows a colleague's login must not be able to shut him
out by typing wrong passwords. From many addresses at once the loose one still holds.

Identity codes are few enough to be tried one after another by who may look one up. So every look-up of an account
counts, whether it finds anybody or not; each is in the audit as well.
"""

from hashlib import sha256
from http import HTTPStatus
from typing import cast

from flask import Flask, Response, request
from flask.typing import RouteCallable
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from rights.accounts import folded_login
from web.visitor import visitor

FAILURES_OF_ADDRESS = "30 per 5 minutes"
FAILURES_OF_LOGIN_THERE = "8 per 5 minutes"
FAILURES_OF_LOGIN = "100 per 5 minutes"
LINKS_OF_ADDRESS = "30 per 5 minutes"
CODES_OF_ACCOUNT = "30 per 5 minutes"

_REFUSALS = frozenset({HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_FOUND})


def limit_attempts(app: Flask) -> None:
    """Wrap the views that attackers try; only refused attempts count, so nobody is shut out by logging in."""
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", strategy="moving-window")
    for endpoint, limit, key in (
        ("log_in.check", FAILURES_OF_ADDRESS, get_remote_address),
        ("log_in.check", FAILURES_OF_LOGIN_THERE, _login_there),
        ("log_in.check", FAILURES_OF_LOGIN, _login),
        ("password.open_link", LINKS_OF_ADDRESS, get_remote_address),
        ("password.show", LINKS_OF_ADDRESS, get_remote_address),
        ("password.choose", LINKS_OF_ADDRESS, get_remote_address),
    ):
        wrap = limiter.limit(limit, key_func=key, deduct_when=_is_refused)
        app.view_functions[endpoint] = cast("RouteCallable", wrap(app.view_functions[endpoint]))
    every = limiter.limit(CODES_OF_ACCOUNT, key_func=_account)
    by_code = "register.by_identity_code"
    app.view_functions[by_code] = cast("RouteCallable", every(app.view_functions[by_code]))


def _is_refused(response: Response) -> bool:
    return response.status_code in _REFUSALS


def _account() -> str:
    """Tell apart who asks; strangers never get so far."""
    who = visitor()
    return f"account {who.account_id if who else None}"


def _login() -> str:
    """Tell apart the logins that are tried, however they are written, without keeping them."""
    return sha256(folded_login(request.form.get("login", "")).encode()).hexdigest()


def _login_there() -> str:
    return f"{_login()} {get_remote_address()}"
