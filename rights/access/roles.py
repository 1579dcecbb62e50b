"""Roles: bundles of tasks with their scopes. What is granted are always the tasks, recorded with the role's code."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError, TallenneError
from rights.access.actor import Actor
from rights.access.permissions import require
from rights.access.permit import Permit, parse_permit
from rights.access.role_rows import RolePermitRow, RoleRow
from rights.access.tasks import Task
from rights.audit.trail import Action, record

NAME_MAX_CHARS = 100
_NO_LETTER = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Role:
    """A bundle under a name in each language; a retired one is granted to nobody any more."""

    code: str
    name_fi: str
    name_sv: str
    name_en: str
    permits: frozenset[Permit]
    is_retired: bool


def all_roles(session: Session) -> list[Role]:
    """Give the roles in their order, retired ones too."""
    return [_told(row) for row in session.scalars(select(RoleRow).order_by(RoleRow.position))]


def active_roles(session: Session) -> list[Role]:
    """Give the roles that may be granted, in their order."""
    return [role for role in all_roles(session) if not role.is_retired]


def get_role(session: Session, code: str) -> Role:
    """Give one role; raise NotFoundError where there is none of this code."""
    return _told(_row(session, code))


def add_role(
    session: Session, *, name_fi: str, name_sv: str, name_en: str, permits: Collection[Permit], by: Actor, clock: Clock
) -> Role:
    """Make a role, its code from its English name; raise BadDataError for a name that is empty or taken."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    names = _names(name_fi, name_sv, name_en)
    folded = unicodedata.normalize("NFKD", names["name_en"]).encode("ascii", "ignore").decode().casefold()
    code = _NO_LETTER.sub("-", folded).strip("-")
    if not code or session.get(RoleRow, code) is not None:
        raise BadDataError(what="there is a role of this name", where="name_en", remedy="choose another name")
    position = (session.scalar(select(func.max(RoleRow.position))) or 0) + 1
    row = RoleRow(code=code, position=position, permits=_rows(permits), **names)
    session.add(row)
    session.flush()
    _audit(session, row, by=by, clock=clock)
    return _told(row)


def change_role(
    session: Session,
    code: str,
    *,
    name_fi: str,
    name_sv: str,
    name_en: str,
    permits: Collection[Permit],
    is_retired: bool,
    by: Actor,
    clock: Clock,
) -> None:
    """Change what a role is called and holds from now on; what was granted with it stays as it was granted."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    row = _row(session, code)
    for name, text in _names(name_fi, name_sv, name_en).items():
        setattr(row, name, text)
    row.permits = [*(kept for kept in row.permits if _permit(kept) in permits)]
    known = {kept.permit for kept in row.permits}
    row.permits += [added for added in _rows(permits) if added.permit not in known]
    row.retired_at = (row.retired_at or clock.now()) if is_retired else None
    session.flush()
    _audit(session, row, by=by, clock=clock)


def _names(name_fi: str, name_sv: str, name_en: str) -> dict[str, str]:
    names = {"name_fi": name_fi.strip(), "name_sv": name_sv.strip(), "name_en": name_en.strip()}
    for where, name in names.items():
        if not name or len(name) > NAME_MAX_CHARS or not name.isprintable():
            raise BadDataError(what=f"a name has 1 to {NAME_MAX_CHARS} characters that can be read", where=where)
    return names


def _rows(permits: Collection[Permit]) -> list[RolePermitRow]:
    if not permits:
        raise BadDataError(what="a role holds a task at least", where="permits", remedy="choose one")
    return [RolePermitRow(permit=str(permit)) for permit in sorted(set(permits))]


def _row(session: Session, code: str) -> RoleRow:
    row = session.get(RoleRow, code)
    if row is None:
        raise NotFoundError(what="no such role", where=code)
    return row


def _permit(row: RolePermitRow) -> Permit | None:
    """Read what a row holds; None for what this version does not know: it grants nothing."""
    try:
        return parse_permit(row.permit)
    except TallenneError:
        return None


def _told(row: RoleRow) -> Role:
    return Role(
        code=row.code,
        name_fi=row.name_fi,
        name_sv=row.name_sv,
        name_en=row.name_en,
        permits=frozenset(permit for held in row.permits if (permit := _permit(held)) is not None),
        is_retired=row.retired_at is not None,
    )


def _audit(session: Session, row: RoleRow, *, by: Actor, clock: Clock) -> None:
    detail = {
        "role": row.code,
        "names": [row.name_fi, row.name_sv, row.name_en],
        "permits": sorted(held.permit for held in row.permits),
        "is_retired": row.retired_at is not None,
    }
    record(session, actor=by, action=Action.ROLE_CHANGED, detail=detail, clock=clock)
