"""Passkeys (WebAuthn level 3) of an account: making, listing and taking them away."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session
from webauthn import (
    base64url_to_bytes,
    generate_registration_options,
    options_to_json,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from calls.clock import Clock
from calls.errors import BadDataError
from rights.access.actor import Actor
from rights.identity.ceremonies import Asked, CeremonyKind, RelyingParty, new_challenge, take_challenge
from rights.identity.second_factor_rows import PasskeyRow

NAME_MAX_CHARS = 60
PASSKEYS_MAX = 10
_TRANSPORTS = frozenset(transport.value for transport in AuthenticatorTransport)


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner sees it."""

    id: int
    name: str
    is_synced: bool
    added_at: datetime
    last_used_at: datetime | None


def ask_to_add(session: Session, who: Actor, *, party: RelyingParty, clock: Clock) -> Asked:
    """Give what the browser needs to make a passkey for whoever is logged in; raise BadDataError above ten."""
    account_id = _account_of(who)
    rows = rows_of(session, account_id)
    if len(rows) >= PASSKEYS_MAX:
        raise BadDataError(what=f"there are {PASSKEYS_MAX} passkeys already", remedy="remove one first")
    challenge = new_challenge(session, kind=CeremonyKind.ADD, account_id=account_id, clock=clock)
    options = generate_registration_options(
        rp_id=party.id,
        rp_name="Tallenne",
        user_id=base64url_to_bytes(_handle_of(session, account_id, challenge)),
        user_name=who.login,
        user_display_name=who.name,
        challenge=base64url_to_bytes(challenge),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=descriptors(rows),
    )
    return Asked(json.loads(options_to_json(options)), challenge)


def add_passkey(
    session: Session,
    who: Actor,
    answer: Mapping[str, Any],
    *,
    challenge: str,
    name: str,
    party: RelyingParty,
    clock: Clock,
) -> bool:
    """Keep the passkey that a browser has made; tell whether its answer was good. The challenge is used up."""
    account_id = _account_of(who)
    if not take_challenge(session, challenge, kind=CeremonyKind.ADD, account_id=account_id, clock=clock):
        return False
    try:
        made = verify_registration_response(
            credential=dict(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError):
        return False
    credential_id = bytes_to_base64url(made.credential_id)
    if session.scalar(select(PasskeyRow.id).where(PasskeyRow.credential_id == credential_id)) is not None:
        return False
    session.add(
        PasskeyRow(
            account_id=account_id,
            credential_id=credential_id,
            user_handle=_handle_of(session, account_id, challenge),
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            transports=" ".join(_transports(answer)),
            name=" ".join(name.split())[:NAME_MAX_CHARS],
            is_synced=made.credential_backed_up,
            added_at=clock.now(),
        )
    )
    session.flush()
    return True


def passkeys_of(session: Session, account_id: int) -> list[Passkey]:
    """Give an account's passkeys, oldest first."""
    return [
        Passkey(row.id, row.name, row.is_synced, row.added_at, row.last_used_at) for row in rows_of(session, account_id)
    ]


def remove_passkeys(session: Session, *, account_id: int, passkey_id: int | None = None, clock: Clock) -> int:
    """Take a passkey away, or all of an account's; tell how many there were."""
    wanted = [PasskeyRow.id == passkey_id] if passkey_id is not None else []
    removed = session.execute(
        update(PasskeyRow)
        .where(_stands(account_id), *wanted)
        .values(removed_at=clock.now(), public_key=b"")
        .returning(PasskeyRow.id)
    )
    return len(removed.all())


def rows_of(session: Session, account_id: int) -> Sequence[PasskeyRow]:
    """Give the rows of an account's passkeys, oldest first."""
    return session.scalars(select(PasskeyRow).where(_stands(account_id)).order_by(PasskeyRow.id)).all()


def descriptors(rows: Sequence[PasskeyRow]) -> list[PublicKeyCredentialDescriptor]:
    """Name passkeys to a browser."""
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(row.credential_id),
            transports=[AuthenticatorTransport(name) for name in row.transports.split()] or None,
        )
        for row in rows
    ]


def _stands(account_id: int) -> ColumnElement[bool]:
    return and_(PasskeyRow.account_id == account_id, PasskeyRow.removed_at.is_(None))


def _account_of(who: Actor) -> int:
    if who.account_id is None:
        raise BadDataError(what=f"{who.login} has no account", remedy="passkeys belong to accounts")
    return who.account_id


def _handle_of(session: Session, account_id: int, challenge: str) -> str:
    """Give the account's user handle: no name, for it stands readable in the device (WebAuthn section 14.6.1).

    That of its first passkey is made from the random challenge of the ceremony, so that it is known at both its ends.
    """
    known = session.scalar(select(PasskeyRow.user_handle).where(PasskeyRow.account_id == account_id).limit(1))
    return known or bytes_to_base64url(hashlib.sha256(f"handle {challenge}".encode()).digest())


def _transports(answer: Mapping[str, Any]) -> list[str]:
    response = answer.get("response")
    told = response.get("transports") if isinstance(response, Mapping) else None
    return [name for name in told if name in _TRANSPORTS] if isinstance(told, list) else []
