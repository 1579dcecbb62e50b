"""The models, the migrated schema and the data in it agree, on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy.exc
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from fixtures_database import import_every_model
from fixtures_rights import HandClock
from sqlalchemy import insert, inspect, select, text

from calls.errors import BadConfigurationError
from ledger_link.linking.link_decisions import decisions_of
from ledger_link.linking.linker import link_of, links_of
from ledger_link.linking.relinking import RelinkReport, relink, relink_due
from ledger_link.tables.call_links import CallLinkRow
from storage.database.base import Base
from storage.database.calls import AgentGroupRow, AgentRow, CallRow, DisclosureRow, GarbageRow, RecordingRow
from storage.database.engine import Database
from storage.database.migration import current, head, require_head, upgrade

AT = datetime(2026, 11, 3, 9, 30, 0, 123000, tzinfo=UTC)
HOUR = timedelta(hours=1)
CALL_ID = "0199a1b2-0000-7000-8000-000000000001"


def test_migrated_schema_is_what_the_models_say(database: Database) -> None:
    import_every_model()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrated_constraints_are_what_the_models_say(make_empty_database: Callable[[], Database]) -> None:
    """Alembic compares neither checks, nor names of keys, nor ON DELETE: the inspector does."""
    import_every_model()
    migrated, created = make_empty_database(), make_empty_database()
    upgrade(migrated)
    Base.metadata.create_all(created.engine)
    found, wanted = inspect(migrated.engine), inspect(created.engine)
    for table in Base.metadata.tables:
        for question in ("get_pk_constraint", "get_foreign_keys", "get_check_constraints", "get_unique_constraints"):
            answers = [getattr(side, question)(table) for side in (found, wanted)]
            first, second = (sorted(map(str, _listed(answer))) for answer in answers)
            assert first == second, (table, question)


def _listed(answer: object) -> list[object]:
    return answer if isinstance(answer, list) else [answer]


def test_migration_is_repeatable_and_required(empty_database: Database) -> None:
    with pytest.raises(BadConfigurationError, match="at nothing"):
        require_head(empty_database)
    upgrade(empty_database)
    upgrade(empty_database)
    require_head(empty_database)
    assert current(empty_database) == head()


def test_schema_of_a_newer_version_is_refused(database: Database) -> None:
    with database.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
    with pytest.raises(BadConfigurationError, match="newer version"):
        require_head(database)


def test_data_written_under_0001_is_read_at_head(empty_database: Database) -> None:
    upgrade(empty_database, to="0001_calls")
    with empty_database.begin() as session:
        agent = AgentRow(name="Sanna Laine", aor="sip:sanna@x", sip_user="sanna", ha1="0" * 32, created_at=AT)
        agent.groups = [AgentGroupRow(group_name="asiakaspalvelu", position=1)]
        session.add(agent)
        session.flush()
        # statements of the columns of then, not entities, which would also name the columns of today
        facts = {
            **inbound_call(CALL_ID),
            "agent_id": agent.id,
            "agent_name": agent.name,
            "agent_aor": agent.aor,
            "answered_at": AT,
            "duration_ms": 0,
            "state": "recorded",
            "reason": "caller_hung_up",
        }
        session.execute(insert(CallRow).values(facts))
        session.add(
            DisclosureRow(
                call_id=CALL_ID,
                position=0,
                name="recording-fi",
                language="fi",
                sha256="1" * 64,
                started_at=AT,
                ended_at=AT,
                complete=True,
            )
        )
        session.add(
            RecordingRow(
                call_id=CALL_ID,
                codec="flac",
                channels=2,
                sample_rate_hz=8000,
                samples=8000,
                size_bytes=1,
                sha256="2" * 64,
                object_key="a",
                object_size_bytes=2,
                object_sha256="3" * 64,
                peaks_key="b",
                peaks_size_bytes=3,
                peaks_sha256="4" * 64,
                wrapped_key=b"\x00\xff",
                key_version=1,
            )
        )
        session.add(GarbageRow(object_key="c", since_at=AT, reason="test"))
    upgrade(empty_database)
    with empty_database.read() as session:
        call = session.scalars(select(CallRow)).one()
        assert (call.started_at, call.caller_display_name) == (AT, "Åke Öhman")
        assert call.recording is not None
        assert call.recording.wrapped_key == b"\x00\xff"
        assert [played.name for played in call.disclosures] == ["recording-fi"]
        assert session.scalars(select(AgentRow)).one().groups[0].group_name == "asiakaspalvelu"


@pytest.mark.parametrize(("name", "change"), [("duration", {"duration_ms": -1}), ("ended", {"ended_at": AT - HOUR})])
def test_a_call_that_cannot_have_been_is_refused(database: Database, name: str, change: dict[str, object]) -> None:
    call = CallRow(
        **{
            "id": CALL_ID,
            "sip_call_id": "a@b",
            "direction": "inbound",
            "service_number": "+358102001000",
            "service_name": "Asiakaspalvelu",
            "caller_raw": "anonymous",
            "caller_display_name": "",
            "caller_withheld": True,
            "started_at": AT,
            "answered_at": AT,
            "ended_at": AT,
            "duration_ms": 0,
            "state": "not_recorded",
            "reason": "caller_hung_up",
            "worker": "w1",
            "archived_at": AT,
        }
        | change
    )
    with pytest.raises(sqlalchemy.exc.IntegrityError, match=f"ck_calls_{name}"), database.begin() as session:
        session.add(call)


WRITTEN_UNDER_0003 = (
    """INSERT INTO persons (id, person_no, first_names, call_name, surname, non_disclosure, search_name)
       VALUES (1, 'P-1', 'Aino', 'Aino', 'Virtanen', FALSE, 'aino virtanen')""",
    """INSERT INTO call_links (call_id, status, rule, linked_at, decided_by, decided_at)
       VALUES (:call, 'one', 'decided', '2026-11-03 09:30:00', 'sanna', '2026-11-03 09:30:00')""",
    "INSERT INTO call_link_persons (call_id, person_id, position) VALUES (:call, 1, 0)",
    """INSERT INTO link_decisions (id, call_id, decided_by, decided_at)
       VALUES (7, :call, 'sanna', '2026-11-03 09:30:00')""",
    "INSERT INTO link_decision_persons (decision_id, person_id, position) VALUES (7, 1, 0)",
)


def test_decisions_written_under_0003_are_kept_with_their_links(empty_database: Database) -> None:
    upgrade(empty_database, to="0003_rights")
    with empty_database.begin() as session:
        session.execute(insert(CallRow).values(inbound_call(CALL_ID)))
        for statement in WRITTEN_UNDER_0003:
            session.execute(text(statement), {"call": CALL_ID})
    upgrade(empty_database)
    with empty_database.begin() as session:
        link = link_of(session, CALL_ID)
        assert [(person.name, link.decided_by) for person in link.persons] == [("Aino Virtanen", "sanna")]
        assert (link.candidates, link.lease_id, link.apartment_id, link.fault_report_id) == ((), None, None, None)
        assert [entry.persons[0].name for entry in decisions_of(session, CALL_ID)] == ["Aino Virtanen"]
        assert session.get_one(CallRow, CALL_ID).dialled_e164 is None
        if empty_database.engine.dialect.name == "sqlite":  # ids of decisions are never used twice
            made = session.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'link_decisions'"))
            assert "AUTOINCREMENT" in made


def test_calls_from_before_the_register_are_linked_or_due_at_head(empty_database: Database) -> None:
    """Those without a number by the migration: no number of an import ever leads to them."""
    upgrade(empty_database, to="0007_register_rights")
    no_number: dict[str, object] = {"caller_e164": None}
    calls: dict[str, dict[str, object]] = {
        "unlinked": {},
        "no-number": no_number,
        "withheld": no_number | {"caller_withheld": True},
        "outbound": {"direction": "outbound", "caller_withheld": True} | no_number,
        "called": {"direction": "outbound", "dialled_e164": "+358401000002"},
        "linked": no_number,
    }
    with empty_database.begin() as session:
        for call_id, facts in calls.items():
            session.execute(insert(CallRow).values(inbound_call(call_id) | facts))
        linked = {"call_id": "linked", "status": "none", "rule": "register-unavailable", "linked_at": AT}
        session.execute(insert(CallLinkRow).values(linked))
    upgrade(empty_database)
    with empty_database.read() as session:
        found = {call_id: (link.status, link.rule) for call_id, link in links_of(session, calls).items()}
        assert found == {
            "unlinked": ("none", "not-linked-yet"),
            "no-number": ("none", "no-number"),
            "withheld": ("withheld", "withheld"),
            "outbound": ("none", "no-number"),
            "called": ("none", "not-linked-yet"),
            "linked": ("none", "register-unavailable"),
        }
        linked_at = session.scalars(select(CallLinkRow.linked_at).where(CallLinkRow.call_id == "withheld")).one()
        assert abs(linked_at - datetime.now(UTC)) < HOUR
    due = relink_due(empty_database, clock=HandClock(), progress=lambda _done, _all: None)
    assert due == RelinkReport(checked=2, changed=2)
    assert relink(empty_database, clock=HandClock(), progress=lambda _done, _all: None).changed == 1  # "linked"


def inbound_call(call_id: str) -> dict[str, object]:
    """The columns of a call as of the first migration, for statements that must not name later ones."""
    return {
        "id": call_id,
        "sip_call_id": "a@b",
        "direction": "inbound",
        "service_number": "+358102001000",
        "service_name": "Asiakaspalvelu",
        "caller_e164": "+358401000001",
        "caller_raw": "sip:+358401000001@trunk",
        "caller_display_name": "Åke Öhman",
        "caller_withheld": False,
        "started_at": AT,
        "ended_at": AT,
        "state": "not_recorded",
        "reason": "no_answer",
        "worker": "w1",
        "archived_at": AT,
    }
