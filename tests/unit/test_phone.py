"""Telephone numbers, with the register's own values."""

import pytest

from calls.phone import for_reading, to_e164

AINO = "+358401234567"


@pytest.mark.parametrize(
    "text", ["040 123 4567", "00358401234567", "+358 (0)40 123 4567", "+358401234567", "040-1234567", " 0401234567 "]
)
def test_every_way_to_write_a_number_is_the_same_number(text: str) -> None:
    assert to_e164(text) == AINO


@pytest.mark.parametrize(
    ("text", "number"),
    [("010 200 1000", "+358102001000"), ("+46 8 123 456 78", "+46812345678"), ("0046812345678", "+46812345678")],
)
def test_service_numbers_and_other_countries(text: str, number: str) -> None:
    assert to_e164(text) == number


@pytest.mark.parametrize(
    "text", ["", "+", "anonymous", "12", "+358" + "4" * 40, "x" * 300, "sip:aino@x", "\x00", "\ud800"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert to_e164(text) is None


def test_number_for_reading() -> None:
    assert for_reading("+358401234567") == "+358 40 1234567"
    assert for_reading("anonymous") == "anonymous"
