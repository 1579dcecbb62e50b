"""Passwords and passphrases for tests that are about something else: real ones cost a second of work on purpose.

The formats are the real ones, so that everything reads them. The product's own cost is kept in the processes that
journeys start, and where a test asks for ``costly_passwords`` or ``costly_passphrases``.
"""

import os
from base64 import b64encode
from collections.abc import Iterator

import pyrage
import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from rights.identity import passwords

LOG_N = 4
CHUNK_BYTES = 64 * 1024
VERSION = b"age-encryption.org/v1"
_OWN_HASHER, _OWN_ENCRYPT = passwords._HASHER, pyrage.passphrase.encrypt
"""The product's own, of before this process made them cheap: no copy of what they should be."""


def pytest_configure() -> None:
    """Let argon2 and scrypt do next to no work in this process."""
    passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    pyrage.passphrase.encrypt = passphrase_encrypted


def passphrase_encrypted(plain: bytes, passphrase: str) -> bytes:
    """Write an age file to a passphrase with a work factor of 2**LOG_N (C2SP age.md); pyrage takes a second's worth."""
    file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    scrypt = Scrypt(salt=VERSION + b"/scrypt" + salt, length=32, n=2**LOG_N, r=8, p=1)
    wrapped = ChaCha20Poly1305(scrypt.derive(passphrase.encode())).encrypt(bytes(12), file_key, None)
    header = VERSION + b"\n-> scrypt %b %d\n%b\n---" % (_base64(salt), LOG_N, _base64(wrapped))
    mac = HMAC(_derived(file_key, b"header"), SHA256())
    mac.update(header)
    stream = ChaCha20Poly1305(_derived(file_key, b"payload", salt=nonce))
    chunks = [plain[at : at + CHUNK_BYTES] for at in range(0, len(plain), CHUNK_BYTES)] or [b""]
    sealed = [
        stream.encrypt(number.to_bytes(11) + bytes([number == len(chunks) - 1]), chunk, None)
        for number, chunk in enumerate(chunks)
    ]
    return header + b" " + _base64(mac.finalize()) + b"\n" + nonce + b"".join(sealed)


def _derived(file_key: bytes, what: bytes, *, salt: bytes | None = None) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=what).derive(file_key)


def _base64(plain: bytes) -> bytes:
    return b64encode(plain).rstrip(b"=")


@pytest.fixture
def costly_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash passwords as the product does."""
    monkeypatch.setattr(passwords, "_HASHER", _OWN_HASHER)
    passwords._hash_of_nobody.cache_clear()
    yield
    passwords._hash_of_nobody.cache_clear()


@pytest.fixture
def costly_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encrypt to a passphrase as the product does."""
    monkeypatch.setattr(pyrage.passphrase, "encrypt", _OWN_ENCRYPT)
