"""Relinking: after an import, links that no person decided are worked out anew."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select, text
from sqlalchemy.orm import Session

from calls.clock import Clock
from ledger_link.linking.customer_number import number_of_customer
from ledger_link.linking.due_numbers import (
    count_due,
    forget_uncalled,
    forget_up_to,
    newest_due,
    next_due,
    no_longer_due,
)
from ledger_link.linking.linker import link_calls
from ledger_link.linking.linking_lock import await_linking
from ledger_link.register.customer_register import OpenRegister
from ledger_link.register.sql_register import SqlRegister
from ledger_link.tables.among import among
from ledger_link.tables.call_links import CallLinkRow
from storage.database.calls import CallRow
from storage.database.engine import Database
from storage.database.pages import pages

BATCH_CALLS = 1000
_DUE_NUMBERS = 100  # at a time; a number has some ten calls


@dataclass(frozen=True, slots=True)
class RelinkReport:
    """How many calls were looked at, and how many have another link than before."""

    checked: int
    changed: int


def relink(
    database: Database,
    *,
    register: OpenRegister = SqlRegister,
    prepare: Callable[[Collection[str]], object] | None = None,
    clock: Clock,
    progress: Callable[[int, int], None],
) -> RelinkReport:
    """Link every call again that no person decided about; tell ``progress`` (done, total) after each batch.

    Each batch is a transaction of its own, so that calls are archived meanwhile; killed half-way, it is simply run
    again. ``prepare`` is told the numbers of a batch before its transaction begins, for a register to which the way
    is long; its UnavailableError ends the relink, and what was linked by then stays. The numbers that were due when it
    began are no longer due when it ends, and not before.
    """
    with database.begin() as session:
        newest = newest_due(session)  # before the wait: whoever links after it reads the register that noted these
        await_linking(session)
    checked = changed = 0
    with database.read() as session:
        total = session.scalar(select(func.count(CallRow.id)).where(_undecided())) or 0
    for batch in _batches(database):
        if prepare is not None:
            with database.read() as session:
                numbers = _numbers(session, batch)
            prepare(numbers)
        with database.begin() as session:
            _without_waiting_for_the_disk(session)
            changed += link_calls(session, batch, register=register, clock=clock)
        checked += len(batch)
        progress(checked, max(total, checked))
    with database.begin() as session:
        forget_up_to(session, newest)
    return RelinkReport(checked=checked, changed=changed)


def relink_due(database: Database, *, clock: Clock, progress: Callable[[int, int], None]) -> RelinkReport:
    """Link the calls again of whose numbers imports say something else; tell ``progress`` (numbers done, in all).

    For our own register's tables, by who holds the import lock. As with :func:`relink` no decision is changed, and
    killed half-way it is simply run again.
    """
    with database.begin() as session:
        await_linking(session)
    with database.begin() as session:
        forget_uncalled(session)
        total = count_due(session)
    done = checked = changed = 0
    while True:
        with database.read() as session:
            numbers = next_due(session, most=_DUE_NUMBERS)
            calls = _calls_of(session, numbers)
        if not numbers:
            return RelinkReport(checked=checked, changed=changed)
        for page in pages(calls, size=BATCH_CALLS):
            with database.begin() as session:
                _without_waiting_for_the_disk(session)
                changed += link_calls(session, page, clock=clock)
        with database.begin() as session:
            no_longer_due(session, numbers)
        checked += len(calls)
        done += len(numbers)
        progress(done, max(total, done))


def _without_waiting_for_the_disk(session: Session) -> None:
    """Let the commit of this transaction alone (``SET LOCAL``) become durable a moment later, on PostgreSQL.

    To be said only where nothing is written but links that the rules make: they are derived, and what a crash takes
    away is linked again. ``link_calls`` leaves decided calls alone, and decisions and audit rows are committed by
    others, who wait for the disk. Numbers cease to be due in later transactions, which wait for it too: these are after
    the links in the one write-ahead log, which is flushed and replayed in its order, so that no crash keeps such a
    deletion and loses the links before it.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL synchronous_commit = off"))


def _calls_of(session: Session, numbers: Sequence[str]) -> list[str]:
    """Give the calls of some customers' numbers that nobody decided about, in their order."""
    found: set[str] = set()
    for column in (CallRow.caller_e164, CallRow.dialled_e164):
        found.update(session.scalars(select(CallRow.id).where(among(session, column, numbers), _undecided())))
    return sorted(found)


def _undecided() -> ColumnElement[bool]:
    return ~exists().where(CallLinkRow.call_id == CallRow.id, CallLinkRow.decided_by.is_not(None))


def _batches(database: Database) -> Iterator[list[str]]:
    """Give all calls in their order, some at a time, each time without those that somebody decided about.

    Decided calls are taken out of the batch, and not looked for by the query that finds it: PostgreSQL would read all
    decisions, or all links, anew for every batch.
    """
    after = ""
    while True:
        with database.read() as session:
            query = select(CallRow.id).where(CallRow.id > after).order_by(CallRow.id).limit(BATCH_CALLS)
            calls = list(session.scalars(query))
            decided = set(
                session.scalars(
                    select(CallLinkRow.call_id).where(
                        among(session, CallLinkRow.call_id, calls), CallLinkRow.decided_by.is_not(None)
                    )
                )
            )
        if not calls:
            return
        after = calls[-1]
        if undecided := [call_id for call_id in calls if call_id not in decided]:
            yield undecided


def _numbers(session: Session, calls: Sequence[str]) -> set[str]:
    query = select(CallRow.direction, CallRow.caller_e164, CallRow.dialled_e164)
    rows = session.execute(query.where(among(session, CallRow.id, calls)))
    numbers = {number_of_customer(direction, caller=caller, dialled=dialled) for direction, caller, dialled in rows}
    return {number for number in numbers if number is not None}
