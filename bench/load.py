"""The load: N conversations at once between the endpoint's customers and its agents, and when they were hung up."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from bench.house import MASS_AGENT, MASS_SERVICE, FurnishedHouse
from calls.errors import UnavailableError
from softphones.caller_identity import CallerIdentity
from softphones.endpoint import SipEndpoint
from softphones.endpoint_call import EndpointCall
from softphones.frame_sender import FrameSender

APART_S = 0.05
"""Between two INVITEs: customers do not call in the same instant."""

ANSWER_AFTER_S = 0.2
_SET_UP_TIMEOUT_S = 60.0
_OK = 200


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation, seen from its two telephones. ``hung_up_at`` is by the monotonic clock."""

    number: int
    sip_call_id: str
    answer_ms: float
    """From the INVITE to its 200."""
    hung_up_at: float
    missing_at_phones: int
    """Frames that the two parties did not hear of one another."""
    expected_at_phones: int


class Load:
    """Two telephones with many lines. An asynchronous context; leaving it hangs up whoever still talks."""

    def __init__(self, furnished: FurnishedHouse) -> None:
        self._furnished = furnished
        self.sender = FrameSender()
        self._customers = SipEndpoint(sender=self.sender)
        self._agents = SipEndpoint(sender=self.sender, answer_after_s=ANSWER_AFTER_S)
        self._stack = AsyncExitStack()
        self._placed: list[EndpointCall] = []
        self._hung_up_at: dict[int, float] = {}

    async def __aenter__(self) -> Self:
        for part in (self.sender, self._customers, self._agents):
            await self._stack.enter_async_context(part)
        await self._agents.register(
            user=MASS_AGENT,
            password=self._furnished.sip_passwords[MASS_AGENT],
            registrar=self._furnished.edge,
            domain=self._furnished.house.settings.edge.domain,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def begin(self, count: int) -> None:
        """Place the calls and wait until each is a conversation; raise UnavailableError where one is not."""
        for number in range(count):
            self._placed.append(
                self._customers.call(
                    service=MASS_SERVICE,
                    edge=self._furnished.edge,
                    caller=CallerIdentity(f"+35840100{number:04d}"),
                    number=number,
                )
            )
            await asyncio.sleep(APART_S)
        try:
            async with asyncio.timeout(_SET_UP_TIMEOUT_S):
                for call in self._placed:
                    code = await call.decided()
                    if code != _OK:
                        raise UnavailableError(
                            what=f"call {call.number} was answered {code}", where=self._furnished.edge
                        )
                    taken = await self._agents.wait_for_call(call.number)
                    await taken.answered.wait()
        except TimeoutError as error:
            raise UnavailableError(what="not all calls became conversations", where=self._furnished.edge) from error

    async def end(self, *, on_hang_up: Callable[[str], None]) -> None:
        """Hang up one after the other, in turns by customer and agent; ``on_hang_up`` is told each Call-ID before."""
        for call in self._placed:
            taken = self._taken(call)
            self._hung_up_at[call.number] = time.monotonic()
            on_hang_up(call.sip_call_id)
            await (call if call.number % 2 == 0 else taken).hang_up()

    def conversations(self) -> list[Conversation]:
        """Tell of all calls, after the end: reading every frame takes a while."""
        return [_conversation(call, self._taken(call), self._hung_up_at[call.number]) for call in self._placed]

    def _taken(self, call: EndpointCall) -> EndpointCall:
        taken = self._agents.taken(call.number)
        if taken is None:
            raise UnavailableError(what=f"nobody has call {call.number}", where=self._furnished.edge)
        return taken


def _conversation(call: EndpointCall, taken: EndpointCall, hung_up_at: float) -> Conversation:
    heard = (call.media.check(), taken.media.check())
    return Conversation(
        number=call.number,
        sip_call_id=call.sip_call_id,
        answer_ms=((call.answered_at or 0.0) - call.invited_at) * 1000,
        hung_up_at=hung_up_at,
        missing_at_phones=sum(check.missing for check in heard),
        expected_at_phones=sum(check.expected for check in heard),
    )
