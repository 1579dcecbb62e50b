"""The format of sealed audit detail: AES-256-GCM, its nonce of 12 bytes before it, bound to its row and subject."""

import json
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from calls.errors import IntegrityError
from rights.audit.chain_rows import SealedRow

KEY_BYTES = 32
NONCE_BYTES = 12
ACTOR_NAME = "actor-name"
"""Under which the name of who acted is sealed, beside the personal part of the detail."""


def opened(row: SealedRow) -> dict[str, Any]:
    """Give a sealed part back; nothing of a subject that was forgotten. Raise IntegrityError where it does not open."""
    secret = row.subject.secret
    if secret is None:
        return {}
    nonce, ciphertext = row.sealed[:NONCE_BYTES], row.sealed[NONCE_BYTES:]
    try:
        plain = AESGCM(secret).decrypt(nonce, ciphertext, bound_to(row.audit_id, row.subject_id))
    except (InvalidTag, ValueError) as error:
        raise IntegrityError(
            what="the sealed part of an audit row does not open",
            where=f"audit {row.audit_id}",
            remedy="run 'tallenne audit verify': it tells what was changed",
        ) from error
    told: dict[str, Any] = json.loads(plain)
    return told


def bound_to(audit_id: int, subject_id: int) -> bytes:
    """Say where a sealed part belongs."""
    return f"tallenne-audit-v1|{audit_id}|{subject_id}".encode()
