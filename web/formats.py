"""How facts are written for people: times of Helsinki, durations, numbers, sizes."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from flask import Flask
from flask_babel import format_date, format_datetime, format_decimal, gettext

from calls.clock import iso
from calls.phone import for_reading
from ledger_link.undisclosed.concealment import CONCEALED
from ledger_link.values.day import day_of, is_summer_time, is_told_twice, last_day_before
from web.collation import finnish_order
from web.day_text import DAY_PATTERN, day_form, typed_day
from web.parts import parts

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
NO_DURATION = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
_REFERENCE_GROUP = 5


def local_day(moment: datetime) -> date:
    """Tell the day of a moment as the calendar on the wall in Finland says it."""
    return day_of(moment)


def last_day(until: datetime) -> date:
    """Tell the last day of what ends at a moment: of midnight the day that then is over."""
    return last_day_before(until)


def day_heading(day: date) -> str:
    """Write a day as a heading: today, yesterday, or the weekday and date."""
    today = local_day(parts().clock.now())
    written = str(format_date(day, _day_pattern()))
    if day == today:
        return str(gettext("Today, %(date)s", date=written))
    if day == today - timedelta(days=1):
        return str(gettext("Yesterday, %(date)s", date=written))
    return upper_first(written)


def clock_time(moment: datetime) -> str:
    """Write a time of day to the minute."""
    return _told_once(moment, str(format_datetime(moment, _minute_pattern())))


def clock_seconds(moment: datetime) -> str:
    """Write a time of day to the second."""
    return _told_once(moment, str(format_datetime(moment, _second_pattern())))


def moment_text(moment: datetime) -> str:
    """Write a day and a time of day to the minute."""
    day = format_datetime(moment, _date_pattern())
    return str(gettext("%(day)s at %(time)s", day=day, time=clock_time(moment)))


def date_text(day: date) -> str:
    """Write a date in figures."""
    return str(format_date(day, _date_pattern()))


def month_text(day: date) -> str:
    """Write the month and year of a day in figures."""
    return str(format_date(day, "M/yyyy"))


def period_text(first: date | None, last: date | None) -> str:
    """Write a period of whole days, both included; a day that is None is open. A dash where both are."""
    match first, last:
        case None, None:
            return NO_DURATION
        case None, date():
            return str(gettext("until %(day)s", day=date_text(last)))
        case date(), None:
            return str(gettext("since %(day)s", day=date_text(first)))
        case _:
            return f"{date_text(first)}{NO_BREAK_SPACE}{NO_DURATION} {date_text(last)}" if first and last else ""


def euros(cents: int) -> str:
    """Write a sum of money, e.g. ``1 234,56 €``, never broken over two lines."""
    return _money(cents, "#,##0.00")


def balance_text(cents: int) -> str:
    """Say in words what a balance means: a positive one is owed to us, a negative one was paid in advance."""
    if cents > 0:
        return str(gettext("Owed %(sum)s", sum=euros(cents)))
    if cents < 0:
        return str(gettext("Paid in advance %(sum)s", sum=euros(-cents)))
    return str(gettext("Settled"))


def whole_euros(cents: int) -> str:
    """Write a sum of money without its cents, for the marks of a chart."""
    return _money(cents, "#,##0")


def reference_text(number: str) -> str:
    """Write a reference number as invoices do: in groups of five from the right."""
    first = len(number) % _REFERENCE_GROUP
    groups = [
        number[:first],
        *(number[at : at + _REFERENCE_GROUP] for at in range(first, len(number), _REFERENCE_GROUP)),
    ]
    return NO_BREAK_SPACE.join(group for group in groups if group)


def tenths(number: int) -> str:
    """Write a number that is counted in tenths, such as square metres."""
    return str(format_decimal(Decimal(number) / 10, "#,##0.#"))


def duration_text(duration_ms: int | None) -> str:
    """Write a duration in minutes and seconds, rounded, with hours where there are any; a dash for none."""
    if duration_ms is None:
        return NO_DURATION
    minutes, seconds = divmod(round(duration_ms / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def phone_text(number: str) -> str:
    """Write a number as people read it, never broken over two lines."""
    return for_reading(number).replace(" ", NO_BREAK_SPACE)


def size_text(size_bytes: int) -> str:
    """Write a size in kilobytes or megabytes."""
    if size_bytes < 10**6:
        return f"{format_decimal(round(size_bytes / 1000))}{NO_BREAK_SPACE}kB"
    return f"{format_decimal(round(size_bytes / 10**6, 1))}{NO_BREAK_SPACE}MB"


def told(text: str) -> str:
    """Write a free text of the register; of one that would tell where somebody lives with a turvakielto, say so."""
    return str(gettext("(hidden for personal safety)")) if text == CONCEALED else text


def lower_first(text: str) -> str:
    """Begin with a small letter: in the middle of a sentence."""
    return text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def teach_formats(app: Flask) -> None:
    """Give the filters to the templates, and what a field for a day is written with."""
    app.jinja_env.globals.update(day_form=day_form, day_pattern=DAY_PATTERN)
    app.jinja_env.filters.update(
        balance=balance_text,
        clock_time=clock_time,
        clock_seconds=clock_seconds,
        date_text=date_text,
        day_heading=day_heading,
        decimal=format_decimal,
        duration=duration_text,
        euros=euros,
        finnish_order=finnish_order,
        iso=iso,
        last_day=last_day,
        local_day=local_day,
        lower_first=lower_first,
        moment=moment_text,
        month=month_text,
        period=period_text,
        phone=phone_text,
        reference=reference_text,
        size=size_text,
        tenths=tenths,
        told=told,
        typed_day=typed_day,
        upper_first=upper_first,
        whole_euros=whole_euros,
    )


def _money(cents: int, pattern: str) -> str:
    number = format_decimal(Decimal(cents) / 100, pattern).replace("-", MINUS)
    return f"{number}{NO_BREAK_SPACE}€".replace(" ", NO_BREAK_SPACE)


def _told_once(moment: datetime, time: str) -> str:
    """Say by which time a time of day is that the clocks of one night show twice."""
    if not is_told_twice(moment):
        return time
    if is_summer_time(moment):
        return str(gettext("%(time)s (summer time)", time=time))
    return str(gettext("%(time)s (winter time)", time=time))


def _day_pattern() -> str:
    # TRANSLATORS: a CLDR date pattern: weekday, day and month in words, year
    return str(gettext("cccc d MMMM yyyy"))


def _date_pattern() -> str:
    # TRANSLATORS: a CLDR date pattern: day, month and year in figures
    return str(gettext("d MMM yyyy"))


def _minute_pattern() -> str:
    # TRANSLATORS: a CLDR time pattern: hours and minutes
    return str(gettext("HH:mm"))


def _second_pattern() -> str:
    # TRANSLATORS: a CLDR time pattern: hours, minutes and seconds
    return str(gettext("HH:mm:ss"))
