"""The chart of a balance: steps, areas, and marks at round sums and first days of months."""

import re
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from web.balance_chart import PLOT_PX, TOP_PX, WIDTH, balance_chart

DAY = date(2026, 1, 1)
BALANCES = st.lists(
    st.tuples(
        st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)),
        st.integers(min_value=-(10**9), max_value=10**9),
    ),
    min_size=1,
    max_size=60,
).map(lambda balances: sorted(balances, key=lambda balance: balance[0]))


def test_the_line_steps_at_each_entry() -> None:
    chart = balance_chart([(DAY, 80_000), (date(2026, 1, 6), 0), (date(2026, 1, 8), -5_000)], until=date(2026, 1, 11))
    assert chart is not None
    assert [level.amount_cents for level in chart.levels] == [100_000, 50_000, 0, -50_000]
    zero, owed, paid_too_much = 116.0, 36.0, 121.0
    assert chart.line == f"M0.0 {zero}V{owed}H500.0V{zero}H700.0V{paid_too_much}H1000.0"
    assert chart.debt == f"M0.0 {zero}V{owed}H500.0V{zero}Z"
    assert chart.credit == f"M700.0 {zero}V{paid_too_much}H1000.0V{zero}Z"
    assert (chart.highest_cents, chart.highest_on, chart.closing_cents) == (80_000, DAY, -5_000)


def test_of_one_day_the_last_balance_counts() -> None:
    chart = balance_chart([(DAY, 80_000), (DAY, 0)], until=DAY)
    assert chart is not None
    assert chart.debt == ""
    assert (chart.first, chart.last) == (DAY, DAY + timedelta(days=1))


def test_years_are_named_by_their_years() -> None:
    chart = balance_chart([(date(2016, 10, 31), 1), (date(2026, 3, 1), 0)], until=date(2026, 11, 2))
    assert chart is not None
    assert chart.by_year
    assert [mark.on for mark in chart.days] == [date(year, 1, 1) for year in (2018, 2020, 2022, 2024, 2026)]


def test_nothing_is_drawn_of_nothing() -> None:
    assert balance_chart([], until=DAY) is None


@given(BALANCES)
def test_everything_stays_within_the_chart(balances: list[tuple[date, int]]) -> None:
    chart = balance_chart(balances, until=DAY)
    assert chart is not None
    for drawn in (chart.line, chart.debt, chart.credit):
        for at in re.findall(r"[MH](-?[\d.]+)", drawn):
            assert 0 <= float(at) <= WIDTH
        for at in re.findall(r"(?:V|M[\d.]+ )(-?[\d.]+)", drawn):
            assert TOP_PX <= float(at) <= TOP_PX + PLOT_PX
    sums = [level.amount_cents for level in chart.levels]
    assert 0 in sums
    assert 2 <= len(sums) <= 7
    assert sums[-1] <= min(cents for _, cents in dict(balances).items()) <= sums[0]
    assert len(chart.days) <= 6
    assert all(mark.on.day == 1 and 0 <= mark.percent <= 100 for mark in chart.days)
