"""Checkpoints: what the audit was at a moment, signed, as a text that can be kept and checked anywhere.

The format is that of transparency logs (C2SP tlog-checkpoint and signed-note): the log's name, the number of leaves,
the root of the RFC 6962 tree, lines of our own, an empty line, and the Ed25519 signature of all lines before it::

    tallenne/audit
    1042
    3PzH8kQ...=
    checkpoint 17
    chain qz0n...=
    time 2026-11-02T08:00:00.000000Z

    — tallenne/audit xTq1...=
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from calls.clock import iso
from calls.errors import BadDataError, IntegrityError

ORIGIN = "tallenne/audit"
_ED25519 = b"\x01"
_ID_BYTES = 4
_NOTE = re.compile(
    rf"{ORIGIN}\n(?P<size>0|[1-9][0-9]{{0,17}})\n(?P<root>[A-Za-z0-9+/]{{43}}=)\n"
    r"checkpoint (?P<number>[1-9][0-9]{0,8})\nchain (?P<chain>[A-Za-z0-9+/]{43}=)\ntime (?P<time>[0-9T:.Z-]{20,27})\n"
    rf"\n\u2014 {ORIGIN} (?P<signature>[A-Za-z0-9+/]+={{0,2}})\n"
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed. ``number`` counts from 1, ``made_at`` is aware."""

    number: int
    size: int
    root: bytes
    chain: bytes
    made_at: datetime

    def text(self) -> str:
        """Give the lines that are signed."""
        root, chain = (base64.b64encode(each).decode() for each in (self.root, self.chain))
        return f"{ORIGIN}\n{self.size}\n{root}\ncheckpoint {self.number}\nchain {chain}\ntime {iso(self.made_at)}\n"


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """Give the whole note of a checkpoint."""
    signed = checkpoint.text()
    return f"{signed}\n\u2014 {ORIGIN} {signature_of(signed, key)}\n"


def signature_of(signed: str, key: Ed25519PrivateKey) -> str:
    """Sign lines; the signature names its key."""
    return base64.b64encode(key_id(key.public_key()) + key.sign(signed.encode())).decode()


def is_signed(signed: str, signature: str, keys: list[Ed25519PublicKey]) -> bool:
    """Tell whether one of the keys signed these lines."""
    try:
        told, lines = base64.b64decode(signature), signed.encode()
    except ValueError:  # neither base64 nor text
        return False
    for key in keys:
        if told[:_ID_BYTES] != key_id(key):
            continue
        try:
            key.verify(told[_ID_BYTES:], lines)
        except InvalidSignature:
            return False
        return True
    return False


def verified(note: str, keys: list[Ed25519PublicKey], *, where: str) -> Checkpoint:
    """Read a note that one of the keys signed; raise IntegrityError where none did, BadDataError for no note at all."""
    found = _NOTE.fullmatch(note)
    if found is None:
        raise BadDataError(what="not a checkpoint of the audit", where=where, remedy="give the file as it was written")
    signed = note[: found.start("signature")].rpartition("\n\u2014")[0]
    if is_signed(signed, found["signature"], keys):
        return Checkpoint(
            number=int(found["number"]),
            size=int(found["size"]),
            root=base64.b64decode(found["root"]),
            chain=base64.b64decode(found["chain"]),
            made_at=datetime.fromisoformat(found["time"]),
        )
    raise IntegrityError(
        what=f"checkpoint {found['number']} was not signed with this installation's key",
        where=where,
        remedy="it was forged or changed; if the key was replaced, give its public key too",
    )


def notes_in(text: str) -> list[str]:
    """Part a file of notes, one after the other, into them; what is no note stays with the one before."""
    starts = [found.start() for found in re.finditer(rf"^{ORIGIN}$", text, re.MULTILINE)]
    return [text[start:stop] for start, stop in pairwise([*starts, len(text)])]


def key_id(key: Ed25519PublicKey) -> bytes:
    """Give the four bytes by which a signature names its key."""
    return hashlib.sha256(ORIGIN.encode() + b"\n" + _ED25519 + key.public_bytes_raw()).digest()[:_ID_BYTES]


def verifier_text(key: Ed25519PublicKey) -> str:
    """Give a public key as others' tools for such notes take it."""
    told = base64.b64encode(_ED25519 + key.public_bytes_raw()).decode()
    return f"{ORIGIN}+{key_id(key).hex()}+{told}"


def read_verifier(text: str) -> Ed25519PublicKey:
    """Read what :func:`verifier_text` wrote; raise BadDataError for anything else."""
    try:
        origin, named, told = text.strip().split("+", 2)
        raw = base64.b64decode(told, validate=True)
        key = Ed25519PublicKey.from_public_bytes(raw[1:])
        if (origin, raw[:1], named) == (ORIGIN, _ED25519, key_id(key).hex()):
            return key
    except ValueError:
        pass
    raise BadDataError(what="not a public key of the audit", remedy=f"it begins with {ORIGIN}+")
