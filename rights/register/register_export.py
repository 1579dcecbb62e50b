"""Exporting the register: audited before anything is written, with a purpose where it tells what is protected.

1. Check the purpose. 2. Add the audit row and commit it. 3. Only then read the register and write the folder.
"""

from collections.abc import Callable
from pathlib import Path

from calls.clock import Clock
from calls.errors import BadDataError
from ledger_link.exporting.export import Export, ExportFormat, ExportReport, ExportScope
from rights.access.actor import Actor
from rights.audit.trail import Action, record
from rights.listening.purposes import PurposeUse, require_purpose
from storage.database.engine import Database
from storage.vault.field_vault import FieldVault


def export_register(
    database: Database,
    vault: FieldVault,
    actor: Actor,
    folder: Path,
    kind: ExportFormat,
    *,
    scope: ExportScope,
    purpose: str | None,
    clock: Clock,
    progress: Callable[[str, int, int], None],
) -> ExportReport:
    """Write the register to a new folder; raise BadDataError without a purpose where one is needed.

    The actor is the operator: who may run the command line on this machine may export (docs/ref/register-import.md).
    """
    # 1
    stated = None
    if purpose is not None:
        with database.read() as session:
            stated = require_purpose(session, purpose, use=PurposeUse.REGISTER).code
    elif scope.undisclosed or scope.identity_codes:
        raise BadDataError(what="no purpose is stated", where=str(folder), remedy="add --purpose")
    # 2
    detail = {"format": kind.value, "undisclosed": scope.undisclosed, "identity_codes": scope.identity_codes}
    with database.begin() as session:
        record(session, actor=actor, action=Action.REGISTER_EXPORTED, purpose=stated, detail=detail, clock=clock)
    # 3
    with database.read() as session:
        return Export(session, vault, scope).write(folder, kind, progress=progress)
