"""Gives each recording of before the shares its share: its key opened with the key-encryption key alone until then.

For each recording, in pages of one transaction each; killed half-way it goes on with those that are left:

1. The facts hold under their MAC: a row that was changed is left as it is, for the check to name.
2. The data key is unwrapped, and wrapped anew under the newest key-encryption key and a share of the call's own.
3. The facts, which name the wrapped key, get their MAC anew.

The sealed objects stay as they are. A backup of the rows from before still opens with the key-encryption key: it has
to go, as docs/design/retention.md says.
"""

import structlog
from sqlalchemy import func, select

from calls.errors import IntegrityError
from storage.archive.facts import authenticate_facts, facts_are_authentic
from storage.database.calls import CallRow, RecordingRow
from storage.database.engine import Database
from storage.vault.key_ring import WHOLE_KEY_BYTES, KeyRing

CALLS_A_PAGE = 100
_log = structlog.get_logger("keys")


def part_keys(database: Database, *, keys: KeyRing) -> int:
    """Part the keys of all recordings that have no share; give how many. Raise UnavailableError without the shares."""
    parted, after = 0, ""
    while True:
        with database.begin() as session:
            page = session.scalars(
                select(CallRow)
                .join(RecordingRow, RecordingRow.call_id == CallRow.id)
                .where(CallRow.id > after, func.length(RecordingRow.wrapped_key) == WHOLE_KEY_BYTES)
                .order_by(CallRow.id)
                .limit(CALLS_A_PAGE)
            ).all()
            for call in page:
                try:
                    _part(call, keys=keys)
                except IntegrityError as error:
                    _log.warning("a recording's key is left as it is", call_id=call.id, reason=str(error))
                else:
                    parted += 1
        if not page:
            return parted
        after = page[-1].id


def _part(call: CallRow, *, keys: KeyRing) -> None:
    recording = call.recording
    if recording is None:
        return
    if not facts_are_authentic(call, keys=keys):  # 1
        raise IntegrityError(what="the facts do not hold under their MAC", where=call.id)
    key = keys.unwrap(recording.wrapped_key, recording.key_version, call.id)  # 2
    recording.wrapped_key, recording.key_version = keys.wrap(key, call.id)
    authenticate_facts(call, keys=keys)  # 3
