"""The clocks of a case, in days of the calendar in Helsinki. They are worked out, never kept: nothing can disagree.

- The *promise*: two weeks from the day of receipt (the register statement).
- The *law*: one month from the day of receipt (GDPR 12(3); Regulation 1182/71: the same day of the next month, or its
  last day where there is none), which may be extended by up to two months when the subject is told why within the
  first. A deadline that falls on a holiday is not moved to the next working day although the Regulation would: a day
  too early is never too late.
- Both stand still from when proof of identity was asked for until it was given (GDPR 12(6)), and for nothing else.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

PROMISED = timedelta(days=14)
LAW_MONTHS = 1
MOST_EXTENDED_MONTHS = 2
_SOON_DAYS = 3
_MONTHS_A_YEAR = 12


class Urgency(StrEnum):
    """How a case stands with its clocks, the most urgent first."""

    OVERDUE = "overdue"  # the law's day is over
    PROMISE_BROKEN = "promise-broken"
    SOON = "soon"
    IN_TIME = "in-time"
    PAUSED = "paused"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Clocks:
    """The days by which a case has to be answered, both included; ``paused_since`` where they stand still.

    ``paused_days`` are those for which they stood still before now, already in the days by which it has to be answered.
    """

    received_on: date
    promised_on: date
    first_due_on: date
    due_on: date
    paused_since: date | None
    answered_on: date | None
    paused_days: int = 0

    def still_days(self, today: date) -> int:
        """Count the days for which they stood still, now included."""
        return self.paused_days + ((today - self.paused_since).days if self.paused_since is not None else 0)

    def promise_days_left(self, today: date) -> int:
        """Count the days to the promised one; negative after it."""
        return (self.promised_on - self._now(today)).days

    def days_left(self, today: date) -> int:
        """Count the days to the law's last one; negative after it."""
        return (self.due_on - self._now(today)).days

    def urgency(self, today: date) -> Urgency:
        """Tell how urgent a case is. One that was extended broke its promise with words: the law's day counts then.

        To ask for proof of identity after the law's day was over stops nothing that matters any more.
        """
        if self.answered_on is not None:
            return Urgency.OVER
        if self.days_left(today) < 0:
            return Urgency.OVERDUE
        if self.paused_since is not None:
            return Urgency.PAUSED
        is_extended = self.due_on > self.first_due_on
        left = self.days_left(today) if is_extended else self.promise_days_left(today)
        if left < 0:
            return Urgency.PROMISE_BROKEN
        return Urgency.SOON if left <= _SOON_DAYS else Urgency.IN_TIME

    def _now(self, today: date) -> date:
        return self.answered_on or self.paused_since or today


def clocks_of(
    received_on: date,
    *,
    extended_months: int = 0,
    paused_days: int = 0,
    paused_since: date | None = None,
    answered_on: date | None = None,
) -> Clocks:
    """Work out the clocks of a case that stood still for ``paused_days`` before now."""
    still = timedelta(days=paused_days)
    return Clocks(
        received_on=received_on,
        promised_on=received_on + PROMISED + still,
        first_due_on=_months_later(received_on, LAW_MONTHS) + still,
        due_on=_months_later(received_on, LAW_MONTHS + extended_months) + still,
        paused_since=paused_since,
        answered_on=answered_on,
        paused_days=paused_days,
    )


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, _MONTHS_A_YEAR)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
