"""How often somebody may try a password, a code, a one-time link or an identity code, or show what is protected.

Counted in the database (rights.identity.attempts), so that all processes count together and a restart forgets nothing.
What stands behind the limits does not wear off: argon2id makes every try of a password slow, and one-time links are
256 random bits.

Whoever knows a colleague's login must not be able to shut him out by typing wrong passwords. So a login has a tight
limit at one address, and a loose one at all addresses together over a whole day; neither counts what is typed in a
browser in which that login has been right before (``web.known_browser``), which has a limit of its own. Passkeys and
the provider's answers, which nobody guesses, are counted apart from passwords. Codes of a second factor are tried by
who has proved the first: there the account's limit is the only one, for colleagues share an address.

Identity codes are few enough to be tried one after another by who may look one up, and a register is leafed through
one protected field at a time. So every look-up and every reveal of an account counts, whether it finds anything or not;
each is in the audit, and so is each that was refused for being one too many. One's own requests as a data subject are
bounded too: each starts clocks that somebody has to answer to.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from flask import Flask, Response, after_this_request, current_app, g, request
from flask.typing import ResponseReturnValue, RouteCallable
from flask_babel import gettext
from sqlalchemy.orm import Session

from calls.errors import TallenneError
from ledger_link.records.protected_field import ProtectedField
from rights.access.refusals import record_refusal
from rights.identity.accounts import find_account
from rights.identity.attempts import AttemptLimit, give_back, take_attempt
from web.errors import answer
from web.parts import parts
from web.visitor import visitor
from web.whence import network, whence
from web.whose_attempt import (
    asking_account,
    awaited_account,
    login_elsewhere,
    login_in_known_browser,
    login_there,
    network_elsewhere,
    network_that_asked,
    network_that_goes,
    network_with_link,
    typed_login,
)

_SHORT = timedelta(minutes=5)
_LONG = timedelta(minutes=15)
_DAY = timedelta(days=1)

FAILURES_OF_ADDRESS = AttemptLimit("log-in address", 30, _SHORT)
PROOFS_OF_ADDRESS = AttemptLimit("log-in proof address", 30, _SHORT)
FAILURES_OF_LOGIN_THERE = AttemptLimit("log-in login address", 8, _SHORT)
FAILURES_OF_LOGIN = AttemptLimit("log-in login", 100, _DAY)
FAILURES_OF_KNOWN_BROWSER = AttemptLimit("log-in known browser", 8, _SHORT)
FAILURES_OF_KNOWN_BROWSER_A_DAY = AttemptLimit("log-in known browser day", 100, _DAY)
LINKS_OF_ADDRESS = AttemptLimit("link address", 30, _SHORT)
SECOND_FACTORS_OF_ACCOUNT = AttemptLimit("second factor account", 5, _LONG)
CONFIRMATIONS_OF_ACCOUNT = AttemptLimit("confirmation account", 5, _LONG)
CHALLENGES_OF_ADDRESS = AttemptLimit("passkey challenge address", 300, _SHORT)
CODES_OF_ACCOUNT = AttemptLimit("identity code account", 30, _SHORT)
REVEALS_OF_ACCOUNT = AttemptLimit("reveal account", 30, _SHORT)
OWN_REQUESTS_OF_ACCOUNT = AttemptLimit("own request account", 20, _DAY)

_REFUSALS = frozenset({HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_FOUND})

Whose = Callable[[], str | None]
"""Tells apart whose attempts are counted; None where this one does not count."""
Limits = Sequence[tuple[AttemptLimit, Whose]]


class _TooManyError(TallenneError):
    """One of the limits is reached; what was counted for the others is taken back with the transaction."""

    limit: AttemptLimit = FAILURES_OF_ADDRESS
    key: str = ""


def limit_attempts(app: Flask) -> None:
    """Wrap the views that attackers try. Of most only refused attempts count: nobody is shut out by logging in."""
    log_in = (
        (FAILURES_OF_ADDRESS, network_elsewhere),
        (FAILURES_OF_LOGIN_THERE, login_there),
        (FAILURES_OF_LOGIN, login_elsewhere),
        (FAILURES_OF_KNOWN_BROWSER, login_in_known_browser),
        (FAILURES_OF_KNOWN_BROWSER_A_DAY, login_in_known_browser),
    )
    link, second = ((LINKS_OF_ADDRESS, network_with_link),), ((SECOND_FACTORS_OF_ACCOUNT, awaited_account),)
    confirmation = ((CONFIRMATIONS_OF_ACCOUNT, asking_account),)
    failures: dict[str, Limits] = {
        "log_in.check": log_in,
        "log_in_passkey.check": ((PROOFS_OF_ADDRESS, network),),
        "log_in_provider.come_back": ((PROOFS_OF_ADDRESS, network_that_asked),),
        "second_step.check_code": second,
        "second_step.check_passkey": second,
        "password.open_link": ((LINKS_OF_ADDRESS, network_that_goes),),
        "password.show": link,
        "password.choose": link,
        "confirm.check": confirmation,
        "confirm.check_code": confirmation,
        "confirm.check_both": confirmation,
        "confirm.check_passkey": confirmation,
        "own_password.change": confirmation,
        "second_factor.prove_authenticator": confirmation,
    }
    for endpoint, limits in failures.items():
        if endpoint in app.view_functions:
            _limit(app, endpoint, limits, refuse=_refuse, is_every=False)
    # strangers ask for these, and each is a row: a whole office behind one address has enough of them
    challenges = [(CHALLENGES_OF_ADDRESS, network)]
    _limit(app, "log_in_passkey.options", challenges, refuse=_refuse, is_every=True)
    _limit(app, "register.by_identity_code", [(CODES_OF_ACCOUNT, asking_account)], refuse=_refuse_code, is_every=True)
    _limit(app, "person.reveal", [(REVEALS_OF_ACCOUNT, asking_account)], refuse=_refuse_reveal, is_every=True)
    own = [(OWN_REQUESTS_OF_ACCOUNT, asking_account)]
    _limit(app, "my_cases.add", own, refuse=_refuse_own_request, is_every=True)


def _limit(
    app: Flask, endpoint: str, limits: Limits, *, refuse: Callable[[AttemptLimit], Response], is_every: bool
) -> None:
    """Count before the view is called. What succeeds is given back afterwards unless ``is_every`` attempt counts."""
    view = app.view_functions[endpoint]
    secret = str(app.secret_key).encode()

    @wraps(view)
    def limited(**arguments: Any) -> ResponseReturnValue:  # noqa: ANN401 (what the address holds)
        counted = [(limit, whose()) for limit, whose in limits]
        keys = [(limit, limit.key(secret, who)) for limit, who in counted if who is not None]
        try:
            with parts().database.begin() as rows:
                for limit, key in keys:
                    _take(rows, limit, key)
        except _TooManyError as reached:
            if refuse is _refuse:  # the others tell more of what was tried, each time
                _audit_once(endpoint, reached)
            return refuse(reached.limit)
        if not is_every:
            after_this_request(lambda response: _settle(response, [key for _, key in keys]))
        return current_app.ensure_sync(view)(**arguments)  # type: ignore[no-any-return]

    app.view_functions[endpoint] = cast("RouteCallable", limited)


def _take(rows: Session, limit: AttemptLimit, key: str) -> None:
    if not take_attempt(rows, limit, key, clock=parts().clock):
        error = _TooManyError(what=f"too many: {limit.name}")
        error.limit, error.key = limit, key
        raise error


def _audit_once(endpoint: str, reached: _TooManyError) -> None:
    """Keep that a limit of refused attempts was reached, once a window: a flood must not fill the audit."""
    house, once = parts(), replace(reached.limit, name=f"{reached.limit.name} audited", most=1)
    with house.database.begin() as rows:
        is_first = take_attempt(rows, once, once.key(reached.key.encode(), ""), clock=house.clock)
        tried = find_account(rows, typed_login()) if reached.limit.window == _DAY else None
        account = {"account": tried.login} if tried else {}
    if is_first:
        detail = {"reason": "too-many", "limit": reached.limit.name, **account, **whence().detail}
        record_refusal(house.database, visitor(), wanted=endpoint, detail=detail, clock=house.clock)


def count_nothing() -> None:
    """Say that nothing was tried in this request: a new password that is too weak, say, was compared with none."""
    g.is_no_attempt = True


def _settle(response: Response, keys: Sequence[str]) -> Response:
    if response.status_code not in _REFUSALS or g.get("is_no_attempt"):
        with parts().database.begin() as rows:
            for key in keys:
                give_back(rows, key)
    return response


def _refuse(reached: AttemptLimit) -> Response:
    minutes = int(reached.window.total_seconds()) // 60
    explanation = gettext("Wait %(minutes)s minutes and try again.", minutes=minutes)
    if reached.window == _DAY:
        explanation = gettext(
            "For a day this user name is not accepted here with a password. Log in with a browser in which you have "
            "logged in before, or with a passkey, or ask the administrator for a new one-time link."
        )
    return _too_many(gettext("Too many attempts"), explanation, window=reached.window)


def _refuse_code(reached: AttemptLimit) -> Response:
    _audit_too_many("identity-code")
    return _too_many(
        gettext("Too many searches by identity code"),
        gettext("You have searched by identity code very often. Wait five minutes and try again. It was recorded."),
        window=reached.window,
    )


def _refuse_reveal(reached: AttemptLimit) -> Response:
    field = request.form.get("field", "")
    _audit_too_many(
        "reveal",
        person_id=(request.view_args or {}).get("person_id"),
        field=field if field in set(ProtectedField) else None,
    )
    return _too_many(
        gettext("Too much was shown in a short time"),
        gettext("You have shown protected data very often. Wait five minutes and try again. It was recorded."),
        window=reached.window,
    )


def _refuse_own_request(reached: AttemptLimit) -> Response:
    _audit_too_many("own-request")
    return _too_many(
        gettext("Too many requests of your own"),
        gettext(
            "You have sent very many requests in a day. Those of before are kept. Wait, or ask the privacy officer."
        ),
        window=reached.window,
    )


def _audit_too_many(wanted: str, *, person_id: int | None = None, field: str | None = None) -> None:
    """Keep the refusal: whoever looks at protected data that often has a reason that somebody should know."""
    house, detail = parts(), {"reason": "too-many", **({"field": field} if field else {})}
    record_refusal(house.database, visitor(), wanted=wanted, person_id=person_id, detail=detail, clock=house.clock)


def _too_many(title: str, explanation: str, *, window: timedelta) -> Response:
    response = answer(HTTPStatus.TOO_MANY_REQUESTS, words=(title, explanation))
    response.headers["Retry-After"] = str(int(window.total_seconds()))
    return response
