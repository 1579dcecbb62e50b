"""Our own tables as the register."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy.orm import Session

from ledger_link.linking.holdings import holdings_of
from ledger_link.linking.rule import NumberRecord
from ledger_link.records.card import CustomerCard, card_of
from ledger_link.search.person_search import PersonHit, find_persons


class SqlRegister:
    """The register that imports fill; see :class:`ledger_link.register.customer_register.CustomerRegister`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def holdings_of(self, numbers: Collection[str]) -> Mapping[str, NumberRecord]:
        """Ask ``phone_numbers``, ``lease_parties``, ``organisation_numbers`` and ``employments``."""
        return holdings_of(self._session, numbers)

    def card_of(self, person_id: int, *, on: date) -> CustomerCard:
        """Put the card together."""
        return card_of(self._session, person_id, on=on)

    def find_persons(self, text: str, *, on: date, limit: int = 20) -> tuple[PersonHit, ...]:
        """Search names and numbers."""
        return find_persons(self._session, text, on=on, limit=limit)
