"""Client and server transactions over UDP (RFC 3261 section 17), as far as an endpoint on loopback needs them."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from softphones.ports import LOOPBACK
from softphones.sip_message import SipWireMessage

_T1_S = 0.5
_T2_S = 4.0
_TIMEOUT_S = 32.0
_FINAL = 200
_TIMED_OUT = 408

Address = tuple[str, int]
OnRequest = Callable[[SipWireMessage, Address], None]
OnProvisional = Callable[[SipWireMessage], None]


@dataclass(slots=True)
class _Waiting:
    """A request of ours without its final response."""

    future: asyncio.Future[SipWireMessage]
    on_provisional: OnProvisional | None
    heard: bool = False
    tasks: set[asyncio.Task[None]] = field(default_factory=set)


class Transactions(asyncio.DatagramProtocol):
    """One UDP socket: sends requests until they are answered, answers repeated requests as before."""

    def __init__(self, on_request: OnRequest, on_late_2xx: Callable[[SipWireMessage], None]) -> None:
        self._on_request = on_request
        self._on_late_2xx = on_late_2xx
        self._waiting: dict[tuple[str, str], _Waiting] = {}
        self._answered: dict[tuple[str, str], bytes] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket."""
        self._transport = cast("asyncio.DatagramTransport", transport)  # asyncio's own class is not derived from it
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Hand a request on once, and a response to whoever waits for it."""
        message = SipWireMessage.parse(data)
        if message is None:
            return
        if message.status is not None:
            self._take_response(message)
            return
        before = self._answered.get((message.branch, message.method))
        if before is not None:
            self.send_raw(before, addr)
        elif (message.branch, message.method) not in self._answered:
            self._on_request(message, addr)

    async def request(
        self, message: SipWireMessage, to: Address, *, on_provisional: OnProvisional | None = None
    ) -> SipWireMessage:
        """Send a request, again until something is heard, and wait for the final response; 408 where none comes."""
        key = (message.branch, message.method)
        waiting = _Waiting(asyncio.get_running_loop().create_future(), on_provisional)
        self._waiting[key] = waiting
        repeating = asyncio.get_running_loop().create_task(self._repeat(bytes(message), to, waiting))
        try:
            limit_s = None if message.method == "INVITE" else _TIMEOUT_S
            return await asyncio.wait_for(asyncio.shield(waiting.future), limit_s)
        except TimeoutError:
            return message.response(_TIMED_OUT, "Nobody Answered")
        finally:
            repeating.cancel()
            del self._waiting[key]

    def respond(self, request: SipWireMessage, response: SipWireMessage, to: Address) -> None:
        """Send a response; a final one is kept, to answer the request when it is repeated."""
        data = bytes(response)
        if (response.status or 0) >= _FINAL:
            self._answered[request.branch, request.method] = data
        self.send_raw(data, to)

    def send_raw(self, data: bytes, to: Address) -> None:
        """Send without keeping anything: ACK, and what is repeated."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, to)

    def via(self) -> tuple[str, str]:
        """Make the Via of a new transaction."""
        return "Via", f"SIP/2.0/UDP {LOOPBACK}:{self.port};branch=z9hG4bK{secrets.token_hex(8)};rport"

    def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()

    def _take_response(self, message: SipWireMessage) -> None:
        waiting = self._waiting.get((message.branch, message.method))
        if waiting is None:
            if message.method == "INVITE" and (message.status or 0) // 100 == 2:  # noqa: PLR2004 (2xx)
                self._on_late_2xx(message)
            return
        waiting.heard = True
        if (message.status or 0) < _FINAL:
            if waiting.on_provisional is not None:
                waiting.on_provisional(message)
        elif not waiting.future.done():
            waiting.future.set_result(message)

    async def _repeat(self, data: bytes, to: Address, waiting: _Waiting) -> None:
        pause_s = _T1_S
        waited_s = 0.0
        while True:
            self.send_raw(data, to)
            await asyncio.sleep(pause_s)
            waited_s += pause_s
            if waiting.heard:
                return
            if waited_s >= _TIMEOUT_S:
                waiting.future.set_exception(TimeoutError())
                return
            pause_s = min(pause_s * 2, _T2_S)
