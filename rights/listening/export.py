"""Exporting a call's audio to a file, through the same door as listening, after two people agreed to it.

The file is there whole or not at all: written beside its place, compared with the recording's hash, made durable,
and only then given its name.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from calls.clock import Clock
from calls.errors import BadDataError, IntegrityError
from rights.access.actor import Actor
from rights.audit.trail import Action
from rights.listening.export_asking import approved_export, begin_export, break_glass, finish_export
from rights.listening.hearer import EXPORTING
from rights.listening.listening import AuditedReader, audited_reader
from rights.listening.stating import Listening
from storage.database.engine import Database
from storage.objects.store import ObjectStore
from storage.spool.durable import fsync_folder
from storage.vault.key_ring import KeyRing


def export_audio(
    database: Database,
    actor: Actor,
    call_id: str,
    *,
    purpose: str,
    out: Path,
    objects: ObjectStore,
    keys: KeyRing,
    clock: Clock,
    alone_because: str | None = None,
) -> int:
    """Write a call's FLAC to ``out`` (mode 0600, an older file is replaced) and give its size in bytes.

    It uses up an approval of the actor's for this call and purpose, once the file is there; with ``alone_because`` the
    operator breaks the glass. Raises as ``begin_export``, ``break_glass`` and ``audited_reader``; BadDataError where
    the file cannot be written; IntegrityError where the bytes are not those that were recorded.
    """
    if out.is_dir():
        raise BadDataError(what="the output is a folder", where=str(out), remedy="name a file in it")
    # 1. A place to write, before anything is used up that then would not happen
    try:
        descriptor, name = tempfile.mkstemp(prefix=".tallenne-", suffix=".part", dir=out.parent)
    except OSError as error:
        raise _unwritable(out, error) from error
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            # 2. The door
            approval_id: int | None = None
            if alone_because is None:
                approval_id = approved_export(database, actor, call_id, purpose=purpose, clock=clock)
                listening = begin_export(database, actor, call_id, approval_id=approval_id, clock=clock)
            else:
                listening = break_glass(database, actor, call_id, purpose=purpose, reason=alone_because, clock=clock)
            reader = export_reader(database, actor, listening, objects=objects, keys=keys, clock=clock)
            # 3. All bytes, as recorded, on the disk
            _fill(file, reader, out=out)
        # 4. The name
        try:
            part.replace(out)
            fsync_folder(out.parent)
        except OSError as error:
            raise _unwritable(out, error) from error
        # 5. Only now nothing can be lost any more
        if approval_id is not None:
            finish_export(database, actor, listening, approval_id=approval_id, clock=clock)
    finally:
        part.unlink(missing_ok=True)
    return reader.size_bytes


def export_reader(
    database: Database,
    actor: Actor,
    listening: Listening,
    *,
    objects: ObjectStore,
    keys: KeyRing,
    clock: Clock,
    session_id: str | None = None,
) -> AuditedReader:
    """Open the audio of an export that was begun; raises as ``audited_reader``."""
    return audited_reader(
        database,
        actor,
        listening.id,
        objects=objects,
        keys=keys,
        clock=clock,
        action=Action.EXPORTED,
        door=EXPORTING,
        session_id=session_id,
    )


def _fill(file: BinaryIO, reader: AuditedReader, *, out: Path) -> None:
    digest = hashlib.sha256()
    for piece in reader.iterate():
        digest.update(piece)
        try:
            file.write(piece)
        except OSError as error:
            raise _unwritable(out, error) from error
    if digest.hexdigest() != reader.sha256:
        call_id = reader.listening.call_id
        raise IntegrityError(what="the audio is not what was recorded", where=call_id, remedy="run 'tallenne check'")
    try:
        file.flush()
        os.fsync(file.fileno())
    except OSError as error:
        raise _unwritable(out, error) from error


def _unwritable(out: Path, error: OSError) -> BadDataError:
    return BadDataError(what=f"the file cannot be written: {error.strerror}", where=str(out))
