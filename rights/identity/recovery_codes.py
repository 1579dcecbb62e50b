"""Recovery codes: ten that stand for a lost second factor, each once. New ones replace all of before.

A code has 120 random bits, so that a plain hash keeps it (OWASP ASVS 5.0, 6.5.2: from 112 bits on).
"""

import hashlib
import secrets

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.identity.second_factor_rows import RecoveryCodeRow

CODES = 10
CODE_CHARS = 24
_GROUP_CHARS = 4
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32 letters and digits that are not taken for one another


def make_codes(session: Session, *, account_id: int, clock: Clock) -> list[str]:
    """Give fresh codes, told once; earlier ones stop working."""
    forget_codes(session, account_id=account_id, clock=clock)
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(CODE_CHARS)) for _ in range(CODES)]
    now = clock.now()
    session.add_all(RecoveryCodeRow(code_sha256=_sha256(code), account_id=account_id, made_at=now) for code in codes)
    session.flush()
    return ["-".join(code[at : at + _GROUP_CHARS] for at in range(0, CODE_CHARS, _GROUP_CHARS)) for code in codes]


def use_recovery_code(session: Session, *, account_id: int, code: str, clock: Clock) -> bool:
    """Tell whether a code is the account's and was not used yet, and use it up. Blanks, hyphens and case are free."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    if len(plain) != CODE_CHARS:
        return False
    used = session.execute(
        update(RecoveryCodeRow)
        .where(_works(account_id), RecoveryCodeRow.code_sha256 == _sha256(plain))
        .values(used_at=clock.now())
        .returning(RecoveryCodeRow.code_sha256)
    )
    return used.first() is not None


def codes_left(session: Session, account_id: int) -> int:
    """Count the codes that work."""
    return session.scalar(select(func.count()).select_from(RecoveryCodeRow).where(_works(account_id))) or 0


def forget_codes(session: Session, *, account_id: int, clock: Clock) -> None:
    """Make an account's codes stop working."""
    session.execute(update(RecoveryCodeRow).where(_works(account_id)).values(replaced_at=clock.now()))


def _works(account_id: int) -> ColumnElement[bool]:
    return and_(
        RecoveryCodeRow.account_id == account_id,
        RecoveryCodeRow.used_at.is_(None),
        RecoveryCodeRow.replaced_at.is_(None),
    )


def _sha256(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
