"""Who may be calling while it rings: by the linker's rules, so that a screen says now what the link says afterwards."""

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from calls.errors import UnavailableError
from ledger_link.linking.asking_ahead import ask_ahead
from ledger_link.linking.link import LinkRule, LinkStatus
from ledger_link.linking.rule import UNKNOWN, Match, match
from ledger_link.register.customer_register import CustomerRegister, OpenRegister, RegisterQuestion
from ledger_link.values.day import day_of
from storage.database.engine import Database
from storage.database.live_calls import LiveCallRow

LiveCalls = Callable[[Session], Iterable[LiveCallRow]]


def match_of(register: CustomerRegister, row: LiveCallRow) -> Match:
    """Apply the rules; where the register does not answer, they say so."""
    number = row.caller_e164
    try:
        known = register.holdings_of([number]).get(number, UNKNOWN) if number else UNKNOWN
    except UnavailableError:
        return Match(LinkStatus.NONE, LinkRule.REGISTER_UNAVAILABLE)
    return match(number=number, withheld=row.caller_withheld, on=day_of(row.arrived_at), record=known)


def numbers_ahead(database: Database, register: OpenRegister, calls: LiveCalls) -> OpenRegister:
    """Ask who has the numbers of some calls, before a transaction begins (``ask_ahead``)."""
    return ask_ahead(
        database,
        register,
        lambda session: RegisterQuestion(
            numbers=frozenset(number for row in calls(session) if (number := row.caller_e164))
        ),
    )


def cards_ahead(database: Database, register: OpenRegister, calls: LiveCalls) -> OpenRegister:
    """Ask who has the numbers, and then for the cards of those who may be calling."""
    known = numbers_ahead(database, register, calls)
    if known is register:
        return register
    with database.begin() as session:  # whoever has a number is remembered
        opened = known(session)
        cards = frozenset(
            (evidence.person_id, day_of(row.arrived_at))
            for row in calls(session)
            for evidence in match_of(opened, row).candidates
        )
    return ask_ahead(database, known, lambda _: RegisterQuestion(cards=cards))
