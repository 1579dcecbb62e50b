"""One call of an endpoint: the dialog (RFC 3261 section 12) and its audio."""

import asyncio
import re
import secrets
import time
from datetime import UTC, datetime

from softphones.media_leg import MediaLeg
from softphones.ports import LOOPBACK
from softphones.sip_message import SipWireMessage, address_of, uri_of
from softphones.transactions import Address, Transactions

_OK = 200
_CONNECTION = re.compile(r"^c=IN IP4 (\S+)", re.MULTILINE)
_AUDIO = re.compile(r"^m=audio (\d+) RTP/AVP (.*)", re.MULTILINE)


class EndpointCall:
    """A call, placed or taken. Times ending in ``_at`` are by the monotonic clock; ``ended`` is by the time of day."""

    def __init__(self, *, number: int, transactions: Transactions, media: MediaLeg, user: str) -> None:
        self.number = number
        self.media = media
        self.sip_call_id = ""
        self.final_code: int | None = None
        self.invited_at = time.monotonic()
        self.ringing_at: float | None = None
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.ended: datetime | None = None
        self.ended_by_us: bool | None = None
        self.answered = asyncio.Event()
        self.over = asyncio.Event()
        self._transactions = transactions
        self._contact = f"<sip:{user}@{LOOPBACK}:{transactions.port}>"
        self._local = ""
        self._remote = ""
        self._target = ""
        self._routes: list[str] = []
        self._sequence = 1
        self._invite: SipWireMessage | None = None
        self._invite_to: Address = (LOOPBACK, 0)
        self._ack = b""
        self._final = SipWireMessage("")
        self._acknowledged = asyncio.Event()

    # placing a call

    def prepare(self, *, service: str, edge: Address, from_header: str, more_headers: list[tuple[str, str]]) -> None:
        """Make the INVITE to ``service`` at ``edge``; the call has its Call-ID from here on."""
        target = f"sip:{service}@{edge[0]}:{edge[1]}"
        self.sip_call_id = secrets.token_hex(12)
        self._local, self._remote = f"{from_header};tag={secrets.token_hex(6)}", f"<{target}>"
        self._invite_to, self._target = edge, target
        self._invite = self._request("INVITE", [("Contact", self._contact), *more_headers, _ALLOW], body=self._sdp())

    async def place(self) -> None:
        """Send the INVITE; where it is answered, acknowledge and begin to speak."""
        invite = self._invite
        if invite is None:
            return
        self.invited_at = time.monotonic()
        final = await self._transactions.request(invite, self._invite_to, on_provisional=self._on_provisional)
        self._final = final
        self.final_code = final.status or 0
        if self.final_code // 100 != 2:  # noqa: PLR2004 (2xx)
            self._acknowledge_refusal(invite, final)
            self._end(by_us=False)
            return
        self.answered_at = time.monotonic()
        self._remote = final.header("To")
        self._target = uri_of(final.header("Contact"))
        self._routes = list(reversed(final.all_headers("Record-Route")))
        ack = self._request("ACK", [], sequence=self._sequence)
        self._ack = bytes(ack)
        self.repeat_ack()
        self._speak_to(final.body)
        self.answered.set()

    async def decided(self) -> int:
        """Wait for the final response to the INVITE and give its code."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self.answered, self.over)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return self.final_code or 0

    def final_header(self, name: str) -> str:
        """Give a header of the final response to the INVITE; empty where there is none."""
        return self._final.header(name)

    def repeat_ack(self) -> None:
        """Send the ACK of the 2xx, at first and whenever the 2xx comes again."""
        if self._ack:
            self._transactions.send_raw(self._ack, self._next_hop())

    async def cancel(self) -> None:
        """Give up before anybody answered; the INVITE then ends with 487."""
        if self._invite is None or self.final_code is not None:
            return
        cancel = SipWireMessage(
            self._invite.start_line.replace("INVITE", "CANCEL", 1),
            [
                (name, value.replace("INVITE", "CANCEL") if name == "CSeq" else value)
                for name, value in self._invite.headers
                if name in {"Via", "From", "To", "Call-ID", "CSeq", "Max-Forwards"}
            ],
        )
        await self._transactions.request(cancel, self._invite_to)

    # taking a call

    def take(self, invite: SipWireMessage, source: Address) -> None:
        """Ring."""
        self._invite, self._invite_to = invite, source
        self.sip_call_id = invite.call_id
        self._local = f"{invite.header('To')};tag={secrets.token_hex(6)}"
        self._remote = invite.header("From")
        self._target = uri_of(invite.header("Contact"))
        self._routes = invite.all_headers("Record-Route")
        self.ringing_at = time.monotonic()
        self._respond(180, "Ringing")

    async def answer(self) -> None:
        """Answer the call that rings, and speak; the 200 is repeated until the ACK comes."""
        if self._invite is None or self.over.is_set():
            return
        self.answered_at = time.monotonic()
        self.final_code = _OK
        self._speak_to(self._invite.body)
        self.answered.set()
        pause_s = 0.5
        while not self._acknowledged.is_set() and not self.over.is_set():
            self._respond(_OK, "OK", body=self._sdp())
            try:
                await asyncio.wait_for(self._acknowledged.wait(), pause_s)
            except TimeoutError:
                pause_s = min(2 * pause_s, 4.0)

    def refuse(self, code: int, reason: str) -> None:
        """Refuse the call that rings, or that was cancelled."""
        if self.final_code is None:
            self.final_code = code
            self._respond(code, reason)
            self._end(by_us=code != _CANCELLED)

    # both

    async def hang_up(self) -> None:
        """Say BYE and wait for its answer; nothing where the call is over."""
        if self.over.is_set() or not self.answered.is_set():
            return
        self._end(by_us=True)
        await self._transactions.request(self._request("BYE", []), self._next_hop())

    async def reinvite(self, *, direction: str) -> int:
        """Offer the same audio in another direction (``inactive`` is hold, ``sendrecv`` resumes); give the status."""
        self._sequence += 1
        offer = self._sdp().replace(" 1 IN IP4", f" {self._sequence} IN IP4") + f"a={direction}\r\n"
        invite = self._request("INVITE", [("Contact", self._contact)], body=offer, sequence=self._sequence)
        final = await self._transactions.request(invite, self._next_hop())
        self._ack = bytes(self._request("ACK", [], sequence=self._sequence))
        self.repeat_ack()
        return final.status or 0

    def on_request(self, request: SipWireMessage, source: Address) -> None:
        """Deal with a request within the dialog."""
        match request.method:
            case "ACK":
                self._acknowledged.set()
            case "BYE":
                self._transactions.respond(request, request.response(_OK, "OK"), source)
                self._end(by_us=False)
            case "CANCEL":
                self._transactions.respond(request, request.response(_OK, "OK"), source)
                self.refuse(_CANCELLED, "Request Terminated")
            case "INVITE" | "UPDATE":
                response = request.response(_OK, "OK")
                response.headers.append(("Contact", self._contact))
                if request.body:
                    response.body = self._sdp()
                    self._speak_to(request.body)
                self._transactions.respond(request, response, source)
            case _:
                self._transactions.respond(request, request.response(_OK, "OK"), source)

    def _end(self, *, by_us: bool) -> None:
        if self.over.is_set():
            return
        self.ended_at, self.ended, self.ended_by_us = time.monotonic(), datetime.now(UTC), by_us
        self.media.stop()
        self.over.set()

    def _on_provisional(self, message: SipWireMessage) -> None:
        if message.status == 180 and self.ringing_at is None:  # noqa: PLR2004 (Ringing)
            self.ringing_at = time.monotonic()

    def _request(
        self, method: str, more: list[tuple[str, str]], *, body: str = "", sequence: int | None = None
    ) -> SipWireMessage:
        if sequence is None and method != "INVITE":
            self._sequence += 1
        headers = [
            self._transactions.via(),
            ("Max-Forwards", "70"),
            *(("Route", route) for route in self._routes),
            ("From", self._local),
            ("To", self._remote),
            ("Call-ID", self.sip_call_id),
            ("CSeq", f"{sequence or self._sequence} {method}"),
            *more,
        ]
        return SipWireMessage(f"{method} {self._target} SIP/2.0", headers, body)

    def _next_hop(self) -> Address:
        return address_of(uri_of(self._routes[0]) if self._routes else self._target)

    def _respond(self, code: int, reason: str, *, body: str = "") -> None:
        if self._invite is None:
            return
        tag = self._local.rpartition(";tag=")[2]
        response = self._invite.response(code, reason, to_tag=tag)
        response.headers += [("Contact", self._contact), _ALLOW]
        response.body = body
        self._transactions.respond(self._invite, response, self._invite_to)

    def _acknowledge_refusal(self, invite: SipWireMessage, final: SipWireMessage) -> None:
        """Acknowledge what is not a 2xx, within the transaction of the INVITE (RFC 3261 section 17.1.1.3)."""
        headers = [
            (name, {"To": final.header("To"), "CSeq": value.replace("INVITE", "ACK")}.get(name, value))
            for name, value in invite.headers
            if name in {"Via", "From", "To", "Call-ID", "CSeq", "Max-Forwards"}
        ]
        ack = SipWireMessage(invite.start_line.replace("INVITE", "ACK", 1), headers)
        self._transactions.send_raw(bytes(ack), self._invite_to)

    def _sdp(self) -> str:
        kind = self.media.payload_type
        lines = [
            *("v=0", f"o=- {self.number + 1} 1 IN IP4 {LOOPBACK}", "s=-", f"c=IN IP4 {LOOPBACK}", "t=0 0"),
            *(f"m=audio {self.media.port} RTP/AVP {kind}", f"a=rtpmap:{kind} {_NAMES[kind]}/8000", "a=ptime:20"),
        ]
        return "\r\n".join(lines) + "\r\n"

    def _speak_to(self, sdp: str) -> None:
        """Send audio to where an SDP says (RFC 4566 sections 5.7, 5.14)."""
        connection, audio = _CONNECTION.search(sdp), _AUDIO.search(sdp)
        if connection and audio and int(audio[1]):
            self.media.start((connection[1], int(audio[1])))


_CANCELLED = 487
_ALLOW = ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE")
_NAMES = {8: "PCMA", 0: "PCMU"}
