"""Reads the audit's chain for its verification: a million rows in seconds, so past the ORM."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from rights.audit.leaf import LeafInput
from rights.audit.place import Place, Tail

_PAGE_ROWS = 4_096
_MOST_UNCHAINED = 10_000
_COLUMNS = (
    "id",
    "at",
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
_UNCHAINED = "FROM audit AS a LEFT JOIN audit_chain AS c ON c.audit_id = a.id WHERE c.audit_id IS NULL"
# materialized: else PostgreSQL looks for the least id along the index of ids, through the whole chain for each page
_IDS = text(
    "WITH page AS MATERIALIZED (SELECT audit_id FROM audit_chain WHERE position BETWEEN :first AND :last) "
    "SELECT min(audit_id), max(audit_id) FROM page"
)
_PERSONS = text(
    "SELECT p.audit_id, p.person_id FROM audit_chain AS c "
    "JOIN audit_persons AS p ON p.audit_id = c.audit_id AND p.audit_id BETWEEN :from AND :to "
    "WHERE c.position BETWEEN :first AND :last ORDER BY p.audit_id, p.person_id"
)
_SEALED = text(
    "SELECT s.audit_id, s.subject_id, s.sealed FROM audit_chain AS c "
    "JOIN audit_sealed AS s ON s.audit_id = c.audit_id AND s.audit_id BETWEEN :from AND :to "
    "WHERE c.position BETWEEN :first AND :last ORDER BY s.audit_id, s.subject_id"
)


class Span(NamedTuple):
    """The places from one position to another, both included."""

    first: int
    last: int


class Page(NamedTuple):
    """What the database says of some places, as it says it.

    A row is: position, audit id, leaf, link, whether from before the chain, moment of chaining, and from ``ROW_AT`` on
    the columns of the audit's own row as they are hashed. ``persons`` and ``sealed`` are by audit id, in order.
    """

    rows: Sequence[Sequence[Any]]
    persons: Mapping[int, list[int]]
    sealed: Mapping[int, list[tuple[int, str]]]


ROW_AT = 6


def read_page(session: Session, page: Span) -> Page:
    """Read the places of a span; whoever reads keeps one snapshot."""
    kind = session.get_bind().dialect.name
    span = {"first": page.first, "last": page.last}
    ids = session.execute(_IDS, span).one()  # told twice, so that no database reads a whole table for each page
    within = {**span, "from": ids[0], "to": ids[1]}
    about: dict[int, list[int]] = {}
    for audit_id, person_id in session.execute(_PERSONS, within).all():
        about.setdefault(audit_id, []).append(person_id)
    parts: dict[int, list[tuple[int, str]]] = {}
    for audit_id, subject_id, told in session.execute(_SEALED, within).all():
        parts.setdefault(audit_id, []).append((subject_id, told.hex() if type(told) is bytes else repr(told)))
    columns = ", ".join(_AT[kind].format(f"a.{name}") if name == "at" else f"a.{name}" for name in _COLUMNS)
    rows = text(
        "SELECT c.position, c.audit_id, c.leaf_sha256, c.chain_sha256, c.before_chain, "  # noqa: S608 (names above)
        f"{_AT[kind].format('c.chained_at')}, {columns} FROM audit_chain AS c "
        "LEFT JOIN audit AS a ON a.id = c.audit_id AND a.id BETWEEN :from AND :to "
        "WHERE c.position BETWEEN :first AND :last ORDER BY c.position"
    )
    return Page(session.execute(rows, within).all(), about, parts)


def places_in(session: Session, page: Span) -> list[Place]:
    """Give the places of a span, one by one and whatever somebody put into them: where something may be wrong."""
    with _any_text(session):
        return places_of(read_page(session, page))


def places_before_first(session: Session) -> Iterator[list[Place]]:
    """Give the places before the first that a chain has, where nobody but somebody else put any."""
    yield from _paged(session, "c.position < 0 AND c.position > :after", after=-(2**63))


def places_after(session: Session, position: int) -> Iterator[list[Place]]:
    """Give the places after a position, a page at a time."""
    yield from _paged(session, "c.position > :after", after=position)


def places_of(page: Page) -> list[Place]:
    """Give the places of a page one by one."""
    return [_place(row, page) for row in page.rows]


def count_places(session: Session) -> int:
    """Count the rows of the chain, whatever positions they bear."""
    return int(session.scalar(text("SELECT count(*) FROM audit_chain")) or 0)


def tail(session: Session) -> Tail | None:
    """Give the tail; None where its row is not there."""
    row = session.execute(text("SELECT size, chain_sha256, frontier FROM audit_tail WHERE id = 1")).first()
    return None if row is None else Tail(size=row[0], chain=as_bytes(row[1]), frontier=as_bytes(row[2]))


def unchained(session: Session) -> dict[int, object]:
    """Give the first rows of the audit that have no place, by their numbers, each with all that it says."""
    of = {"most": _MOST_UNCHAINED}
    with _any_text(session):
        rows = session.execute(text(f"SELECT a.* {_UNCHAINED} ORDER BY a.id LIMIT :most"), of).all()
        if not rows:
            return {}
        said: dict[int, list[object]] = {row[0]: [tuple(map(str, row))] for row in rows}
        for table, number in (("audit_persons", "person_id"), ("audit_sealed", "subject_id")):
            about = f"SELECT p.* FROM {table} AS p WHERE p.audit_id IN (SELECT a.id {_UNCHAINED}) "  # noqa: S608
            for row in session.execute(text(f"{about} ORDER BY p.audit_id, p.{number}")):
                if row[0] in said:
                    said[row[0]].append(tuple(map(str, row)))
        return {audit_id: tuple(told) for audit_id, told in said.items()}


def details_of(session: Session, action: str) -> list[tuple[int, object]]:
    """Give the rows of an action: their numbers, and their details as they stand."""
    found = text("SELECT id, detail FROM audit WHERE action = :action ORDER BY id")
    with _any_text(session):
        return [(row[0], row[1]) for row in session.execute(found, {"action": action})]


def as_bytes(value: object) -> bytes:
    """Give bytes; none where somebody put something else into the column, which SQLite lets him."""
    return value if type(value) is bytes else b""  # both drivers give bytes and nothing like them


def _paged(session: Session, within: str, *, after: int) -> Iterator[list[Place]]:
    found = text(f"SELECT c.position FROM audit_chain AS c WHERE {within} ORDER BY c.position LIMIT :rows")  # noqa: S608 (see above)
    while positions := list(session.scalars(found, {"after": after, "rows": _PAGE_ROWS})):
        yield places_in(session, Span(positions[0], positions[-1]))
        after = positions[-1]


def _place(row: Sequence[Any], page: Page) -> Place:
    position, audit_id, leaf, chain, before_chain, chained_at = row[:ROW_AT]
    there = None
    if row[ROW_AT] is not None:
        about, parts = page.persons.get(audit_id, ()), page.sealed.get(audit_id, ())
        there = LeafInput(tuple(row[ROW_AT:]), about, parts, str(chained_at), bool(before_chain))
    return Place(position, audit_id, as_bytes(leaf), as_bytes(chain), there)


@contextmanager
def _any_text(session: Session) -> Iterator[None]:
    """Read text that is no UTF-8 too, which SQLite keeps and its driver refuses to give."""
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    driver: Any = session.connection().connection.driver_connection
    driver.text_factory = lambda told: told.decode(errors="surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str
