"""Encryption of a package: the age format (age-encryption.org/v1), to a passphrase or to a recipient's public key."""

import secrets

import pyrage

from calls.errors import BadDataError, IntegrityError

SUFFIX = ".age"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no two that look alike: it is read from paper and typed
_GROUPS, _GROUP_CHARS = 5, 5


def new_passphrase() -> str:
    """Make a passphrase of 123 random bits, e.g. ``k7m2q-…``; people choose worse ones."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_CHARS)) for _ in range(_GROUPS))
    return "-".join(groups)


def checked_recipient(text: str) -> str:
    """Read an age public key (``age1…``); raise BadDataError for anything else, a secret key above all."""
    tidy = "".join(text.split())
    try:
        return str(pyrage.x25519.Recipient.from_str(tidy))
    except pyrage.RecipientError as error:
        raise BadDataError(
            what="this is no public key of age", where="recipient", remedy="it begins with age1 and has 62 characters"
        ) from error


def encrypted(plain: bytes, *, recipient: str | None, passphrase: str | None) -> bytes:
    """Encrypt to a recipient, or else to a passphrase."""
    if recipient is not None:
        return bytes(pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(recipient)]))
    if passphrase is None:
        raise ValueError("a package for nobody")
    return bytes(pyrage.passphrase.encrypt(plain, passphrase))


def decrypted(sealed: bytes, *, identity: str | None = None, passphrase: str | None = None) -> bytes:
    """Open an age file; raise IntegrityError where the key is another's or a byte was changed."""
    try:
        if identity is not None:
            return bytes(pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity.strip())]))
        return bytes(pyrage.passphrase.decrypt(sealed, passphrase or ""))
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise IntegrityError(
            what="the file does not open: another key or passphrase, or it was changed", where="age"
        ) from error
