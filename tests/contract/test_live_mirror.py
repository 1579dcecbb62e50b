"""The rows of live calls follow the spool, whatever happens on the way, on both databases."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fixtures_archive import CallMaker
from fixtures_live import Switchboard
from fixtures_waiting import until
from sqlalchemy import update

from calls.clock import SystemClock
from storage.archive.archive import Archive
from storage.database.engine import Database
from storage.database.live_calls import LiveCallRow
from storage.live_calls import AgentPart, live_parts, live_rows_of_agent
from storage.live_mirror import LiveMirror
from storage.objects.file_store import FileStore
from storage.objects.store import ObjectStore
from storage.spool.committed import CommittedEntry


def fresh_mirror(switchboard: Switchboard) -> LiveMirror:
    return LiveMirror(spool=switchboard.spool, database=switchboard.database, clock=SystemClock(), poll_s=0.01)


def seen(switchboard: Switchboard) -> dict[str, list[tuple[str, str]]]:
    """What each agent's screen is told: calls and his part in them."""
    names = {agent_id: user for user, agent_id in switchboard.agents.items()}
    with switchboard.database.read() as session:
        told = live_parts(session, now=datetime.now(UTC))
    return {names[agent_id]: [(part.call_id, part.part) for part in parts] for agent_id, parts in told.items()}


def test_a_call_is_there_from_the_first_ring_to_its_end(switchboard: Switchboard) -> None:
    call = switchboard.call()
    switchboard.mirror.step()
    assert switchboard.rows() == {}, "it plays its disclosure: no phone rings"
    call.ring("sanna")
    switchboard.mirror.step()
    row = switchboard.rows()[call.call_id]
    assert (row.service_name, row.caller_e164, row.caller_withheld) == ("Asiakaspalvelu", "+358401000001", False)
    assert (row.revision, row.answered_at, row.ended_at) == (1, None, None)
    assert seen(switchboard) == {"sanna": [(call.call_id, AgentPart.RINGING)]}
    call.ring("sanna", "mikko")
    switchboard.mirror.step()
    assert seen(switchboard).keys() == {"sanna", "mikko"}
    call.answer("mikko")
    switchboard.mirror.step()
    assert switchboard.parts(call) == {"sanna": "rang", "mikko": "answered"}
    assert seen(switchboard) == {"mikko": [(call.call_id, AgentPart.ANSWERED)]}
    call.end()
    switchboard.mirror.step()
    assert seen(switchboard) == {}
    assert switchboard.rows()[call.call_id].ended_at is not None


def test_in_an_order_only_the_one_whose_phone_rings_now_is_told(switchboard: Switchboard) -> None:
    call = switchboard.ringing_call("sanna")
    call.ring("mikko")
    switchboard.mirror.step()
    assert switchboard.parts(call) == {"sanna": "rang", "mikko": "ringing"}
    assert seen(switchboard).keys() == {"mikko"}


def test_nothing_is_written_while_nothing_changes(switchboard: Switchboard) -> None:
    call = switchboard.ringing_call()
    for _ in range(5):
        switchboard.mirror.step()
    assert switchboard.rows()[call.call_id].revision == 1


def test_a_withheld_number_is_withheld(switchboard: Switchboard) -> None:
    call = switchboard.ringing_call(number=None)
    row = switchboard.rows()[call.call_id]
    assert (row.caller_withheld, row.caller_e164) == (True, None)


def test_an_address_that_is_no_agents_is_left_out(switchboard: Switchboard) -> None:
    call = switchboard.ringing_call("sanna", "stranger")
    assert switchboard.parts(call) == {"sanna": "ringing"}


def test_the_rows_of_an_agent_are_his(switchboard: Switchboard) -> None:
    call = switchboard.ringing_call("sanna")
    with switchboard.database.read() as session:
        now = datetime.now(UTC)
        (found,) = live_rows_of_agent(session, switchboard.agents["sanna"], now=now)
        assert (found[0].call_id, found[1]) == (call.call_id, AgentPart.RINGING)
        assert live_rows_of_agent(session, switchboard.agents["mikko"], now=now) == []
        assert live_rows_of_agent(session, switchboard.agents["sanna"], now=now, call_ids=[]) == []


