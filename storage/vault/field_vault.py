"""Sealed fields: short texts (identity codes) that a table keeps unreadable, and finds by a blind index.

Invariants
----------
1. A sealed text opens in its own field of its own owner alone: the bytes of one row are worthless in another.
2. The same text sealed twice gives different bytes; only the index, which is keyed, tells that two are the same.
3. Rotation of the key-encryption key (KEK) touches no row: sealed texts name their KEK's version, and the index and the
   fingerprint stay under the KEK of the lowest version, since values under two keys could not be compared.

Format: 12 random bytes (the nonce), then AES-256-GCM ciphertext and tag. All keys are derived from the KEK by HKDF.
An index tells equality to who reads the table, and nothing to who has not the key: identity codes are few enough to
be tried one by one, which is why no plain hash would do.
"""

import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from calls.errors import IntegrityError
from storage.vault.key_ring import KeyRing

NONCE_BYTES = 12
INDEX_BYTES = 32
FINGERPRINT_BYTES = 16
_SEAL_PURPOSE = b"tallenne-field-seal-v1"
_INDEX_PURPOSE = b"tallenne-field-index-v1"
_FINGERPRINT_PURPOSE = b"tallenne-row-fingerprint-v1"


class FieldVault:
    """Seals, opens and indexes the fields of an installation's register with its key ring."""

    def __init__(self, keys: KeyRing) -> None:
        self._version = keys.version
        lowest = min(keys.versions)
        # derived once: an import seals and looks up a field for each of 100,000 persons
        self._cipher = lru_cache(lambda version: AESGCM(keys.derive(version, purpose=_SEAL_PURPOSE)))
        self._index_key = lru_cache(
            lambda field: keys.derive(lowest, purpose=b"|".join((_INDEX_PURPOSE, field.encode())))
        )
        self._fingerprint_key = keys.derive(lowest, purpose=_FINGERPRINT_PURPOSE)

    def seal(self, text: str, *, field: str, owner: str) -> tuple[bytes, int]:
        """Seal a text for a field of an owner (the natural key of its row); give the bytes and the KEK's version."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._cipher(self._version).encrypt(nonce, text.encode(), _bound_to(field, owner))
        return nonce + sealed, self._version

    def open(self, sealed: bytes, version: int, *, field: str, owner: str) -> str:
        """Give a sealed text back; raise IntegrityError where it was not sealed so, and where that KEK is missing."""
        nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher(version).decrypt(nonce, ciphertext, _bound_to(field, owner)).decode()
        except (InvalidTag, ValueError) as error:
            raise IntegrityError(
                what=f"the sealed {field} does not open with kek-{version}",
                where=owner,
                remedy="the row or the key file was changed: restore it from a backup, or import the register again",
            ) from error

    def index(self, text: str, *, field: str) -> bytes:
        """Give the 32 bytes by which a text in its normal form is found in a field (HMAC-SHA256)."""
        return hmac.digest(self._index_key(field), text.encode(), "sha256")

    def fingerprint(self, data: bytes) -> bytes:
        """Give the 16 bytes that tell a row of a file as unchanged (HMAC-SHA256, cut)."""
        return hmac.digest(self._fingerprint_key, data, "sha256")[:FINGERPRINT_BYTES]


def _bound_to(field: str, owner: str) -> bytes:
    return b"\0".join((field.encode(), owner.encode()))
