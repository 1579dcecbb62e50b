"""The purposes that may be stated before listening, or looking into the register: a list the administrator keeps.

Migrations 0003 and 0007 seed it, ``rights.listening.purpose_keeping`` changes it. What a purpose may be stated for
stands in ``purpose_uses``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.errors import BadDataError, RefusedError
from rights.tables import PurposeRow, PurposeUseRow

OWN_CALL = "own-call"
REQUEST = "request"  # of a data subject: it is stated where his copy is made, whatever is restricted
CUSTOMER_SERVICE = "customer-service"  # of an ordinary look into the register: nobody states it
BUILT_IN = frozenset({OWN_CALL, REQUEST, CUSTOMER_SERVICE})  # what the program itself relies on


class PurposeUse(StrEnum):
    """What a purpose is stated for: to listen, or to look up and reveal what the register protects."""

    LISTENING = "listening"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose with its names in the three languages of the viewer.

    ``case_pattern`` is what a number of a case looks like where ``requires_case``; None is any. With
    ``despite_restriction`` it may be stated also where a data subject had the processing restricted.
    """

    code: str
    name_fi: str
    name_sv: str
    name_en: str
    uses: frozenset[PurposeUse] = frozenset()
    requires_case: bool = False
    case_pattern: str | None = None
    despite_restriction: bool = False
    retired_at: datetime | None = None

    def name(self, language: str) -> str:
        """Give the name in ``fi``, ``sv`` or ``en``; any other language reads Finnish."""
        return {"sv": self.name_sv, "en": self.name_en}.get(language[:2], self.name_fi)


def active_purposes(session: Session, *, use: PurposeUse = PurposeUse.LISTENING) -> list[Purpose]:
    """Give the purposes that may be stated now for a use, in the administrator's order."""
    return [purpose for purpose in _purposes(session) if purpose.retired_at is None and use in purpose.uses]


def all_purposes(session: Session) -> dict[str, Purpose]:
    """Give every purpose by its code in the administrator's order, retired ones too: what the audit may name."""
    return {purpose.code: purpose for purpose in _purposes(session)}


def require_purpose(
    session: Session, text: str, *, is_own: bool = False, use: PurposeUse = PurposeUse.LISTENING
) -> Purpose:
    """Read a purpose by its code, or its name in any language; raise BadDataError that lists the codes.

    ``is_own``: whether the call is the actor's own. Of another's call "own call" is untrue: RefusedError.
    """
    wanted = text.strip().casefold()
    purposes = active_purposes(session, use=use)
    codes = ", ".join(purpose.code for purpose in purposes if is_own or purpose.code != OWN_CALL)
    for purpose in purposes:
        names = (purpose.code, purpose.name_fi, purpose.name_sv, purpose.name_en)
        if wanted not in {name.casefold() for name in names}:
            continue
        if purpose.code == OWN_CALL and not is_own:
            raise RefusedError(what="it is not the call of who asks", where=OWN_CALL, remedy=f"one of {codes}")
        return purpose
    raise BadDataError(what=f"no such purpose: {text.strip()!r}", remedy=f"one of {codes}")


def _purposes(session: Session) -> list[Purpose]:
    uses: dict[str, set[PurposeUse]] = {}
    for row in session.scalars(select(PurposeUseRow)):
        uses.setdefault(row.purpose, set()).add(PurposeUse(row.use_of))
    return [_purpose(row, uses) for row in session.scalars(select(PurposeRow).order_by(PurposeRow.position))]


def _purpose(row: PurposeRow, uses: Mapping[str, set[PurposeUse]]) -> Purpose:
    return Purpose(
        code=row.code,
        name_fi=row.name_fi,
        name_sv=row.name_sv,
        name_en=row.name_en,
        uses=frozenset(uses.get(row.code, ())),
        requires_case=row.requires_case,
        case_pattern=row.case_pattern,
        despite_restriction=row.despite_restriction,
        retired_at=row.retired_at,
    )
