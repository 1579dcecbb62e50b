"""What of a person's record is protected: which task reveals each field, and how it is kept off the pages.

Invariant: a protected part leaves ``rights`` in a record never, and otherwise by ``rights.register.reveals`` alone,
one field of one person at a time.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from ledger_link.records.person_record import PersonRecord
from ledger_link.records.protected_field import PROTECTED_PARTS, ProtectedField
from rights.access.actor import Actor
from rights.access.tasks import Task

REVEAL_TASKS: Mapping[ProtectedField, Task] = MappingProxyType(
    {
        ProtectedField.IDENTITY_CODE: Task.REVEAL_IDENTITY,
        ProtectedField.TRAVEL_DOCUMENT: Task.REVEAL_IDENTITY,
        ProtectedField.INCOME: Task.REVEAL_INCOME,
        ProtectedField.CREDIT_DATA: Task.REVEAL_CREDIT,
        ProtectedField.GUARDIANSHIP: Task.REVEAL_GUARDIANSHIP,
        ProtectedField.UNDISCLOSED: Task.REVEAL_UNDISCLOSED,
    }
)
"""The task that reveals each field."""


def without_protected(record: PersonRecord, hidden: Collection[ProtectedField]) -> PersonRecord:
    """Take the parts that hidden fields protect out of a record; they are None then.

    What a field protects that is not hidden is empty, or of somebody without a turvakielto.
    """
    removed: dict[str, Any] = dict.fromkeys(part for field in hidden for part in PROTECTED_PARTS[field])
    return replace(record, **removed)


def hidden_in(record: PersonRecord, actor: Actor) -> frozenset[ProtectedField]:
    """Tell which fields of a whole record are masked before an actor.

    Whether there is anything behind a mask is told to those alone who may reveal it: that somebody has a guardian, or
    entries in credit data, is itself what is protected. A turvakielto itself is no secret.
    """
    return frozenset(field for field in ProtectedField if _is_hidden(record, field, actor))


def may_reveal(actor: Actor) -> frozenset[ProtectedField]:
    """Tell which fields an actor may reveal, for a stated purpose."""
    return frozenset(field for field, task in REVEAL_TASKS.items() if actor.may(task))


def _is_hidden(record: PersonRecord, field: ProtectedField, actor: Actor) -> bool:
    match field:
        case ProtectedField.UNDISCLOSED:
            return record.non_disclosure
        case _ if field not in may_reveal(actor):
            return True
        case ProtectedField.IDENTITY_CODE:
            return record.has_identity_code
        case ProtectedField.TRAVEL_DOCUMENT:
            return bool(record.travel_documents)
        case _:
            return any(getattr(record, part) for part in PROTECTED_PARTS[field])
