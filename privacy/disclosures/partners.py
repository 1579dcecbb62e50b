"""Partners: accounts of others' people that end by themselves, and calls opened to them by name.

Invariants
----------
1. The administrator makes the account; it permits nothing by itself, and never longer than its last day.
2. Calls are opened by who records disclosures, after a second person approved exactly these calls, on this basis, to
   this day: what goes to a partner goes outside, like an export.
3. Every opening is a hand-over too, in the same transaction: it is found from the call and told to the data subject.
4. A call is closed at once, by one person; so is the account, by disabling it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from privacy.disclosures.handover import RECIPIENT_MAX_CHARS, tidy_text
from rights.access.actor import Actor
from rights.access.partner_calls import is_open
from rights.access.partner_rows import PartnerCallRow, PartnerRow
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.identity.accounts import add_account, find_account
from rights.identity.one_time_links import OneTimeLink
from rights.tables import AccountRow

READERS = (Task.RECORD_DISCLOSURES, Task.ADMINISTER_ACCOUNTS)


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner's account. ``open_calls`` counts those that he may hear now."""

    account_id: int
    login: str
    name: str
    organisation: str
    expires_at: datetime
    disabled_at: datetime | None
    open_calls: int


@dataclass(frozen=True, slots=True)
class PartnerCall:
    """A call that was opened to a partner; ``closed_at`` None until somebody closed it."""

    id: int
    call_id: str
    basis: str
    opened_at: datetime
    opened_by: str
    opened_until: datetime
    closed_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Tell whether it can be heard at a moment."""
        return self.closed_at is None and now < self.opened_until


def add_partner(
    session: Session, *, login: str, name: str, organisation: str, expires_at: datetime, by: Actor, clock: Clock
) -> OneTimeLink:
    """Make a partner's account and give its one-time link; raises as ``add_account``, BadDataError for its day."""
    firm = " ".join(tidy_text(organisation, where="organisation", most=RECIPIENT_MAX_CHARS).split())
    if expires_at <= clock.now():
        raise BadDataError(what="the account would be over at once", where="expires_at", remedy="give a later day")
    link = add_account(session, name=name, login=login, tasks=(), by=by, clock=clock)
    account = find_account(session, login)
    if account is None:
        raise NotFoundError(what="the account is not there", where=login)
    session.add(
        PartnerRow(
            account_id=account.id,
            organisation=firm,
            expires_at=expires_at,
            added_at=clock.now(),
            added_by=by.login,
        )
    )
    detail = {"account": account.login, "expires_at": expires_at.isoformat()}
    record(session, actor=by, action=Action.PARTNER_ADDED, detail=detail, clock=clock)
    return link


def partners(session: Session, *, by: Actor, clock: Clock) -> list[Partner]:
    """Give every partner by organisation and name; raise NotFoundError where the actor may not know of them."""
    _require_reader(by)
    opened = dict(
        session.execute(
            select(PartnerCallRow.account_id, func.count(PartnerCallRow.call_id.distinct()))
            .where(is_open(clock.now()))
            .group_by(PartnerCallRow.account_id)
        ).all()
    )
    rows = session.execute(
        select(PartnerRow, AccountRow)
        .join(AccountRow, AccountRow.id == PartnerRow.account_id)
        .order_by(PartnerRow.organisation, AccountRow.name)
    )
    return [
        Partner(
            account.id,
            account.login,
            account.name,
            row.organisation,
            row.expires_at,
            account.disabled_at,
            opened.get(account.id, 0),
        )
        for row, account in rows
    ]


def partner(session: Session, account_id: int, *, by: Actor, clock: Clock) -> Partner:
    """Give one partner; raise NotFoundError where there is none, or the actor may not know of him."""
    found = next((one for one in partners(session, by=by, clock=clock) if one.account_id == account_id), None)
    if found is None:
        raise NotFoundError(what="no such partner", where=str(account_id))
    return found


def calls_of_partner(session: Session, account_id: int) -> list[PartnerCall]:
    """Give what was ever opened to a partner, newest first; the caller has seen to it that it may be told."""
    rows = session.scalars(
        select(PartnerCallRow).where(PartnerCallRow.account_id == account_id).order_by(PartnerCallRow.id.desc())
    )
    return [
        PartnerCall(row.id, row.call_id, row.basis, row.opened_at, row.opened_by, row.opened_until, row.closed_at)
        for row in rows
    ]


def _require_reader(actor: Actor) -> None:
    if not any(actor.may(task) for task in READERS):
        raise NotFoundError(what="no such page")
