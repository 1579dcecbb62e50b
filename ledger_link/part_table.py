"""Reading the rows of a table that belong to a person, or to a lease, as parts of a record."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ledger_link.concealment import Concealment
from ledger_link.day import is_valid_on
from storage.database.base import Base

VALIDITY = ("valid_from", "valid_until")
TERM = ("starts_on", "ends_on")


@dataclass(frozen=True, slots=True)
class PartTable:
    """How a table becomes parts of the dataclass ``part``: its fields are columns, but for the last, ``is_current``.

    ``period`` names the columns of the first and the last day (None: no such end). ``newest_of`` names the columns in
    whose group the newest row alone is current. ``texts`` are free text, which is concealed where it has to be.
    """

    part: type[Any]
    row: type[Base]
    period: tuple[str | None, str | None]
    newest_of: tuple[str, ...] | None = None
    texts: tuple[str, ...] = ()

    def read(
        self, session: Session, *where: ColumnElement[bool], on: date, concealment: Concealment
    ) -> tuple[Any, ...]:
        """Give the rows that fulfil ``where``, the newest first, as of a day; one query."""
        first, last = self.period
        table = self.row.__table__.c
        names = [field.name for field in fields(self.part) if field.name != "is_current"]
        order = [] if first is None else [table[first].desc().nulls_last()]
        rows = session.execute(select(*(table[name] for name in names)).where(*where).order_by(*order, table.id.desc()))
        parts: list[Any] = []
        seen: set[tuple[Any, ...]] = set()
        for row in rows:
            values: dict[str, Any] = dict(zip(names, row, strict=True))
            for name in self.texts:
                values[name] = values[name] and concealment.of(values[name])
            is_current = is_valid_on(on, values.get(first or ""), values.get(last or ""))
            if is_current and self.newest_of is not None:
                group = tuple(values[name] for name in self.newest_of)
                is_current = group not in seen
                seen.add(group)
            parts.append(self.part(**values, is_current=is_current))
        return tuple(parts)
