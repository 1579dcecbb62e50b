"""Withdrawing what somebody decided: the rules link the call anew, and nobody undoes what he has not seen."""

from threading import Barrier, Thread

import pytest
from fixtures_linking import CLOCK, facts, new_call
from fixtures_register import person_id
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from calls.errors import BadDataError, NotFoundError
from ledger_link.linking.link_decisions import Withdrawal, decide, decisions_of, withdraw
from ledger_link.linking.linker import link_of
from storage.database.engine import Database


def newest_decision(database: Database, call_id: str) -> int:
    with database.read() as session:
        return decisions_of(session, call_id)[-1].id


def test_a_withdrawn_decision_leaves_the_call_to_the_rules(register: Database) -> None:
    call_id = new_call(register, "+358401000002")
    before = facts(register, call_id)
    for chosen in (["P-0002"], []):
        with register.begin() as session:
            decide(session, call_id, [person_id(session, no) for no in chosen], decided_by="sanna", clock=CLOCK)
        newest = newest_decision(register, call_id)
        for came_of_it in (Withdrawal.DONE, Withdrawal.NOTHING):
            with register.begin() as session:
                assert withdraw(session, call_id, newest, decided_by="trainer", clock=CLOCK) is came_of_it
        assert facts(register, call_id) == before
    with register.read() as session:
        assert link_of(session, call_id).is_open
        assert len(link_of(session, call_id).candidates) == 2
        history = decisions_of(session, call_id)
    assert [(len(entry.persons), entry.decided_by, entry.withdraws) for entry in history] == [
        (1, "sanna", False),
        (0, "trainer", True),
        (0, "sanna", False),
        (0, "trainer", True),
    ]


def test_nobody_withdraws_a_decision_that_he_has_not_seen(register: Database) -> None:
    call_id, other = new_call(register, "+358401000002"), new_call(register, "+358401000002")
    with register.begin() as session:
        assert withdraw(session, call_id, 1, decided_by="sanna", clock=CLOCK) is Withdrawal.NOTHING
        decide(session, call_id, [person_id(session, "P-0002")], decided_by="sanna", clock=CLOCK)
    seen = newest_decision(register, call_id)
    with register.begin() as session:
        decide(session, call_id, [person_id(session, "P-0003")], decided_by="trainer", clock=CLOCK)
        decide(session, other, [], decided_by="trainer", clock=CLOCK)
    for stale in (seen, newest_decision(register, other), 999):
        with register.begin() as session:
            assert withdraw(session, call_id, stale, decided_by="sanna", clock=CLOCK) is Withdrawal.SUPERSEDED
    assert facts(register, call_id) == ("one", "decided", ["Liisa Korhonen"])
    with pytest.raises(NotFoundError), register.begin() as session:
        withdraw(session, "0199a1b2-0000-7000-8000-00000000dead", seen, decided_by="sanna", clock=CLOCK)
    with pytest.raises(BadDataError), register.begin() as session:
        withdraw(session, call_id, seen, decided_by=" ", clock=CLOCK)


def test_the_schema_refuses_a_withdrawal_about_something(register: Database) -> None:
    call_id = new_call(register, "+358401000001")
    statement = (
        "INSERT INTO link_decisions (call_id, decided_by, decided_at, withdraws, lease_id)"
        " SELECT id, 'sanna', started_at, TRUE, (SELECT min(id) FROM leases) FROM calls WHERE id = :call"
    )
    with pytest.raises(IntegrityError, match="withdraws"), register.begin() as session:
        session.execute(text(statement), {"call": call_id})


@pytest.mark.parametrize("_round", range(5))
def test_a_decision_made_while_an_older_one_is_withdrawn_stands(register: Database, _round: int) -> None:
    call_id = new_call(register, "+358401000002")
    with register.begin() as session:
        decide(session, call_id, [person_id(session, "P-0002")], decided_by="sanna", clock=CLOCK)
    seen, start = newest_decision(register, call_id), Barrier(2)
    outcomes: list[Withdrawal] = []

    def withdrawing() -> None:
        start.wait()
        with register.begin() as session:
            outcomes.append(withdraw(session, call_id, seen, decided_by="sanna", clock=CLOCK))

    thread = Thread(target=withdrawing)
    thread.start()
    start.wait()
    with register.begin() as session:
        decide(session, call_id, [person_id(session, "P-0003")], decided_by="trainer", clock=CLOCK)
    thread.join()
    assert outcomes[0] in {Withdrawal.DONE, Withdrawal.SUPERSEDED}
    assert facts(register, call_id) == ("one", "decided", ["Liisa Korhonen"])
