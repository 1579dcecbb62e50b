"""Who calls, as the network says it (RFC 3261 From, RFC 3325 P-Asserted-Identity, RFC 3323 Privacy)."""

import re
from dataclasses import dataclass

_ADDRESS = re.compile(r'^\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^<"]*?))\s*<(?P<uri>[^>]*)>')
_USER = re.compile(r"^(?:sips?|tel):(?P<user>[^@;?>]+)", re.IGNORECASE)
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
    withheld = bool(tokens & {"id", "user", "header"}) or user is None or user.lower() in _WITHHELD_USERS
    if withheld:
        return Caller(raw="anonymous", number=None, display_name="", withheld=True)
    return Caller(raw=uri[:_MAX_RAW_CHARS], number=user, display_name=display[:_MAX_RAW_CHARS], withheld=False)


def _split_address(header: str) -> tuple[str, str]:
    """Split a name-addr or addr-spec (RFC 3261 section 20.10) into display name and URI."""
    match = _ADDRESS.match(header)
    if match is None:
        return "", header.split(";", 1)[0].strip()
    quoted = match["quoted"]
    name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else (match["plain"] or "").strip()
    return name, match["uri"].strip()


def _user_of(uri: str) -> str | None:
    match = _USER.match(uri)
    if match is None:
        return None
    user = match["user"].split(":", 1)[0]
    return user or None
