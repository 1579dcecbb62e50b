"""What a journal says of a call that is going on, and which calls of a spool are."""

import shutil
from datetime import timedelta

import pytest
from fixtures_spool import ARRIVED_AT, ScriptedCall, SpoolMaker

from storage.spool.journal import JournalEvent, Ringing
from storage.spool.live_call import LiveCalls, live_call_of
from storage.spool.open_entry import JOURNAL_FILE

SANNA, MIKKO = "sip:sanna@tallenne.internal", "sip:mikko@tallenne.internal"


def ring(call: ScriptedCall, *agents: str) -> None:
    call.note(Ringing(at=ARRIVED_AT + timedelta(seconds=7), agent_aors=agents))


@pytest.fixture
def call(spool_maker: SpoolMaker) -> ScriptedCall:
    made = spool_maker.call()
    made.arrive()
    made.disclose()
    return made


def test_a_call_that_rings_nowhere_yet_is_nobodys_business(call: ScriptedCall, spool_maker: SpoolMaker) -> None:
    assert live_call_of(call.events) is None
    assert live_call_of([]) is None
    assert LiveCalls(spool_maker.spool).now() == {}


def test_who_rings_who_rang_and_who_answered(call: ScriptedCall) -> None:
    ring(call, SANNA)
    live = live_call_of(call.events)
    assert live is not None
    assert (live.call_id, live.service_name, live.caller.number) == (call.call_id, "Asiakaspalvelu", "+358401000001")
    assert (live.arrived_at, live.ringing, live.rung, live.answered_by) == (ARRIVED_AT, (SANNA,), (SANNA,), None)
    ring(call, MIKKO)
    live = live_call_of(call.events)
    assert live is not None
    assert (live.ringing, live.rung) == ((MIKKO,), (SANNA, MIKKO))
    call.answer()
    live = live_call_of(call.events)
    assert live is not None
    assert (live.ringing, live.answered_by, live.is_over) == ((), SANNA, False)
    assert live.answered_at == ARRIVED_AT + timedelta(seconds=9)
    call.end(duration_ms=1)
    live = live_call_of(call.events)
    assert live is not None
    assert live.is_over


def test_ringing_is_no_fact_of_the_call(spool_maker: SpoolMaker) -> None:
    def kept(*, with_ringing: bool) -> dict[str, object]:
        call = spool_maker.call()
        call.arrive()
        if with_ringing:
            ring(call, SANNA)
        call.end()
        manifest = call.entry.commit()
        return {"reason": manifest.reason, "agent": manifest.agent_aor, "ended_at": manifest.ended_at}

    assert kept(with_ringing=True) == kept(with_ringing=False)


def test_a_spool_tells_the_calls_that_are_going_on(spool_maker: SpoolMaker) -> None:
    first, second = spool_maker.call(), spool_maker.call(worker="w1-1-0")
    watched = LiveCalls(spool_maker.spool)
    for call in (first, second):
        call.arrive()
        ring(call, SANNA)
    assert {call_id: live.ringing for call_id, live in watched.now().items()} == {
        first.call_id: (SANNA,),
        second.call_id: (SANNA,),
    }
    ring(first, MIKKO)
    assert watched.now()[first.call_id].ringing == (MIKKO,)
    first.end()
    assert set(watched.now()) == {second.call_id}
    first.entry.commit()
    second.end()
    second.entry.commit()
    assert watched.now() == {}


def test_a_journal_that_has_not_grown_is_not_read_again(
    call: ScriptedCall, spool_maker: SpoolMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(call, SANNA)
    watched = LiveCalls(spool_maker.spool)
    before = watched.now()

    def refuse(_path: object) -> list[JournalEvent]:
        raise AssertionError("read again")

    monkeypatch.setattr("storage.spool.live_call.read_journal", refuse)
    assert watched.now() == before


def test_a_line_that_is_being_written_has_not_happened(call: ScriptedCall, spool_maker: SpoolMaker) -> None:
    ring(call, SANNA)
    journal = call.entry.folder / JOURNAL_FILE
    whole = journal.read_bytes()
    ring(call, SANNA, MIKKO)
    longer = journal.read_bytes()
    watched = LiveCalls(spool_maker.spool)
    for size in range(len(whole) + 1, len(longer)):
        journal.write_bytes(longer[:size])
        assert watched.now()[call.call_id].ringing in {(SANNA,), (SANNA, MIKKO)}
    journal.write_bytes(longer)
    assert watched.now()[call.call_id].ringing == (SANNA, MIKKO)


@pytest.mark.parametrize("damage", [b"no journal\n", b"{}\n", b'{"kind": "ringing"}\n'])
def test_a_damaged_journal_costs_the_others_nothing(call: ScriptedCall, spool_maker: SpoolMaker, damage: bytes) -> None:
    ring(call, SANNA)
    other = spool_maker.call()
    (other.entry.folder / JOURNAL_FILE).write_bytes(damage)
    assert set(LiveCalls(spool_maker.spool).now()) == {call.call_id}


def test_a_spool_that_is_not_there_has_no_calls(spool_maker: SpoolMaker) -> None:
    shutil.rmtree(spool_maker.spool.open)
    assert LiveCalls(spool_maker.spool).now() == {}
