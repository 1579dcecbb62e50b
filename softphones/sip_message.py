"""SIP messages on the wire (RFC 3261 section 7): enough of them for an endpoint behind a proxy."""

import re
from dataclasses import dataclass, field
from typing import Self

_COMPACT = {
    "v": "Via",
    "f": "From",
    "t": "To",
    "i": "Call-ID",
    "m": "Contact",
    "l": "Content-Length",
    "c": "Content-Type",
}
_URI = re.compile(r"<(?P<angled>[^>]+)>|(?P<bare>sips?:[^;>\s]+)")
_HOST = re.compile(r"^sips?:(?:[^@;?]*@)?(?P<host>[^:;>?]+)(?::(?P<port>\d+))?")
_SIP_PORT = 5060


@dataclass(slots=True)
class SipWireMessage:
    """A start line, headers in their order, a body."""

    start_line: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    @classmethod
    def parse(cls, data: bytes) -> Self | None:
        """Read a datagram; None where it is no SIP message (a keep-alive, noise)."""
        head, _, body = data.decode("utf-8", errors="replace").partition("\r\n\r\n")
        start_line, *lines = head.split("\r\n")
        if "SIP/2.0" not in start_line:
            return None
        headers = []
        for line in lines:
            name, colon, value = line.partition(":")
            if colon:
                headers.append((_COMPACT.get(name.strip().lower(), name.strip()), value.strip()))
        return cls(start_line, headers, body)

    def __bytes__(self) -> bytes:
        body = self.body.encode()
        lines = [self.start_line, *(f"{name}: {value}" for name, value in self.headers)]
        if body:
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    @property
    def status(self) -> int | None:
        """Give the status code of a response; None for a request."""
        return int(self.start_line.split(" ", 2)[1]) if self.start_line.startswith("SIP/2.0 ") else None

    @property
    def method(self) -> str:
        """Give the method, for a response that of its CSeq."""
        return self.start_line.split(" ", 1)[0] if self.status is None else self.header("CSeq").split()[-1]

    @property
    def call_id(self) -> str:
        """Give the Call-ID."""
        return self.header("Call-ID")

    @property
    def branch(self) -> str:
        """Give the branch of the topmost Via: with the method it names the transaction."""
        match = re.search(r";\s*branch=([^;,\s]+)", self.header("Via"))
        return match[1] if match else ""

    def header(self, name: str) -> str:
        """Give the first header of a name; empty where there is none."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")

    def all_headers(self, name: str) -> list[str]:
        """Give all headers of a name, also those that share a line."""
        lines = [value for known, value in self.headers if known.lower() == name.lower()]
        return [part.strip() for line in lines for part in re.split(r",(?=\s*<)", line)]

    def response(self, status: int, reason: str, *, to_tag: str = "") -> "SipWireMessage":
        """Begin a response to this request (RFC 3261 section 8.2.6.2)."""
        copied = [
            (name, value)
            for name, value in self.headers
            if name.lower() in {"via", "from", "to", "call-id", "cseq", "record-route"}
        ]
        tagged = [
            (name, f"{value};tag={to_tag}" if name.lower() == "to" and to_tag and ";tag=" not in value else value)
            for name, value in copied
        ]
        return SipWireMessage(f"SIP/2.0 {status} {reason}", tagged)


def uri_of(name_address: str) -> str:
    """Take the URI out of a Contact, Route or To."""
    match = _URI.search(name_address)
    return (match["angled"] or match["bare"]) if match else name_address


def address_of(uri: str) -> tuple[str, int]:
    """Tell where a SIP URI with an address literal points to."""
    match = _HOST.match(uri)
    if match is None:
        raise ValueError(f"not a SIP URI: {uri!r}")
    return match["host"], int(match["port"] or _SIP_PORT)
