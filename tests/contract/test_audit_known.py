"""Findings that two persons acknowledged are known, and nothing else is, in both databases."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_rights import MORNING, OPERATOR, Office
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from tampered_databases import disarm, tamper

from calls.errors import BadConfigurationError, BadDataError, NotFoundError, RefusedError
from rights.access.actor import Actor
from rights.access.approvals import Approval
from rights.access.deciding import decide_and_do
from rights.access.tasks import Task
from rights.audit import acknowledging
from rights.audit.acknowledgement import STATEMENT, Acknowledgement, sign
from rights.audit.acknowledging import ask_to_acknowledge, marks_of, with_reasons
from rights.audit.chain_rows import FindingRow, VerificationRow
from rights.audit.checkpoint import Checkpoint
from rights.audit.checkpoint import sign as sign_checkpoint
from rights.audit.checkpoints import make_checkpoint
from rights.audit.findings import Tampering, Verdict
from rights.audit.leaf import HASH_BYTES
from rights.audit.trail import Action, record
from rights.audit.verifications import findings_of, last_verification, note_verification
from rights.audit.verifying import verify
from rights.tables import AuditRow
from storage.database.engine import Database
from storage.database.migration import upgrade

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = [KEY.public_key()]
THEIRS = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
WHY = "Koneen kello oli tunnin edellä"


def write(office: Office, count: int = 1) -> None:
    for _ in range(count):
        with office.database.begin() as session:
            record(session, actor=OPERATOR, action=Action.CALL_SHOWN, persons=[7], clock=office.clock)
        office.clock.advance(minutes=1)


def turn_clock_back(office: Office) -> None:
    office.clock.advance(minutes=-30)
    write(office)
    office.clock.advance(minutes=60)


def verified(office: Office, elsewhere: Sequence[tuple[str, str]] = ()) -> Verdict:
    """Verify the log, and write down what came of it."""
    verdict = verify(office.database, KEYS, elsewhere=elsewhere)
    note_verification(office.database, verdict, clock=office.clock)
    return verdict


def asked(office: Office, auditor: Actor, *, reason: str = WHY) -> Approval:
    """Ask for all that was found."""
    with office.database.begin() as session:
        verification = last_verification(session)
        assert verification is not None
        wanted = [row.id for row in findings_of(session, verification) if row.acknowledged_in is None]
        return ask_to_acknowledge(session, wanted, reason=reason, by=auditor, clock=office.clock)


def confirm(office: Office, approval: Approval, administrator: Actor) -> None:
    with office.database.begin() as session:
        decide_and_do(
            session, approval.id, is_approved=True, by=administrator, clock=office.clock, audit_key=lambda: KEY
        )


@pytest.fixture
def auditor(office: Office) -> Actor:
    return office.actor(office.add_account("tiia", Task.VIEW_AUDIT))


@pytest.fixture
def administrator(office: Office) -> Actor:
    return office.actor(office.add_account("pekka", Task.ADMINISTER_ACCOUNTS))


def test_what_two_persons_acknowledge_is_known_by_whom_when_and_why_and_the_next_is_new(
    office: Office, auditor: Actor, administrator: Actor
) -> None:
    write(office, 3)
    turn_clock_back(office)
    (finding,) = verified(office).findings
    confirm(office, asked(office, auditor), administrator)
    verdict = with_reasons(office.database, verified(office))
    (known,) = verdict.known
    assert (verdict.is_whole, known.finding) == (True, finding)
    assert (known.asked_by, known.confirmed_by, known.reason) == ("tiia", "pekka", WHY)
    with office.database.read() as session:
        row = session.get_one(AuditRow, known.audit_id)
        assert (row.action, row.login, json.loads(row.detail or "")["reason"]) == (
            "findings-acknowledged",
            "pekka",
            WHY,
        )
        verification = last_verification(session)
        assert verification is not None
        assert (verification.findings, verification.known) == (0, 1)
        assert [told.acknowledged_in for told in findings_of(session, verification)] == [known.audit_id]
    turn_clock_back(office)
    again = verified(office)
    (new,) = again.findings
    assert new.tampering is Tampering.CLOCK_TURNED_BACK
    assert (new.audit_ids != finding.audit_ids, [one.finding for one in again.known]) == (True, [finding])
    make_checkpoint(office.database, KEY, clock=office.clock)
    assert verified(office).findings == (new,)


def lost_checkpoint(number: int, size: int) -> tuple[str, str]:
    """Give a checkpoint of rows that a backup does not bring back."""
    made = Checkpoint(number, size, bytes([number]) * 32, bytes(32), MORNING)
    return "elsewhere", sign_checkpoint(made, KEY)


def test_a_restored_backup_is_acknowledged_once_and_stays_known_as_the_log_grows(
    office: Office, auditor: Actor, administrator: Actor
) -> None:
    write(office, 3)
    make_checkpoint(office.database, KEY, clock=office.clock)
    size = verify(office.database, KEYS).size
    lost = [lost_checkpoint(2, size + 10), lost_checkpoint(3, size + 20)]
    lost += [("in the store", note) for _, note in lost]
    found = verified(office, lost).findings
    assert [finding.tampering for finding in found] == [Tampering.TAIL_CUT, Tampering.CHECKPOINT_MISSING]
    confirm(office, asked(office, auditor, reason="Palautettu eilisen varmuuskopio"), administrator)
    verdict = verified(office, lost)
    assert (verdict.findings, len(verdict.known)) == ((), 2)
    for _ in range(3):  # numbers are given again, and the log becomes longer than what was lost
        write(office, 10)
        make_checkpoint(office.database, KEY, clock=office.clock)
        assert verified(office, lost).findings == ()
    another = verified(office, [*lost, lost_checkpoint(4, size + 25)])
    assert [finding.tampering for finding in another.findings] == [Tampering.REWRITTEN]
    assert "checkpoint 4" in another.findings[0].what


def test_a_restore_that_lost_a_thousand_checkpoints_is_acknowledged_with_each_of_them_signed(
    office: Office, auditor: Actor, administrator: Actor
) -> None:
    write(office, 3)
    make_checkpoint(office.database, KEY, clock=office.clock)
    size, lost = verify(office.database, KEYS).size, []
    for number in range(2, 1_502):
        made = Checkpoint(number, size + 10 * number, number.to_bytes(HASH_BYTES), bytes(HASH_BYTES), MORNING)
        lost.append(("elsewhere", sign_checkpoint(made, KEY)))
    assert [finding.tampering for finding in verified(office, lost).findings] == [
        Tampering.TAIL_CUT,
        Tampering.CHECKPOINT_MISSING,
    ]
    confirm(office, asked(office, auditor, reason="Palautettu tammikuun varmuuskopio"), administrator)
    verdict = verified(office, lost)
    assert (verdict.is_whole, [len(one.finding.marks) for one in verdict.known]) == (True, [1_500, 1_500])
    with office.database.read() as session:
        row = session.get_one(AuditRow, verdict.known[0].audit_id)
        statement = str(json.loads(row.plain_detail or "")[STATEMENT])
    assert sum(line.startswith("known ") for line in statement.splitlines()) == 3_000
    write(office, 15)  # beyond the first that were lost
    assert verified(office, lost).findings == ()
    more = Checkpoint(1_502, size + 90_000, bytes(HASH_BYTES), bytes(HASH_BYTES), MORNING)
    assert len(verified(office, [*lost, ("elsewhere", sign_checkpoint(more, KEY))]).findings) == 2


def test_more_findings_than_a_page_shows_are_not_asked_for_at_once(
    office: Office, auditor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        write(office)
        turn_clock_back(office)
    assert len(verified(office).findings) == 2
    monkeypatch.setattr(acknowledging, "MOST_MARKS", 1)
    with pytest.raises(BadDataError, match="more than one page shows"):
        asked(office, auditor)


def test_the_very_same_findings_are_written_down_once(office: Office, auditor: Actor, administrator: Actor) -> None:
    def written() -> int:
        with office.database.read() as session:
            return len(session.scalars(select(FindingRow.id)).all())

    def told() -> list[tuple[str, int | None]]:
        with office.database.read() as session:
            verification = last_verification(session)
            assert verification is not None
            return [(row.what, row.acknowledged_in) for row in findings_of(session, verification)]

    verified(office)
    assert (written(), told()) == (0, [])
    write(office, 3)
    turn_clock_back(office)
    verified(office)
    first = told()
    write(office)  # the log grows, and what is wrong with it stays the same
    verified(office)
    verified(office)
    assert (written(), told()) == (1, first)
    confirm(office, asked(office, auditor), administrator)  # of a verification that wrote none of its own
    verified(office)
    assert (written(), [audit_id is None for _, audit_id in told()]) == (2, [False])
    known = told()
    verified(office)
    assert (written(), told()) == (2, known)
    turn_clock_back(office)
    verified(office)
    assert (written(), len(told())) == (4, 2)
    with office.database.read() as session:
        assert len(session.scalars(select(VerificationRow.id)).all()) == 7


def test_an_acknowledgement_covers_its_finding_and_no_larger_one(
    office: Office, auditor: Actor, administrator: Actor
) -> None:
    write(office, 6)
    disarm(office.database)
    tamper(office.database, "UPDATE audit SET login = 'somebody' WHERE id = 2")
    verified(office)
    confirm(office, asked(office, auditor), administrator)
    assert verified(office).is_whole
    tamper(office.database, "UPDATE audit SET login = 'somebody else' WHERE id = 2")
    (finding,) = verified(office).findings
    assert (finding.tampering, finding.audit_ids) == (Tampering.EDITED, (2,))
    tamper(office.database, "UPDATE audit SET login = 'somebody' WHERE id = 2")
    assert verified(office).is_whole
    tamper(office.database, "DELETE FROM audit WHERE id = 2")
    assert [finding.tampering for finding in verified(office).findings] == [Tampering.DELETED]


def test_a_row_from_outside_is_known_as_it_was_and_not_as_it_is_made_later(
    office: Office, auditor: Actor, administrator: Actor
) -> None:
    write(office)
    disarm(office.database)
    tamper(office.database, "INSERT INTO audit (id, at, action) VALUES (9999, '2026-11-02 08:30:00', 'logged-in')")
    verified(office)
    confirm(office, asked(office, auditor), administrator)
    assert verified(office).is_whole
    for later in (
        "UPDATE audit SET login = 'eeva' WHERE id = 9999",
        "UPDATE audit SET login = NULL WHERE id = 9999",
        "INSERT INTO audit_persons (audit_id, person_id) VALUES (9999, 3)",
    ):
        tamper(office.database, later)
        assert verified(office).is_whole == ("NULL" in later), later


def test_a_log_that_is_another_than_was_acknowledged_is_found(
    office: Office, auditor: Actor, administrator: Actor
) -> None:
    """The marks of a finding of one log in the acknowledgement of another: signed, and of no use there."""
    write(office, 3)
    turn_clock_back(office)
    (finding,) = verified(office).findings
    told = Acknowledgement(2, bytes(32), auditor.login, administrator.login, office.clock.now(), finding.marks)
    detail = {STATEMENT: sign(told, KEY)}
    with office.database.begin() as session:
        record(session, actor=administrator, action=Action.FINDINGS_ACKNOWLEDGED, detail=detail, clock=office.clock)
    found = verified(office).findings
    assert {one.tampering for one in found} == {Tampering.CLOCK_TURNED_BACK, Tampering.REWRITTEN}
    assert finding in found


@pytest.mark.parametrize("way", ["their key", "nonsense", "one person", "no note", "longer"])
def test_a_row_that_only_looks_like_an_acknowledgement_is_found(
    office: Office, auditor: Actor, administrator: Actor, way: str
) -> None:
    """Whoever can write to the database chains a row as our code does, and signs it with what key he has."""
    write(office, 3)
    turn_clock_back(office)
    verdict = verified(office)
    (finding,) = verdict.findings
    at = office.clock.now()
    told = Acknowledgement(verdict.size, verdict.root, auditor.login, administrator.login, at, finding.marks)
    notes = {
        "their key": sign(told, THEIRS),
        "nonsense": "acknowledged",
        "one person": sign(replace(told, confirmed_by=auditor.login), KEY),
        "longer": sign(told, KEY).replace("\n\n", "\nknown edited: audit row 1 [0]\n\n"),
    }
    detail = {STATEMENT: notes[way]} if way in notes else {}
    with office.database.begin() as session:
        row = record(
            session, actor=administrator, action=Action.FINDINGS_ACKNOWLEDGED, detail=detail, clock=office.clock
        )
        audit_id = row.id
    found = {one.tampering: one for one in verified(office).findings}
    assert found.keys() == {Tampering.CLOCK_TURNED_BACK, Tampering.ACKNOWLEDGEMENT_FORGED}
    assert found[Tampering.ACKNOWLEDGEMENT_FORGED].audit_ids == (audit_id,)


def test_nobody_acknowledges_alone_or_without_the_task_or_the_key(
    office: Office, auditor: Actor, administrator: Actor
) -> None:
    write(office, 3)
    turn_clock_back(office)
    verified(office)
    with pytest.raises(RefusedError):
        asked(office, administrator)
    with pytest.raises(BadDataError):
        asked(office, auditor, reason="  ")
    both = office.actor(office.add_account("kaikki", Task.VIEW_AUDIT, Task.ADMINISTER_ACCOUNTS))
    own, others = asked(office, both), asked(office, auditor)
    with pytest.raises(RefusedError, match="himself"):
        confirm(office, own, both)
    with pytest.raises(NotFoundError):
        confirm(office, others, auditor)
    with pytest.raises(BadConfigurationError), office.database.begin() as session:
        decide_and_do(session, others.id, is_approved=True, by=administrator, clock=office.clock)
    assert len(verified(office).findings) == 1
    confirm(office, others, both)
    assert verified(office).is_whole


def test_only_findings_of_the_newest_verification_that_can_be_known_are_asked_for(
    office: Office, auditor: Actor
) -> None:
    write(office, 3)
    turn_clock_back(office)
    verified(office)
    with office.database.read() as session:
        old = list(session.scalars(select(FindingRow.id)))
    approval = asked(office, auditor)
    assert len(marks_of(approval)) == 1
    assert len(base64.b64decode(str(approval.detail["root"]))) == HASH_BYTES
    disarm(office.database)
    tamper(office.database, "DELETE FROM audit_tail")
    assert [finding.marks for finding in verified(office).findings if finding.tampering is Tampering.TAIL_CUT] == [()]
    with office.database.begin() as session:
        for wanted, error in ((old, NotFoundError), ([], BadDataError)):
            with pytest.raises(error):
                ask_to_acknowledge(session, wanted, reason=WHY, by=auditor, clock=office.clock)
        verification = last_verification(session)
        assert verification is not None
        endless = [row.id for row in findings_of(session, verification) if row.marks == "[]"]
        with pytest.raises(NotFoundError):
            ask_to_acknowledge(session, endless, reason=WHY, by=auditor, clock=office.clock)


def test_verifications_of_before_stay_and_still_only_grow(make_empty_database: Callable[[], Database]) -> None:
    database = make_empty_database()
    upgrade(database, to="0021_audit_actions")
    with database.begin() as session:
        session.execute(text("INSERT INTO audit_verifications (at, size, findings) VALUES ('2026-11-02', 5, 1)"))
    upgrade(database)
    with database.begin() as session:
        verification = last_verification(session)
        assert verification is not None
        assert (verification.size, verification.findings, verification.known, verification.root) == (5, 1, None, None)
        session.add(FindingRow(verification_id=verification.id, tampering="edited", what="row 1", marks="[]"))
    for statement in (
        "UPDATE audit_verifications SET findings = 0",
        "DELETE FROM audit_verifications",
        "UPDATE audit_findings SET what = ''",
        "DELETE FROM audit_findings",
    ):
        with pytest.raises(DatabaseError, match="append-only"), database.begin() as session:
            session.execute(text(statement))
