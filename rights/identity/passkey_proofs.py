"""Proofs by passkey: a second factor after the password, or alone where the device verifies its user.

Invariants
----------
1. Every answer uses its challenge up, whatever it says; a challenge is good for one kind of ceremony of one account.
2. A counter that does not go forward (a copied authenticator) is refused, unless the authenticator counts nothing.
3. Alone a passkey lets in only with user verification, and only as the account whose handle it holds.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    options_to_json,
    verify_authentication_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import UserVerificationRequirement

from calls.clock import Clock
from rights.identity.ceremonies import Asked, CeremonyKind, RelyingParty, new_challenge, take_challenge
from rights.identity.passkeys import descriptors, rows_of
from rights.identity.second_factor_rows import PasskeyRow


@dataclass(frozen=True, slots=True)
class Proven:
    """Whose passkey answered, and whether its device verified its user (by a PIN, a finger, a face)."""

    account_id: int
    is_user_verified: bool


def ask_to_prove(
    session: Session, *, kind: CeremonyKind, account_id: int | None, party: RelyingParty, clock: Clock
) -> Asked:
    """Give what the browser needs to prove a passkey: any of an account, or with None any that names its account."""
    challenge = new_challenge(session, kind=kind, account_id=account_id, clock=clock)
    verification = UserVerificationRequirement.REQUIRED if account_id is None else UserVerificationRequirement.PREFERRED
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=base64url_to_bytes(challenge),
        allow_credentials=descriptors(rows_of(session, account_id)) if account_id is not None else None,
        user_verification=verification,
    )
    return Asked(json.loads(options_to_json(options)), challenge)


def prove(
    session: Session,
    answer: Mapping[str, Any],
    *,
    challenge: str,
    kind: CeremonyKind,
    account_id: int | None,
    party: RelyingParty,
    clock: Clock,
) -> Proven | None:
    """Check the answer of a passkey and note its use; None for a refusal. The challenge is used up either way.

    With ``account_id`` None the answer says whose it is, and must come from a device that verified its user.
    """
    if not take_challenge(session, challenge, kind=kind, account_id=account_id, clock=clock):
        return None
    row = _answering(session, answer)
    if row is None or (account_id is not None and row.account_id != account_id):
        return None
    if account_id is None and _handle_in(answer) != row.user_handle:
        return None
    try:
        verified = verify_authentication_response(
            credential=dict(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=account_id is None,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError):
        return None
    row.sign_count, row.is_synced = verified.new_sign_count, verified.credential_backed_up
    row.last_used_at = clock.now()
    session.flush()
    return Proven(row.account_id, verified.user_verified)


def _answering(session: Session, answer: Mapping[str, Any]) -> PasskeyRow | None:
    credential_id = answer.get("id")
    if not isinstance(credential_id, str):
        return None
    return session.scalar(
        select(PasskeyRow).where(PasskeyRow.credential_id == credential_id, PasskeyRow.removed_at.is_(None))
    )


def _handle_in(answer: Mapping[str, Any]) -> object:
    response = answer.get("response")
    return response.get("userHandle") if isinstance(response, Mapping) else None
