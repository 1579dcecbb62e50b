"""Reads the audit's chain for its verification: a million rows in seconds, so past the ORM."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from rights.audit.leaf import LeafInput
from rights.audit.verification import Place, Tail

PAGE_ROWS = 5_000
_MOST_UNCHAINED = 10_000
_COLUMNS = (
    "account_id",
    "login",
    "name",
    "action",
    "call_id",
    "purpose",
    "listening_id",
    "first_byte",
    "stop_byte",
    "detail",
)
_AT = {"sqlite": "{0}", "postgresql": "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"}
_HEX = {"sqlite": "lower(hex(sealed))", "postgresql": "encode(sealed, 'hex')"}


def places(session: Session, *, first: int = 0) -> Iterator[list[Place]]:
    """Give all places from ``first`` on in their order, a page at a time; whoever reads keeps one snapshot."""
    kind = session.get_bind().dialect.name
    columns = ", ".join(f"a.{name}" for name in _COLUMNS)
    page = text(
        f"SELECT c.position, c.audit_id, c.leaf_sha256, c.chain_sha256, {_AT[kind].format('c.chained_at')}, "  # noqa: S608 (names above)
        f"c.before_chain, a.id, {_AT[kind].format('a.at')}, {columns} "
        "FROM audit_chain AS c LEFT JOIN audit AS a ON a.id = c.audit_id "
        "WHERE c.position >= :first ORDER BY c.position LIMIT :rows"
    )
    while rows := session.execute(page, {"first": first, "rows": PAGE_ROWS}).all():
        first, last = rows[0][0], rows[-1][0]
        within = {"first": first, "last": last}
        persons = _persons(session, within)
        sealed = _sealed(session, within, kind=kind)
        yield [_place(tuple(row), persons, sealed) for row in rows]
        first = last + 1


def tail(session: Session) -> Tail | None:
    """Give the tail; None where its row is not there."""
    row = session.execute(text("SELECT size, chain_sha256, frontier FROM audit_tail WHERE id = 1")).first()
    return None if row is None else Tail(size=row[0], chain=_bytes(row[1]), frontier=_bytes(row[2]))


def unchained(session: Session) -> list[int]:
    """Give the first rows of the audit that have no place, by their numbers."""
    found = text(
        "SELECT a.id FROM audit AS a LEFT JOIN audit_chain AS c ON c.audit_id = a.id WHERE c.audit_id IS NULL "
        "ORDER BY a.id LIMIT :most"
    )
    return list(session.scalars(found, {"most": _MOST_UNCHAINED}))


def _place(row: tuple[Any, ...], persons: dict[int, list[int]], sealed: dict[int, list[tuple[int, str]]]) -> Place:
    position, audit_id, leaf, chain, chained_at, before_chain = row[:6]
    there = None
    if row[6] is not None:
        about, parts = persons.get(audit_id, ()), sealed.get(audit_id, ())
        there = LeafInput(row[6:], about, parts, str(chained_at), bool(before_chain))
    return Place(position, audit_id, _bytes(leaf), _bytes(chain), there)


def _bytes(value: object) -> bytes:
    """Give bytes; none where somebody put something else into the column, which SQLite lets him."""
    return value if type(value) is bytes else b""  # both drivers give bytes and nothing like them


def _persons(session: Session, within: dict[str, int]) -> dict[int, list[int]]:
    found = text(
        "SELECT p.audit_id, p.person_id FROM audit_chain AS c JOIN audit_persons AS p ON p.audit_id = c.audit_id "
        "WHERE c.position BETWEEN :first AND :last ORDER BY p.audit_id, p.person_id"
    )
    about: dict[int, list[int]] = {}
    for audit_id, person_id in session.execute(found, within).all():
        about.setdefault(audit_id, []).append(person_id)
    return about


def _sealed(session: Session, within: dict[str, int], *, kind: str) -> dict[int, list[tuple[int, str]]]:
    found = text(
        f"SELECT s.audit_id, s.subject_id, {_HEX[kind]} FROM audit_chain AS c "  # noqa: S608 (names above)
        "JOIN audit_sealed AS s ON s.audit_id = c.audit_id "
        "WHERE c.position BETWEEN :first AND :last ORDER BY s.audit_id, s.subject_id"
    )
    parts: dict[int, list[tuple[int, str]]] = {}
    for audit_id, subject_id, told in session.execute(found, within).all():
        parts.setdefault(audit_id, []).append((subject_id, told))
    return parts
