"""Changes of the settings, in the audit: what a process finds at its start, beside what it found the last time.

What it found the last time is told by the audit itself, by all such rows put together, so that nobody can change it.
Settings are text by their dotted names; one that is not there is at its default.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.access.actor import Actor
from rights.audit.chaining import locked_tail
from rights.audit.trail import Action, record
from rights.tables import AuditRow
from storage.database.engine import Database

DETAIL = "settings"
"""The key of the changes in a row's detail."""
HIDDEN = "hidden:"
"""What a value begins with that the audit does not keep; a keyed digest follows."""


class SettingChange(NamedTuple):
    """One setting; None is the default."""

    name: str
    before: str | None
    after: str | None


def audit_changed_settings(
    database: Database, settings: Mapping[str, str], *, process: str, clock: Clock
) -> list[SettingChange]:
    """Write into the audit what is not as this process found it the last time; give what that is."""
    starter = Actor(account_id=None, login=f"system:{process}", name="Tallenne", agent_id=None, permits=frozenset())
    with database.begin() as session:
        locked_tail(session)  # so that of two that start at once one sees what the other wrote
        seen = _seen(session, login=f"system:{process}")
        changes = [
            SettingChange(name, seen.get(name), settings.get(name))
            for name in sorted({*seen, *settings})
            if seen.get(name) != settings.get(name)
        ]
        if changes:
            detail = {DETAIL: [list(change) for change in changes]}
            record(session, actor=starter, action=Action.SETTINGS_CHANGED, detail=detail, clock=clock)
    return changes


def changes_of(told: str) -> list[SettingChange]:
    """Read the changes of a row, as JSON."""
    return [SettingChange(*change) for change in json.loads(told)]


def _seen(session: Session, *, login: str) -> dict[str, str]:
    """Put together what a process has found until now."""
    rows = select(AuditRow.plain_detail).where(AuditRow.login == login, AuditRow.action == Action.SETTINGS_CHANGED)
    seen: dict[str, str | None] = {}
    for detail in session.scalars(rows.order_by(AuditRow.id)):
        seen.update({change[0]: change[2] for change in json.loads(detail or "{}").get(DETAIL, ())})
    return {name: value for name, value in seen.items() if value is not None}
