"""Days in Finland and moments in UTC: midnights, nights with 23 and 25 hours, leap days, New Year."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st

from ledger_link.values.day import (
    day_of,
    end_of,
    is_summer_time,
    is_told_twice,
    last_day_before,
    start_of,
)
from privacy.cases.words import moment_said
from privacy.retention.period import Period, Unit, day_in_finland, midnight
from tallenne.commands.calls import _local
from web.formats import clock_seconds, clock_time, last_day, local_day, moment_text
from web.languages import speak_languages

SUMMER_BEGINS, SUMMER_ENDS = date(2027, 3, 28), date(2027, 10, 31)
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))  # those that a page takes (web.bounds)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 (they get one)
HALF_PAST_THREE = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)  # for the first time; an hour later once more


def hours(day: date) -> float:
    """Count the hours of a day. In UTC: two moments of one zone are subtracted as its clocks show them."""
    return (end_of(day).astimezone(UTC) - start_of(day).astimezone(UTC)) / timedelta(hours=1)


@given(MOMENTS)
@example(datetime(2026, 12, 31, 21, 59, 59, 999999, tzinfo=UTC))
@example(datetime(2026, 12, 31, 22, tzinfo=UTC))
@example(datetime(2028, 2, 28, 22, tzinfo=UTC))
@example(datetime(2027, 3, 28, 1, tzinfo=UTC))
@example(HALF_PAST_THREE)
def test_every_moment_is_within_its_day_and_within_no_other(moment: datetime) -> None:
    day = day_of(moment)
    assert start_of(day) <= moment < end_of(day)
    assert not start_of(day + timedelta(days=1)) <= moment
    assert not moment < end_of(day - timedelta(days=1))


@given(DAYS)
@example(SUMMER_BEGINS)
@example(SUMMER_ENDS)
@example(date(2028, 2, 29))
def test_a_day_ends_where_the_next_begins_and_what_ends_with_it_has_it_as_its_last(day: date) -> None:
    assert end_of(day) == start_of(day + timedelta(days=1))
    assert last_day_before(end_of(day)) == day
    assert last_day_before(start_of(day) + timedelta(hours=12)) == day
    assert day_of(start_of(day)) == day


@given(DAYS)
def test_the_retention_has_the_same_days(day: date) -> None:
    assert midnight(day) == start_of(day)
    assert day_in_finland(midnight(day) - timedelta(microseconds=1)) == day - timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "length"), [(SUMMER_BEGINS, 23), (SUMMER_ENDS, 25), (date(2027, 3, 29), 24), (date(2026, 12, 31), 24)]
)
def test_a_day_has_the_hours_of_its_night(day: date, length: int) -> None:
    assert hours(day) == length


@pytest.mark.parametrize(("day", "noon_utc"), [(SUMMER_BEGINS, 9), (SUMMER_ENDS, 10), (date(2027, 3, 27), 10)])
def test_noon_is_noon_on_the_day_on_which_the_clocks_are_turned(day: date, noon_utc: int) -> None:
    noon = start_of(day).replace(hour=12)
    assert noon == datetime(day.year, day.month, day.day, noon_utc, tzinfo=UTC)
    assert day_of(noon) == day


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(1, 40), st.sampled_from(Unit))
@example(date(2028, 2, 29), 1, Unit.YEARS)
@example(date(2028, 2, 29), 4, Unit.YEARS)
@example(date(2026, 12, 31), 2, Unit.MONTHS)
def test_a_longer_period_ends_later_and_none_before_its_months_are_full(day: date, count: int, unit: Unit) -> None:
    end = Period(count, unit).end_from(day)
    assert day < end < Period(count + 1, unit).end_from(day)
    if unit is not Unit.DAYS:
        months = (end.year - day.year) * 12 + end.month - day.month
        assert months == count * (12 if unit is Unit.YEARS else 1)
        assert end.day == day.day or (end.day < day.day and (end + timedelta(days=1)).day == 1)


def test_the_hour_that_comes_twice_is_told_by_its_time() -> None:
    before, first, second, after = (HALF_PAST_THREE + timedelta(hours=step) for step in (-1, 0, 1, 2))
    assert [is_told_twice(moment) for moment in (before, first, second, after)] == [False, True, True, False]
    assert [is_summer_time(moment) for moment in (before, first, second, after)] == [True, True, False, False]
    assert moment_said(before, "fi") == "31.10.2027 02.30.00"
    assert moment_said(first, "fi") == "31.10.2027 03.30.00 (kesäaikaa)"
    assert moment_said(second, "sv") == "31.10.2027 03.30.00 (vintertid)"
    assert moment_said(second, "en") == "31.10.2027 03.30.00 (winter time)"
    assert [_local(moment) for moment in (first, second)] == ["31.10.2027 03:30:00 EEST", "31.10.2027 03:30:00 EET"]
    assert _local(after) == "31.10.2027 04:30:00"


@given(MOMENTS)
def test_only_an_hour_of_one_night_in_autumn_comes_twice(moment: datetime) -> None:
    if is_told_twice(moment):
        assert day_of(moment).month in (9, 10)
        assert hours(day_of(moment)) == 25


def test_pages_tell_the_hour_that_comes_twice_by_its_time(viewer_app: Flask) -> None:
    with viewer_app.test_request_context("/", headers={"Accept-Language": "fi"}):
        assert clock_time(HALF_PAST_THREE - timedelta(hours=1)) == "2.30"
        assert clock_time(HALF_PAST_THREE) == "3.30 (kesäaikaa)"
        assert clock_seconds(HALF_PAST_THREE + timedelta(hours=1)) == "3.30.00 (talviaikaa)"
        assert clock_seconds(HALF_PAST_THREE + timedelta(hours=2)) == "4.30.00"


@pytest.mark.parametrize("year", [2026, 2037, 2038, 2060, 2100])
def test_pages_keep_summer_time_in_every_year(viewer_app: Flask, year: int) -> None:
    """Flask-Babel's own zones end with the year 2037."""
    moment = datetime(year, 6, 30, 21, 30, tzinfo=UTC)
    with viewer_app.test_request_context("/", headers={"Accept-Language": "fi"}):
        assert local_day(moment) == date(year, 7, 1) == day_of(moment)
        assert moment_text(moment) == f"1.7.{year} klo 0.30"
        assert last_day(end_of(date(year, 7, 1))) == date(year, 7, 1)


@pytest.fixture
def viewer_app(_catalogues: None) -> Flask:
    app = Flask("days")
    app.config["SESSION_COOKIE_SECURE"] = False
    speak_languages(app)
    return app
