"""The key-encryption keys (KEK) of an installation: files ``kek-<version>``, and what they wrap."""

import hmac
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from calls.errors import BadConfigurationError, IntegrityError
from storage.spool.durable import fsync_folder
from storage.vault.call_shares import CallShares

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
WHOLE_KEY_BYTES = _NONCE_BYTES + KEY_BYTES + _TAG_BYTES  # a wrapped key of before the shares
_FILE = re.compile(r"kek-([1-9][0-9]{0,5})")
_FORMAT = b"tallenne-wrapped-key-v1"
_SHARED_FORMAT = b"tallenne-wrapped-key-v2"
_SHARED = b"\x02"  # before the nonce of a key that the KEK opens together with the call's share alone
_SHARED_BYTES = 1 + WHOLE_KEY_BYTES
_SHARES_FOLDER = "shares"
_MAC_PURPOSE = b"tallenne-facts-mac-v1"


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one call's objects: 32 bytes that are never written anywhere and never shown."""

    secret: bytes = field(repr=False)


class KeyRing:
    """All versions of the KEK. The highest wraps new keys, the others go on unwrapping old ones.

    ``shares`` is the other half: a call's key opens with the KEK and the call's share together. A ring without them
    seals fields and nothing of calls.
    """

    def __init__(self, keys: dict[int, bytes], *, shares: CallShares | None = None) -> None:
        self._keys = keys
        self._shares = shares

    @classmethod
    def create(cls, folder: Path, *, shares: CallShares | None = None) -> "KeyRing":
        """Make the first key of an installation; raise BadConfigurationError where there is one already."""
        if folder.is_dir() and _files(folder):
            raise BadConfigurationError(
                what="there are key-encryption keys already",
                where=str(folder),
                remedy="keep them: calls depend on them",
            )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_new(folder, version=1)
        return cls.load(folder, shares=shares)

    @classmethod
    def rotate(cls, folder: Path, *, shares: CallShares | None = None) -> "KeyRing":
        """Add the next version, which wraps from now on; processes that loaded the ring before go on with theirs."""
        _write_new(folder, version=cls.load(folder).version + 1)
        return cls.load(folder, shares=shares)

    @classmethod
    def load(cls, folder: Path, *, shares: CallShares | None = None) -> "KeyRing":
        """Read all keys; raise BadConfigurationError where there is none, or one is damaged or open to others.

        The shares are in ``shares/`` below the keys where nothing else is said.
        """
        files = _files(folder) if folder.is_dir() else {}
        if not files:
            raise BadConfigurationError(
                what="there is no key-encryption key", where=str(folder), remedy="run 'tallenne init', or restore kek-1"
            )
        keys = {version: _read(path) for version, path in files.items()}
        return cls(keys, shares=shares or CallShares(folder / _SHARES_FOLDER))

    @property
    def version(self) -> int:
        """The version that wraps new keys."""
        return max(self._keys)

    @property
    def versions(self) -> frozenset[int]:
        """Every version that is there."""
        return frozenset(self._keys)

    @property
    def shares(self) -> CallShares:
        """The shares of the calls' keys."""
        if self._shares is None:
            raise BadConfigurationError(what="the key ring has no shares of calls' keys", where="keys")
        return self._shares

    def new_key(self, call_id: str) -> tuple[DataKey, bytes, int]:
        """Give a fresh data key for a call, its wrapped form (61 bytes) and the KEK's version.

        Raise ErasedError for a call that was erased, UnavailableError where its share cannot be kept.
        """
        key = DataKey(os.urandom(KEY_BYTES))
        wrapped, version = self.wrap(key, call_id)
        return key, wrapped, version

    def wrap(self, key: DataKey, call_id: str) -> tuple[bytes, int]:
        """Wrap a call's data key under the newest KEK and the call's share; raise as :meth:`new_key`."""
        version, nonce, share = self.version, os.urandom(_NONCE_BYTES), self.shares.make(call_id)
        sealed = self._with_share(version, share).encrypt(nonce, key.secret, _wrap_context(call_id, version, _SHARED))
        return _SHARED + nonce + sealed, version

    def is_shared(self, wrapped: bytes) -> bool:
        """Tell whether a wrapped key needs a share; those of before open with the KEK alone."""
        return len(wrapped) == _SHARED_BYTES and wrapped[:1] == _SHARED

    def unwrap(self, wrapped: bytes, version: int, call_id: str) -> DataKey:
        """Give a call's data key back; raise IntegrityError where anything of the three is not as it was.

        Raise ErasedError, which is one, where the call was erased.
        """
        if self.is_shared(wrapped):
            kind, rest = _SHARED, wrapped[1:]
            cipher = self._with_share(version, self.shares.give(call_id))
        else:
            kind, rest, cipher = b"", wrapped, AESGCM(self._key(version))
        try:
            nonce, sealed = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
            secret = cipher.decrypt(nonce, sealed, _wrap_context(call_id, version, kind))
        except (InvalidTag, ValueError) as error:
            raise IntegrityError(
                what=f"the call's key does not unwrap with kek-{version}",
                where=call_id,
                remedy="the row or the key file was changed: restore it from a backup",
            ) from error
        return DataKey(secret)

    def mac(self, facts: bytes) -> tuple[bytes, int]:
        """Authenticate facts (HMAC-SHA256 under a key derived from the KEK); give the MAC and the KEK's version."""
        return self._mac(facts, self.version), self.version

    def verify(self, facts: bytes, mac: bytes, version: int) -> bool:
        """Tell whether facts are what they were when :meth:`mac` saw them; raise IntegrityError without that KEK."""
        return hmac.compare_digest(self._mac(facts, version), mac)

    def derive(self, version: int, *, purpose: bytes) -> bytes:
        """Give a key of 32 bytes for one purpose alone (HKDF-SHA256); raise IntegrityError without that KEK."""
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(self._key(version))

    def _with_share(self, version: int, share: bytes) -> AESGCM:
        """Make the wrapping key of KEK and share: without either, the other says nothing of it (HKDF, RFC 5869)."""
        derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=share, info=_SHARED_FORMAT)
        return AESGCM(derived.derive(self._key(version)))

    def _mac(self, facts: bytes, version: int) -> bytes:
        return hmac.digest(self.derive(version, purpose=_MAC_PURPOSE), facts, "sha256")

    def _key(self, version: int) -> bytes:
        if version not in self._keys:
            raise IntegrityError(
                what=f"kek-{version} is not on the key ring",
                where="keys",
                remedy=f"restore kek-{version} from a backup; there are {sorted(self._keys)}",
            )
        return self._keys[version]


def _wrap_context(call_id: str, version: int, kind: bytes) -> bytes:
    return b"|".join((_SHARED_FORMAT if kind else _FORMAT, str(version).encode(), call_id.encode()))


def _files(folder: Path) -> dict[int, Path]:
    return {int(match[1]): path for path in folder.iterdir() if (match := _FILE.fullmatch(path.name))}


def _write_new(folder: Path, *, version: int) -> None:
    path = folder / f"kek-{version}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(os.urandom(KEY_BYTES).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    fsync_folder(folder)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read()
    except OSError as error:
        raise BadConfigurationError(
            what=f"the key cannot be read: {error.strerror}", where=str(path), remedy="run as the user who owns it"
        ) from error
    if mode & 0o077:
        raise BadConfigurationError(
            what=f"the key is open to others (mode {mode:04o})", where=str(path), remedy=f"chmod 600 {path}"
        )
    try:
        key = bytes.fromhex(text.decode("ascii").strip())
    except ValueError:
        key = b""  # the content is never shown, not even in an error's cause
    if len(key) != KEY_BYTES:
        raise BadConfigurationError(
            what=f"not a key of {KEY_BYTES} bytes in hexadecimal", where=str(path), remedy="restore it from a backup"
        )
    return key
