r"""Sealed objects: AES-256-GCM in chunks of 64 KiB, each bound to its place (the STREAM construction).

Format, version 1::

    header   4 bytes  "TLN\x1a"        magic
             1 byte   1                version of this format
             7 bytes  random           nonce prefix
    chunk    1..65536 bytes of ciphertext, then 16 bytes of tag; every chunk but the last is full

The nonce of chunk n is prefix + n (4 bytes, big-endian) + 1 byte that is 1 in the last chunk alone. Associated
data is the header, the kind of object and the call id, so a chunk opens only in its place of its own object.
An empty object is one chunk without ciphertext. Source: Hoang, Reyhanitabar, Rogaway, Vizar, "Online
Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance" (CRYPTO 2015), section 7.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from calls.errors import IntegrityError
from storage.vault.key_ring import DataKey

MAGIC = b"TLN\x1a"
VERSION = 1
PREFIX_BYTES = 7
HEADER_BYTES = len(MAGIC) + 1 + PREFIX_BYTES
CHUNK_BYTES = 65536
TAG_BYTES = 16
SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
MAX_CHUNKS = 2**32
CHUNKS_A_FETCH = 16


class Kind(StrEnum):
    """What a sealed object holds; one cannot be passed off as the other."""

    AUDIO = "audio"
    PEAKS = "peaks"
    COPY = "copy"  # a package for a data subject; its label names the copy, not a call


@dataclass(frozen=True, slots=True)
class Label:
    """Which object this is: authenticated with every chunk, stored in none."""

    call_id: str
    kind: Kind

    def associated_data(self, header: bytes) -> bytes:
        """Give what each chunk is bound to."""
        return b"|".join((header, self.kind.value.encode(), self.call_id.encode()))


def seal(plain: Iterable[bytes], *, key: DataKey, label: Label) -> Iterator[bytes]:
    """Seal a stream of plain pieces of any size; give the sealed object in pieces, header first."""
    header = MAGIC + bytes([VERSION]) + os.urandom(PREFIX_BYTES)
    cipher, associated = AESGCM(key.secret), label.associated_data(header)
    yield header
    index, held = 0, b""
    for chunk in _in_chunks(plain):
        if index:  # a chunk is known not to be the last one when the next is there
            yield cipher.encrypt(_nonce(header, index - 1, last=False), held, associated)
        index, held = index + 1, chunk
    yield cipher.encrypt(_nonce(header, max(index, 1) - 1, last=True), held, associated)


def plain_size(sealed_size: int) -> int:
    """Tell how many plain bytes an object of ``sealed_size`` holds; raise IntegrityError for impossible sizes."""
    body = sealed_size - HEADER_BYTES
    chunks = -(-body // SEALED_CHUNK_BYTES)
    plain = body - chunks * TAG_BYTES
    if body < TAG_BYTES or plain <= (chunks - 1) * CHUNK_BYTES - (chunks == 1):
        raise IntegrityError(what=f"no sealed object has {sealed_size} bytes", where="object")
    return plain


class SealedReader:
    """Random access to a sealed object that opens only the chunks it is asked for.

    ``fetch(start, length)`` gives exactly those sealed bytes, or fewer where the object ends before.
    """

    def __init__(self, fetch: Callable[[int, int], bytes], *, sealed_size: int, key: DataKey, label: Label) -> None:
        self.size_bytes = plain_size(sealed_size)
        self._fetch = fetch
        self._cipher = AESGCM(key.secret)
        self._label = label
        self._last = max(0, -(-self.size_bytes // CHUNK_BYTES) - 1)
        self._header: bytes | None = None

    def read(self, start: int, length: int) -> bytes:
        """Give ``length`` plain bytes from ``start``, or fewer at the end; raise IntegrityError for altered ones."""
        return b"".join(self.iterate(start, start + length))

    def iterate(self, start: int, stop: int) -> Iterator[bytes]:
        """Give the plain bytes ``start <= position < stop`` in pieces of a chunk at most, as they are opened."""
        if start < 0:
            raise ValueError(f"a read before the beginning: {start}")
        stop = min(stop, self.size_bytes)
        if start >= stop:
            return
        first, last = start // CHUNK_BYTES, (stop - 1) // CHUNK_BYTES
        for index, plain in self._open(first, last):
            offset = index * CHUNK_BYTES
            yield plain[max(0, start - offset) : stop - offset]

    def verify(self) -> Iterator[bytes]:
        """Open every chunk, the empty one of an empty object too; raise IntegrityError for altered ones."""
        for _, plain in self._open(0, self._last):
            yield plain

    def _open(self, first: int, last: int) -> Iterator[tuple[int, bytes]]:
        header = self._checked_header()
        associated = self._label.associated_data(header)
        for group in range(first, last + 1, CHUNKS_A_FETCH):
            count = min(CHUNKS_A_FETCH, last + 1 - group)
            sealed = self._fetch(HEADER_BYTES + group * SEALED_CHUNK_BYTES, count * SEALED_CHUNK_BYTES)
            for index in range(group, group + count):
                offset = (index - group) * SEALED_CHUNK_BYTES
                yield index, self._opened(sealed[offset : offset + SEALED_CHUNK_BYTES], index, header, associated)

    def _opened(self, sealed: bytes, index: int, header: bytes, associated: bytes) -> bytes:
        try:
            return self._cipher.decrypt(_nonce(header, index, last=index == self._last), sealed, associated)
        except (InvalidTag, ValueError) as error:
            raise IntegrityError(
                what=f"chunk {index} of the {self._label.kind} is not what was sealed",
                where=self._label.call_id,
                remedy="run 'tallenne check --level hash'; restore the object from a backup",
            ) from error

    def _checked_header(self) -> bytes:
        if self._header is None:
            header = self._fetch(0, HEADER_BYTES)
            if len(header) != HEADER_BYTES or header[: len(MAGIC) + 1] != MAGIC + bytes([VERSION]):
                raise IntegrityError(
                    what=f"the {self._label.kind} is not a sealed object of version {VERSION}",
                    where=self._label.call_id,
                )
            self._header = header
        return self._header


def _nonce(header: bytes, index: int, *, last: bool) -> bytes:
    if index >= MAX_CHUNKS:
        raise ValueError("an object of 256 TiB cannot be sealed")
    return header[-PREFIX_BYTES:] + index.to_bytes(4, "big") + bytes([last])


def _in_chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Cut or join pieces to full chunks; only the last may be shorter, and none is empty."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= CHUNK_BYTES:
            yield bytes(held[:CHUNK_BYTES])
            del held[:CHUNK_BYTES]
    if held:
        yield bytes(held)
