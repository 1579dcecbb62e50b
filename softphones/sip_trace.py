"""The message log of sipp (``-trace_msg``) as values: what was sent and received, and when."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_MESSAGE = re.compile(
    r"^-{20,} (?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+)\n"
    r"(?:UDP|TCP) message (?P<way>sent|received) [^\n]*:\n\n"
    r"(?P<text>.*?)(?=^-{20,} \d{4}|\Z)",
    re.MULTILINE | re.DOTALL,
)
_STATUS = re.compile(r"SIP/2\.0 (\d{3})")
_CSEQ = re.compile(r"^CSeq:\s*\d+\s+(\w+)", re.MULTILINE | re.IGNORECASE)
_CALL_ID = re.compile(r"^Call-ID:\s*(\S+)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SipMessage:
    """One message on the wire, as the phone sent or received it. ``at`` is aware."""

    at: datetime
    sent: bool
    text: str

    @property
    def start_line(self) -> str:
        """Give the first line."""
        return self.text.split("\n", 1)[0].strip()

    @property
    def status(self) -> int | None:
        """Give the status code of a response; None for a request."""
        match = _STATUS.match(self.text)
        return int(match[1]) if match else None

    @property
    def method(self) -> str:
        """Give the method, for a response that of its CSeq (RFC 3261 section 8.2.6.2)."""
        match = _CSEQ.search(self.text)
        return match[1].upper() if match else ""

    @property
    def call_id(self) -> str:
        """Give the Call-ID."""
        match = _CALL_ID.search(self.text)
        return match[1] if match else ""

    def header(self, name: str) -> str | None:
        """Give the value of the first header of a name; None where there is none."""
        match = re.search(rf"^{re.escape(name)}:[ \t]*([^\n]*)", self.text, re.MULTILINE | re.IGNORECASE)
        return match[1].strip() if match else None


def parse_trace(log: str) -> tuple[SipMessage, ...]:
    """Read a message log, oldest first. sipp writes local time without a zone."""
    return tuple(
        SipMessage(
            at=datetime.fromisoformat(match["at"]).astimezone(UTC),
            sent=match["way"] == "sent",
            text=match["text"].strip() + "\n",
        )
        for match in _MESSAGE.finditer(log.replace("\r\n", "\n"))
    )
