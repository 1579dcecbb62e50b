"""An agent's phone that rings as told, and a worker's INVITE that makes a group ring."""

import secrets

from fixtures_edge import DOMAIN, OFFER, Edge, Peer, message, ok

from softphones.sip_message import SipWireMessage

ACCEPTED = 200


class Phone(Peer):
    """An agent's phone: rings, then answers as told; None rings until it is cancelled."""

    answer: int | None = None
    body = OFFER
    content_type = ""
    # a phone may say of itself what it likes
    says = ("P-Asserted-Identity", f"<sip:director@{DOMAIN}>")

    def __init__(self, *, edge: tuple[str, int]) -> None:
        super().__init__(edge=edge)
        self.respond = self._as_told
        self._ringing: SipWireMessage | None = None

    def _as_told(self, request: SipWireMessage) -> list[SipWireMessage]:
        if request.method == "CANCEL" and self._ringing is not None:
            return [ok(request), ok(self._ringing, status=487, to_tag="phone")]
        if request.method != "INVITE":
            return [] if request.method == "ACK" else [ok(request)]
        self._ringing = request
        provisional = ok(request, status=180, to_tag="phone", Contact=self.contact)
        return [provisional] if self.answer is None else [provisional, self.decide(request, self.answer)]

    @property
    def contact(self) -> str:
        return f"<sip:peer@{self.address}:{self.port}>"

    def decide(self, request: SipWireMessage, status: int) -> SipWireMessage:
        response = ok(request, status=status, to_tag="phone", Contact=self.contact)
        if status == ACCEPTED:
            response.headers.insert(0, self.says)
            response.body = self.body
            if self.content_type:
                response.headers.append(("Content-Type", self.content_type))
        return response


def invite_of(edge: Edge, group: str, *more: tuple[str, str]) -> bytes:
    uri = f"sip:{group}@127.0.0.1:{edge.inside[1]}"
    headers = edge.workers[0].headers("INVITE", secrets.token_hex(8), to=f"<{uri}>")
    return message(f"INVITE {uri} SIP/2.0", [*headers, *more], OFFER.encode())
