"""Recordings of before the shares get theirs; what was changed by hand is left for the check to name."""

import os
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fixtures_archive import CallMaker
from sqlalchemy import text

from storage.archive.archive import Archive
from storage.archive.facts import authenticate_facts
from storage.archive.key_parting import part_keys
from storage.check.check import check
from storage.check.finding import Level
from storage.database.calls import CallRow
from storage.database.engine import Database
from storage.objects.file_store import FileStore
from storage.objects.store import ObjectStore
from storage.vault.key_ring import WHOLE_KEY_BYTES, KeyRing


def as_before_the_shares(database: Database, keys: KeyRing, call_id: str) -> bytes:
    """Write a recording's key as version 0.1 did: under the key-encryption key alone."""
    with database.begin() as session:
        call = session.get_one(CallRow, call_id)
        assert call.recording is not None
        key = keys.unwrap(call.recording.wrapped_key, call.recording.key_version, call_id)
        kek, nonce = keys._keys[1], os.urandom(12)
        call.recording.wrapped_key = nonce + AESGCM(kek).encrypt(
            nonce, key.secret, b"tallenne-wrapped-key-v1|1|" + call_id.encode()
        )
        assert len(call.recording.wrapped_key) == WHOLE_KEY_BYTES
        authenticate_facts(call, keys=keys)
        return call.recording.wrapped_key


def test_old_recordings_get_a_share_and_are_heard_as_before(
    database: Database,
    file_store: FileStore,
    keys: KeyRing,
    call_maker: CallMaker,
    make_archive: Callable[[Database, ObjectStore], Archive],
) -> None:
    entries = [call_maker.recorded().call_id for _ in range(3)]
    call_maker.abandoned()
    make_archive(database, file_store).run_once()
    for call_id in entries:
        as_before_the_shares(database, keys, call_id)

    def findings() -> list[str]:
        return [
            finding.name
            for finding in check(
                database=database, objects=file_store, keys=keys, spool=call_maker.spool, level=Level.HASH
            ).findings
        ]

    assert findings() == []  # old ones are heard all the same
    with database.begin() as session:
        session.execute(text("UPDATE calls SET caller_raw = 'x' WHERE id = :id"), {"id": entries[1]})
    assert part_keys(database, keys=keys) == 2
    with database.read() as session:
        lengths = {
            call_id: len(session.get_one(CallRow, call_id).recording.wrapped_key)  # type: ignore[union-attr]
            for call_id in entries
        }
    assert lengths == {entries[0]: 61, entries[1]: 60, entries[2]: 61}
    assert findings() == [entries[1]]  # the change is still told: its MAC was not made good
    assert part_keys(database, keys=keys) == 0
