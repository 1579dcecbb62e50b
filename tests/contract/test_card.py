"""The customer card as of a day, what a turvakielto hides on it, and finding a person to link."""

from datetime import date

import pytest
from fixtures_register import FolderMaker, import_into, person_id

from calls.errors import NotFoundError
from ledger_link.records.card import CustomerCard, LeaseState, card_of
from ledger_link.search.person_search import find_persons
from ledger_link.tables.leases import PartyRole
from storage.database.engine import Database

DAY = date(2026, 11, 3)


def card(database: Database, person_no: str, *, on: date = DAY) -> CustomerCard:
    with database.read() as session:
        return card_of(session, person_id(session, person_no), on=on)


def found(database: Database, text: str, *, limit: int = 20) -> list[str]:
    with database.read() as session:
        return [hit.person.name for hit in find_persons(session, text, on=DAY, limit=limit)]


def test_card_of_a_co_tenant(register: Database) -> None:
    eero = card(register, "P-0002")
    assert (eero.name, eero.first_names, eero.surname) == ("Eero Korhonen", "Eero Juhani", "Korhonen")
    assert [number.reading for number in eero.numbers] == ["+358 40 1000002"]
    (lease,) = eero.leases
    assert (lease.lease_no, lease.state, lease.role) == ("V-1002", LeaseState.CURRENT, PartyRole.TENANT)
    assert (lease.starts_on, lease.ends_on) == (date(2018, 9, 1), None)
    assert lease.address == "Tallenteentie 4 A 2, 00990 Helsinki"
    assert [(other.person.name, other.role) for other in lease.others] == [("Liisa Korhonen", PartyRole.CO_TENANT)]


@pytest.mark.parametrize(
    ("on", "number", "states"),
    [
        (date(2019, 12, 31), "+358401000041", {"V-1003": LeaseState.CURRENT, "V-1004": LeaseState.COMING}),
        (date(2020, 1, 1), "+358401000003", {"V-1004": LeaseState.CURRENT, "V-1003": LeaseState.ENDED}),
    ],
)
def test_card_is_as_of_the_day(register: Database, on: date, number: str, states: dict[str, LeaseState]) -> None:
    matti = card(register, "P-0004", on=on)
    assert [each.number for each in matti.numbers] == [number]
    assert [(lease.lease_no, lease.state) for lease in matti.leases] == list(states.items())


def test_who_had_left_a_lease_is_not_beside_those_who_stayed(register: Database) -> None:
    then, now = card(register, "P-0007", on=date(2023, 5, 31)), card(register, "P-0007", on=date(2023, 6, 1))
    assert [other.person.name for other in then.leases[0].others] == ["Aurora Ahonen"]
    assert now.leases[0].others == ()
    part = card(register, "P-0030", on=date(2023, 6, 1)).leases[0]
    assert (part.state, part.starts_on, part.ends_on) == (LeaseState.ENDED, date(2022, 6, 1), date(2023, 5, 31))


def test_turvakielto_hides_number_and_address(register: Database) -> None:
    henna = card(register, "P-0027")
    assert henna.non_disclosure
    assert henna.numbers == ()
    assert [(lease.lease_no, lease.address) for lease in henna.leases] == [("V-1025", None)]
    assert "Äänilevynraitti" not in str(henna.to_json())
    assert "358401000027" not in str(henna.to_json())


def test_turvakielto_hides_the_address_on_the_cards_of_others(register: Database, make_folder: FolderMaker) -> None:
    """A co-tenant's card names the protected person beside the address, so it may not have the address either."""
    header = "person_no,first_names,call_name,surname,non_disclosure"
    import_into(register, make_folder(persons=f"{header}\nP-0003,Liisa Anneli,Liisa,Korhonen,yes\n"))
    eero = card(register, "P-0002")
    assert not eero.non_disclosure
    assert [other.person.name for other in eero.leases[0].others] == ["Liisa Korhonen"]
    assert "Tallenteentie" not in str(eero.to_json())
    with register.read() as session:
        hits = find_persons(session, "korhonen", on=DAY)
    assert [(hit.addresses, hit.has_hidden_address) for hit in hits] == [((), True), ((), True)]
    assert eero.numbers == ()  # the number is hers too
    assert found(register, "040 100 0002") == []  # nor does it find him: it would confirm hers
    assert found(register, "korhonen") == ["Eero Korhonen", "Liisa Korhonen"]


def test_a_number_of_before_is_hidden_too(register: Database, make_folder: FolderMaker) -> None:
    """Matti's number of until 2019 was never published; on the day of the card it is nobody's."""
    header = "person_no,first_names,call_name,surname,non_disclosure"
    names = "P-0004,Matti Olavi,Matti,Nieminen"
    import_into(register, make_folder(persons=f"{header}\n{names},yes\n"))
    assert found(register, "+358401000041") == []


def test_card_as_json(register: Database) -> None:
    assert card(register, "P-0001").to_json() == {
        "id": card(register, "P-0001").person.id,
        "name": "Aino Virtanen",
        "first_names": "Aino Maria",
        "surname": "Virtanen",
        "non_disclosure": False,
        "on": "2026-11-03",
        "numbers": ["+358401000001"],
        "leases": [
            {
                "lease_no": "V-1001",
                "state": "current",
                "role": "tenant",
                "starts_on": "2019-03-01",
                "ends_on": None,
                "address": "Tallenteentie 4 A 1, 00990 Helsinki",
                "others": [],
            }
        ],
    }


def test_nobody_has_no_card(register: Database) -> None:
    with register.read() as session, pytest.raises(NotFoundError, match="no such person"):
        card_of(session, 777, on=DAY)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("öhman", ["Birgitta Öhman", "Åke Öhman"]),
        ("VIRTANEN aino", ["Aino Virtanen", "Aino Virtanen"]),
        ("040 100 0002", ["Eero Korhonen", "Liisa Korhonen"]),
        ("henna", ["Henna Rantanen"]),
        ("+358401000027", []),  # hers, but finding her by it would confirm it
        ("", []),
        ("_", []),
    ],
)
def test_persons_are_found_by_name_or_number(register: Database, text: str, names: list[str]) -> None:
    assert found(register, text) == names


def test_addresses_tell_two_of_one_name_apart(register: Database) -> None:
    with register.read() as session:
        hits = find_persons(session, "aino virtanen", on=DAY)
        protected = find_persons(session, "rantanen", on=DAY)
    assert [hit.addresses for hit in hits] == [("Tallenteentie 4 A 1, 00990 Helsinki",), ()]
    assert [hit.has_hidden_address for hit in hits] == [False, False]
    assert [hit.addresses for hit in protected] == [()]


def test_search_gives_no_more_than_asked_for(register: Database) -> None:
    assert len(found(register, "a", limit=3)) == 3
