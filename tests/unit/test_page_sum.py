"""Pages of the audit are summed only where nothing is wrong, and the same bytes are hashed as of each row alone."""

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tampered_logs import LOG, ROWS, page_of

from rights.audit import page_sum
from rights.audit.leaf import LeafInput, leaf_hash, link
from rights.audit.page_sum import sum_of
from rights.audit.place import Place
from rights.audit.places import Page

_TEXTS = st.text(st.characters(exclude_categories=[])) | st.sampled_from(
    ["", '"', '","', "],[1,", "\\", "\x00", page_sum._BORDER, f',"{page_sum._BORDER}",', "Åke €", "\ud800", "𝄞"]
)
_VALUES = st.none() | st.integers(-(2**63), 2**63 - 1) | _TEXTS | st.binary() | st.floats(allow_nan=False)
_MOMENTS = st.sampled_from(["2026-11-02 08:00:00.000000", "2026-11-02 08:00:00.000001"])
_ROWS = st.builds(
    LeafInput,
    columns=st.tuples(st.integers(1, 2**62), _MOMENTS, *[_VALUES] * 10),
    persons=st.lists(st.integers(), max_size=3),
    sealed=st.lists(st.tuples(st.integers(), st.binary().map(bytes.hex)), max_size=3),
    chained_at=st.just("2026-11-02 08:00:01.000000"),
    before_chain=st.booleans(),
)


def page_with(rows: list[LeafInput]) -> Page:
    places, head = [], bytes(32)
    for position, row in enumerate(rows):
        leaf = leaf_hash(row)
        head = link(head, leaf)
        places.append(Place(position, position + 1, leaf, head, row))
    return page_of(places)


@given(st.lists(_ROWS, min_size=1, max_size=6))
def test_rows_encoded_at_once_have_the_leaves_that_they_have_alone(rows: list[LeafInput]) -> None:
    page = page_with(rows)
    summed = sum_of(page)
    if any(page_sum._BORDER in str(row.columns) for row in rows):
        assert summed is None or [summed.leaf(number) for number in range(len(rows))] == [*map(leaf_hash, rows)]
        return
    assert summed is not None
    assert [summed.leaf(number) for number in range(len(rows))] == [leaf_hash(row) for row in rows]
    assert summed.audit_ids == tuple(range(1, len(rows) + 1))


def test_leaf_is_what_the_standard_encoder_writes() -> None:
    """What the first rows were hashed from, written out: a format is never changed."""
    row = LeafInput(
        (1, "2026-11-02 08:00:00.000000", None, "sänna", None, "a", None, None, None, 0, 9, '{"a": "\u2028"}'),
        [3, 4],
        [(1, "00ff")],
        "2026-11-02 08:00:01.000000",
        before_chain=False,
    )
    told = [1, *row.columns, [3, 4], [[1, "00ff"]], row.chained_at, False]
    assert leaf_hash(row) == sha256(b"\0" + json.dumps(told, separators=(",", ":")).encode()).digest()


def test_page_is_not_summed_where_anything_is_wrong() -> None:
    whole = page_of(LOG.places)
    assert sum_of(whole) is not None
    assert sum_of(Page([], {}, {})) is None
    for number in range(ROWS):
        for column in range(len(whole.rows[0])):
            if (number, column) == (0, 3):
                continue  # what it follows from is in the page before: the walk sees to it
            rows = [list(row) for row in whole.rows]
            rows[number][column] = True if column == 4 else "x" if number % 2 else b"x"
            assert sum_of(whole._replace(rows=rows)) is None, (number, column)


@pytest.mark.parametrize("column", [2, 3, 5])
def test_page_of_other_types_is_not_summed(column: int) -> None:
    whole = page_of(LOG.places)
    rows = [list(row) for row in whole.rows]
    rows[0][column] = None
    assert sum_of(whole._replace(rows=rows)) is None
