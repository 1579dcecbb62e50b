"""How often somebody may try a password, a one-time link or an identity code, or show what is protected.

Counted in the memory of each gunicorn process: nothing to run beside the viewer, and forgotten at a restart. With
``processes`` processes an attacker has that many times the tries, so the figures are small. What stands behind
them does not wear off: argon2id makes every try slow, and one-time links are 256 random bits.

The tight limit of a login is that of one address: whoever knows a colleague's login must not be able to shut him
out by typing wrong passwords. From many addresses at once the loose one still holds.

Identity codes are few enough to be tried one after another by who may look one up, and a register is leafed through
one protected field at a time. So every look-up and every reveal of an account counts, whether it finds anything or not;
each is in the audit, and so is each that was refused for being one too many.
"""

from hashlib import sha256
from http import HTTPStatus
from typing import cast

from flask import Flask, Response, request
from flask.typing import RouteCallable
from flask_babel import gettext
from flask_limiter import Limiter, RequestLimit
from flask_limiter.util import get_remote_address

from ledger_link.records.protected_field import ProtectedField
from rights.access.refusals import record_refusal
from rights.identity.accounts import folded_login
from web.errors import answer
from web.parts import parts
from web.visitor import visitor

FAILURES_OF_ADDRESS = "30 per 5 minutes"
FAILURES_OF_LOGIN_THERE = "8 per 5 minutes"
FAILURES_OF_LOGIN = "100 per 5 minutes"
LINKS_OF_ADDRESS = "30 per 5 minutes"
CODES_OF_ACCOUNT = "30 per 5 minutes"
REVEALS_OF_ACCOUNT = "30 per 5 minutes"
CONFIRMATIONS_OF_ACCOUNT = "8 per 5 minutes"
_WAIT_S = 5 * 60

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
        ("confirm.check", CONFIRMATIONS_OF_ACCOUNT, _account),
    ):
        wrap = limiter.limit(limit, key_func=key, deduct_when=_is_refused)
        app.view_functions[endpoint] = cast("RouteCallable", wrap(app.view_functions[endpoint]))
    for endpoint, limit, refuse in (
        ("register.by_identity_code", CODES_OF_ACCOUNT, _refuse_code),
        ("person.reveal", REVEALS_OF_ACCOUNT, _refuse_reveal),
    ):
        every = limiter.limit(limit, key_func=_account, on_breach=refuse)
        app.view_functions[endpoint] = cast("RouteCallable", every(app.view_functions[endpoint]))


def _is_refused(response: Response) -> bool:
    return response.status_code in _REFUSALS


def _refuse_code(_breached: RequestLimit) -> Response:
    _audit_too_many("identity-code")
    return _too_many(
        gettext("Too many searches by identity code"),
        gettext("You have searched by identity code very often. Wait five minutes and try again. It was recorded."),
    )


def _refuse_reveal(_breached: RequestLimit) -> Response:
    field = request.form.get("field", "")
    _audit_too_many(
        "reveal",
        person_id=(request.view_args or {}).get("person_id"),
        field=field if field in set(ProtectedField) else None,
    )
    return _too_many(
        gettext("Too much was shown in a short time"),
        gettext("You have shown protected data very often. Wait five minutes and try again. It was recorded."),
    )


def _audit_too_many(wanted: str, *, person_id: int | None = None, field: str | None = None) -> None:
    """Keep the refusal: whoever looks at protected data that often has a reason that somebody should know."""
    house, detail = parts(), {"reason": "too-many", **({"field": field} if field else {})}
    record_refusal(house.database, visitor(), wanted=wanted, person_id=person_id, detail=detail, clock=house.clock)


def _too_many(title: str, explanation: str) -> Response:
    response = answer(HTTPStatus.TOO_MANY_REQUESTS, words=(title, explanation))
    response.headers["Retry-After"] = str(_WAIT_S)
    return response


def _account() -> str:
    """Tell apart who asks; strangers never get so far."""
    who = visitor()
    return f"account {who.account_id if who else None}"


def _login() -> str:
    """Tell apart the logins that are tried, however they are written, without keeping them."""
    return sha256(folded_login(request.form.get("login", "")).encode()).hexdigest()


def _login_there() -> str:
    return f"{_login()} {get_remote_address()}"
