"""Exporting a call's audio to a file, through the same door as listening.

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
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.listening.listening import AuditedReader, audited_reader
from rights.listening.stating import begin_listening
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
) -> int:
    """Write a call's FLAC to ``out`` (mode 0600, an older file is replaced) and give its size in bytes.

    Raises as ``begin_listening`` and ``audited_reader``; BadDataError where the file cannot be written;
    IntegrityError where the bytes are not those that were recorded.
    """
    if out.is_dir():
        raise BadDataError(what="the output is a folder", where=str(out), remedy="name a file in it")
    # 1. A place to write, before anything is audited that then would not happen
    try:
        descriptor, name = tempfile.mkstemp(prefix=".tallenne-", suffix=".part", dir=out.parent)
    except OSError as error:
        raise _unwritable(out, error) from error
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            # 2. The door
            listening = begin_listening(database, actor, call_id, purpose=purpose, clock=clock, task=Task.EXPORT_AUDIO)
            reader = audited_reader(
                database,
                actor,
                listening.id,
                objects=objects,
                keys=keys,
                clock=clock,
                action=Action.EXPORTED,
                task=Task.EXPORT_AUDIO,
            )
            # 3. All bytes, as recorded, on the disk
            _fill(file, reader, out=out)
        # 4. The name
        try:
            part.replace(out)
            fsync_folder(out.parent)
        except OSError as error:
            raise _unwritable(out, error) from error
    finally:
        part.unlink(missing_ok=True)
    return reader.size_bytes


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
