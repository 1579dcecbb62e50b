"""A call that is erased goes from the copies too that were made of it, before its proof is written."""

import pytest
from fixtures_copies import CopyDesk

from privacy.cases.handling import withdraw as withdraw_case
from privacy.copies.copy_rows import CopyRow
from privacy.retention.deletion_state import Because, State
from privacy.retention.proofs import proofs
from privacy.retention.retention_rows import CallDeletionRow
from privacy.retention.shredder import SPACE_AFTER, Shredder
from storage.spool.spool import Spool
from storage.vault.call_shares import ErasedError


def test_no_backup_opens_a_copy_of_a_call_whose_deletion_is_proved(copy_desk: CopyDesk, spool: Spool) -> None:
    office, desk = copy_desk.desk.office, copy_desk.desk
    database, call_id, case_no = office.database, copy_desk.call(), copy_desk.case()
    made = copy_desk.released(copy_desk.made(case_no))
    with database.begin() as session:
        row = session.get_one(CopyRow, made.id)
        object_key, wrapped, version = row.object_key, row.wrapped_key, row.key_version
        withdraw_case(session, case_no, reasons="ei enää", by=desk.officer, clock=office.clock)
        session.add(
            CallDeletionRow(
                call_id=call_id,
                state=State.SCHEDULED,
                because=Because.POLICY,
                policy="verify 24 months",
                scheduled_at=office.clock.now(),
                scheduled_by="system:retention",
                shred_from=office.clock.now(),
            )
        )
    assert object_key is not None
    assert wrapped is not None
    assert version is not None
    shredder = Shredder(
        database=database,
        objects=copy_desk.objects,
        keys=copy_desk.keys,
        spool=spool,
        clock=office.clock,
        give_back_space=lambda: None,
    )
    shredder.run()
    office.clock.advance(seconds=SPACE_AFTER.total_seconds())
    assert shredder.run() == 1
    with database.read() as session:
        assert [proof.subject for proof in proofs(session)] == [call_id]
    assert copy_desk.objects.find(object_key) is None
    with pytest.raises(ErasedError):
        copy_desk.keys.unwrap(wrapped, version, made.id)
