"""What the audit keeps of a search of calls: what it was narrowed by, and never a text that somebody typed.

A text may be an identity code, or the number of somebody with a turvakielto, and the audit is kept for ever.
"""

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime

from calls.clock import iso
from ledger_link.undisclosed.concealment import CONCEALED
from rights.calls.call_filter import CallFilter
from rights.calls.facts import CallFacts

_CHOSEN = frozenset({"from_at", "to_at", "agent_id", "state", "reason"})
"""The fields that no text is typed into: moments, a key, values of an enumeration."""


def audited_filter(wanted: CallFilter, found: Collection[CallFacts]) -> dict[str, object]:
    """Tell by which fields calls were searched; ``CONCEALED`` stands for what was typed.

    The service's number is kept where calls to it were found: then it is a number of the house, whoever wrote it.
    """
    services = {call.service for call in found}
    told: dict[str, object] = {}
    for name in (field.name for field in fields(wanted)):
        value = getattr(wanted, name)
        if value in (None, ""):
            continue
        is_kept = name in _CHOSEN or (name == "service" and value in services)
        told[name] = (iso(value) if isinstance(value, datetime) else value) if is_kept else CONCEALED
    return told
