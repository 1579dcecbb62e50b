"""Seals small texts into addresses, so that what a person searched for never stands in one.

A search may hold a customer's name or number. Its address holds only this sealed form: unreadable in logs,
histories and proxies, and of no use to any other account. Paging, reloading and the back button work as usual,
and nothing is kept on the server that would have to be cleaned up.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from calls.errors import NotFoundError

_NONCE_BYTES = 12
_KEY_BYTES = 32


class Seal:
    """AES-256-GCM under a key derived from the viewer's secret; the owner is the associated data."""

    def __init__(self, secret: bytes) -> None:
        derive = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"tallenne viewer search v1")
        self._aead = AESGCM(derive.derive(secret))

    def close(self, text: str, *, owner: str) -> str:
        """Seal a text for one owner; the result fits into an address."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._aead.encrypt(nonce, text.encode(), owner.encode())
        return urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()

    def open(self, sealed: str, *, owner: str) -> str:
        """Give the text back; raise NotFoundError for anything that was not sealed here for this owner."""
        try:
            raw = urlsafe_b64decode(sealed.encode() + b"=" * (-len(sealed) % 4))
            return self._aead.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], owner.encode()).decode()
        except (ValueError, InvalidTag) as error:
            raise NotFoundError(what="no such search", remedy="search again") from error
