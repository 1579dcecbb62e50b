"""Cursors come back as they went, and nothing else is taken for one."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.errors import BadDataError
from calls.identity import new_call_id
from rights.calls.cursor import Cursor, Way, parse_cursor

CALL_ID = new_call_id()


@given(
    way=st.sampled_from(Way),
    started_at=st.datetimes(datetime(2000, 1, 1), datetime(2101, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 (naive is what hypothesis asks for)
)
def test_cursor_comes_back(way: Way, started_at: datetime) -> None:
    cursor = Cursor(way=way, started_at=started_at, call_id=CALL_ID)
    assert parse_cursor(str(cursor)) == cursor
    assert str(cursor).isascii()
    assert not set(str(cursor)) & set("+/=&?# ")


@given(st.one_of(st.text(max_size=60), st.from_regex(r"[A-Za-z0-9_-]{1,80}", fullmatch=True)))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadDataError, match="not a page"):
        parse_cursor(text)


@pytest.mark.parametrize("year", [1, 1999, 2102, 9999])
def test_moment_that_no_call_has_is_refused(year: int) -> None:
    beyond = Cursor(way=Way.OLDER, started_at=datetime(year, 6, 1, tzinfo=UTC), call_id=new_call_id())
    with pytest.raises(BadDataError, match="not a page"):
        parse_cursor(str(beyond))


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(BadDataError, match="not a page"):
        parse_cursor("W1tb" * 20_000)


@pytest.mark.parametrize(
    "plain",
    [
        "bnVsbA",  # null
        "WzEsMiwzXQ",  # [1,2,3]
        "WyJvIiwgIjIwMjYtMDEtMDFUMDA6MDA6MDAiLCAieCJd",  # a naive time
        "e30",  # {}
    ],
)
def test_json_of_another_shape_is_refused(plain: str) -> None:
    with pytest.raises(BadDataError, match="not a page"):
        parse_cursor(plain)
