"""Reads what we need from a raw SIP message that the edge has already found sane (RFC 3261 section 7)."""

import re
import string

from calls.caller import Caller

_USER_CHARACTERS = frozenset(string.ascii_letters + string.digits + "+-_.!~*'()")  # RFC 3261 section 25.1
_MAX_NAME_CHARS = 80
_COMPACT = {"from": "f", "call-id": "i", "to": "t", "contact": "m"}
_FOLD = re.compile(r"\r?\n[ \t]+")
_LINE_END = re.compile(r"\r?\n")  # nothing else: str.splitlines() would let a phone write headers of the edge's


def text_of(raw: str) -> str:
    """Give a message as text that can be written down.

    pjsua2 hands bytes that are no UTF-8 on as lone surrogates, which no file takes (a display name in Latin-1 is
    enough); a NUL, which PostgreSQL does not take, is replaced likewise.
    """
    return raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def header(message: str, name: str) -> str | None:
    """Give the first value of a header, its folded lines joined; None where there is none."""
    head = _FOLD.sub(" ", message.split("\r\n\r\n", 1)[0])
    wanted = {name.lower(), _COMPACT.get(name.lower(), name.lower())}
    for line in _LINE_END.split(head)[1:]:
        key, colon, value = line.partition(":")
        if colon and key.strip().lower() in wanted:
            return value.strip()
    return None


def request_user(message: str) -> str:
    """Give the user part of a request's URI: ``+358...`` of ``INVITE sip:+358...@host SIP/2.0``."""
    match = re.match(r"\S+ sips?:([^@;?\s]+)@", message)
    return match[1] if match else ""


def status_of(message: str) -> int:
    """Give the status code of a response; 0 for a request, or for no message."""
    match = re.match(r"SIP/2\.0 ([0-9]{3}) ", message)
    return int(match[1]) if match else 0


def uri_of(address: str) -> str:
    """Give the URI of a name-addr or addr-spec, without brackets and header parameters."""
    match = re.search(r"<([^>]*)>", address)
    return (match[1] if match else address.split(";", 1)[0]).strip()


def calling_address(caller: Caller, *, domain: str, name: str | None) -> str:
    """Write the From that the agent's phone shows (RFC 3261 section 20.20; anonymous by RFC 3323).

    ``name`` is what our own register says. The name that the network sent is never shown: anybody may call himself by
    the name of a tenant, and an agent could not tell the one from the other.
    """
    if caller.withheld or caller.number is None:
        return '"Anonymous" <sip:anonymous@anonymous.invalid>'
    user = "".join(character for character in caller.number if character in _USER_CHARACTERS) or "unknown"
    address = f"<sip:{user}@{domain}>"
    printable = "".join(character for character in name or "" if character.isprintable())[:_MAX_NAME_CHARS]
    quoted = printable.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" {address}' if quoted else address
