"""Second factors of an account: an authenticator application, passkeys, and recovery codes for when both are lost.

Invariants
----------
1. Whoever may administer accounts, look after privacy or approve anything does so only in a session begun with two
   factors. Unknown tasks count among these.
2. Where an account has a factor it is always asked for, whether or not the account must have one.
3. What changes the factors of an account ends its other sessions.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.identity.passkeys import Passkey, passkeys_of
from rights.identity.recovery_codes import codes_left, use_recovery_code
from rights.identity.totp import CODE_DIGITS, find_totp, use_code
from storage.vault.field_vault import FieldVault


class Factor(StrEnum):
    """By what a second factor was proved."""

    TOTP = "totp"
    PASSKEY = "passkey"
    RECOVERY_CODE = "recovery-code"


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """What an account has; recovery codes alone are no factor, they stand for one that is lost."""

    totp_since: datetime | None
    passkeys: tuple[Passkey, ...]
    codes_left: int

    @property
    def is_enrolled(self) -> bool:
        """Whether the account has a second factor."""
        return self.count > 0

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.passkeys) + (self.totp_since is not None)


def second_factors_of(session: Session, account_id: int) -> SecondFactors:
    """Tell what an account has."""
    totp = find_totp(session, account_id)
    return SecondFactors(
        totp_since=totp.added_at if totp else None,
        passkeys=tuple(passkeys_of(session, account_id)),
        codes_left=codes_left(session, account_id),
    )


def prove_by_code(session: Session, *, account_id: int, code: str, vault: FieldVault, clock: Clock) -> Factor | None:
    """Use up a code, of the authenticator or a recovery code by how it is written; None where it is neither."""
    plain = "".join(code.split())
    if len(plain) == CODE_DIGITS:
        is_right = use_code(session, account_id=account_id, code=plain, vault=vault, clock=clock)
        return Factor.TOTP if is_right else None
    is_right = use_recovery_code(session, account_id=account_id, code=plain, clock=clock)
    return Factor.RECOVERY_CODE if is_right else None
