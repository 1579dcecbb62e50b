"""Codes of an authenticator application: time-based one-time passwords (RFC 6238, SHA-1, 6 digits, 30 s).

Invariants
----------
1. The secret stands sealed in the database, and is forgotten when it is taken away.
2. A code is accepted once: never its time step again, nor an earlier one (RFC 6238 section 5.2), by no process.
"""

import hmac

import pyotp
from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.identity.second_factor_rows import TotpRow
from storage.vault.field_vault import FieldVault

ISSUER = "Tallenne"
STEP_S = 30
CODE_DIGITS = 6
_SECRET_CHARS = 32  # base32: 160 bits, as RFC 4226 section 4 recommends
_DRIFT_STEPS = 1  # a clock that goes half a minute wrong, or a code typed as it changes
_FIELD = "totp"


def new_secret() -> str:
    """Give a fresh secret in base32, as people type it where they cannot scan."""
    return pyotp.random_base32(_SECRET_CHARS)


def provisioning_uri(secret: str, *, login: str) -> str:
    """Give what the QR code says (Key URI format): who, where, and the secret."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def step_of(secret: str, code: str, *, clock: Clock) -> int | None:
    """Tell the time step whose code this is, of those about now; None for a code of none."""
    now = int(clock.now().timestamp()) // STEP_S
    totp = pyotp.TOTP(secret)
    steps = range(now - _DRIFT_STEPS, now + _DRIFT_STEPS + 1)
    # compared as bytes: what was typed need not be ASCII
    matching = [step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())]
    return matching[-1] if matching else None


def add_totp(session: Session, *, account_id: int, secret: str, step: int, vault: FieldVault, clock: Clock) -> None:
    """Keep a secret whose code of ``step`` was just typed; one that stood before is forgotten."""
    remove_totp(session, account_id=account_id, clock=clock)
    sealed, version = vault.seal(secret, field=_FIELD, owner=_owner(account_id))
    now = clock.now()
    session.add(
        TotpRow(
            account_id=account_id,
            sealed_secret=sealed,
            kek_version=version,
            last_step=step,
            added_at=now,
            last_used_at=now,
        )
    )
    session.flush()


def use_code(session: Session, *, account_id: int, code: str, vault: FieldVault, clock: Clock) -> bool:
    """Tell whether a code is the account's and was not used yet, and use it up."""
    row = find_totp(session, account_id)
    if row is None or row.sealed_secret is None:
        return False
    secret = vault.open(row.sealed_secret, row.kek_version, field=_FIELD, owner=_owner(account_id))
    step = step_of(secret, code, clock=clock)
    if step is None:
        return False
    # of two processes that are given the same code at once, one finds the step taken
    used = session.execute(
        update(TotpRow)
        .where(TotpRow.id == row.id, TotpRow.removed_at.is_(None), TotpRow.last_step < step)
        .values(last_step=step, last_used_at=clock.now())
        .returning(TotpRow.id)
    )
    return used.first() is not None


def find_totp(session: Session, account_id: int) -> TotpRow | None:
    """Find an account's authenticator; None where it has none."""
    return session.scalar(select(TotpRow).where(_stands(account_id)))


def remove_totp(session: Session, *, account_id: int, clock: Clock) -> bool:
    """Forget the secret; tell whether there was one."""
    removed = session.execute(
        update(TotpRow)
        .where(_stands(account_id))
        .values(removed_at=clock.now(), sealed_secret=None)
        .returning(TotpRow.id)
    )
    return removed.first() is not None


def _stands(account_id: int) -> ColumnElement[bool]:
    return and_(TotpRow.account_id == account_id, TotpRow.removed_at.is_(None))


def _owner(account_id: int) -> str:
    return f"account {account_id}"
