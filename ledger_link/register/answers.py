"""What another register answered to questions that were asked ahead, in the words in which it is asked."""

from collections.abc import Callable, Collection, Hashable
from datetime import date
from functools import partial
from typing import TypeVar, cast

from calls.errors import NotFoundError, UnavailableError
from ledger_link.register.client import RegisterClient
from ledger_link.register.messages import CardMessage, HitsMessage, NumberMessage

_Answer = TypeVar("_Answer")


class RegisterAnswers:
    """Answers and failures, each given as often as it is asked for; what was not asked ahead is asked then."""

    def __init__(
        self,
        client: "RegisterClient | RegisterAnswers",
        *,
        numbers: Collection[str],
        cards: Collection[tuple[str, date]],
        searches: Collection[tuple[str, date, int]],
    ) -> None:
        """Ask for numbers, for the cards of persons as of days, and for texts as of days with a limit of hits."""
        self._client = client
        self._numbers = frozenset(numbers)
        self._kept: dict[Hashable, object] = {}
        if numbers:
            self._ask("numbers", partial(client.numbers, numbers))
        for person_no, on in cards:
            self._ask(("card", person_no, on), partial(client.card, person_no, on=on))
        for text, on, limit in searches:
            self._ask(("search", text, on, limit), partial(client.search, text, on=on, limit=limit))

    def numbers(self, numbers: Collection[str]) -> dict[str, NumberMessage]:
        """Answer as :meth:`RegisterClient.numbers`."""
        if not self._numbers.issuperset(numbers):
            return self._client.numbers(numbers)
        known = self._answer("numbers", partial(self._client.numbers, numbers))
        return {number: known[number] for number in numbers}

    def card(self, person_no: str, *, on: date) -> CardMessage:
        """Answer as :meth:`RegisterClient.card`."""
        return self._answer(("card", person_no, on), partial(self._client.card, person_no, on=on))

    def search(self, text: str, *, on: date, limit: int) -> HitsMessage:
        """Answer as :meth:`RegisterClient.search`."""
        return self._answer(("search", text, on, limit), partial(self._client.search, text, on=on, limit=limit))

    def _ask(self, key: Hashable, ask: Callable[[], object]) -> None:
        try:
            self._kept[key] = ask()
        except (NotFoundError, UnavailableError) as failure:
            self._kept[key] = failure

    def _answer(self, key: Hashable, ask: Callable[[], _Answer]) -> _Answer:
        kept = self._kept.get(key)
        if kept is None:
            return ask()
        if isinstance(kept, NotFoundError | UnavailableError):
            raise kept
        return cast("_Answer", kept)
