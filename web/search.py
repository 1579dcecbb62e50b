"""A search of calls as a person fills it in, and what the catalogue makes of it."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from calls.outcome import CallState
from ledger_link.values.day import HELSINKI
from rights.calls.call_filter import CallFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Both days are included, as days of the Finnish calendar. Everything that is given must hold."""

    from_day: date | None = None
    to_day: date | None = None
    customer: str = ""
    number: str = ""
    agent_id: int | None = None
    service: str = ""
    state: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for, so that every call is found."""
        return self == Search()

    def to_json(self) -> str:
        """Write only what is given; :func:`search_from_json` reads it back."""
        given = {name: value for name, value in asdict(self).items() if value not in (None, "")}
        return json.dumps(given, default=date.isoformat, ensure_ascii=False)

    def filters(self) -> CallFilter:
        """Say the same to the catalogue, whose moments are half-open."""
        return CallFilter(
            from_at=_midnight(self.from_day) if self.from_day else None,
            to_at=_midnight(self.to_day + timedelta(days=1)) if self.to_day else None,
            agent_id=self.agent_id,
            service=self.service or None,
            number=self.number or None,
            customer=self.customer or None,
            state=CallState(self.state) if self.state else None,
        )


def search_from_json(text: str) -> Search:
    """Read what ``to_json`` wrote; the text was sealed by us, so it is what we wrote."""
    plain: dict[str, Any] = json.loads(text)
    known = {field.name for field in fields(Search)}
    given: dict[str, Any] = {name: value for name, value in plain.items() if name in known}
    for name in ("from_day", "to_day"):
        if name in given:
            given[name] = date.fromisoformat(given[name])
    return Search(**given)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=HELSINKI)
