"""Ceremonies of passkeys: a challenge that is made for one purpose, and answered once within five minutes."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session
from webauthn.helpers import bytes_to_base64url

from calls.clock import Clock
from rights.identity.second_factor_rows import PasskeyCeremonyRow
from rights.identity.tokens import token_sha256

CEREMONY_LIFETIME = timedelta(minutes=5)
_CHALLENGE_BYTES = 32


class CeremonyKind(StrEnum):
    """What an answered challenge is good for, and for nothing else."""

    ADD = "add"
    LOG_IN = "log-in"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who we are to a passkey (WebAuthn section 5.4.2): the host's name, and the origin of its pages."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser's page is to be given (PublicKeyCredential options as JSON), and the challenge in it."""

    options: Mapping[str, Any]
    challenge: str


def new_challenge(session: Session, *, kind: CeremonyKind, account_id: int | None, clock: Clock) -> str:
    """Make a challenge, in base64url; those that are over are deleted. ``account_id`` None is whoever answers."""
    now = clock.now()
    session.execute(delete(PasskeyCeremonyRow).where(PasskeyCeremonyRow.expires_at <= now))
    challenge = bytes_to_base64url(secrets.token_bytes(_CHALLENGE_BYTES))
    session.add(
        PasskeyCeremonyRow(
            challenge_sha256=token_sha256(challenge),
            account_id=account_id,
            kind=kind,
            expires_at=now + CEREMONY_LIFETIME,
        )
    )
    session.flush()
    return challenge


def take_challenge(
    session: Session, challenge: str, *, kind: CeremonyKind, account_id: int | None, clock: Clock
) -> bool:
    """Use a challenge up; tell whether it was made for this, by whom it was asked for, and not answered yet."""
    now = clock.now()
    whose = (
        PasskeyCeremonyRow.account_id.is_(None) if account_id is None else PasskeyCeremonyRow.account_id == account_id
    )
    taken = session.execute(
        update(PasskeyCeremonyRow)
        .where(
            PasskeyCeremonyRow.challenge_sha256 == token_sha256(challenge),
            PasskeyCeremonyRow.kind == kind,
            whose,
            PasskeyCeremonyRow.used_at.is_(None),
            PasskeyCeremonyRow.expires_at > now,
        )
        .values(used_at=now)
        .returning(PasskeyCeremonyRow.challenge_sha256)
    )
    return taken.first() is not None
