"""Accounts: named persons. The administrator makes them; the person alone knows the password.

Invariants
----------
1. Nobody registers himself, and nobody can read or set another's password.
2. A disabled account, and a set password, end every session of the account at once.
3. Every change is audited in the transaction that makes it, with who made it.
4. Somebody can always administer: the last enabled administrator is neither disabled nor loses that permission.
"""

import re
import unicodedata
from collections.abc import Collection, Container
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from rights.access.actor import Actor
from rights.access.approvals import Approval, end_approvals_given_by
from rights.access.grants import grant_or_ask
from rights.access.listening_of_own import ask_anew
from rights.access.partner_calls import is_partner, partner_actor
from rights.access.permissions import permits_of, require, require_may_grant, revoke
from rights.access.permit import Permit, permit_of
from rights.access.tasks import Task
from rights.access.team_leading import teams_led_by
from rights.audit.trail import Action, record
from rights.calls.call_filter import MAX_ID
from rights.identity.last_administrator import require_another_administrator
from rights.identity.letting_back import account_let_back, require_alone
from rights.identity.one_time_links import OneTimeLink, make_link, revoke_links, valid_link
from rights.identity.passwords import NOT_KNOWN, hash_password, require_strong, verify_password
from rights.identity.sessions import SessionEnd, end_sessions_of
from rights.tables import LOGIN_CHARS, AccountRow
from storage.database.calls import AgentRow

