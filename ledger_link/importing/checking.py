"""What must hold between rows once they are written: queries over what changed, before anything is committed."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from ledger_link.importing.file_reading import ReadFile
from ledger_link.importing.file_schema import Periods
from ledger_link.importing.files.housing import LEASE_PARTIES, LEASES
from ledger_link.importing.problem import Problem
from ledger_link.importing.stage import LINE, ROW_ID, Stage


def overlapping_periods(session: Session, stage: Stage, read: ReadFile, periods: Periods) -> Iterator[Problem]:
    """Find the staged rows whose period overlaps another row's."""
    one, other = stage.schema.table.alias("one"), stage.schema.table.alias("other")
    mine, theirs = stage.table.alias("mine"), stage.table.alias("theirs")

    def begins_in_time(left: ColumnElement[object], right: ColumnElement[object]) -> ColumnElement[bool]:
        return or_(left.is_(None), right.is_(None), left <= right)

    query = (
        select(mine.c[LINE], theirs.c[LINE])
        .join(one, one.c.id == mine.c[ROW_ID])
        .join(
            other,
            and_(
                *(other.c[name] == one.c[name] for name in periods.within),
                other.c.id != one.c.id,
                begins_in_time(one.c[periods.first], other.c[periods.last]),
                begins_in_time(other.c[periods.first], one.c[periods.last]),
            ),
        )
        .outerjoin(theirs, theirs.c[ROW_ID] == other.c.id)
        .where(or_(theirs.c[LINE].is_(None), theirs.c[LINE] < mine.c[LINE]))
        .order_by(mine.c[LINE], theirs.c[LINE])
    )
    told: set[int] = set()
    for line, their_line in session.execute(query):
        if line not in told:
            told.add(line)
            place = "the register" if their_line is None else f"line {their_line}"
            column = read.headings.get(periods.first, periods.first)
            what = f"overlaps the {periods.called} of {place}"
            yield Problem(read.given.name, line, column, what, "periods that do not overlap")


def parties_outside_lease(session: Session, parties: Stage, leases: Stage, names: dict[str, str]) -> Iterator[Problem]:
    """Find the days of parties that are outside their lease, where the party or the lease is staged.

    ``names`` are those of the two files, by the file of the register.
    """
    party, lease = LEASE_PARTIES.table, LEASES.table
    staged_party, staged_lease = parties.table, leases.table
    for column in ("starts_on", "ends_on"):
        day = party.c[column]
        outside = and_(day.is_not(None), or_(day < lease.c.starts_on, day > lease.c.ends_on))
        query = (
            select(staged_party.c[LINE], staged_lease.c[LINE])
            .select_from(party)
            .join(lease, lease.c.id == party.c.lease_id)
            .outerjoin(staged_party, staged_party.c[ROW_ID] == party.c.id)
            .outerjoin(staged_lease, staged_lease.c[ROW_ID] == lease.c.id)
            .where(outside, or_(staged_party.c[LINE].is_not(None), staged_lease.c[LINE].is_not(None)))
        )
        told = set()
        for party_line, lease_line in session.execute(query):
            if party_line is not None:
                yield Problem(
                    names[LEASE_PARTIES.file], party_line, column, "outside the lease", "a day of the lease's term"
                )
            elif lease_line not in told:
                told.add(lease_line)
                yield Problem(
                    names[LEASES.file],
                    lease_line,
                    column,
                    "leaves out days on which somebody is party to the lease",
                    "a term with the terms of all parties, or a lease_parties.csv that changes theirs",
                )
