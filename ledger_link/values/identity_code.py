"""Finnish personal identity codes (henkilötunnus): ``ddmmyy`` + sign + three digits + check character.

The sign tells the century of birth: ``+`` 1800s, ``- Y X W V U`` 1900s, ``A``-``F`` 2000s (decree 690/2022, since
1.1.2023). Two persons may differ in the sign alone, so all eleven characters are the key. Numbers 900-999 are
temporary and of no real person. No text of an error, and no ``repr`` of a value, holds a code.
"""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.exceptions import InvalidChecksum, InvalidComponent, ValidationError
from stdnum.fi import hetu

from ledger_link.tables.persons import PersonRow
from storage.vault.field_vault import FieldVault

IDENTITY_CODE_FIELD = "identity_code"
"""The vault's field of ``persons.identity_code_sealed``; the owner is the ``person_no``."""

_SIGNS_OF_CENTURY = {1800: "+", 1900: "-YXWVU", 2000: "ABCDEF"}
_CENTURY_OF_SIGN = {sign: century for century, signs in _SIGNS_OF_CENTURY.items() for sign in signs}
_FIRST_TEMPORARY = 900


@dataclass(frozen=True, slots=True)
class IdentityCode:
    """A code that keeps the rules; ``code`` is its normal form of eleven capital characters."""

    code: str = field(repr=False)
    birth_date: date = field(repr=False)

    @classmethod
    def parse(cls, text: str, *, on: date) -> "IdentityCode":
        """Read a code as people write it; raise ValueError with what is wrong, never with the code.

        ``on`` is today: nobody is born after it.
        """
        try:
            code = hetu.validate(text if text.isascii() else "", allow_temporary=True)
        except InvalidChecksum:
            raise ValueError("a wrong check character") from None
        except InvalidComponent:
            raise ValueError("no day of birth, or no individual number") from None
        except ValidationError:
            raise ValueError("no identity code") from None
        year = _CENTURY_OF_SIGN[code[6]] + int(code[4:6])
        birth_date = date(year, int(code[2:4]), int(code[:2]))
        if birth_date > on:
            raise ValueError("a birth in the future")
        return cls(code=code, birth_date=birth_date)

    @property
    def is_temporary(self) -> bool:
        """Whether the individual number is one of 900-999, which are given to nobody for good."""
        return int(self.code[7:10]) >= _FIRST_TEMPORARY

    @property
    def masked(self) -> str:
        """Write the code without what tells one person from another: ``010594Y****``."""
        return f"{self.code[:7]}****"

    def __str__(self) -> str:
        return self.masked


def person_by_identity_code(session: Session, vault: FieldVault, code: IdentityCode) -> int | None:
    """Give the id of the person who has an identity code; None where nobody has it."""
    index = vault.index(code.code, field=IDENTITY_CODE_FIELD)
    return session.scalar(select(PersonRow.id).where(PersonRow.identity_code_index == index))