_LOGIN = re.compile(rf"[\w.+@-]{{2,{LOGIN_CHARS}}}")
_NAME_MAX_CHARS = 200


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the administrator sees it: everything but secrets. ``permits`` are those valid now."""

    id: int
    login: str
    name: str
    agent_id: int | None
    permits: frozenset[Permit]
    created_at: datetime
    created_by: str
    disabled_at: datetime | None
    password_set_at: datetime | None

    @property
    def tasks(self) -> frozenset[Task]:
        """Give the tasks that are permitted on any scope."""
        return frozenset(permit.task for permit in self.permits)


def add_account(
    session: Session,
    *,
    name: str,
    login: str,
    tasks: Collection[Task | Permit],
    agent_id: int | None = None,
    by: Actor,
    clock: Clock,
    valid_until: datetime | None = None,
    reason: str = "with the account",
) -> OneTimeLink:
    """Make an account with its permissions and give the link with which the person sets a password.

    What needs a second person is asked for, and held when it is approved (``rights.access.grants``).

    Raises BadDataError for a login that is malformed or taken, an empty name or an unknown agent;
    RefusedError where ``by`` may not administer accounts.
    """
    require(by, Task.ADMINISTER_ACCOUNTS)
    login, name = normal_login(login), _person_name(name)
    if session.scalar(select(AccountRow.id).where(AccountRow.login == login)) is not None:
        raise BadDataError(what=f"the login {login!r} is taken", remedy="choose another")
    _require_agent(session, agent_id)
    row = AccountRow(login=login, name=name, agent_id=agent_id, created_at=clock.now(), created_by=by.login)
    session.add(row)
    session.flush()
    detail = {"account": login, "name": name, "agent_id": agent_id}
    record(session, actor=by, action=Action.ACCOUNT_ADDED, detail=detail, clock=clock)
    for permit in sorted({permit_of(wanted) for wanted in tasks}):
        grant_or_ask(session, account=row, permit=permit, reason=reason, by=by, clock=clock, valid_until=valid_until)
    return _new_link(session, row, by=by, clock=clock)


def renew_link(session: Session, *, login: str, by: Actor, clock: Clock) -> OneTimeLink:
    """Give a new one-time link, e.g. for one that ran out; a password that is set works until it is used.

    Raises RefusedError where it takes a second person (``rights.identity.letting_back``).
    """
    require(by, Task.ADMINISTER_ACCOUNTS)
    row = _row(session, login)
    if row.disabled_at is not None:
        raise BadDataError(what=f"the account {row.login!r} is disabled", remedy="enable it first")
    require_alone(session, row, by=by)
    return _new_link(session, row, by=by, clock=clock)


def link_approved(session: Session, approval: Approval, *, asker: Actor, clock: Clock) -> OneTimeLink:
    """Make the link that was approved, as its asker, in the transaction of the approval; for who approved it."""
    row = account_let_back(session, approval, asker=asker, clock=clock)
    return _new_link(session, row, by=asker, clock=clock, approved_by=approval.decided_by)


def account_of_link(session: Session, *, token: str, clock: Clock) -> Account:
    """Tell whose password a link sets; raise NotFoundError where it does not work (any more)."""
    link = valid_link(session, token=token, clock=clock)
    return _account(session, session.get_one(AccountRow, link.account_id), clock=clock)


def set_password(
    session: Session,
    *,
    token: str,
    password: str,
    clock: Clock,
    address: str | None = None,
    breached: Container[str] = NOT_KNOWN,
) -> Account:
    """Set the password that a one-time link allows, use the link up, and end every session of the account.

    Raises NotFoundError where the link does not work (any more), WeakPasswordError for a refused password;
    after the latter the link still works. ``address`` is the browser's network address, kept in the audit.
    """
    link = valid_link(session, token=token, clock=clock, for_use=True)
    row = session.get_one(AccountRow, link.account_id)
    require_strong(password, login=row.login, name=row.name, breached=breached)
    now = clock.now()
    row.password_hash, row.password_set_at = hash_password(password), now
    link.used_at = now
    revoke_links(session, account_id=row.id, clock=clock)
    end_sessions_of(session, row.id, because=SessionEnd.PASSWORD_SET, clock=clock)
    account = _account(session, row, clock=clock)
    owner = Actor(account_id=row.id, login=row.login, name=row.name, agent_id=row.agent_id, permits=account.permits)
    detail = {"address": address} if address else None
    record(session, actor=owner, action=Action.PASSWORD_SET, detail=detail, clock=clock)
    return account


def authenticate(session: Session, *, login: str, password: str, clock: Clock) -> Account | None:
    """Tell whose login and password these are; None for any mismatch, after the same work in every case.

    Reads only, so that hashing holds no write lock; ``rights.identity.log_in`` is the door that also audits.
    """
    row = find_account(session, login)
    stands = row is not None and row.disabled_at is None
    if not verify_password(row.password_hash if row is not None and stands else None, password) or row is None:
        return None
    return _account(session, row, clock=clock)


def actor_of(session: Session, account_id: int, clock: Clock) -> Actor | None:
    """Give the actor as he stands at this moment; None for an account that is disabled or is not there."""
    row = session.scalar(select(AccountRow).where(AccountRow.id == account_id, AccountRow.disabled_at.is_(None)))
    if row is None:
        return None
    if is_partner(session, row.id):
        return partner_actor(session, row, clock=clock)
    permits = permits_of(session, [row.id], clock=clock)[row.id]
    return Actor(
        account_id=row.id,
        login=row.login,
        name=row.name,
        agent_id=row.agent_id,
        permits=permits,
        teams=teams_led_by(session, row.id, permits, clock=clock),
    )


def disable_account(session: Session, *, login: str, by: Actor, clock: Clock) -> None:
    """Let an account do nothing from now on: its sessions, its links and what it approved end. Twice is no error.

    Raises LastAdministratorError where nobody else could administer accounts then.
    """
    require(by, Task.ADMINISTER_ACCOUNTS)
    row = _row(session, login)
    if row.disabled_at is not None:
        return
    require_another_administrator(session, row, clock=clock)
    row.disabled_at = clock.now()
    session.flush()  # locks the account: what it is approving in this moment comes before, or not at all
    end_sessions_of(session, row.id, because=SessionEnd.ACCOUNT_DISABLED, clock=clock)
    revoke_links(session, account_id=row.id, clock=clock)
    end_approvals_given_by(session, row.id, clock=clock)
    record(session, actor=by, action=Action.ACCOUNT_DISABLED, detail={"account": row.login}, clock=clock)


def enable_account(session: Session, *, login: str, by: Actor, clock: Clock) -> None:
    """Let a disabled account log in again, with its password and permissions as they are."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    row = _row(session, login)
    if row.disabled_at is None:
        return
    row.disabled_at = None
    record(session, actor=by, action=Action.ACCOUNT_ENABLED, detail={"account": row.login}, clock=clock)


