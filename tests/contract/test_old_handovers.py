"""Hand-overs go when their time is over, whole and with a proof, and stay while what was handed over is kept."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from fixtures_cases import PrivacyDesk
from fixtures_periods import let_go
from fixtures_rights import SEE_ALL, Office
from sqlalchemy import delete, func, select, text

from ledger_link.tables.persons import PhoneNumberRow
from privacy.cases.case_rows import CaseCallRow
from privacy.cases.case_words import CaseKind
from privacy.cases.handling import withdraw
from privacy.disclosures.handover import HandoverDraft
from privacy.disclosures.handover_rows import HandoverCallRow, HandoverPersonRow, HandoverRow
from privacy.disclosures.handovers import record_handover, void_handover
from privacy.disclosures.kinds import Content, LegalBasis, RecipientKind, Way
from privacy.retention.person_rows import delete_person
from privacy.retention.proofs import proofs
from privacy.retention.register_rows import plan_register
from privacy.retention.retention_rows import HoldRow
from privacy.retention.settings import RetentionSettings
from rights.access.actor import Actor
from rights.access.partner_rows import PartnerCallRow, PartnerRow
from rights.access.tasks import Task
from rights.tables import AuditRow
from storage.database.base import Base
from storage.database.calls import CallRow, RecordingRow
from storage.database.engine import Database
from storage.database.migration import upgrade

SETTINGS = RetentionSettings()
TABLES: tuple[type[Base], ...] = (HandoverRow, HandoverCallRow, HandoverPersonRow)
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


class Recorder:
    """Who records hand-overs of a call and a person that were, and are gone since."""

    def __init__(self, desk: PrivacyDesk) -> None:
        self.desk, self.office = desk, desk.office
        self.office.clock.moment = NOON
        self.actor: Actor = self.office.actor(
            self.office.add_account("paula", SEE_ALL, Task.RECORD_DISCLOSURES, Task.VIEW_REGISTER)
        )
        self.person_id, self.call_id = desk.aino_id, self.office.add_call(agent_id=self.office.sanna_id)

    def record(self, *, expires_at: datetime | None = None, case_no: str | None = None) -> int:
        draft = HandoverDraft(
            recipient_kind=RecipientKind.INSURER,
            recipient="Vakuutus Oy",
            basis=LegalBasis.LEGITIMATE_INTEREST,
            basis_detail="vahinkoilmoitus",
            contents=frozenset({Content.AUDIO, Content.CONTACT}),
            description="tallenne vesivahingosta",
            way=Way.ENCRYPTED_FILE,
            handed_at=self.office.clock.now(),
            expires_at=expires_at,
            case_no=case_no,
            call_ids=(self.call_id,),
            person_ids=(self.person_id,),
        )
        return record_handover(self.office.database, self.actor, draft, clock=self.office.clock)

    def forget_call(self) -> None:
        with self.office.database.begin() as session:
            session.execute(delete(RecordingRow))
            session.execute(text("DELETE FROM disclosures_played"))
            session.execute(delete(CallRow))

    def forget_person(self) -> None:
        with self.office.database.begin() as session:
            session.execute(delete(PhoneNumberRow))
            delete_person(session, self.person_id, clock=self.office.clock)

    def forget_both(self) -> None:
        self.forget_call()
        self.forget_person()

    def planned(self) -> int:
        with self.office.database.read() as session:
            return plan_register(session, SETTINGS, clock=self.office.clock).rows.get("handovers", 0)

    def deleted(self) -> int:
        return let_go(self.office.database, SETTINGS, clock=self.office.clock)


@pytest.fixture
def recorder(desk: PrivacyDesk) -> Recorder:
    return Recorder(desk)


def rows(office: Office, *tables: type[Base]) -> int:
    with office.database.read() as session:
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def test_a_hand_over_goes_whole_after_ten_years_with_a_proof_and_not_a_day_before(recorder: Recorder) -> None:
    office, number = recorder.office, recorder.record()
    recorder.forget_both()
    office.clock.moment = NOON.replace(year=2036, day=1)
    assert (recorder.planned(), recorder.deleted()) == (0, 0)
    office.clock.advance(days=1)
    assert recorder.planned() == 1
    assert rows(office, *TABLES) == 3  # nothing was done
    assert let_go(office.database, SETTINGS, clock=office.clock) == 3
    assert rows(office, *TABLES) == 0
    assert (recorder.planned(), recorder.deleted()) == (0, 0)
    with office.database.read() as session:
        [proof] = proofs(session)
        [audited] = session.scalars(select(AuditRow).where(AuditRow.action == "register-rows-deleted")).all()
    assert (proof.subject, proof.rows, proof.policy) == ("handovers", 3, "hand-overs: 10 years")
    assert list(proof.hashes) == ["keys"]
    assert json.loads(audited.detail or "")["handovers"] == [number]
    recorder.person_id, recorder.call_id = (
        office.add_person("Eero", "Korhonen"),
        office.add_call(agent_id=office.sanna_id),
    )
    assert recorder.record() > number  # the audit goes on naming the first by its number


def test_a_period_begins_when_the_recipients_own_time_ends_or_it_was_voided(recorder: Recorder) -> None:
    office = recorder.office
    recorder.record(expires_at=NOON + timedelta(days=365))
    voided = recorder.record()
    office.clock.moment = NOON.replace(year=2028)
    void_handover(office.database, recorder.actor, voided, reason="väärä puhelu", clock=office.clock)
    recorder.forget_both()
    office.clock.moment = NOON.replace(year=2037, day=1)
    assert recorder.deleted() == 0
    office.clock.advance(days=1)
    assert recorder.deleted() == 3
    office.clock.moment = NOON.replace(year=2038, day=1)
    assert recorder.deleted() == 0
    office.clock.advance(days=1)
    assert recorder.deleted() == 3


def test_it_stays_while_anything_that_was_handed_over_is_kept(recorder: Recorder) -> None:
    recorder.record()
    recorder.office.clock.advance(days=365 * 30)
    assert recorder.deleted() == 0
    recorder.forget_call()
    assert recorder.deleted() == 0
    recorder.forget_person()
    assert recorder.deleted() == 3


def held_call(recorder: Recorder) -> None:
    _hold(recorder, call_id=recorder.call_id)


def held_person(recorder: Recorder) -> None:
    _hold(recorder, person_id=recorder.person_id)


def _hold(recorder: Recorder, *, call_id: str | None = None, person_id: int | None = None) -> None:
    with recorder.office.database.begin() as session:
        session.add(
            HoldRow(
                call_id=call_id,
                person_id=person_id,
                reason="riita",
                review_on=date(2060, 1, 1),
                put_by="outi",
                put_at=recorder.office.clock.now(),
            )
        )


def waiting_for_a_copy(recorder: Recorder) -> None:
    recorder.desk.aino_id = recorder.office.add_person("Eero", "Korhonen")
    case = recorder.desk.open()
    with recorder.office.database.begin() as session:
        case_id = session.execute(text("SELECT id FROM cases WHERE case_no = :no"), {"no": case.case_no}).scalar_one()
        session.add(
            CaseCallRow(case_id=case_id, call_id=recorder.call_id, found_by="added", is_included=True, reason="")
        )


@pytest.mark.parametrize("keep", [held_call, held_person, waiting_for_a_copy])
def test_holds_and_who_waits_for_an_answer_beat_the_period(
    recorder: Recorder, keep: Callable[[Recorder], None]
) -> None:
    recorder.record()
    recorder.forget_both()
    recorder.office.clock.advance(days=365 * 11)
    assert recorder.planned() == 1
    keep(recorder)
    assert (recorder.planned(), recorder.deleted()) == (0, 0)


def test_it_stays_while_the_case_that_it_names_is_open(recorder: Recorder) -> None:
    office, case_no = recorder.office, recorder.desk.open(CaseKind.ERASURE).case_no
    recorder.record(case_no=case_no)
    office.clock.advance(days=365 * 11)
    recorder.forget_both()
    assert recorder.deleted() == 0
    with office.database.begin() as session:
        withdraw(session, case_no, reasons="perui", by=recorder.desk.officer, clock=office.clock)
    assert recorder.deleted() == 3


def test_what_was_opened_to_a_partner_goes_with_the_hand_over_that_it_was(recorder: Recorder) -> None:
    office, number = recorder.office, recorder.record()
    account_id = office.add_account("pertti")
    with office.database.begin() as session:
        session.add(
            PartnerRow(
                account_id=account_id, organisation="Perintä Oy", expires_at=NOON, added_at=NOON, added_by="paula"
            )
        )
        session.flush()
        session.get_one(HandoverRow, number).partner_account_id = account_id
        for opened_at in (NOON, NOON + timedelta(days=1)):
            session.add(
                PartnerCallRow(
                    account_id=account_id,
                    call_id=recorder.call_id,
                    basis="toimeksianto",
                    opened_at=opened_at,
                    opened_by="paula",
                    opened_until=opened_at + timedelta(days=7),
                )
            )
    recorder.forget_both()
    office.clock.advance(days=365 * 11)
    assert recorder.deleted() == 4
    with office.database.read() as session:
        [other] = session.scalars(select(PartnerCallRow)).all()
    assert other.opened_at == NOON + timedelta(days=1)  # of another hand-over


def test_hand_overs_of_before_keep_their_rows_and_count_on(make_empty_database: Callable[[], Database]) -> None:
    database = make_empty_database()
    upgrade(database, to="0021_audit_actions")
    handover = (
        "INSERT INTO handovers (recipient_kind, recipient, basis, basis_detail, contents, description, way, handed_at,"
        " recorded_at, recorded_by) VALUES ('insurer', '{to}', 'consent', 'x', 'audio', 'x', 'post',"
        " '2026-11-02 09:00:00', '2026-11-02 09:00:00', 'paula')"
    )
    with database.begin() as session:
        session.execute(text(handover.format(to="Vakuutus Oy")))
        session.execute(text(handover.format(to="Perintä Oy")))
        session.execute(text("INSERT INTO handover_persons (handover_id, person_id) SELECT id, 7 FROM handovers"))
    upgrade(database)
    with database.begin() as session:
        told = session.execute(text("SELECT id, recipient FROM handovers ORDER BY id")).all()
        assert [tuple(row) for row in told] == [(1, "Vakuutus Oy"), (2, "Perintä Oy")]
        assert (
            session.execute(text("SELECT count(*) FROM handover_persons JOIN handovers ON id = handover_id")).scalar()
            == 2
        )
        session.execute(text("DELETE FROM handover_persons WHERE handover_id = 2"))
        session.execute(text("DELETE FROM handovers WHERE id = 2"))
        session.execute(text(handover.format(to="Muu Oy")))
        assert session.execute(text("SELECT max(id) FROM handovers")).scalar() == 3
