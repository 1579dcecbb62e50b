"""Turning the parts of a register's record into facts: each field of a part is a fact, in the part's own order."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from ledger_link.undisclosed.concealment import CONCEALED
from privacy.cases.gathered import FactKind, GatheredFact, GatheredSection

_KEYS = frozenset({"id", "is_current", "is_own", "lease_id", "organisation_id", "apartment_id"})
_CODES = frozenset(
    {"kind", "nature", "result", "tenure", "status", "channel", "decision", "state", "direction", "role", "what"}
)


def fact(name: str, value: object) -> GatheredFact:
    """Make a fact; how its value is read follows from its name and from what it is."""
    kept: Any = value
    return GatheredFact(name=name, kind=_kind(name, kept), value=kept)


def section(name: str, parts: Iterable[Any], *, hides_others: bool = False) -> GatheredSection:
    """Make a section of parts of one kind; keys of our own tables are left out, they mean nothing to the subject."""
    entries = tuple(
        tuple(fact(field.name, getattr(part, field.name)) for field in fields(part) if field.name not in _KEYS)
        for part in parts
    )
    return section_of(name, entries, hides_others=hides_others)


def section_of(
    name: str, entries: Iterable[tuple[GatheredFact, ...]], *, hides_others: bool = False
) -> GatheredSection:
    """Make a section of entries; one in which a text was hidden says so."""
    made = tuple(entries)
    is_hidden = any(fact.value == CONCEALED for entry in made for fact in entry)
    return GatheredSection(name, made, hides_others=hides_others or is_hidden)


def _kind(name: str, value: object) -> FactKind:
    is_money = name.endswith("_cents") or "_cents_per_" in name
    match value:
        case bool():
            return FactKind.YES_NO
        case int():
            return FactKind.MONEY if is_money else FactKind.NUMBER
        case datetime():
            return FactKind.MOMENT
        case date():
            return FactKind.DAY
        case str() if name in _CODES:
            return FactKind.CODE
        case _:
            return FactKind.TEXT
