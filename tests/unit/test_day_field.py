"""Days as people type them: 31.12.2026 in every language of the viewer, ISO 8601 from who pastes it."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.form import BaseForm

from web.day_text import NoSuchDayError, read_day, typed_day
from web.forms.day_field import DayField
from web.languages import TRANSLATIONS

WRONG = ["1.2.", "1.2.26", "2026/2/1", "1/2/2026", "tänään", "1.2.2026 klo 9", "\u0661.2.2026", "2026-2-1", "1..2026"]


@pytest.fixture
def _finnish(_catalogues: None) -> Iterator[None]:
    app = Flask("finnish")
    Babel(app, default_locale="fi", default_translation_directories=str(TRANSLATIONS))
    with app.test_request_context("/"):
        yield


def shown(day: date | None = None) -> Field:
    """Give the field as a page shows it first."""
    form = BaseForm({"day": DayField("Day")})
    form.process(data={"day": day})
    return form["day"]


def typed(*text: str) -> Field:
    """Give the field after a text was typed into it, and looked at."""
    form = BaseForm({"day": DayField("Day")})
    form.process(MultiDict([("day", one) for one in text]))
    form.validate()
    return form["day"]


@pytest.mark.parametrize(
    "text",
    ["1.2.2026", "01.02.2026", "1. 2. 2026", "1,2,2026", "2026-02-01", " 1.2.2026 ", "1. 2.2026", "1 . 2 . 2026"],
)
def test_a_day_is_read_in_the_forms_that_people_type(text: str) -> None:
    assert read_day(text) == date(2026, 2, 1)


@pytest.mark.parametrize("text", WRONG)
def test_no_other_form_is_guessed_at(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_day(text)


@given(st.dates())
def test_every_day_that_is_written_can_be_read(day: date) -> None:
    assert read_day(day.isoformat()) == day
    if day.year >= 1000:
        assert read_day(typed_day(day)) == day


@pytest.mark.parametrize("text", ["31.2.2026", "0.1.2026", "1.13.2026", "2026-02-30"])
def test_a_day_that_is_in_no_calendar_is_told_from_another_form(text: str) -> None:
    with pytest.raises(NoSuchDayError):
        read_day(text)


@pytest.mark.usefixtures("_finnish")
def test_the_field_asks_for_a_day_in_the_language_of_the_page() -> None:
    written = str(shown(date(2026, 2, 1))())
    assert 'type="text"' in written
    assert 'value="1.2.2026"' in written
    assert 'placeholder="pp.kk.vvvv"' in written


@pytest.mark.usefixtures("_finnish")
def test_what_was_typed_wrong_is_written_back_with_what_to_do() -> None:
    field = typed("1.2.")
    assert field.data is None
    assert 'value="1.2."' in str(field())
    assert field.errors == ["Kirjoita päivä muodossa pp.kk.vvvv, esimerkiksi 31.12.2026."]
    assert typed("31.2.2026").errors == ["Kalenterissa ei ole tällaista päivää. Tarkista päivä ja kuukausi."]


@pytest.mark.usefixtures("_finnish")
@pytest.mark.parametrize("nothing", [(), ("",), ("   ",)])
def test_nothing_typed_is_no_day_and_no_error(nothing: tuple[str, ...]) -> None:
    field = typed(*nothing)
    assert not field.errors
    assert field.data is None


@pytest.mark.usefixtures("_finnish")
def test_a_good_day_is_written_back_as_it_was_typed() -> None:
    field = typed("01.02.2026")
    assert not field.errors
    assert field.data == date(2026, 2, 1)
    assert 'value="01.02.2026"' in str(field())
