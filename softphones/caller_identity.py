"""Who a test caller says he is: number, display name, withheld or not, asserted by the network or not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallerIdentity:
    """The identity headers of an INVITE (RFC 3261 From, RFC 3325 P-Asserted-Identity, RFC 3323 Privacy).

    ``number`` None is a caller without any. ``asserted`` lets the trunk name the number in P-Asserted-Identity, also
    where it is withheld; ``display_name`` may hold anything but line ends, and is quoted as RFC 3261 asks.
    """

    number: str | None
    display_name: str = ""
    withheld: bool = False
    asserted: bool = False
    domain: str = "trunk.invalid"

    @property
    def from_header(self) -> str:
        """Give the value of From, without its tag."""
        if self.withheld or self.number is None:
            return '"Anonymous" <sip:anonymous@anonymous.invalid>'
        return f"{self._quoted_name}<sip:{self.number}@{self.domain}>"

    @property
    def more_headers(self) -> str:
        """Give the other headers, each with a line end before it: this follows a header in the scenario."""
        headers = []
        if self.asserted and self.number is not None:
            headers.append(f"P-Asserted-Identity: {self._quoted_name}<sip:{self.number}@{self.domain}>")
        if self.withheld:
            headers.append("Privacy: id")
        return "".join(f"\r\n{header}" for header in headers)

    @property
    def _quoted_name(self) -> str:
        if not self.display_name:
            return ""
        escaped = self.display_name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" '
