"""The fingerprint of a row: by it the next import knows an unchanged row without reading its cells.

It is keyed, for a row may hold an identity code: a plain hash of one could be found by trying all codes. The key of a
file's rows is derived from all that gives its bytes their meaning, so that another mapping makes every row new.
"""

import hashlib
import json

from storage.vault.field_vault import FieldVault

FINGERPRINT_BYTES = 16
_MEANING = "register-row/1"  # to be counted up when the same row is to be read otherwise than before


class RowFingerprint:
    """Makes the fingerprints of one file's rows: BLAKE2b under the file's key (RFC 7693, section 2.9)."""

    def __init__(self, vault: FieldVault, *, file: str, header: bytes, settings: object) -> None:
        meaning = json.dumps([_MEANING, file, header.hex(), settings], ensure_ascii=True, sort_keys=True, default=str)
        key = vault.fingerprint(meaning.encode())
        self._keyed = hashlib.blake2b(key=key, digest_size=FINGERPRINT_BYTES)

    def of(self, raw: bytes) -> bytes:
        """Give the fingerprint of a row's bytes."""
        hashed = self._keyed.copy()
        hashed.update(raw)
        return hashed.digest()
