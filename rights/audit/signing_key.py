"""The key that signs the audit's checkpoints: an Ed25519 key in the keys' folder, and its public half beside it."""

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from calls.errors import BadConfigurationError
from rights.audit.checkpoint import read_verifier, verifier_text
from storage.spool.durable import write_whole

KEY_FILE = "audit-signing-key"
PUBLIC_FILE = "audit-signing-key.pub"
_SEED_BYTES = 32


def make_signing_key(folder: Path) -> bool:
    """Make the key, or only its public half, where it is missing; tell whether the key was made."""
    path = folder / KEY_FILE
    is_new = not path.exists()
    if is_new:
        write_whole(path, os.urandom(_SEED_BYTES).hex().encode() + b"\n", mode=0o600)
    public = folder / PUBLIC_FILE
    if not public.exists():
        write_whole(public, verifier_text(load_signing_key(folder).public_key()).encode() + b"\n", mode=0o600)
    return is_new


def load_signing_key(folder: Path) -> Ed25519PrivateKey:
    """Read the key; raise BadConfigurationError where it is missing, damaged or open to others."""
    path = folder / KEY_FILE
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read()
    except OSError as error:
        raise BadConfigurationError(
            what=f"the key that signs the audit's checkpoints cannot be read: {error.strerror}",
            where=str(path),
            remedy="run 'tallenne init', or restore it from a backup",
        ) from error
    if mode & 0o077:
        raise BadConfigurationError(
            what=f"the key is open to others (mode {mode:04o})", where=str(path), remedy=f"chmod 600 {path}"
        )
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text.decode("ascii").strip()))
    except ValueError:
        raise BadConfigurationError(
            what=f"not a key of {_SEED_BYTES} bytes in hexadecimal", where=str(path), remedy="restore it from a backup"
        ) from None  # the content is never shown, not even in an error's cause


def load_public_keys(folder: Path) -> list[Ed25519PublicKey]:
    """Give this installation's public keys: of the key, and of those before it, kept as ``audit-*.pub``."""
    keys = [load_signing_key(folder).public_key()] if (folder / KEY_FILE).exists() else []
    return keys + [read_verifier(path.read_text(encoding="ascii")) for path in sorted(folder.glob("audit-*.pub"))]
