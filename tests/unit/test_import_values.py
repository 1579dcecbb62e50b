"""Values of cells: what is written reads back, in both formats; what is guarded is found again."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger_link.exporting.guard import guarded
from ledger_link.importing.amounts import AREA, SIGNED_MONEY
from ledger_link.importing.formats import DayFormat, Formats
from ledger_link.importing.times import DAY, MOMENT

PLAIN = Formats()
FINNISH = Formats(decimal_comma=True, days=DayFormat.FINNISH)
GUARDED = re.compile(r"'+[=+\-@]")  # as in row_reading


def finnish(cents: int) -> str:
    """Write an amount as a Finnish bank does."""
    grouped = f"{abs(cents) // 100:,}".replace(",", "\u00a0")
    minus = "\u2212" if cents < 0 else ""
    return f"{minus}{grouped},{abs(cents) % 100:02}"


@given(st.integers(min_value=-(10**11), max_value=10**11).filter(bool))
def test_amounts_read_as_they_are_written(cents: int) -> None:
    assert SIGNED_MONEY.read(SIGNED_MONEY.write(cents), PLAIN) == cents
    assert SIGNED_MONEY.read(finnish(cents), FINNISH) == cents
    assert SIGNED_MONEY.read(f"{finnish(cents)} €", FINNISH) == cents


@given(st.integers(min_value=1, max_value=99_999))
def test_areas_read_as_they_are_written(tenths: int) -> None:
    assert AREA.read(AREA.write(tenths), PLAIN) == tenths


@given(st.dates(min_value=date(1800, 1, 1), max_value=date(2200, 12, 31)))
def test_days_read_in_both_formats(day: date) -> None:
    assert DAY.read(DAY.write(day), PLAIN) == day.isoformat()
    assert DAY.read(f"{day.day}.{day.month}.{day.year}", FINNISH) == day.isoformat()


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001 (the strategy wants naive bounds)
def test_moments_read_as_they_are_written(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    assert MOMENT.read(MOMENT.write(aware), PLAIN) == f"{aware:%Y-%m-%d %H:%M:%S.%f}"


@pytest.mark.parametrize("text", ["1,234.56", "1.234,56", "12,5", "1 234.56", "", "-", "1e3", "٣", "12.345", "€ 5"])
def test_amounts_in_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        SIGNED_MONEY.read(text, PLAIN)


@given(st.text(alphabet="'=+-@ax1 ", max_size=6))
def test_what_is_guarded_is_no_formula_and_is_found_again(text: str) -> None:
    written = guarded(text)
    assert not written or written[0] not in "=+-@"
    assert (written[1:] if GUARDED.match(written) else written) == text
