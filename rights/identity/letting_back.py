"""Letting somebody back in who lost his password or his second factor: two people, of whom neither becomes him alone.

Invariants
----------
1. Once somebody has been in, no administrator alone makes a link for his account or resets its second factor,
   whatever it may do: permissions can be taken away before, and asked for after. The operator, who holds the machine
   and its keys, still can, audited under his own name.
2. One asks, another approves; the owner himself does neither. What comes of it comes at the approval: the second
   factor is reset, or the link is made and told to who approved, and never to who asked for it.
3. What was approved is of this account as it was when it was asked for: a password that was set since, or a second
   factor that was added or taken away, makes it void.
4. The owner is told (``rights.identity.log_in_news``).
"""

from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError, RefusedError
from rights.access.actor import Actor
from rights.access.approvals import Approval, ask, undecided_of, use_this
from rights.access.deeds import Deed
from rights.access.grants import account_of_subject, subject_of_grant
from rights.access.permissions import require
from rights.access.tasks import Task
from rights.identity.passkeys import rows_of
from rights.identity.totp import find_totp
from rights.tables import AccountRow

LETTING_BACK = frozenset({Deed.NEW_LINK, Deed.RESET_SECOND_FACTOR})


def needs_second_person(session: Session, account: AccountRow, *, by: Actor) -> bool:
    """Tell whether a link for an account, or the reset of its second factor, waits for an approval."""
    has_been_in = account.password_set_at is not None or bool(_factors(session, account.id))
    return by.account_id is not None and has_been_in


def takes_two_to_let_back(session: Session, account_id: int, *, by: Actor) -> bool:
    """Tell the same of an account by its id."""
    return needs_second_person(session, session.get_one(AccountRow, account_id), by=by)


def require_alone(session: Session, account: AccountRow, *, by: Actor) -> None:
    """Let nobody do alone what takes two people; raise RefusedError."""
    if needs_second_person(session, account, by=by):
        raise RefusedError(
            what="nobody lets somebody who has been in back in alone", where=account.login, remedy="ask for approval"
        )


def ask_to_let_back(session: Session, account_id: int, *, deed: Deed, reason: str, by: Actor, clock: Clock) -> Approval:
    """Ask a second person for a new link, or for the reset of the second factor, of an account.

    Raises RefusedError where ``by`` may not administer accounts, NotFoundError where there is no such account, and
    BadDataError for a disabled one, for what can be done without, and for a reason that is empty or too long.
    """
    require(by, Task.ADMINISTER_ACCOUNTS)
    account = session.get(AccountRow, account_id)
    if account is None:
        raise NotFoundError(what="no such account")
    if account.id == by.account_id:
        raise RefusedError(what="nobody lets himself back in", remedy="ask another administrator")
    if account.disabled_at is not None:
        raise BadDataError(what=f"the account {account.login!r} is disabled", remedy="enable it first")
    if deed not in LETTING_BACK or not needs_second_person(session, account, by=by):
        raise BadDataError(what="this needs no second person", where=account.login, remedy="do it")
    return ask(
        session,
        deed=deed,
        subject=subject_of_grant(account.id),
        reason=reason,
        by=by,
        clock=clock,
        detail=_as_it_stands(session, account, deed),
    )


def waiting_to_let_back(session: Session, account_id: int, *, by: Actor, clock: Clock) -> list[Approval]:
    """Give what was asked for an account and nobody has decided on yet, oldest first."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    subject = subject_of_grant(account_id)
    waiting = [asked for deed in sorted(LETTING_BACK) for asked in undecided_of(session, deed=deed, clock=clock)]
    return [asked for asked in waiting if asked.subject == subject]


def account_let_back(session: Session, approval: Approval, *, asker: Actor, clock: Clock) -> AccountRow:
    """Use an approval up, and give the account that it is of.

    Raises RefusedError where the asker may no longer administer accounts, and where the account is not as it was.
    """
    require(asker, Task.ADMINISTER_ACCOUNTS)
    account = session.get_one(AccountRow, account_of_subject(approval.subject))
    if account.disabled_at is not None or dict(approval.detail) != _as_it_stands(session, account, approval.deed):
        raise RefusedError(what="the account has changed since", where=account.login, remedy="ask for it anew")
    use_this(session, approval, by=asker, clock=clock, not_approved_by=(account.login,))
    return account


def _as_it_stands(session: Session, account: AccountRow, deed: Deed) -> dict[str, object]:
    if deed is Deed.NEW_LINK:
        return {"password_set_at": account.password_set_at.isoformat() if account.password_set_at else None}
    return {"factors": _factors(session, account.id)}


def _factors(session: Session, account_id: int) -> list[str]:
    totp = find_totp(session, account_id)
    return [*([f"app {totp.id}"] if totp else []), *(f"passkey {row.id}" for row in rows_of(session, account_id))]
