"""What an account's owner is told of what others did to let somebody back into it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash
from flask_babel import gettext

from rights.identity.log_in_news import TOLD_AT_LOG_IN, LogInNews, NewsState, log_in_news
from rights.identity.sessions import find_session
from web.account_names import account_names
from web.formats import moment_text
from web.parts import parts
from web.permit_words import deed_name

_AT_LOG_IN = frozenset({NewsState.DONE, NewsState.WAITS})


@dataclass(frozen=True, slots=True)
class ToldNews:
    """What it was, and what became of it."""

    what: str
    how: str


def told_news(news: Sequence[LogInNews], names: dict[str, str]) -> list[ToldNews]:
    """Say it in words; ``names`` are those of the log-ins."""
    return [ToldNews(str(deed_name(one.deed)), _how(one, names)) for one in news]


def tell_at_log_in(token: str) -> None:
    """Tell whoever has just logged in what others did lately to let somebody into the account."""
    house = parts()
    with house.database.read() as rows:
        found = find_session(rows, token=token, clock=house.clock)
        if found is None:
            return
        news = log_in_news(rows, found.account_id, within=TOLD_AT_LOG_IN, clock=house.clock)
        lately = [one for one in news if one.state in _AT_LOG_IN]
        names = account_names(rows, [login for one in lately for login in (one.asked_by, one.decided_by)])
    for one in told_news(lately, names):
        flash(
            gettext(
                "%(what)s for your account: %(how)s. If you did not ask for it, tell the privacy officer at once.",
                what=one.what,
                how=one.how,
            ),
            "warn",
        )


def _how(one: LogInNews, names: dict[str, str]) -> str:
    who, when = names.get(one.asked_by, one.asked_by), moment_text(one.at)
    second = names.get(one.decided_by or "", one.decided_by or "")
    match one.state:
        case NewsState.DONE if one.decided_by is None:
            said = gettext("by the operator of the machine (%(who)s), %(when)s", who=who, when=when)
        case NewsState.DONE:
            said = gettext("asked for by %(who)s, approved by %(second)s, %(when)s", who=who, second=second, when=when)
        case NewsState.REFUSED:
            said = gettext("asked for by %(who)s, refused by %(second)s, %(when)s", who=who, second=second, when=when)
        case NewsState.WAITS:
            said = gettext("asked for by %(who)s, %(when)s; it waits for a second person", who=who, when=when)
        case NewsState.OVER:
            said = gettext("asked for by %(who)s, %(when)s; nobody decided on it", who=who, when=when)
    return str(said)
