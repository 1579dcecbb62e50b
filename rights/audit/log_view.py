"""Reading the audit: for who may by a task of its own; that it was read, and what for was looked, is in it too."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, tuple_

from calls.clock import Clock, iso
from calls.errors import NotFoundError
from rights.access.actor import Actor
from rights.access.approved_detail import ASKED_FOR
from rights.access.refusals import record_refusal
from rights.access.tasks import Task
from rights.audit.chain_rows import CheckpointRow, TailRow, VerificationRow
from rights.audit.changed_settings import DETAIL as SETTINGS
from rights.audit.checkpoints import last_checkpoint
from rights.audit.trail import Action, record
from rights.audit.verifications import last_verification
from rights.tables import AccountRow, AuditPersonRow, AuditRow
from storage.database.engine import Database

PAGE_ROWS = 50
CALLS = "calls"
TOLD = frozenset(
    {
        "wanted",
        "page",
        "field",
        "task",
        "permit",
        "role",
        "team",
        "account",
        "address",
        "reason",
        "note",
        "case",
        "deed",
        "subject",
        "document",
        "version",
        "format",
        "asked_by",
        "decided_by",
        "approved_by",
        "valid_from",
        "valid_until",
        "purpose",
        "recipient",
        "basis",
        "until",
        CALLS,
        "marks",
        ASKED_FOR,
        "until_year",
        "goes_on",
        "keys",
        "keys_kept",
        SETTINGS,
    }
)
"""What of a row's detail is shown: of older rows some hold what somebody typed, which is shown to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """All that is given must hold; ``from_at`` is included, ``to_at`` is not."""

    from_at: datetime | None = None
    to_at: datetime | None = None
    account_id: int | None = None
    action: Action | None = None
    call_id: str | None = None
    person_id: int | None = None

    def told(self) -> dict[str, object]:
        """Give what was asked for, as the audit keeps it: moments, numbers and names of ours, nothing typed."""
        named = {
            "from": iso(self.from_at),
            "to": iso(self.to_at),
            "account_id": self.account_id,
            "action": self.action,
        }
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A row of the audit as it is shown; ``detail`` holds single words and numbers alone.

    Of one that is partly forgotten nobody can read a name, an address or words any more.
    """

    id: int
    at: datetime
    name: str | None
    login: str | None
    action: str
    call_id: str | None
    purpose: str | None
    persons: tuple[int, ...]
    detail: Mapping[str, str]
    is_partly_forgotten: bool


@dataclass(frozen=True, slots=True)
class ChainState:
    """How far the audit is known to be whole. ``behind`` are the rows that are in no checkpoint yet."""

    size: int
    checkpoint: CheckpointRow | None
    verification: VerificationRow | None

    @property
    def behind(self) -> int:
        """How many rows came after the newest checkpoint."""
        return self.size - (self.checkpoint.size if self.checkpoint else 0)


@dataclass(frozen=True, slots=True)
class LogPage:
    """One page of the audit, the newest first; ``older`` is where the next begins, None at the end."""

    entries: tuple[LogEntry, ...]
    older: int | None
    chain: ChainState


def view_log(
    database: Database, actor: Actor, wanted: LogFilter, *, before: int | None = None, clock: Clock
) -> LogPage:
    """Give a page of the audit, and audit the look; raise NotFoundError without *view audit*, and audit the attempt."""
    if not actor.may(Task.VIEW_AUDIT):
        record_refusal(database, actor, wanted=Task.VIEW_AUDIT, clock=clock)
        raise NotFoundError(what="no such page")
    with database.read() as session:
        found = session.scalars(_rows(wanted, before=before)).all()
        shown = found[:PAGE_ROWS]
        about: dict[int, list[int]] = {}
        named = select(AuditPersonRow).where(AuditPersonRow.audit_id.in_([row.id for row in shown]))
        for person in session.scalars(named.order_by(AuditPersonRow.person_id)):
            about.setdefault(person.audit_id, []).append(person.person_id)
        page = LogPage(
            entries=tuple(_entry(row, about.get(row.id, [])) for row in shown),
            older=shown[-1].id if len(found) > PAGE_ROWS else None,
            chain=ChainState(
                size=session.scalars(select(TailRow.size)).first() or 0,
                checkpoint=last_checkpoint(session),
                verification=last_verification(session),
            ),
        )
    with database.begin() as session:
        record(
            session,
            actor=actor,
            action=Action.AUDIT_SHOWN,
            call_id=wanted.call_id,
            persons=None if wanted.person_id is None else [wanted.person_id],
            detail={"filter": wanted.told(), "rows": [entry.id for entry in (page.entries[:1] + page.entries[-1:])]},
            clock=clock,
        )
    return page


def _rows(wanted: LogFilter, *, before: int | None) -> Select[AuditRow]:
    """Ask for a page. Of a period in the order of moments, so that an index gives the newest of it at once."""
    rows = select(AuditRow).limit(PAGE_ROWS + 1)
    if wanted.from_at is None and wanted.to_at is None:
        rows = rows.order_by(AuditRow.id.desc())
        if before is not None:
            rows = rows.where(AuditRow.id < before)
    else:
        rows = rows.order_by(AuditRow.at.desc(), AuditRow.id.desc())
        if before is not None:
            at = select(AuditRow.at).where(AuditRow.id == before).scalar_subquery()
            rows = rows.where(tuple_(AuditRow.at, AuditRow.id) < tuple_(at, before))
    if wanted.from_at is not None:
        rows = rows.where(AuditRow.at >= wanted.from_at)
    if wanted.to_at is not None:
        rows = rows.where(AuditRow.at < wanted.to_at)
    if wanted.account_id is not None:
        login = select(AccountRow.login).where(AccountRow.id == wanted.account_id).scalar_subquery()
        rows = rows.where(AuditRow.login == login)
    if wanted.action is not None:
        rows = rows.where(AuditRow.action == wanted.action)
    if wanted.call_id is not None:
        rows = rows.where(AuditRow.call_id == wanted.call_id)
    if wanted.person_id is not None:
        about = select(AuditPersonRow.audit_id).where(AuditPersonRow.person_id == wanted.person_id)
        rows = rows.where(AuditRow.id.in_(about))
    return rows


def _entry(row: AuditRow, persons: list[int]) -> LogEntry:
    detail: dict[str, Any] = json.loads(row.detail or "{}")
    return LogEntry(
        id=row.id,
        at=row.at,
        name=row.name,
        login=row.login,
        action=row.action,
        call_id=row.call_id,
        purpose=row.purpose,
        persons=tuple(persons),
        detail={key: text for key, told in detail.items() if key in TOLD and (text := _told(key, told)) is not None},
        is_partly_forgotten=row.is_partly_forgotten,
    )


def _told(key: str, told: object) -> str | None:
    """Give a word or a number as text, and changes of settings as JSON (:mod:`rights.audit.changed_settings`).

    Of calls it gives how many there are, of what else was asked for its words.
    """
    if key == SETTINGS and isinstance(told, list):
        return json.dumps(told, ensure_ascii=False)
    if key == CALLS and isinstance(told, list):
        return str(len(told))
    if key == ASKED_FOR and isinstance(told, dict):
        return "; ".join(one for one in told.values() if isinstance(one, str)) or None
    return str(told) if isinstance(told, str | int) else None
