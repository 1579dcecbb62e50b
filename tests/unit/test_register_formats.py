"""Names in Finnish order; money, areas and periods as Finnish reads them."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from web.collation import finnish_order
from web.formats import MINUS, NO_DURATION, balance_text, euros, period_text, tenths
from web.languages import TRANSLATIONS


@pytest.fixture
def finnish() -> Iterator[None]:
    app = Flask("finnish")
    Babel(app, default_locale="fi")
    with app.test_request_context("/"):
        yield


def test_names_stand_in_finnish_order() -> None:
    names = [
        "Öhman", "Åberg", "Ärling", "Zetterberg", "Wirtanen", "Virtanen", "van Dyck", "Müller", "Myllynen",
        "O'Neill", "Onnela", "Šalamov", "Saarinen", "Aalto-Salo", "Aalto", "Aaltonen", "Ørsted", "Ægidius",
    ]  # fmt: skip
    assert sorted(names, key=finnish_order) == [
        "Aalto", "Aalto-Salo", "Aaltonen", "Müller", "Myllynen", "O'Neill", "Onnela", "Saarinen", "Šalamov",
        "van Dyck", "Virtanen", "Wirtanen", "Zetterberg", "Åberg", "Ægidius", "Ärling", "Öhman", "Ørsted",
    ]  # fmt: skip


def test_one_accent_tells_two_names_apart_only_at_the_end() -> None:
    assert sorted(["Andre B", "André A"], key=finnish_order) == ["André A", "Andre B"]
    assert finnish_order("Andre") < finnish_order("André")


@pytest.mark.usefixtures("finnish")
@pytest.mark.parametrize(
    ("cents", "written"),
    [
        (123_456, "1 234,56 €"),
        (0, "0,00 €"),
        (5, "0,05 €"),
        (-80_000, f"{MINUS}800,00 €"),
        (100_000_000_01, "100 000 000,01 €"),
    ],
)
def test_money_is_exact_to_the_cent(cents: int, written: str) -> None:
    assert euros(cents) == written.replace(" ", "\N{NO-BREAK SPACE}")


@pytest.mark.usefixtures("_catalogues")
@pytest.mark.parametrize(
    ("cents", "finnish", "swedish", "english"),
    [
        (12_345, "Velkaa 123,45 €", "Skuld 123,45 €", "Owed 123.45 €"),
        (-1_200, "Ennakkoa 12,00 €", "Förskott 12,00 €", "Paid in advance 12.00 €"),
        (0, "Tasan", "Jämnt", "Settled"),
    ],
)
def test_a_balance_is_told_in_words_that_need_no_sign(cents: int, finnish: str, swedish: str, english: str) -> None:
    app = Flask("languages")
    Babel(app, default_translation_directories=str(TRANSLATIONS))
    with app.test_request_context("/"):
        for language, written in (("fi", finnish), ("sv", swedish), ("en", english)):
            with force_locale(language):
                assert balance_text(cents).replace("\N{NO-BREAK SPACE}", " ") == written


@pytest.mark.usefixtures("finnish")
def test_areas_have_a_comma() -> None:
    assert (tenths(455), tenths(450)) == ("45,5", "45")


@pytest.mark.usefixtures("finnish")
def test_no_period_is_a_dash() -> None:
    assert period_text(None, None) == NO_DURATION
    assert date(2016, 10, 31).strftime("%Y") in period_text(date(2016, 10, 31), date(2017, 1, 1))
