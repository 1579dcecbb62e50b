"""The permissions that an account has now, with their last days, and how they become the ones that are wanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from calls.clock import Clock
from ledger_link.values.day import HELSINKI, day_of
from rights.access.actor import Actor
from rights.access.permissions import permissions_of, permit_of_row
from rights.access.permit import Permit
from rights.identity.accounts import Account, grant_task, revoke_task
from rights.tables import PermissionRow

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Grant:
    """A permit that holds now: by whom and when it was granted, and the last day, None until revoked."""

    granted_by: str
    granted_at: datetime
    last_day: date | None


def standing_grants(session: Session, account: Account) -> dict[Permit, Grant]:
    """Give the grant of every permit that an account has now; of several the one that lasts longest."""
    lasting: dict[Permit, PermissionRow] = {}
    for row in permissions_of(session, account.id):
        permit = permit_of_row(row)
        if row.revoked_at is None and permit is not None and permit in account.permits:
            lasting[permit] = max(lasting.get(permit, row), row, key=_end)
    return {
        permit: Grant(row.granted_by, row.granted_at, _last_day(row.valid_until)) for permit, row in lasting.items()
    }


def change_grants(
    session: Session, account: Account, wanted: Mapping[Permit, date | None], *, reason: str, by: Actor, clock: Clock
) -> None:
    """Grant, from now on, the wanted permits to the end of their last days, and revoke all others.

    What stands as it is wanted is left alone: the row keeps saying who granted it and when. A later last day is one
    more grant; for an earlier one the permit is revoked first. Raise LastAdministratorError where nobody else could
    administer accounts then.
    """
    standing = standing_grants(session, account)
    for permit, last_day in sorted(wanted.items()):
        held = standing.get(permit)
        if held is not None and held.last_day == last_day:
            continue
        if held is not None and (last_day or date.max) < (held.last_day or date.max):
            revoke_task(session, login=account.login, permit=permit, by=by, clock=clock)
        grant_task(
            session,
            login=account.login,
            permit=permit,
            reason=reason,
            by=by,
            clock=clock,
            valid_until=_end_of(last_day),
        )
    for permit in sorted(standing.keys() - wanted.keys()):
        revoke_task(session, login=account.login, permit=permit, by=by, clock=clock)


def _end(row: PermissionRow) -> tuple[bool, datetime]:
    return row.valid_until is None, row.valid_until or row.granted_at


def _last_day(valid_until: datetime | None) -> date | None:
    return day_of(valid_until - _INSTANT) if valid_until else None


def _end_of(last_day: date | None) -> datetime | None:
    return datetime.combine(last_day + timedelta(days=1), time(), tzinfo=HELSINKI) if last_day else None
