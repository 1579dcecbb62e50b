"""Policies: how long a call is kept, by its service and by what it is kept for.

Invariants
----------
1. A call is kept for as long as the longest period that applies to it: of each of its purposes the period of its own
   service, or else the one of all services.
2. A purpose without a period keeps a call for ever: nothing is deleted because a rule is missing.
3. A call's purposes are those of its service (settings), and those that a person reserved it for. A service that the
   settings do not know (any more) has every purpose.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from privacy.retention.period import Period, Unit
from privacy.retention.retention_rows import RetentionPolicyRow
from rights.access.actor import Actor
from rights.access.permissions import require
from rights.access.stated_reason import stated_reason
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.tables import PurposeRow

ServicePurposes = Mapping[str, Collection[str]]
"""The purposes of each service, by its number."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule; ``service`` None is every service without a rule of its own for the purpose."""

    id: int
    service: str | None
    purpose: str
    period: Period
    reason: str
    made_by: str
    made_at: datetime

    def __str__(self) -> str:
        return f"{self.id}: {self.service or '*'} {self.purpose} {self.period}"


@dataclass(frozen=True, slots=True)
class Keeping:
    """Until when a call is kept, and which policy says so; both None where a purpose has no period."""

    until: date | None
    policy: Policy | None
    missing: tuple[str, ...] = ()


class Rules:
    """All policies that stand, and what each service's calls are kept for."""

    def __init__(self, policies: Collection[Policy], *, services: ServicePurposes) -> None:
        self.policies = tuple(policies)
        self._services = services
        self._by_key = {(policy.service, policy.purpose): policy for policy in policies}
        self._applying = cache(self._find_applying)  # the same few for every call of a service
        self._every = frozenset(policy.purpose for policy in policies).union(*map(frozenset, services.values()))

    def keeping(self, *, service: str, reserved: Collection[str], ended_on: date) -> Keeping:
        """Tell how long a call is kept; ``reserved`` are purposes of its own, ``ended_on`` its day in Finland."""
        applying, missing = self._applying(service, frozenset(reserved))
        if missing or not applying:
            return Keeping(until=None, policy=None, missing=missing)
        until, _, longest = max((policy.period.end_from(ended_on), policy.id, policy) for policy in applying)
        return Keeping(until=until, policy=longest)

    def _find_applying(self, service: str, reserved: frozenset[str]) -> tuple[tuple[Policy, ...], tuple[str, ...]]:
        """Give the policies of all purposes, and the purposes that have none."""
        purposes = {*self._services.get(service, self._every), *reserved}
        applying: list[Policy] = []
        missing = []
        for purpose in sorted(purposes):
            policy = self._by_key.get((service, purpose)) or self._by_key.get((None, purpose))
            if policy is None:
                missing.append(purpose)
            else:
                applying.append(policy)
        return tuple(applying), tuple(missing)

    def gaps(self) -> dict[str, tuple[str, ...]]:
        """Tell for each service of the settings the purposes that have no period."""
        found = {}
        for service, purposes in self._services.items():
            lacking = [
                purpose
                for purpose in sorted(purposes)
                if not {(service, purpose), (None, purpose)} & self._by_key.keys()
            ]
            if lacking:
                found[service] = tuple(lacking)
        return found


def rules(session: Session, *, services: ServicePurposes) -> Rules:
    """Read the policies that stand."""
    return Rules(policies(session), services=services)


def policies(session: Session) -> list[Policy]:
    """Give the policies that stand: those of all services first."""
    wanted = (
        select(RetentionPolicyRow)
        .where(RetentionPolicyRow.retired_at.is_(None))
        .order_by(
            RetentionPolicyRow.service_number.is_not(None), RetentionPolicyRow.service_number, RetentionPolicyRow.id
        )
    )
    return [_told(row) for row in session.scalars(wanted)]


def make_policy(
    session: Session, *, service: str | None, purpose: str, period: Period, reason: str, by: Actor, clock: Clock
) -> Policy:
    """Say how long calls are kept for a purpose; an older policy for the same is retired by it.

    Raises RefusedError without the task, BadDataError for an unknown purpose and for a reason that is empty or too
    long. A shorter period makes calls go that would have stayed: they are scheduled, and visible for two weeks, first.
    """
    require(by, Task.MANAGE_RETENTION)
    tidy = stated_reason(reason)
    if session.get(PurposeRow, purpose) is None:
        raise BadDataError(what="no such purpose", where="purpose")
    for row in session.scalars(_standing(service, purpose)):
        _retire(session, row, by=by, clock=clock)
    row = RetentionPolicyRow(
        service_number=service or None,
        purpose=purpose,
        keep_count=period.count,
        keep_unit=period.unit,
        reason=tidy,
        made_by=by.login,
        made_at=clock.now(),
    )
    session.add(row)
    session.flush()
    _audit(session, row, Action.RETENTION_POLICY_MADE, by=by, clock=clock)
    return _told(row)


def retire_policy(session: Session, policy_id: int, *, by: Actor, clock: Clock) -> None:
    """Let a policy stand no longer; raise NotFoundError for one that does not stand."""
    require(by, Task.MANAGE_RETENTION)
    row = session.get(RetentionPolicyRow, policy_id)
    if row is None or row.retired_at is not None:
        raise NotFoundError(what="no such policy stands", where=str(policy_id))
    _retire(session, row, by=by, clock=clock)


def _retire(session: Session, row: RetentionPolicyRow, *, by: Actor, clock: Clock) -> None:
    row.retired_by, row.retired_at = by.login, clock.now()
    session.flush()
    _audit(session, row, Action.RETENTION_POLICY_RETIRED, by=by, clock=clock)


def _standing(service: str | None, purpose: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 (Select of one row)
    wanted = select(RetentionPolicyRow).where(
        RetentionPolicyRow.retired_at.is_(None), RetentionPolicyRow.purpose == purpose
    )
    number = RetentionPolicyRow.service_number
    return wanted.where(number == service if service else number.is_(None))


def _audit(session: Session, row: RetentionPolicyRow, action: Action, *, by: Actor, clock: Clock) -> None:
    detail = {
        "policy": row.id,
        "service": row.service_number,
        "purpose": row.purpose,
        "period": f"{row.keep_count} {row.keep_unit}",
    }
    record(session, actor=by, action=action, detail=detail, clock=clock)


def _told(row: RetentionPolicyRow) -> Policy:
    return Policy(
        id=row.id,
        service=row.service_number,
        purpose=row.purpose,
        period=Period(row.keep_count, Unit(row.keep_unit)),
        reason=row.reason,
        made_by=row.made_by,
        made_at=row.made_at,
    )
