"""Putting a package into the store: sealed under a key of its own, announced before, read back after."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from calls.clock import Clock
from calls.errors import UnavailableError
from storage.archive.garbage import announce
from storage.database.engine import Database
from storage.objects.store import ObjectStore
from storage.vault.key_ring import KeyRing
from storage.vault.sealing import Kind, Label, seal

OBJECTS_PREFIX = "copies/"
_PIECE_BYTES = 1 << 20
_FILE = "copy.sealed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPackage:
    """A sealed package in a file; ``size_bytes`` and ``sha256`` are of the age file, ``object_*`` of the sealed one."""

    copy_id: str
    path: Path
    size_bytes: int
    sha256: str
    object_size_bytes: int
    object_sha256: str
    wrapped_key: bytes
    key_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPackage:
    """What the row of a copy says of its object."""

    object_key: str
    object_size_bytes: int
    size_bytes: int
    sha256: str
    wrapped_key: bytes
    key_version: int


def seal_package(copy_id: str, age_file: bytes, *, folder: Path, keys: KeyRing) -> SealedPackage:
    """Seal an age file into a file of ``folder``; raise IntegrityError where the copy has ended meanwhile."""
    data_key, wrapped, version = keys.new_key(copy_id)
    path, digest, size = folder / _FILE, hashlib.sha256(), 0
    with io.BytesIO(age_file) as plain, path.open("wb") as file:
        pieces = iter(lambda: plain.read(_PIECE_BYTES), b"")
        for piece in seal(pieces, key=data_key, label=Label(copy_id, Kind.COPY)):
            file.write(piece)
            digest.update(piece)
            size += len(piece)
    return SealedPackage(
        copy_id=copy_id,
        path=path,
        size_bytes=len(age_file),
        sha256=hashlib.sha256(age_file).hexdigest(),
        object_size_bytes=size,
        object_sha256=digest.hexdigest(),
        wrapped_key=wrapped,
        key_version=version,
    )


def put_package(sealed: SealedPackage, *, database: Database, objects: ObjectStore, clock: Clock) -> StoredPackage:
    """Announce, put and read back; raise UnavailableError where the store is away or gives back other bytes."""
    now = clock.now()
    object_key = f"{OBJECTS_PREFIX}{now:%Y/%m}/{sealed.copy_id}/{token_hex(4)}.age.sealed"
    with database.begin() as session:
        announce(session, [object_key], now=now)
    objects.put(object_key, sealed.path, sha256=sealed.object_sha256)
    found = objects.digest(object_key)
    if (found.size_bytes, found.sha256) != (sealed.object_size_bytes, sealed.object_sha256):
        raise UnavailableError(what="the object store gives back other bytes", where=object_key)
    return StoredPackage(
        object_key=object_key,
        object_size_bytes=sealed.object_size_bytes,
        size_bytes=sealed.size_bytes,
        sha256=sealed.sha256,
        wrapped_key=sealed.wrapped_key,
        key_version=sealed.key_version,
    )