def grant_task(
    session: Session,
    *,
    login: str,
    permit: Task | Permit,
    reason: str,
    by: Actor,
    clock: Clock,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> Approval | None:
    """Grant a task, on a scope where it knows one, to an account, or give what waits for a second person.

    See :func:`rights.access.grants.grant_or_ask`.
    """
    return grant_or_ask(
        session,
        account=_row(session, login),
        permit=permit_of(permit),
        reason=reason,
        by=by,
        clock=clock,
        valid_from=valid_from,
        valid_until=valid_until,
    )


def revoke_task(session: Session, *, login: str, permit: Task | Permit, by: Actor, clock: Clock) -> None:
    """Take a task from an account at once; see :func:`rights.access.permissions.revoke`.

    Raises LastAdministratorError where nobody else could administer accounts then.
    """
    require(by, Task.ADMINISTER_ACCOUNTS)
    row = _row(session, login)
    ended = permit_of(permit)
    if ended.task is Task.ADMINISTER_ACCOUNTS:
        require_another_administrator(session, row, clock=clock)
    revoke(session, account=row, permit=ended, by=by, clock=clock)


def change_agent(session: Session, *, login: str, agent_id: int | None, by: Actor, clock: Clock) -> None:
    """Say whose calls are an account's own from now on; None is nobody's. To what it is already is no error.

    The right to hear one's own calls was approved for those of the agent that it was then: it ends, and is asked for
    anew.

    Raises BadDataError for an agent that is not there, RefusedError for the administrator's own account: he would
    grant himself another's calls.
    """
    require(by, Task.ADMINISTER_ACCOUNTS)
    row = _row(session, login)
    if agent_id == row.agent_id:
        return
    require_may_grant(row, by=by)
    _require_agent(session, agent_id)
    detail = {"account": row.login, "agent_id": agent_id, "agent_id_before": row.agent_id}
    row.agent_id = agent_id
    record(session, actor=by, action=Action.AGENT_CHANGED, detail=detail, clock=clock)
    end_sessions_of(session, row.id, because=SessionEnd.PERMISSIONS_CHANGED, clock=clock)
    ask_anew(session, row, by=by, clock=clock)


def list_accounts(session: Session, *, by: Actor, clock: Clock) -> list[Account]:
    """Give every account by login, disabled ones too."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    rows = session.scalars(select(AccountRow).order_by(AccountRow.login)).all()
    permits = permits_of(session, [row.id for row in rows], clock=clock)
    return [_told(row, permits[row.id]) for row in rows]


def get_account(session: Session, *, login: str, by: Actor, clock: Clock) -> Account:
    """Give one account; raise NotFoundError where there is none of this login."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    return _account(session, _row(session, login), clock=clock)


def account_by_id(session: Session, account_id: int, *, clock: Clock) -> Account:
    """Give the account of an id that is known to be one, whoever asks: for what names it to a second person."""
    return _account(session, session.get_one(AccountRow, account_id), clock=clock)


def normal_login(login: str) -> str:
    """Write a login as it is kept: NFC, case-folded; raise BadDataError for what cannot be one."""
    normal = folded_login(login)
    if not _LOGIN.fullmatch(normal):
        raise BadDataError(
            what=f"not a login: {login!r}", remedy=f"2 to {LOGIN_CHARS} letters, digits or . _ - + @, e.g. sanna.laine"
        )
    return normal


def folded_login(login: str) -> str:
    """Write what was typed as a login would be kept, without asking whether it can be one."""
    return unicodedata.normalize("NFC", login.strip()).casefold()


def find_account(session: Session, login: str) -> AccountRow | None:
    """Find the row of a login as it was typed; what cannot be a login (and no database compares) is nobody's."""
    folded = folded_login(login)
    if not _LOGIN.fullmatch(folded):
        return None
    return session.scalar(select(AccountRow).where(AccountRow.login == folded))


def agent_of_login(session: Session, login: str) -> int | None:
    """Tell which agent an account is; None for one that is none, or is not there."""
    return session.scalar(select(AccountRow.agent_id).where(AccountRow.login == login))


def _person_name(name: str) -> str:
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    if not tidy or len(tidy) > _NAME_MAX_CHARS or not tidy.isprintable():
        raise BadDataError(what=f"a name has 1 to {_NAME_MAX_CHARS} characters that can be read", where="name")
    return tidy


def _require_agent(session: Session, agent_id: int | None) -> None:
    if agent_id is not None and (not 0 < agent_id <= MAX_ID or session.get(AgentRow, agent_id) is None):
        raise BadDataError(what=f"no agent has the id {agent_id}", remedy="make the agent first")


def _row(session: Session, login: str) -> AccountRow:
    row = find_account(session, login)
    if row is None:
        raise NotFoundError(what=f"no account has the login {login!r}", remedy="see 'tallenne user list'")
    return row


def _new_link(
    session: Session, row: AccountRow, *, by: Actor, clock: Clock, approved_by: str | None = None
) -> OneTimeLink:
    link = make_link(session, account_id=row.id, by=by, clock=clock)
    detail = {"account": row.login, **({"approved_by": approved_by} if approved_by else {})}
    record(session, actor=by, action=Action.ONE_TIME_LINK_MADE, detail=detail, clock=clock)
    return link


def _account(session: Session, row: AccountRow, *, clock: Clock) -> Account:
    return _told(row, permits_of(session, [row.id], clock=clock)[row.id])


def _told(row: AccountRow, permits: frozenset[Permit]) -> Account:
    return Account(
        id=row.id,
        login=row.login,
        name=row.name,
        agent_id=row.agent_id,
        permits=permits,
        created_at=row.created_at,
        created_by=row.created_by,
        disabled_at=row.disabled_at,
        password_set_at=row.password_set_at,
    )
