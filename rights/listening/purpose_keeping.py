"""Keeping the list of purposes: what may be stated, in which words and order, and since when no more.

Invariants: a code never changes and is never used again, for listenings and the audit name it; a purpose is retired,
never deleted; what the program itself relies on stays in use. Every change is audited with what was and what is.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from rights.access.actor import Actor
from rights.access.permissions import require
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.listening.case_numbers import PATTERN_CHARS
from rights.listening.purposes import BUILT_IN, CUSTOMER_SERVICE, OWN_CALL, Purpose, PurposeUse, all_purposes
from rights.tables import PurposeRow, PurposeUseRow

NAME_CHARS = 100
_CODE_CHARS = 40


class NameTakenError(BadDataError):
    """Another purpose has this name: stated by it, nobody could tell which was meant. ``field`` is which name."""

    field: str = "name_fi"


@dataclass(frozen=True, slots=True)
class PurposeWords:
    """What the administrator says of a purpose."""

    name_fi: str
    name_sv: str
    name_en: str
    uses: frozenset[PurposeUse]
    requires_case: bool = False
    case_pattern: str | None = None
    despite_restriction: bool = False


def add_purpose(session: Session, words: PurposeWords, *, by: Actor, clock: Clock) -> Purpose:
    """Add a purpose at the end of the list; its code is made of its English name.

    Raises RefusedError without *administer purposes*, BadDataError where the words will not do.
    """
    require(by, Task.ADMINISTER_PURPOSES)
    known = all_purposes(session)
    _require_words(words, known, code=None)
    code = _new_code(words.name_en, set(known))
    last = session.scalars(select(PurposeRow.position).order_by(PurposeRow.position.desc())).first() or 0
    row = PurposeRow(code=code, position=last + 1)
    _write(row, words)
    session.add(row)
    session.flush()
    _write_uses(session, code, words.uses)
    _audit(session, code, {"added": _plain(all_purposes(session)[code])}, by=by, clock=clock)
    return all_purposes(session)[code]


def change_purpose(session: Session, code: str, words: PurposeWords, *, by: Actor, clock: Clock) -> Purpose:
    """Change what is said of a purpose; raises as :func:`add_purpose`, and NotFoundError where there is none.

    What a built-in purpose is used for stays.
    """
    require(by, Task.ADMINISTER_PURPOSES)
    known = all_purposes(session)
    before = _require_known(known, code)
    if code in BUILT_IN and (
        words.uses != before.uses or (code in {OWN_CALL, CUSTOMER_SERVICE} and words.requires_case)
    ):
        raise BadDataError(what="the program itself relies on this purpose: its use stays as it is", where=code)
    _require_words(words, known, code=code)
    row = session.get_one(PurposeRow, code, with_for_update=True)
    _write(row, words)
    _write_uses(session, code, words.uses)
    session.flush()
    after = all_purposes(session)[code]
    was, now = _plain(before), _plain(after)
    changed = {key: [was[key], now[key]] for key in was if was[key] != now[key]}
    if changed:
        _audit(session, code, {"changed": changed}, by=by, clock=clock)
    return after


def move_purpose(session: Session, code: str, *, up: bool, by: Actor, clock: Clock) -> None:
    """Move a purpose by one place among those in use; at the end of the list nothing happens."""
    require(by, Task.ADMINISTER_PURPOSES)
    rows = list(session.scalars(select(PurposeRow).order_by(PurposeRow.position).with_for_update()))
    places = {row.code: place for place, row in enumerate(rows)}
    if code not in places:
        raise _no_purpose(code)
    place = places[code]
    step = -1 if up else 1
    other = place + step
    while 0 <= other < len(rows) and rows[other].retired_at is not None:
        other += step
    if not 0 <= other < len(rows):
        return
    rows.insert(other, rows.pop(place))
    for position, row in enumerate(rows, start=1):
        row.position = position
    session.flush()
    _audit(session, code, {"moved": "up" if up else "down"}, by=by, clock=clock)


def retire_purpose(session: Session, code: str, *, by: Actor, clock: Clock) -> None:
    """Let a purpose be stated no more. Listenings that were begun with it last as long as they were promised.

    Raises NotFoundError where there is none, BadDataError for one that the program itself relies on.
    """
    require(by, Task.ADMINISTER_PURPOSES)
    if code in BUILT_IN:
        raise BadDataError(what="the program itself relies on this purpose", where=code, remedy="change its name")
    _set_retired(session, code, clock.now(), by=by, clock=clock)


def revive_purpose(session: Session, code: str, *, by: Actor, clock: Clock) -> None:
    """Let a retired purpose be stated again; raises NotFoundError where there is none."""
    require(by, Task.ADMINISTER_PURPOSES)
    _set_retired(session, code, None, by=by, clock=clock)


def _set_retired(session: Session, code: str, moment: datetime | None, *, by: Actor, clock: Clock) -> None:
    row = session.get(PurposeRow, code, with_for_update=True)
    if row is None:
        raise _no_purpose(code)
    if (row.retired_at is None) == (moment is None):
        return
    row.retired_at = moment
    session.flush()
    _audit(session, code, {"retired": moment is not None}, by=by, clock=clock)


def _require_known(known: dict[str, Purpose], code: str) -> Purpose:
    if code not in known:
        raise _no_purpose(code)
    return known[code]


def _no_purpose(code: str) -> NotFoundError:
    return NotFoundError(what="no such purpose", where=code[:_CODE_CHARS])


def _require_words(words: PurposeWords, known: dict[str, Purpose], *, code: str | None) -> None:
    names = {"name_fi": words.name_fi, "name_sv": words.name_sv, "name_en": words.name_en}
    for field, name in names.items():
        if not name.strip() or len(name) > NAME_CHARS or not name.isprintable():
            raise BadDataError(what=f"a purpose has a name of 1 to {NAME_CHARS} characters", where=field)
        folded = name.strip().casefold()
        for other in known.values():
            taken = {other.code, other.name_fi.casefold(), other.name_sv.casefold(), other.name_en.casefold()}
            if other.code != code and folded in taken:
                error = NameTakenError(what="another purpose has this name", where=field, remedy="choose another")
                error.field = field
                raise error
    if not words.uses and code != CUSTOMER_SERVICE:
        raise BadDataError(what="a purpose is for listening, for the register, or for both", where="uses")
    if words.case_pattern is not None and (
        not words.case_pattern.strip()
        or len(words.case_pattern) > PATTERN_CHARS
        or not words.case_pattern.isprintable()
    ):
        raise BadDataError(what=f"a pattern has 1 to {PATTERN_CHARS} characters", where="case_pattern")


def _write(row: PurposeRow, words: PurposeWords) -> None:
    row.name_fi, row.name_sv, row.name_en = words.name_fi.strip(), words.name_sv.strip(), words.name_en.strip()
    row.requires_case = words.requires_case
    row.case_pattern = words.case_pattern.strip() if words.requires_case and words.case_pattern else None
    row.despite_restriction = words.despite_restriction


def _write_uses(session: Session, code: str, uses: frozenset[PurposeUse]) -> None:
    session.execute(delete(PurposeUseRow).where(PurposeUseRow.purpose == code))
    if uses:
        session.execute(insert(PurposeUseRow), [{"purpose": code, "use_of": use} for use in sorted(uses)])


def _new_code(name: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_CODE_CHARS].strip("-") or "purpose"
    number, code = 1, base
    while code in taken:
        number += 1
        code = f"{base}-{number}"
    return code


def _plain(purpose: Purpose) -> dict[str, object]:
    return {
        "fi": purpose.name_fi,
        "sv": purpose.name_sv,
        "en": purpose.name_en,
        "uses": sorted(purpose.uses),
        "requires_case": purpose.requires_case,
        "case_pattern": purpose.case_pattern,
        "despite_restriction": purpose.despite_restriction,
    }


def _audit(session: Session, code: str, detail: dict[str, object], *, by: Actor, clock: Clock) -> None:
    record(session, actor=by, action=Action.PURPOSE_CHANGED, purpose=code, detail=detail, clock=clock)
