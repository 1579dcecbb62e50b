"""Asks another register over HTTP: within a time, with a bounded memory, and never twice where it does not answer.

Every question only reads and is a POST: numbers, names and keys stand in no address, and so in nobody's log.
"""

import ssl
from collections import OrderedDict
from collections.abc import Collection, Hashable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from threading import Lock
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from calls.clock import Clock
from calls.errors import NotFoundError, UnavailableError
from ledger_link.register.messages import CardMessage, HitsMessage, NumberMessage, NumbersMessage

CACHED_AT_MOST = 10_000  # numbers, and as many cards: some ten megabytes
MAX_ANSWER_BYTES = 8 * 2**20
PAUSE_S = 5.0  # after a failure nobody waits for the register again this long
_AGAIN = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})

_Answer = TypeVar("_Answer", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class _Kept:
    value: object
    until: float


class RegisterClient:
    """One register at one address; threads may share it, a forked process makes its own."""

    def __init__(self, url: str, *, token: str | None, timeout_s: float, cache_s: float, clock: Clock) -> None:
        self._http = httpx.Client(
            base_url=url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=timeout_s,
            follow_redirects=False,  # the token goes where the settings say, and nowhere else
            trust_env=False,
            verify=ssl.create_default_context(),  # the system's authorities, where a house puts its own; not httpx's
        )
        self._timeout_s, self._cache_s, self._clock = timeout_s, cache_s, clock
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = Lock()
        self._paused_until = float("-inf")

    def numbers(self, numbers: Collection[str]) -> dict[str, NumberMessage]:
        """Give all that is known of some E.164 numbers; raise UnavailableError where nobody answers in time."""
        known: dict[str, NumberMessage] = {}
        for number in numbers:
            kept = self._recall(("number", number))
            if isinstance(kept, NumberMessage):
                known[number] = kept
        if missing := sorted(set(numbers) - known.keys()):
            answer = self._ask("numbers", {"numbers": missing}, NumbersMessage).numbers
            for number in missing:  # one that is left out is not known, and that is kept too
                known[number] = answer.get(number, NumberMessage())
                self._keep(("number", number), known[number])
        return known

    def card(self, person_no: str, *, on: date) -> CardMessage:
        """Give a person's card as of a day; raise NotFoundError for somebody unknown, UnavailableError as above."""
        key = ("card", person_no, on)
        kept = self._recall(key)
        if isinstance(kept, CardMessage):
            return kept
        card = self._ask("card", {"person_no": person_no, "on": on.isoformat()}, CardMessage)
        self._keep(key, card)
        return card

    def search(self, text: str, *, on: date, limit: int) -> HitsMessage:
        """Find persons; nothing of it is kept. Raise UnavailableError as above."""
        return self._ask("persons/search", {"text": text, "on": on.isoformat(), "limit": limit}, HitsMessage)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _ask(self, path: str, question: dict[str, Any], answer: type[_Answer]) -> _Answer:
        """Ask once, and once more where the connection or a gateway failed and there is still time."""
        now = self._clock.monotonic()
        if now < self._paused_until:
            raise self._unavailable("did not answer a moment ago")
        deadline = now + self._timeout_s
        try:
            body = self._posted(path, question, deadline=deadline)
            return answer.model_validate_json(body)
        except httpx.HTTPError as error:
            self._paused_until = self._clock.monotonic() + PAUSE_S
            raise self._unavailable(f"does not answer ({type(error).__name__})") from error
        except ValidationError:  # not its text: it may hold what was answered
            raise self._unavailable(f"answers otherwise than docs/ref/register-http.md says: {path}") from None

    def _posted(self, path: str, question: dict[str, Any], *, deadline: float) -> bytes:
        try:
            return self._post(path, question, deadline=deadline)
        except httpx.TimeoutException:
            raise
        except httpx.TransportError:
            return self._post(path, question, deadline=deadline)

    def _post(self, path: str, question: dict[str, Any], *, deadline: float) -> bytes:
        """Post a question and read the answer, as long as there is time and within a size."""
        left_s = deadline - self._clock.monotonic()
        if left_s <= 0:
            raise httpx.ReadTimeout("no time is left")
        with self._http.stream("POST", path, json=question, timeout=left_s) as response:
            if response.status_code == HTTPStatus.NOT_FOUND and path == "card":
                raise NotFoundError(what="no such person in the customer register")
            if response.status_code in _AGAIN:
                raise httpx.RemoteProtocolError(f"status {response.status_code}")
            if response.status_code != HTTPStatus.OK:
                raise httpx.HTTPError(f"status {response.status_code}")
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                if len(body) > MAX_ANSWER_BYTES:
                    raise httpx.HTTPError("the answer is too large")
                if self._clock.monotonic() > deadline:  # a time-out of httpx is between two pieces
                    raise httpx.ReadTimeout("the answer comes too slowly")
        return bytes(body)

    def _recall(self, key: Hashable) -> object | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.until <= self._clock.monotonic():
                return None
            self._kept.move_to_end(key)
            return kept.value

    def _keep(self, key: Hashable, value: object) -> None:
        with self._lock:
            self._kept[key] = _Kept(value, self._clock.monotonic() + self._cache_s)
            self._kept.move_to_end(key)
            while len(self._kept) > CACHED_AT_MOST:
                self._kept.popitem(last=False)

    def _unavailable(self, what: str) -> UnavailableError:
        return UnavailableError(
            what=f"the customer register {what}",
            where=f"{self._http.base_url.scheme}://{self._http.base_url.netloc.decode()}",
            remedy="see that it runs, then 'tallenne register relink'",
        )
