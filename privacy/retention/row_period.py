"""A period by which something besides calls goes: what is over, what of the list still is, and how it is deleted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from calls.clock import Clock
from privacy.retention.row_kind import RowKind


@dataclass(frozen=True, slots=True)
class Share:
    """What goes under one name: one thing whole, or ``rows`` vouchers ``through`` a day."""

    rows: int = 1
    through: date | None = None


Shares = Mapping[str, Share]
"""Shares by the name of what they are of (:class:`privacy.retention.row_kind.RowKind` says which)."""


@dataclass(frozen=True, kw_only=True)
class RowPeriod:
    """One period of the settings, on one day.

    ``over`` gives everything whose period is over and that nothing keeps. ``still`` gives what of some listed shares
    may go all the same now, and never more than was listed. ``delete`` deletes shares that may go, with proof and audit
    in the caller's transaction, and gives how many rows went; the moment is the newest at which one was listed.
    ``is_imported`` is of what an import may be changing just now.
    """

    kind: RowKind
    policy: str
    over: Callable[[Session], dict[str, Share]]
    still: Callable[[Session, Shares], dict[str, Share]]
    delete: Callable[[Session, Shares, datetime, Clock], int]
    is_imported: bool = False
