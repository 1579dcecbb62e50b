"""The linker on a real register: the rules, and what links tell."""

from datetime import UTC, datetime

import pytest
from fixtures_linking import CLOCK, facts, new_call
from fixtures_register import add_call
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ledger_link.linking.customer_number import customer_number
from ledger_link.linking.linker import calls_of_customer, link_call, link_of, links_of
from storage.database.engine import Database


@pytest.mark.parametrize(
    ("caller", "status", "rule", "names"),
    [
        ("+358401000001", "one", "number-of-lease-party", ["Aino Virtanen"]),
        ("+358401000002", "several", "number-shared-in-lease", ["Eero Korhonen", "Liisa Korhonen"]),
        ("+358401000004", "one", "number-of-lease-party", ["Kerstin Söderström"]),
        ("+358401000005", "one", "number-of-lease-party", ["James Okafor"]),
        ("+358401000040", "one", "number-of-person", ["Maj-Britt Sjöblom"]),
        ("+358401000999", "none", "number-unknown", []),
        (None, "none", "no-number", []),
    ],
)
def test_callers_of_the_sample_register(
    register: Database, caller: str | None, status: str, rule: str, names: list[str]
) -> None:
    assert facts(register, new_call(register, caller)) == (status, rule, names)


def test_withheld_is_a_case_of_its_own(register: Database) -> None:
    assert facts(register, new_call(register, None, withheld=True)) == ("withheld", "withheld", [])


@pytest.mark.parametrize(
    ("at", "names"),
    [
        (datetime(2019, 12, 31, 21, 59, tzinfo=UTC), ["Matti Nieminen"]),
        (datetime(2019, 12, 31, 22, 0, tzinfo=UTC), []),  # in Helsinki already the day after
        (datetime(2021, 2, 1, 9, 0, tzinfo=UTC), ["Pekka Virtanen"]),
    ],
)
def test_a_number_is_whose_it_was_on_the_day_of_the_call(register: Database, at: datetime, names: list[str]) -> None:
    assert facts(register, new_call(register, "+358401000041", at=at))[2] == names


def test_links_of_a_page_answer_for_every_call(register: Database) -> None:
    linked, unlinked = new_call(register, "+358401000001"), "0199a1b2-0000-7000-8000-00000000dead"
    with register.read() as session:
        links = links_of(session, [linked, unlinked])
        assert links_of(session, []) == {}
    assert {call_id: link.rule for call_id, link in links.items()} == {
        linked: "number-of-lease-party",
        unlinked: "not-linked-yet",
    }


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("söder", ["+358401000004"]),
        ("KERSTIN SÖDERSTRÖM", ["+358401000004"]),
        ("virtanen aino", ["+358401000001", "+358401000037"]),
        ("korhonen", ["+358401000002"]),
        ("maria virt", ["+358401000001"]),
        ("%", []),
        ("nobody", []),
    ],
)
def test_calls_are_found_by_the_customers_name(register: Database, words: str, found: list[str]) -> None:
    numbers = ["+358401000001", "+358401000002", "+358401000004", "+358401000037", "+358401000999"]
    calls = {new_call(register, number): number for number in numbers}
    with register.read() as session:
        assert sorted(calls[call_id] for call_id in session.scalars(calls_of_customer(words))) == found


def test_a_protected_person_marks_the_link(register: Database) -> None:
    protected, other = new_call(register, "+358401000027"), new_call(register, "+358401000001")
    with register.read() as session:
        assert link_of(session, protected).non_disclosure
        assert not link_of(session, other).non_disclosure


REFUSED = (
    "UPDATE call_links SET status = 'perhaps'",
    "UPDATE call_links SET decided_by = 'somebody'",
    "UPDATE call_links SET rule = 'decided'",
    "UPDATE phone_numbers SET e164 = '0401234567'",
    "UPDATE phone_numbers SET valid_from = '2030-01-02', valid_until = '2030-01-01'",
    "UPDATE leases SET ends_on = '1999-01-01'",
    "UPDATE lease_parties SET role = 'owner'",
    "UPDATE persons SET surname = ''",
    "UPDATE buildings SET postal_code = '123'",
    "DELETE FROM persons",
    (
        "INSERT INTO phone_numbers (person_id, e164, raw) SELECT person_id, e164, raw FROM phone_numbers"
        " WHERE valid_from IS NULL"
    ),
    (
        "INSERT INTO apartments (apartment_no, building_id, entrance, sub_letter) SELECT 'X' || apartment_no,"
        " building_id, entrance, sub_letter FROM apartments WHERE door_number IS NULL"
    ),
)


def test_the_schema_refuses(register: Database) -> None:
    new_call(register, "+358401000001")
    for statement in REFUSED:
        with pytest.raises(IntegrityError), register.begin() as session:
            session.execute(text(statement))


def test_outbound_calls_are_linked_by_the_number_that_was_dialled(register: Database) -> None:
    with register.begin() as session:
        call = add_call(session, "+358401000004")
        call.direction, call.dialled_e164 = "outbound", "+358401000001"
        link_call(session, call, clock=CLOCK)
        assert customer_number(call) == "+358401000001"
    assert facts(register, call.id) == ("one", "number-of-lease-party", ["Aino Virtanen"])
    with register.begin() as session:  # our own number is withheld, the customer's is not
        call = add_call(session, None, withheld=True)
        call.direction, call.dialled_e164 = "outbound", "+358401000001"
        link_call(session, call, clock=CLOCK)
    assert facts(register, call.id)[0] == "one"
    with register.begin() as session:  # nor did the customer withhold a number that was not kept
        call = add_call(session, None, withheld=True)
        call.direction = "outbound"
        link_call(session, call, clock=CLOCK)
    assert facts(register, call.id)[0] == "none"
    with pytest.raises(IntegrityError), register.begin() as session:
        add_call(session, "+358401000004").dialled_e164 = "+358401000001"
