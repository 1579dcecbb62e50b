"""Names, addresses, days and shapes: how the register writes and compares them."""

from datetime import UTC, date, datetime

import pytest

from ledger_link.importing.problem import holds_identity_code, shape_of
from ledger_link.values.address import Address
from ledger_link.values.day import day_of, is_valid_on
from ledger_link.values.names import call_names_of, folded, normal_text, search_name


@pytest.mark.parametrize(
    ("entrance", "door_number", "sub_letter", "written"),
    [
        ("B", 34, "a", "Mannerheimintie 12 B 34 a, 00100 Helsinki"),
        ("A", 1, "", "Mannerheimintie 12 A 1, 00100 Helsinki"),
        ("C", None, "", "Mannerheimintie 12 C, 00100 Helsinki"),
        ("", 7, "", "Mannerheimintie 12 7, 00100 Helsinki"),
        ("", None, "", "Mannerheimintie 12, 00100 Helsinki"),
    ],
)
def test_address_is_written_as_in_finland(
    entrance: str, door_number: int | None, sub_letter: str, written: str
) -> None:
    address = Address(
        street_address="Mannerheimintie 12",
        entrance=entrance,
        door_number=door_number,
        sub_letter=sub_letter,
        postal_code="00100",
        city="Helsinki",
    )
    assert str(address) == written


def test_text_is_kept_in_nfc() -> None:
    assert normal_text("  So\u0308derstro\u0308m \u00a0 ") == "Söderström"


def test_search_is_blind_to_case_in_every_alphabet() -> None:
    name = search_name(first_names="Åke Gustav", call_name="Åke", surname="ÖHMAN")
    assert folded("öhman") in name
    assert folded("ÅKE") in name


def test_a_call_name_may_be_half_a_name() -> None:
    assert call_names_of("Anna-Liisa Maria") == ("Anna-Liisa", "Anna", "Liisa", "Maria")


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 1, 31, 21, 59, tzinfo=UTC), date(2026, 1, 31)),
        (datetime(2026, 1, 31, 22, 0, tzinfo=UTC), date(2026, 2, 1)),
        (datetime(2026, 7, 31, 21, 0, tzinfo=UTC), date(2026, 8, 1)),
    ],
)
def test_days_are_those_of_helsinki(moment: datetime, day: date) -> None:
    assert day_of(moment) == day


def test_both_ends_of_a_period_belong_to_it() -> None:
    day = date(2026, 11, 3)
    assert is_valid_on(day, day, day)
    assert is_valid_on(day, None, None)
    assert not is_valid_on(day, date(2026, 11, 4), None)
    assert not is_valid_on(day, None, date(2026, 11, 2))


@pytest.mark.parametrize("text", ["131052-308T", "010594Y9032", "020516C903K", "see 020503f9037 there"])
def test_identity_codes_are_seen(text: str) -> None:
    assert holds_identity_code(text)


@pytest.mark.parametrize("text", ["131052-308U", "310252-308Y", "P-0001", "+358401234567", "040 123 4567", "2077474-0"])
def test_other_text_is_no_identity_code(text: str) -> None:
    assert not holds_identity_code(text)


def test_a_shape_does_not_tell_the_cell() -> None:
    assert shape_of("31.2.2020") == "99.9.9999"
    assert shape_of("Åsa 131052-308U") == "aaa 999999-999a"
    assert shape_of("x" * 100) == "a" * 24 + "... (100 characters)"
