"""Which calls an actor may know of, how they are searched and paged, on both databases."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fixtures_rights import ALL_CALLS, MORNING, OPERATOR, OWN_CALLS, Office
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from calls.errors import BadDataError, NotFoundError
from calls.identity import new_call_id
from calls.outcome import CallState, Reason
from ledger_link.linking.link_decisions import decide
from ledger_link.values.day import HELSINKI
from rights.access.actor import Actor
from rights.access.permit import Permit, permit_of
from rights.access.tasks import Task
from rights.calls.call_filter import CallFilter
from rights.calls.catalogue import CallPage, get_call, search_calls

EVERYTHING = CallFilter()


def search(
    office: Office,
    filters: CallFilter = EVERYTHING,
    *,
    actor: Actor = OPERATOR,
    cursor: str | None = None,
    limit: int = 50,
) -> CallPage:
    with office.database.read() as session:
        return search_calls(session, actor, filters, cursor=cursor, limit=limit)


def ids(page: CallPage) -> list[str]:
    return [call.id for call in page.calls]


def actor_with(*tasks: Task | Permit, agent_id: int | None = None) -> Actor:
    permits = frozenset(permit_of(wanted) for wanted in tasks)
    return Actor(account_id=1, login="somebody", name="Somebody", agent_id=agent_id, permits=permits)


def test_each_sees_what_the_tasks_say(office: Office) -> None:
    of_sanna = office.add_call(agent_id=office.sanna_id)
    of_mikko = office.add_call(agent_id=office.mikko_id)
    of_nobody = office.add_call(agent_id=None, recorded=False)
    everything = [of_nobody, of_mikko, of_sanna]
    others = (Task.LINK_CUSTOMERS, Task.ADMINISTER_ACCOUNTS)
    expected = [
        (OPERATOR, everything),
        (actor_with(*ALL_CALLS), everything),
        (actor_with(*ALL_CALLS, *OWN_CALLS, agent_id=office.sanna_id), everything),
        (actor_with(*OWN_CALLS, agent_id=office.sanna_id), [of_sanna]),
        (actor_with(*OWN_CALLS, *others, agent_id=office.mikko_id), [of_mikko]),
        (actor_with(*OWN_CALLS), []),  # no agent is not the agent of unanswered calls
        (actor_with(*others), []),
        (actor_with(*others, agent_id=office.sanna_id), []),
        (actor_with(agent_id=office.sanna_id), []),
    ]
    for actor, seen in expected:
        assert ids(search(office, actor=actor)) == seen
        for call_id in everything:
            with office.database.read() as session:
                if call_id in seen:
                    assert get_call(session, actor, call_id).id == call_id
                else:
                    with pytest.raises(NotFoundError, match="no such call"):
                        get_call(session, actor, call_id)


def test_filters_never_widen_what_is_seen(office: Office) -> None:
    office.add_call(agent_id=office.mikko_id)
    sanna = actor_with(*OWN_CALLS, agent_id=office.sanna_id)
    for filters in (
        CallFilter(agent_id=office.mikko_id),
        CallFilter(agent="Mikko"),
        CallFilter(number="+358401000001"),
        CallFilter(text="mikko"),
        CallFilter(state=CallState.RECORDED),
    ):
        assert ids(search(office, filters, actor=sanna)) == []
        assert len(ids(search(office, filters))) == 1


def test_unknown_call_is_answered_like_a_forbidden_one(office: Office) -> None:
    forbidden = office.add_call(agent_id=office.mikko_id)
    sanna = actor_with(*OWN_CALLS, agent_id=office.sanna_id)
    answers = []
    for asked in (forbidden, "", "nonsense", "../etc/passwd", new_call_id()):
        with office.database.read() as session, pytest.raises(NotFoundError) as refusal:
            get_call(session, sanna, asked)
        answers.append((type(refusal.value), refusal.value.what, refusal.value.remedy))
    assert len(set(answers)) == 1


def walk(office: Office, start: str | None, step: Callable[[CallPage], str | None], *, limit: int) -> list[list[str]]:
    pages, cursor = [], start
    while True:
        page = search(office, cursor=cursor, limit=limit)
        pages.append(ids(page))
        cursor = step(page)
        if cursor is None:
            return pages


def test_pages_lead_there_and_back(office: Office) -> None:
    """Seven calls of which five begin in the same moment: the id decides between them."""
    same = MORNING + timedelta(hours=1)
    added = [office.add_call(agent_id=office.sanna_id, started_at=same) for _ in range(5)]
    added.append(office.add_call(agent_id=office.sanna_id, started_at=same + timedelta(microseconds=1000)))
    oldest = office.add_call(agent_id=office.sanna_id, started_at=same - timedelta(microseconds=1000))
    expected = [*reversed(added), oldest]
    for limit in (1, 2, 3, 7, 8):
        forward = walk(office, None, lambda page: page.next_cursor, limit=limit)
        assert [call_id for page in forward for call_id in page] == expected
        assert all(len(page) == limit for page in forward[:-1])
        cursor = None
        for _ in forward[:-1]:
            cursor = search(office, cursor=cursor, limit=limit).next_cursor
        cursor = search(office, cursor=cursor, limit=limit).previous_cursor
        assert (cursor is None) == (len(forward) == 1)
        if cursor is not None:
            back = walk(office, cursor, lambda page: page.previous_cursor, limit=limit)
            assert [call_id for page in reversed(back) for call_id in page] == expected[: -len(forward[-1])]


def test_first_and_last_page_say_so(office: Office) -> None:
    for _ in range(4):
        office.add_call(agent_id=office.sanna_id)
    first = search(office, limit=2)
    assert first.previous_cursor is None
    second = search(office, cursor=first.next_cursor, limit=2)
    assert second.next_cursor is None
    again = search(office, cursor=second.previous_cursor, limit=2)
    assert ids(again) == ids(first)
    assert (again.previous_cursor, again.next_cursor is not None) == (None, True)
    only = search(office, limit=4)
    assert (only.next_cursor, only.previous_cursor) == (None, None)


def test_calls_that_come_meanwhile_do_not_shift_pages(office: Office) -> None:
    calls = [office.add_call(agent_id=office.sanna_id) for _ in range(4)]
    first = search(office, limit=2)
    office.add_call(agent_id=office.sanna_id)
    assert ids(search(office, cursor=first.next_cursor, limit=2)) == [calls[1], calls[0]]


def test_page_that_is_none_is_refused(office: Office) -> None:
    with pytest.raises(BadDataError, match="not a page"):
        search(office, cursor="nonsense")
    for limit in (0, -1, 501):
        with pytest.raises(BadDataError, match="1 to 500"):
            search(office, limit=limit)


def test_anothers_cursor_shows_nothing_more(office: Office) -> None:
    for agent_id in (office.mikko_id, office.sanna_id) * 2:
        office.add_call(agent_id=agent_id)
    cursor = search(office, limit=1).next_cursor
    page = search(office, actor=actor_with(*OWN_CALLS, agent_id=office.sanna_id), cursor=cursor)
    assert [call.agent for call in page.calls] == ["Sanna Laine"]


def test_filters_of_time_include_the_first_moment_only(office: Office) -> None:
    start = MORNING + timedelta(days=1)
    inside = office.add_call(agent_id=None, started_at=start)
    office.add_call(agent_id=None, started_at=start + timedelta(hours=1))
    office.add_call(agent_id=None, started_at=start - timedelta(milliseconds=1))
    assert ids(search(office, CallFilter(from_at=start, to_at=start + timedelta(hours=1)))) == [inside]


def test_filters_find_what_they_ask_for(office: Office) -> None:
    office.add_person("Äinö", "Öhman", "+358401000009")
    found = office.add_call(
        agent_id=office.sanna_id,
        caller_e164="+358401000009",
        caller_raw="sip:0401000009@trunk.example",
        service_number="+358102002000",
    )
    office.add_call(agent_id=office.mikko_id)
    missed = office.add_call(agent_id=None, recorded=False, caller_e164="+46701740605", caller_raw="sip:odd_%x@trunk")
    with office.database.read() as session:
        sip_call_id = get_call(session, OPERATOR, found).sip_call_id
    for filters in (
        CallFilter(agent_id=office.sanna_id),
        CallFilter(agent="sip:sanna@tallenne.example"),
        CallFilter(agent="LAINE"),
        CallFilter(service="+358102002000"),
        CallFilter(service="010 200 2000"),
        CallFilter(number="+358401000009"),
        CallFilter(number="040 100 0009"),
        CallFilter(number="00358 40 1000009"),
        CallFilter(number="1000009"),
        CallFilter(number="0401000009@trunk"),
        CallFilter(number=" 0401000009 "),
        CallFilter(customer="öhm"),
        CallFilter(customer="ÖHMAN äinö"),
        CallFilter(text="öhman"),
        CallFilter(text="sanna"),
        CallFilter(text="+358 40 1000009"),
        CallFilter(text=sip_call_id),
        CallFilter(text=found.upper()),
        CallFilter(customer="Öhman", agent="Sanna", service="+358102002000", state=CallState.RECORDED),
    ):
        assert ids(search(office, filters)) == [found], filters
    for filters in (
        CallFilter(state=CallState.NOT_RECORDED),
        CallFilter(reason=Reason.NO_ANSWER),
        CallFilter(number="+4670"),
        CallFilter(number="+46 70 174"),
        CallFilter(number="odd_%"),
    ):
        assert ids(search(office, filters)) == [missed], filters
    for filters in (
        CallFilter(customer="Öhman", agent="Mikko"),
        CallFilter(customer="%"),
        CallFilter(agent="%"),
        CallFilter(number="1_00009"),
        CallFilter(number="'; DROP TABLE calls; --"),
        CallFilter(service="+358999"),
    ):
        assert ids(search(office, filters)) == [], filters
    assert len(ids(search(office, CallFilter(number="  ", customer="", text=" ", service=" ", agent="")))) == 3


def test_number_under_a_non_disclosure_order_is_masked_everywhere(office: Office) -> None:
    office.add_person("Salla", "Piilo", "+358401000008", non_disclosure=True)
    call_id = office.add_call(
        agent_id=office.sanna_id,
        caller_e164="+358401000008",
        caller_raw="sip:0401000008@trunk.example",
        caller_display_name="Salla 0401000008",
    )
    with office.database.read() as session:
        facts = get_call(session, OPERATOR, call_id)
    assert facts.caller_masked
    assert "1000008" not in json.dumps(facts.to_json())
    for part in ("+358401000008", "040 100 0008", "40100000", "0401", "401000008", "0401000008@trunk", "8", "sip:"):
        assert ids(search(office, CallFilter(number=part))) == [], part
        assert ids(search(office, CallFilter(text=part))) == [], part
        assert ids(search(office, CallFilter(number=part, customer="Piilo"))) == [], part
    assert ids(search(office, CallFilter(customer="Piilo"))) == [call_id]


def test_shared_number_under_a_non_disclosure_order_is_masked_whoever_the_call_is_linked_to(office: Office) -> None:
    office.add_person("Salla", "Piilo", "+358401000008", non_disclosure=True)
    pekka = office.add_person("Pekka", "Piilo", "+358401000008", "+358401000010")
    shared = office.add_call(agent_id=None, caller_e164="+358401000008", caller_raw="sip:0401000008@trunk.example")
    own = office.add_call(agent_id=None, caller_e164="+358401000010", caller_raw="sip:0401000010@trunk.example")
    unnumbered = office.add_call(agent_id=None, caller_e164=None, caller_raw="sip:pekka8@trunk.example")
    with office.database.begin() as session:
        decide(session, shared, [pekka], decided_by="tiina", clock=office.clock)
    with office.database.read() as session:
        facts = [get_call(session, OPERATOR, call_id) for call_id in (shared, own, unnumbered)]
    assert [call.caller_masked for call in facts] == [True, False, False]
    assert "1000008" not in json.dumps(facts[0].to_json())
    assert ids(search(office, CallFilter(number="+358401000008"))) == []
    assert ids(search(office, CallFilter(number="0401000010"))) == [own]
    assert ids(search(office, CallFilter(number="8"))) == [unnumbered, own]


@given(text=st.text(max_size=20) | st.text(alphabet="0+\x00\ud800\u00a0\u202d% _\\'", max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_is_more_than_a_database_bears(office: Office, text: str) -> None:
    fields: list[dict[str, Any]] = [{name: text} for name in ("agent", "service", "number", "customer", "text")]
    for field in fields:
        with suppress(BadDataError):
            search(office, CallFilter(**field))


def test_a_pasted_number_is_read_without_its_marks(office: Office) -> None:
    call_id = office.add_call(agent_id=None)
    for pasted in ("\u202a+358 40 1000001\u202c", "040\u00a01000001", "\t040 1000001\n"):
        assert ids(search(office, CallFilter(number=pasted))) == [call_id], pasted


@pytest.mark.parametrize(
    "beyond",
    [{"agent_id": 2**31}, {"agent_id": -1}, {"agent_id": 10**40}, {"number": "\x00"}, {"customer": "a\ud800"},
     {"text": "\x1b[31m"}, {"service": "x" * 501}, {"from_at": datetime(1999, 12, 31, tzinfo=UTC)},
     {"from_at": datetime(1, 1, 1, tzinfo=UTC)}, {"to_at": datetime(2101, 1, 1, tzinfo=UTC)}],
)  # fmt: skip
def test_filter_that_no_database_holds_is_refused(beyond: dict[str, Any]) -> None:
    with pytest.raises(BadDataError):
        CallFilter(**beyond)


def test_filter_reaches_from_the_first_to_the_last_day(office: Office) -> None:
    call_id = office.add_call(agent_id=None)
    widest = CallFilter(
        from_at=datetime(2000, 1, 1, tzinfo=HELSINKI), to_at=datetime(2101, 1, 1, tzinfo=HELSINKI), agent_id=None
    )
    assert ids(search(office, widest)) == [call_id]
    assert ids(search(office, CallFilter(agent_id=2**31 - 1))) == []


def test_facts_are_the_promised_object(office: Office) -> None:
    person_id = office.add_person("Aino", "Virtanen", "+358401000001")
    call_id = office.add_call(agent_id=office.sanna_id)
    with office.database.read() as session:
        told = get_call(session, OPERATOR, call_id).to_json()
    disclosure = {
        "name": "recording-fi",
        "language": "fi",
        "sha256": "d" * 64,
        "started_at": "2026-11-02T08:02:00.000Z",
        "ended_at": "2026-11-02T08:02:06.000Z",
        "complete": True,
    }
    assert told == {
        "id": call_id,
        "sip_call_id": "2@phone.example",
        "direction": "inbound",
        "service": "+358102001000",
        "service_name": "Asiakaspalvelu",
        "caller": "+358401000001",
        "caller_raw": "sip:0401000001@trunk.example",
        "caller_display_name": "",
        "caller_withheld": False,
        "caller_masked": False,
        "dialled": None,
        "agent": "Sanna Laine",
        "agent_aor": "sip:sanna@tallenne.example",
        "started_at": "2026-11-02T08:02:00.000Z",
        "answered_at": "2026-11-02T08:02:20.000Z",
        "ended_at": "2026-11-02T08:04:20.000Z",
        "duration_ms": 120_000,
        "state": "recorded",
        "reason": "caller_hung_up",
        "disclosure": disclosure,
        "disclosures": [disclosure],
        "link": {
            "status": "one",
            "rule": "number-of-person",
            "persons": [{"id": person_id, "name": "Aino Virtanen"}],
            "decided_by": None,
            "decided_at": None,
            "lease_id": None,
            "apartment_id": None,
            "fault_report_id": None,
        },
        "recording": {
            "codec": "flac",
            "channels": 2,
            "sample_rate_hz": 8000,
            "samples": 960_000,
            "size_bytes": 500_000,
            "sha256": "a" * 64,
        },
    }
    assert json.loads(json.dumps(told)) == told


def test_call_without_audio_says_why(office: Office) -> None:
    call_id = office.add_call(
        agent_id=None, recorded=False, caller_e164=None, caller_raw="anonymous", caller_withheld=True
    )
    with office.database.read() as session:
        told = get_call(session, OPERATOR, call_id).to_json()
    assert (told["state"], told["reason"], told["recording"], told["duration_ms"]) == (
        "not_recorded",
        "no_answer",
        None,
        None,
    )
    assert (told["caller"], told["link"]["status"]) == (None, "withheld")


@contextmanager
def counted_statements(office: Office) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*executed: object) -> None:
        statements.append(str(executed[2]))

    event.listen(office.database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(office.database.engine, "before_cursor_execute", note)


def test_a_page_costs_the_same_however_long(office: Office) -> None:
    for _ in range(12):
        office.add_call(agent_id=office.sanna_id)
    with counted_statements(office) as of_two:
        search(office, limit=2)
    with counted_statements(office) as of_ten:
        search(office, limit=10)
    assert len(of_two) == len(of_ten)
