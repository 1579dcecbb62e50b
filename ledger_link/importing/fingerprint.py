"""The fingerprints of a row and of a whole file: by them the next import knows what is unchanged without reading it.

They are keyed, for a row may hold an identity code: a plain hash of one could be found by trying all codes. The keys
are derived from all that gives the bytes their meaning, so that another mapping makes every row new.
"""

import hashlib
import json
from pathlib import Path

from ledger_link.importing.given_files import GivenFile
from storage.vault.field_vault import FieldVault

FINGERPRINT_BYTES = 16
_BLOCK_BYTES = 2**20
_MEANING = "register-row/1"  # to be counted up when the same row is to be read otherwise than before


def file_fingerprint(vault: FieldVault, given: GivenFile) -> bytes:
    """Give the fingerprint of a file's bytes; raise OSError where they cannot be read.

    The key is derived from all by which the file might be refused, too: another mapping or version of the product that
    names, demands or ignores other columns must read the file.
    """
    columns = [[column.name, column.required, column.kind.expected] for column in given.schema.columns]
    settings = given.mapping.settings()
    meaning = [given.is_sheet, settings, given.mapping.ignores_other_columns, columns, given.schema.key]
    return _of_file(given.path, _key(vault, f"file of {_MEANING}", given.schema.file, meaning))


def _of_file(path: Path, key: bytes) -> bytes:
    hashed = hashlib.blake2b(key=key, digest_size=FINGERPRINT_BYTES)
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            hashed.update(block)
    return hashed.digest()


def _key(vault: FieldVault, *meaning: object) -> bytes:
    return vault.fingerprint(json.dumps(meaning, ensure_ascii=True, sort_keys=True, default=str).encode())


class RowFingerprint:
    """Makes the fingerprints of one file's rows: BLAKE2b under the file's key (RFC 7693, section 2.9)."""

    def __init__(self, vault: FieldVault, *, file: str, header: bytes, settings: object) -> None:
        key = _key(vault, _MEANING, file, header.hex(), settings)
        self._keyed = hashlib.blake2b(key=key, digest_size=FINGERPRINT_BYTES)

    def of(self, raw: bytes) -> bytes:
        """Give the fingerprint of a row's bytes."""
        hashed = self._keyed.copy()
        hashed.update(raw)
        return hashed.digest()
