"""Objects as plain files: for one machine without an S3 server, and the second opinion in the contract suite."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from calls.errors import NotFoundError, UnavailableError
from storage.objects.store import ObjectDigest, StoredObject, checked_key
from storage.spool.durable import fsync_folder

_INCOMING = ".incoming"


class FileStore:
    """A folder with a file per object. An object appears by a rename, after its bytes are on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def where(self) -> str:
        """The folder."""
        return str(self._folder)

    def prepare(self) -> None:
        """Make the folder, for its owner alone; throw away what a crash left half-written."""
        with self._translated(""):
            incoming = self._folder / _INCOMING
            shutil.rmtree(incoming, ignore_errors=True)
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            incoming.mkdir(mode=0o700)

    def put(self, key: str, source: Path, *, sha256: str) -> None:
        """Copy, fsync, rename, fsync the folders that were made."""
        del sha256  # the caller reads back; a copy on one machine has no second check of its own
        path = self._path(key)
        beside = self._folder / _INCOMING / uuid4().hex
        with self._translated(key):
            with source.open("rb") as reading, beside.open("xb") as writing:
                beside.chmod(0o600)
                shutil.copyfileobj(reading, writing, 1 << 20)
                writing.flush()
                os.fsync(writing.fileno())
            self._make_folder(path.parent)
            beside.replace(path)
            fsync_folder(path.parent)

    def put_locked(self, key: str, source: Path, *, sha256: str, until: datetime) -> bool:
        """Write the file once, for reading only; who owns the folder could still remove it, so it is no lock."""
        del until
        if self.find(key) is None:
            self.put(key, source, sha256=sha256)
            with self._translated(key):
                self._path(key).chmod(0o400)
        return False

    def read(self, key: str, start: int, length: int) -> bytes:
        """Read a part of the file."""
        with self._translated(key), self._path(key).open("rb") as file:
            file.seek(start)
            return file.read(max(0, length))

    def find(self, key: str) -> StoredObject | None:
        """Look at the file."""
        try:
            with self._translated(key):
                return StoredObject(key=key, size_bytes=self._path(key).stat().st_size)
        except NotFoundError:
            return None

    def digest(self, key: str) -> ObjectDigest:
        """Read the whole file."""
        with self._translated(key), self._path(key).open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            return ObjectDigest(size_bytes=os.fstat(file.fileno()).st_size, sha256=sha256)

    def delete(self, key: str) -> None:
        """Unlink the file; empty folders stay."""
        path = self._path(key)
        with self._translated(key):
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                fsync_folder(path.parent)

    def all(self, prefix: str) -> Iterator[StoredObject]:
        """Walk the folder."""
        with self._translated(prefix):
            files = {
                path.relative_to(self._folder).as_posix(): path
                for path in self._folder.rglob("*")
                if path.is_file() and _INCOMING not in path.parts
            }
        for key in sorted(files):
            if key.startswith(prefix) and (found := self.find(key)):
                yield found

    def _path(self, key: str) -> Path:
        return self._folder / checked_key(key)

    def _make_folder(self, folder: Path) -> None:
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
            fsync_folder(path.parent)

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            if not self._folder.is_dir():
                raise UnavailableError(
                    what="the folder of the objects is not there", where=self.where, remedy="mount or restore it"
                ) from error
            raise NotFoundError(what="there is no such object", where=key) from error
        except OSError as error:
            raise UnavailableError(what=f"the object store fails: {error.strerror}", where=self.where) from error
