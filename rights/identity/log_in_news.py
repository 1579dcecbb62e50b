"""What others did or asked for to let somebody back into an account: told to its owner, who may never have asked.

There is no mail: it is told at each log-in of the month after, as long as a holiday, and on "My account" for a quarter
of a year. Whoever came in by it first does not take the news away.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.access.approvals import Approval, approvals_of
from rights.access.deeds import Deed
from rights.access.grants import subject_of_grant
from rights.audit.trail import Action
from rights.tables import AccountRow, AuditRow, OneTimeLinkRow

TOLD_AT_LOG_IN = timedelta(days=30)
TOLD_ON_PAGE = timedelta(days=90)
_OPERATORS_DEEDS = {
    Action.ONE_TIME_LINK_MADE: Deed.NEW_LINK,
    Action.SECOND_FACTOR_RESET: Deed.RESET_SECOND_FACTOR,
}


class NewsState(StrEnum):
    """What became of it."""

    DONE = "done"
    WAITS = "waits"
    REFUSED = "refused"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class LogInNews:
    """A new link or a reset: by whom it was asked for (or done, by the operator), and by whom decided on; logins."""

    deed: Deed
    state: NewsState
    at: datetime
    asked_by: str
    decided_by: str | None


def log_in_news(session: Session, account_id: int, *, within: timedelta, clock: Clock) -> list[LogInNews]:
    """Give what was asked for or done to let an account's owner back in, newest first. The first link is none of it."""
    since = clock.now() - within
    news = [one for one in _approved(session, account_id, clock=clock) if one.at > since]
    news += _of_operator(session, account_id, since=since)
    return sorted(news, key=lambda one: one.at, reverse=True)


def _approved(session: Session, account_id: int, *, clock: Clock) -> list[LogInNews]:
    subject = subject_of_grant(account_id)
    return [
        LogInNews(
            deed=asked.deed,
            state=_state(asked, now=clock.now()),
            at=asked.decided_at or asked.asked_at,
            asked_by=asked.asked_by,
            decided_by=asked.decided_by,
        )
        for deed in _OPERATORS_DEEDS.values()
        for asked in approvals_of(session, deed=deed, subject=subject)
    ]


def _state(asked: Approval, *, now: datetime) -> NewsState:
    if asked.is_approved is None:
        return NewsState.OVER if asked.expires_at <= now else NewsState.WAITS
    return NewsState.DONE if asked.is_approved else NewsState.REFUSED


def _of_operator(session: Session, account_id: int, *, since: datetime) -> list[LogInNews]:
    """Read from the audit what the operator, who needs no approval, did after the owner had been in."""
    login = session.scalar(select(AccountRow.login).where(AccountRow.id == account_id))
    first_used = select(func.min(OneTimeLinkRow.used_at)).where(OneTimeLinkRow.account_id == account_id)
    been_in_since = session.scalar(first_used)
    if been_in_since is None:
        return []
    rows = session.execute(
        select(AuditRow.action, AuditRow.at, AuditRow.login, AuditRow.plain_detail).where(
            AuditRow.action.in_(sorted(_OPERATORS_DEEDS)),
            AuditRow.account_id.is_(None),
            AuditRow.at > max(since, been_in_since),
        )
    )
    return [
        LogInNews(_OPERATORS_DEEDS[Action(action)], NewsState.DONE, at, by or "", None)
        for action, at, by, detail in rows
        if json.loads(detail or "{}").get("account") == login
    ]
