"""Finding a person by the whole identity code: a task of its own, for a stated purpose.

The code is in no address, audit row, error or log: what is audited is who looked, when, why, and whom it showed.
"""

from calls.clock import Clock
from calls.errors import BadDataError
from ledger_link.values.day import day_of
from ledger_link.values.identity_code import IdentityCode, person_by_identity_code
from rights.access.actor import Actor
from rights.access.permissions import require
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.listening.purposes import PurposeUse, require_purpose
from storage.database.engine import Database
from storage.vault.field_vault import FieldVault
from storage.vault.key_ring import KeyRing


def find_by_identity_code(
    database: Database, keys: KeyRing, actor: Actor, code: str, *, purpose: str, clock: Clock
) -> int | None:
    """Give the id of the person who has an identity code, or None where nobody has it; either is audited first.

    Raises RefusedError without *find by identity code* and audits the attempt; BadDataError, in which the code does
    not stand, for what is no identity code, and for a purpose that is none.
    """
    with audited_refusals(database, actor, wanted=Task.FIND_BY_IDENTITY_CODE, clock=clock):
        require(actor, Task.FIND_BY_IDENTITY_CODE)
    try:
        wanted = IdentityCode.parse(code, on=day_of(clock.now()))
    except ValueError as error:
        raise BadDataError(what=f"not an identity code: {error}", where="identity code") from None
    with database.read() as session:
        stated = require_purpose(session, purpose, use=PurposeUse.REGISTER)
        found = person_by_identity_code(session, FieldVault(keys), wanted)
    with database.begin() as session:
        record(
            session,
            actor=actor,
            action=Action.IDENTITY_CODE_LOOKED_UP,
            purpose=stated.code,
            persons=[] if found is None else [found],
            clock=clock,
        )
    return found