def test_after_a_crash_what_is_over_is_ended_and_what_goes_on_goes_on(switchboard: Switchboard) -> None:
    over, goes_on, in_quarantine = (switchboard.ringing_call() for _ in range(3))
    over.commit()
    CommittedEntry(in_quarantine.entry.folder).quarantine(switchboard.spool.quarantine, reason="damaged")
    mirror = fresh_mirror(switchboard)
    mirror.step()
    rows = switchboard.rows()
    assert rows[over.call_id].ended_at is not None
    assert rows[in_quarantine.call_id].ended_at is not None
    assert rows[goes_on.call_id].ended_at is None
    assert seen(switchboard) == {"sanna": [(goes_on.call_id, AgentPart.RINGING)]}


def test_the_calls_of_another_spool_are_left_alone_unless_they_are_far_too_old(switchboard: Switchboard) -> None:
    def row(call_id: str, *, age: timedelta) -> LiveCallRow:
        return LiveCallRow(
            call_id=call_id,
            service_number="+358102001000",
            service_name="Elsewhere",
            caller_withheld=True,
            arrived_at=datetime.now(UTC) - age,
            revision=1,
        )

    with switchboard.database.begin() as session:
        session.add_all([row("young", age=timedelta(hours=1)), row("old", age=timedelta(hours=13))])
        session.add(row("forgotten", age=timedelta(days=31)))
    fresh_mirror(switchboard).step()
    assert {call_id: found.ended_at is None for call_id, found in switchboard.rows().items()} == {
        "young": True,
        "old": False,
    }


def test_a_row_that_was_left_for_longer_than_any_call_is_shown_to_nobody(switchboard: Switchboard) -> None:
    call = switchboard.ringing_call()
    with switchboard.database.begin() as session:
        long_ago = datetime.now(UTC) - timedelta(hours=12, minutes=1)
        session.execute(update(LiveCallRow).where(LiveCallRow.call_id == call.call_id).values(arrived_at=long_ago))
    assert seen(switchboard) == {}


def test_a_call_that_is_archived_between_two_looks_leaves_no_row(
    switchboard: Switchboard,
    call_maker: CallMaker,
    make_archive: Callable[[Database, ObjectStore], Archive],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The archive was faster: the journal was read, and then the call's row is there before the live one."""
    objects = FileStore(tmp_path_factory.mktemp("objects"))
    objects.prepare()
    manifest = call_maker.abandoned()
    assert make_archive(switchboard.database, objects).run_once() == 1
    call = switchboard.call()
    call.entry.folder.rename(call.entry.folder.with_name(manifest.call_id))
    journal = call.entry.folder.with_name(manifest.call_id) / "journal.jsonl"
    journal.write_text(journal.read_text(encoding="utf-8").replace(call.call_id, manifest.call_id), encoding="utf-8")
    call.ring("sanna")
    switchboard.mirror.step()
    assert switchboard.rows() == {}


def test_a_database_that_is_away_costs_a_while_and_no_more(
    switchboard: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables vanish under the running mirror, as in a restore, and are there again later."""
    monkeypatch.setattr("storage.live_mirror.AWAY_S", 0.01)
    stop = threading.Event()
    thread = threading.Thread(target=fresh_mirror(switchboard).run, args=(stop,))
    with switchboard.database.begin() as session:
        session.connection().exec_driver_sql("ALTER TABLE live_calls RENAME TO live_calls_away")
    thread.start()
    try:
        call = switchboard.call()
        call.ring("sanna")
        with switchboard.database.begin() as session:
            session.connection().exec_driver_sql("ALTER TABLE live_calls_away RENAME TO live_calls")
        until(lambda: call.call_id in switchboard.rows(), what="the call is copied")
        call.end()
        until(lambda: switchboard.rows()[call.call_id].ended_at, what="its end is copied")
    finally:
        stop.set()
        thread.join(timeout=10)
    assert not thread.is_alive()
