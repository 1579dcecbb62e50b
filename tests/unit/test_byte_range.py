"""Byte ranges of a request (RFC 9110 section 14)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.byte_range import is_current, requested_range

SIZE = 1000


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-499", 0, 500),
        ("bytes=500-999", 500, 1000),
        ("bytes=-500", 500, 1000),
        ("bytes=9500-", 1000, 1000),
        ("bytes=500-", 500, 1000),
        ("bytes=0-9999", 0, 1000),
        ("bytes=-9999", 0, 1000),
        ("bytes=-0", 1000, 1000),
        ("bytes=1000-", 1000, 1000),
        ("Bytes = 1 - 2", 1, 3),
    ],
)
def test_one_range_is_read(header: str, start: int, stop: int) -> None:
    part = requested_range(header, size_bytes=SIZE)
    assert part is not None
    assert (part.start, part.stop) == (start, stop)


@pytest.mark.parametrize(
    "header",
    [None, "", "bytes=", "bytes=-", "bytes=5-4", "bytes=0-1,5-6", "seconds=1-2", "bytes=a-b", "bytes=0x1-2", "0-1",
     "bytes=" + "9" * 30 + "-"],
)  # fmt: skip
def test_what_is_no_single_range_is_ignored(header: str | None) -> None:
    assert requested_range(header, size_bytes=SIZE) is None


@given(header=st.text(max_size=40) | st.from_regex(r"bytes=[0-9]{0,4}-[0-9]{0,4}", fullmatch=True))
def test_no_range_ever_leaves_the_recording(header: str) -> None:
    part = requested_range(header, size_bytes=SIZE)
    assert part is None or 0 <= part.start <= part.stop <= SIZE


def test_if_range_allows_only_the_very_same_bytes() -> None:
    assert is_current(None, etag='"a"')
    assert is_current('"a"', etag='"a"')
    assert not is_current('"b"', etag='"a"')
    assert not is_current('W/"a"', etag='"a"')
    assert not is_current("Mon, 02 Nov 2026 08:00:00 GMT", etag='"a"')
