"""A SIP endpoint in this process: many calls, each speaking the pulse pattern and checking every frame it hears.

For the bench and for tests of many calls at once, where sipp cannot tell what was lost on the way and one baresip each
would be too much. UDP, G.711, on loopback.
"""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from types import TracebackType
from typing import Any, Self

from softphones import digest, g711
from softphones.caller_identity import CallerIdentity
from softphones.endpoint_call import EndpointCall
from softphones.errors import PhoneError
from softphones.frame_sender import FrameSender
from softphones.media_leg import MediaLeg
from softphones.ports import LOOPBACK
from softphones.pulse import Party
from softphones.sip_message import SipWireMessage, address_of, uri_of
from softphones.transactions import Address, Transactions

_OK = 200
_UNAUTHORIZED = 401
_NUMBER_DIGITS = 4


def number_of(caller: str) -> int:
    """Tell a call's number from the caller's telephone number: its last four digits; 0 without any."""
    digits = re.sub(r"\D", "", caller.partition("@")[0])
    return int(digits[-_NUMBER_DIGITS:] or 0)


class SipEndpoint:
    """Places calls as customers and takes calls as agents, all over one socket. Use it as an asynchronous context.

    A call taken has the number that :func:`number_of` finds in its From, and is answered ``answer_after_s`` after it
    began to ring (None: never).
    """

    def __init__(
        self,
        *,
        sender: FrameSender,
        answer_after_s: float | None = 0.0,
        payload_type: int = g711.PCMA,
    ) -> None:
        self.calls: list[EndpointCall] = []
        self._sender = sender
        self._answer_after_s = answer_after_s
        self._payload_type = payload_type
        self._by_call_id: dict[str, EndpointCall] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._unregister: dict[str, Callable[[], Awaitable[None]]] = {}
        self._arrived = asyncio.Event()
        self._transactions = Transactions(self._on_request, self._on_late_2xx)

    async def __aenter__(self) -> Self:
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self._transactions, local_addr=(LOOPBACK, 0))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Hang up every call that goes on, unregister, and close the socket."""
        await asyncio.gather(*(call.hang_up() for call in self.calls))
        await asyncio.gather(*(unregister() for unregister in self._unregister.values()))
        for call in self.calls:
            call.media.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._transactions.close()

    async def register(self, *, user: str, password: str, registrar: str, domain: str, expires_s: int = 300) -> None:
        """Register this socket as the contact of ``user``; 0 seconds unregister. PhoneError where it is refused."""
        host, port = address_of(f"sip:{registrar}")
        uri = f"sip:{domain}"
        call_id, tag = secrets.token_hex(12), secrets.token_hex(6)
        headers: list[tuple[str, str]] = []
        response: SipWireMessage | None = None
        for sequence in (1, 2):
            request = SipWireMessage(
                f"REGISTER {uri} SIP/2.0",
                [
                    self._transactions.via(),
                    ("Max-Forwards", "70"),
                    ("From", f"<sip:{user}@{domain}>;tag={tag}"),
                    ("To", f"<sip:{user}@{domain}>"),
                    ("Call-ID", call_id),
                    ("CSeq", f"{sequence} REGISTER"),
                    ("Contact", f"<sip:{user}@{LOOPBACK}:{self._transactions.port}>"),
                    ("Expires", str(expires_s)),
                    *headers,
                ],
            )
            response = await self._transactions.request(request, (host, port))
            if response.status == _OK:
                self._unregister[user] = partial(
                    self.register, user=user, password=password, registrar=registrar, domain=domain, expires_s=0
                )
                if expires_s == 0:
                    del self._unregister[user]
                return
            if response.status != _UNAUTHORIZED:
                break
            challenge = response.header("WWW-Authenticate")
            value = digest.authorization(challenge, user=user, password=password, method="REGISTER", uri=uri)
            headers = [("Authorization", value)]
        raise PhoneError(
            what=f"not registered: {response.start_line if response else ''}", where=f"sip:{user}@{domain}"
        )

    def call(self, *, service: str, edge: str, caller: CallerIdentity, number: int) -> EndpointCall:
        """Begin to call ``service`` at ``edge`` (``address:port``) as a customer; ``decided()`` tells the result."""
        call = self._new_call(party=Party.CUSTOMER, number=number, user="caller")
        headers = [line.partition(": ") for line in caller.more_headers.split("\r\n") if line]
        call.prepare(
            service=service,
            edge=address_of(f"sip:{edge}"),
            from_header=caller.from_header,
            more_headers=[(name, value) for name, _, value in headers],
        )
        self._by_call_id[call.sip_call_id] = call
        self._spawn(call.place())
        return call

    def taken(self, number: int) -> EndpointCall | None:
        """Give the newest call with a number; None where none came."""
        return next((call for call in reversed(self.calls) if call.number == number), None)

    async def wait_for_call(self, number: int) -> EndpointCall:
        """Wait for a call with a number to ring here; for how long is the caller's to limit."""
        while (taken := self.taken(number)) is None:
            self._arrived.clear()
            await self._arrived.wait()
        return taken

    def _new_call(self, *, party: Party, number: int, user: str) -> EndpointCall:
        media = MediaLeg(party=party, call=number, sender=self._sender, payload_type=self._payload_type)
        call = EndpointCall(number=number, transactions=self._transactions, media=media, user=user)
        self.calls.append(call)
        return call

    def _on_request(self, request: SipWireMessage, source: Address) -> None:
        known = self._by_call_id.get(request.call_id)
        if known is not None:
            known.on_request(request, source)
        elif request.method == "INVITE":
            self._take(request, source)
        elif request.method == "OPTIONS":
            self._transactions.respond(request, request.response(_OK, "OK"), source)
        elif request.method != "ACK":
            self._transactions.respond(request, request.response(481, "Call Does Not Exist"), source)

    def _take(self, invite: SipWireMessage, source: Address) -> None:
        user = uri_of(invite.start_line.split()[1]).partition(":")[2].partition("@")[0]
        number = number_of(uri_of(invite.header("From")))
        call = self._new_call(party=Party.AGENT, number=number, user=user)
        self._by_call_id[invite.call_id] = call
        call.take(invite, source)
        self._arrived.set()
        if self._answer_after_s is not None:
            self._spawn(self._answer_later(call, self._answer_after_s))

    async def _answer_later(self, call: EndpointCall, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await call.answer()

    def _on_late_2xx(self, response: SipWireMessage) -> None:
        known = self._by_call_id.get(response.call_id)
        if known is not None:
            known.repeat_ack()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
