"""Reading the rows of a table that belong to a person, or to a lease, as parts of a record."""

from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from ledger_link.undisclosed.concealment import Concealment
from ledger_link.undisclosed.numbers import is_undisclosed
from ledger_link.values.day import is_valid_on
from storage.database.base import Base

VALIDITY = ("valid_from", "valid_until")
TERM = ("starts_on", "ends_on")


@dataclass(frozen=True, slots=True)
class PartTable:
    """How a table becomes parts of the dataclass ``part``: its fields are columns, but for the last, ``is_current``.

    ``period`` names the columns of the first and the last day (None: no such end). ``newest_of`` names the columns in
    whose group the newest row alone is current. ``texts`` are free text, which is concealed where it has to be.
    ``is_event`` tells of rows that happened on their first day: before it nothing was known of them.
    """

    part: type[Any]
    row: type[Base]
    period: tuple[str | None, str | None]
    newest_of: tuple[str, ...] | None = None
    texts: tuple[str, ...] = ()
    is_event: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a part is made of."""
        return tuple(field.name for field in fields(self.part) if field.name != "is_current")

    def read(
        self,
        session: Session,
        *,
        on: date,
        is_past: bool,
        concealment: Concealment,
        person_id: int | None = None,
        lease_id: int | None = None,
        undisclosed: str | None = None,
    ) -> tuple[Any, ...]:
        """Give the rows of a person or of a lease, the newest first, as of a day; one query.

        On a day that is past, what began after it is left out: nobody says that it was known then.
        Rows whose column ``undisclosed`` has what somebody with a turvakielto has there too are left out.
        """
        owner = "lease_id" if person_id is None else "person_id"
        statement = _statement(self, owner, undisclosed)
        first, last = self.period
        parts: list[Any] = []
        seen: set[tuple[Any, ...]] = set()
        for row in session.execute(statement, {"owner": lease_id if person_id is None else person_id}):
            values: dict[str, Any] = dict(zip(self.columns, row, strict=True))
            if (self.is_event or is_past) and not is_valid_on(on, values.get(first or ""), None):
                continue
            for name in self.texts:
                values[name] = values[name] and concealment.of(values[name])
            is_current = is_valid_on(on, values.get(first or ""), values.get(last or ""))
            if is_current and self.newest_of is not None:
                group = tuple(values[name] for name in self.newest_of)
                is_current = group not in seen
                seen.add(group)
            parts.append(self.part(**values, is_current=is_current))
        return tuple(parts)


@cache
def _statement(table: PartTable, owner: str, undisclosed: str | None) -> Select[Any]:
    """Make the query once: a person's record has two dozen, and making one takes longer than SQLite needs to answer."""
    columns = table.row.__table__.c
    first, _ = table.period
    order = [] if first is None else [columns[first].desc().nulls_last()]
    query = select(*(columns[name] for name in table.columns)).where(columns[owner] == bindparam("owner"))
    if undisclosed is not None:
        query = query.where(~is_undisclosed(table.row.__table__, undisclosed))
    return query.order_by(*order, columns.id.desc())
