"""Rows of the register whose period is over: what would go, and letting it go with proofs.

A page of leases or persons goes in one transaction with its proof and its audit row, so a run that dies half-way has
deleted nothing that it does not prove, and the next one goes on. No import runs meanwhile, and none is waited for.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import UnavailableError
from ledger_link.importing.import_lock import import_lock
from privacy.retention.house_actor import HOUSE
from privacy.retention.ledger_rows import (
    Gone,
    count_ledger_rows,
    delete_ledger_rows,
    delete_unmatched_payments,
    free_leases,
    together,
)
from privacy.retention.old_cases import CASES, delete_old_cases, free_cases
from privacy.retention.old_handovers import HANDOVERS, delete_old_handovers, free_handovers
from privacy.retention.period import day_in_finland
from privacy.retention.person_periods import PersonDays, roleless_persons
from privacy.retention.person_rows import delete_person
from privacy.retention.proofs import prove_rows
from privacy.retention.retention_lock import lock_for_claim
from privacy.retention.settings import RetentionSettings
from rights.audit.subjects import wipe_forgotten
from rights.audit.trail import Action, record
from storage.database.engine import Database

A_PAGE = 100


@dataclass(slots=True)
class RegisterPlan:
    """What would go of the register today: rows by table, and persons.

    ``persons`` had a lease, ``applicants`` never had one; who is ``roleless`` never applied either, and stays.
    """

    vouchers_until: date
    persons_until: date | None
    applicants_until: date | None
    persons: int = 0
    applicants: int = 0
    roleless: int = 0
    rows: dict[str, int] = field(default_factory=dict)


def plan_register(session: Session, settings: RetentionSettings, *, clock: Clock) -> RegisterPlan:
    """Tell what would go, without doing anything."""
    today = day_in_finland(clock.now())
    ends = PersonDays.of(settings, today)
    made = RegisterPlan(settings.last_free_day(today), ends.leased_until, ends.applied_until)
    rows = Counter(count_ledger_rows(session, free_leases(session, until=made.vouchers_until)))
    unmatched = delete_unmatched_payments(session, until=made.vouchers_until, is_dry=True)
    rows[unmatched.table] += unmatched.rows
    made.rows = {table: count for table, count in rows.items() if count}
    if cases := len(free_cases(session, settings, today=today)):
        made.rows[CASES] = cases
    if handovers := len(free_handovers(session, settings, today=today)):
        made.rows[HANDOVERS] = handovers
    made.persons = len(ends.tenants(session))
    made.applicants = len(ends.applicants(session))
    made.roleless = roleless_persons(session)
    return made


def delete_register_rows(database: Database, settings: RetentionSettings, *, clock: Clock) -> int:
    """Let everything go whose period is over, old cases and hand-overs too; give how many rows.

    Nothing goes of the register while an import runs: the next day. Hand-overs go last: they stay while what they name
    is there.
    """
    count = delete_old_cases(database, settings, clock=clock)
    try:
        with import_lock(database):
            count += _delete_all(database, settings, clock=clock)
    except UnavailableError:
        pass  # the register's turn comes tomorrow
    return count + delete_old_handovers(database, settings, clock=clock)


def _delete_all(database: Database, settings: RetentionSettings, *, clock: Clock) -> int:
    today = day_in_finland(clock.now())
    until = settings.last_free_day(today)
    why = f"vouchers: {settings.voucher_years} years, financial year ends {settings.financial_year_ends}"
    with database.read() as session:
        leases = list(free_leases(session, until=until))
    count = 0
    for page in _pages(leases):

        def of_leases(session: Session, page: Sequence[int] = page) -> list[Gone]:
            settled = free_leases(session, until=until)  # again: a hold may have been put meanwhile
            return [
                gone
                for lease_id in page
                if (day := settled.get(lease_id)) is not None
                for gone in delete_ledger_rows(session, lease_id, settled_on=day)
            ]

        count += _in_one(database, of_leases, policy=why, clock=clock)
    count += _in_one(
        database, lambda session: [delete_unmatched_payments(session, until=until)], policy=why, clock=clock
    )
    return count + _delete_persons(database, settings, today=today, clock=clock)


def _delete_persons(database: Database, settings: RetentionSettings, *, today: date, clock: Clock) -> int:
    ends, count = PersonDays.of(settings, today), 0
    for free, why in (
        (ends.tenants, f"persons: {settings.register_person_years} years after the last lease"),
        (ends.applicants, f"applicants without a lease: {settings.applicant_years} years after their newest day"),
    ):
        with database.read() as session:
            found = free(session)
        for page in _pages(found):

            def of_persons(session: Session, page: Sequence[int] = page, free: Free = free) -> list[Gone]:
                still = free(session, among=page)
                return [Gone("persons", delete_person(session, one, clock=clock), "") for one in still]

            count += _in_one(database, of_persons, policy=why, clock=clock)
    if count:
        wipe_forgotten(database)
    return count


def _in_one(database: Database, do: Callable[[Session], list[Gone]], *, policy: str, clock: Clock) -> int:
    """Delete, prove and audit in one transaction; give how many rows."""
    with database.begin() as session:
        lock_for_claim(session)
        gone = [one for one in together(do(session)) if one.rows]
        for one in gone:
            hashes = {} if one.table == "persons" else {"keys": one.keys_sha256}  # a key of a person tells of him
            prove_rows(session, one.table, rows=one.rows, policy=policy, hashes=hashes, clock=clock)
            detail = {"table": one.table, "rows": one.rows, "policy": policy}
            record(session, actor=HOUSE, action=Action.REGISTER_ROWS_DELETED, detail=detail, clock=clock)
    return sum(one.rows for one in gone)


class Free(Protocol):
    """Gives persons whose period is over, by id; ``among`` some alone, where that is given."""

    def __call__(self, session: Session, *, among: Collection[int] | None = None) -> list[int]:
        """Look."""
        ...


def _pages(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), A_PAGE):
        yield ids[start : start + A_PAGE]
