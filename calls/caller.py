"""Who calls, as the network says it (RFC 3261 From, RFC 3325 P-Asserted-Identity, RFC 3323 Privacy)."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

_ADDRESS = re.compile(r'^\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^<"]*?))\s*<(?P<uri>[^>]*)>')
# a SIP URI without "@" names a host and nobody there (RFC 3261 section 19.1.1); a tel URI is all number (RFC 3966)
_SIP_USER = re.compile(r"^sips?:(?P<user>[^@;?:>]+)[^@>]*@", re.IGNORECASE)
_TEL_NUMBER = re.compile(r"^tel:(?P<user>[^@;?>,]+)", re.IGNORECASE)
_WITHHELD_USERS = frozenset({"anonymous", "restricted", "unavailable", "unknown", "withheld"})
_MAX_RAW_CHARS = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """The calling party. ``number`` is the user part as it was sent; withheld is a case, not an empty string."""

    raw: str
    number: str | None
    display_name: str
    withheld: bool


def caller_from_headers(*, from_header: str, asserted: str | None, privacy: str | None) -> Caller:
    """Tell the caller from the three headers of an INVITE that may name him.

    A network-asserted identity (RFC 3325) beats From, which the caller writes himself. A privacy request, or
    an anonymous From without an assertion, makes the number withheld, and then it is not kept at all.
    """
    display, uri = _split_address(from_header)
    if asserted:
        asserted_display, uri = _split_address(asserted)
        display = asserted_display or display
    user = _user_of(uri)
    tokens = {token.strip().lower() for token in re.split(r"[;,]", privacy or "") if token.strip()}
    if user is None or user.lower() in _WITHHELD_USERS or tokens & {"id", "user", "header"}:
        return Caller(raw="anonymous", number=None, display_name="", withheld=True)
    return Caller(raw=_printable(uri), number=_printable(user), display_name=_printable(display), withheld=False)


def _split_address(header: str) -> tuple[str, str]:
    """Split a name-addr or addr-spec (RFC 3261 section 20.10) into display name and URI."""
    match = _ADDRESS.match(header)
    if match is None:
        return "", header.split(";", 1)[0].strip()
    quoted = match["quoted"]
    name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else (match["plain"] or "").strip()
    return name, match["uri"].strip()


def _user_of(uri: str) -> str | None:
    match = _SIP_USER.match(uri) or _TEL_NUMBER.match(uri)
    return unquote(match["user"]).strip() or None if match else None


def _printable(text: str) -> str:
    """Replace what no journal or database can take: lone surrogates (bytes that were no UTF-8), NUL, controls."""
    cut = text[:_MAX_RAW_CHARS]
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in cut)
