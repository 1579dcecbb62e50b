"""What every object store promises; ``tests/contract/test_objects.py`` holds each of them to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

MAX_KEY_CHARS = 512
# Parts between slashes: none empty (some servers let "a//b" and "a/b" collide), none hidden, none "." or ".."
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as it stands in the store."""

    key: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ObjectDigest:
    """What the bytes in the store really are; ``sha256`` in hexadecimal."""

    size_bytes: int
    sha256: str


class ObjectStore(Protocol):
    """Keeps objects. Every method raises UnavailableError while the store is away, and then nothing was changed.

    A reader sees an object whole or not at all, whatever dies in between. Methods may be called from any thread.
    """

    @property
    def where(self) -> str:
        """The store's address for messages, without secrets."""
        ...

    def prepare(self) -> None:
        """Make what the store needs to exist; raise BadConfigurationError where this account may not use it."""
        ...

    def put(self, key: str, source: Path, *, sha256: str) -> None:
        """Store a file's bytes under a key, durably, in place of any object there.

        ``sha256`` (hexadecimal) is of the whole file. The caller reads the object back (:meth:`digest`) before he
        relies on it.
        """
        ...

    def read(self, key: str, start: int, length: int) -> bytes:
        """Give ``length`` bytes from ``start``, or fewer where the object ends before; NotFoundError without it."""
        ...

    def find(self, key: str) -> StoredObject | None:
        """Tell the size of an object; None where there is none."""
        ...

    def digest(self, key: str) -> ObjectDigest:
        """Read a whole object back and hash it; raise NotFoundError where there is none."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object with all its versions; one that is not there is no error."""
        ...

    def all(self, prefix: str) -> Iterator[StoredObject]:
        """Give the objects whose key begins with ``prefix``, in order of their keys."""
        ...


class LockedStore(ObjectStore, Protocol):
    """Keeps objects that nobody may change for a time, where the store can see to that."""

    def put_locked(self, key: str, source: Path, *, sha256: str, until: datetime) -> bool:
        """Store a file's bytes under a key once and for all; tell whether the store locks them ``until`` a moment.

        An object that is there stays as it is.
        """
        ...


def locked_bucket(bucket: str) -> str:
    """Name the bucket of what is locked, beside a bucket: one can lock only if it was made so, and keeps versions."""
    return f"{bucket}-audit"


def checked_key(key: str) -> str:
    """Give a key back; raise ValueError for one that not all stores would take alike."""
    if len(key) > MAX_KEY_CHARS or not _KEY.fullmatch(key):
        raise ValueError(f"not an object key: {key!r}")
    return key
