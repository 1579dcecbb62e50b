"""Passwords: what is accepted, how it is kept (argon2id, RFC 9106 low-memory profile), how it is compared.

No rules of composition: length is what resists guessing (NIST SP 800-63B section 3.1.1.2). Refused are only
the short, the common, and those made of the person's own names.
"""

import secrets
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from calls.errors import BadDataError, IntegrityError
from rights.identity.common_passwords import is_common

MIN_PASSWORD_CHARS = 12
MAX_PASSWORD_CHARS = 1024  # argon2 takes more, but nobody types it, and hashing megabytes is work for free
_OWN_CHARS_MIN = 4  # that are not the names of the person
_NAME_CHARS_MIN = 3  # a shorter word says nothing of its own

NOT_KNOWN: Container[str] = frozenset[str]()
"""For a house that keeps no file of breached passwords."""

_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


class PasswordFault(StrEnum):
    """Why a password is refused; the viewer has a sentence for each."""

    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    COMMON = "common"
    LIKE_NAME = "like-name"
    BREACHED = "breached"


@dataclass(eq=False)
class WeakPasswordError(BadDataError):
    """The password is not accepted; ``fault`` says why. The password itself is not told."""

    fault: PasswordFault = PasswordFault.COMMON


def require_strong(password: str, *, login: str, name: str, breached: Container[str] = NOT_KNOWN) -> None:
    """Refuse a password that is short, common or made of the person's names, or breached; raise WeakPasswordError."""
    fault = fault_of(password, login=login, name=name, breached=breached)
    if fault is not None:
        raise WeakPasswordError(
            what=f"the password is refused: {fault}",
            remedy=f"take {MIN_PASSWORD_CHARS} characters or more that nobody would guess, e.g. several words",
            fault=fault,
        )


def fault_of(password: str, *, login: str, name: str, breached: Container[str] = NOT_KNOWN) -> PasswordFault | None:
    """Tell why a password is refused, None where it is accepted. Characters are code points after NFC.

    ``breached`` are those known from breaches, asked last; raises UnavailableError where they cannot be read.
    """
    text = _normal(password)
    if len(text) < MIN_PASSWORD_CHARS:
        return PasswordFault.TOO_SHORT
    if len(text) > MAX_PASSWORD_CHARS:
        return PasswordFault.TOO_LONG
    if _own_part(text.casefold(), login=login, name=name) < _OWN_CHARS_MIN:
        return PasswordFault.LIKE_NAME
    if is_common(text):
        return PasswordFault.COMMON
    return PasswordFault.BREACHED if is_utf8(text) and text in breached else None


def hash_password(password: str) -> str:
    """Hash a password with a fresh salt; about 100 ms and 64 MiB by design. BadDataError for lone surrogates."""
    if not is_utf8(password):
        raise BadDataError(what="the password has characters that are no text", remedy="type it anew")
    return _HASHER.hash(_normal(password))


def verify_password(password_hash: str | None, password: str) -> bool:
    """Compare a password with its hash; with None (nobody there) it works as long and says False.

    Raises IntegrityError where the stored text is no argon2 hash.
    """
    if len(password) > MAX_PASSWORD_CHARS or not is_utf8(password):
        password = ""  # never a password of ours, and not worth hashing; the work below stays the same
    try:
        matches = _HASHER.verify(password_hash or _hash_of_nobody(), _normal(password))
    except VerifyMismatchError:
        return False
    except (InvalidHashError, VerificationError) as error:
        raise IntegrityError(what="a stored password hash is damaged", where="accounts") from error
    return matches and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


@cache
def _hash_of_nobody() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


def is_utf8(text: str) -> bool:
    """Tell whether a text has no lone surrogates, which nobody types and nothing can hash."""
    return not any(unicodedata.category(character) == "Cs" for character in text)


def _normal(password: str) -> str:
    """Compose the characters (RFC 8265 section 4.2): two keyboards may write the same ä differently."""
    return unicodedata.normalize("NFC", password)


def _own_part(folded: str, *, login: str, name: str) -> int:
    """Count the characters that are not the person's names; separators do not count."""
    words = sorted({login, name, *login.replace("@", ".").split("."), *name.split()}, key=len, reverse=True)
    for word in words:
        if len(word) >= _NAME_CHARS_MIN:
            folded = folded.replace(_normal(word).casefold(), "")
    return sum(character.isalnum() for character in folded)
