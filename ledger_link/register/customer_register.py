"""The register as the rest of the product sees it: three questions, whoever answers them.

``sql_register`` beside this answers from our own tables, ``http_register`` from a company's register that speaks HTTP.
``tests/contract/test_customer_register.py`` is what any other adapter has to pass.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol, runtime_checkable

from sqlalchemy.orm import Session

from ledger_link.linking.rule import NumberRecord
from ledger_link.records.card import CustomerCard
from ledger_link.search.person_search import PersonHit


class CustomerRegister(Protocol):
    """A register to read, for the length of one transaction of ours.

    Persons are told by the ids of our ``persons``: an adapter sees to it that whoever it names has a row there, so that
    links, decisions and the audit can name him. Every method raises UnavailableError where the register does not
    answer in time, and nothing else for a fault of its own.

    Obligations: nothing that is told of a person with a turvakielto holds an address or a number, and a number that
    such a person has or had is found in ``undisclosed_numbers`` from when it was first asked for.
    """

    def holdings_of(self, numbers: Collection[str]) -> Mapping[str, NumberRecord]:
        """Give all that is known of some E.164 numbers (a thousand at most); unknown ones are left out."""

    def card_of(self, person_id: int, *, on: date) -> CustomerCard:
        """Give a person's card as of a day; raise NotFoundError for somebody the register does not know."""

    def find_persons(self, text: str, *, on: date, limit: int = 20) -> tuple[PersonHit, ...]:
        """Find persons by parts of their names or by a whole telephone number, as ``person_search.find_persons``."""


OpenRegister = Callable[[Session], CustomerRegister]


@dataclass(frozen=True, slots=True)
class RegisterQuestion:
    """What is going to be asked: E.164 numbers, cards by our ids of persons and day, searches by text and day."""

    numbers: frozenset[str] = frozenset()
    cards: frozenset[tuple[int, date]] = frozenset()
    searches: frozenset[tuple[str, date]] = frozenset()


@runtime_checkable
class FarRegister(CustomerRegister, Protocol):
    """A register to which the way is long; ``ledger_link.linking.asking_ahead`` asks it before a transaction begins."""

    def ahead(self, question: RegisterQuestion) -> Callable[[], OpenRegister]:
        """Give what asks, outside any transaction, and then gives the register with the answers; it raises nothing."""
