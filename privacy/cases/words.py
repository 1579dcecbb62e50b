"""What sections and facts of a copy are called before its subject, and how their values are written.

These are texts of a document in the subject's language, not of a page in the visitor's: hence no gettext.
"""

from datetime import date, datetime
from types import MappingProxyType

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from ledger_link.undisclosed.concealment import CONCEALED
from ledger_link.values.day import HELSINKI, is_summer_time, is_told_twice
from privacy.cases.code_words import CODES
from privacy.cases.fact_words import FACTS, SECTIONS
from privacy.cases.gathered import FactKind, GatheredFact, RecipientName, StaffAlias

_PLACES = MappingProxyType({"fi": 0, "sv": 1, "en": 2})
_LOCALES = MappingProxyType({"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"})
_NOTHING = "\N{EN DASH}"

_YES, _NO = ("Kyllä", "Ja", "Yes"), ("Ei", "Nej", "No")
_SUMMER, _WINTER = ("kesäaikaa", "sommartid", "summer time"), ("talviaikaa", "vintertid", "winter time")
_STAFF = ("työntekijä", "anställd", "employee")
_PARTNER = ("{} (kumppani)", "{} (partner)", "{} (partner)")
_HIDDEN = (
    "(jätetty pois toisen henkilön turvallisuuden vuoksi)",
    "(utelämnat av hänsyn till en annan persons säkerhet)",
    "(left out for another person's safety)",
)


def heading(section: str, language: str) -> str:
    """Give the name of a section, or of a part of the copy."""
    return SECTIONS[section][_PLACES[language]]


def label(fact: str, language: str) -> str:
    """Give the name of a fact."""
    return FACTS[fact][_PLACES[language]]


def code_said(place: str, code: str, language: str) -> str:
    """Say a code; ``place`` is ``section.fact``. One without words is given as it is."""
    words = CODES.get(place, {}).get(code)
    return words[_PLACES[language]] if words else code


def who_said(who: StaffAlias | RecipientName, language: str) -> str:
    """Say who looked or listened: ``työntekijä 1``, or a partner by the name of the organisation."""
    if isinstance(who, RecipientName):
        return _PARTNER[_PLACES[language]].format(who.organisation)
    return f"{_STAFF[_PLACES[language]]} {who.number}"


def fact_said(section: str, fact: GatheredFact, language: str) -> str:
    """Write the value of a fact for reading; a dash where nothing is kept."""
    place, value = _PLACES[language], fact.value
    if value is None or value == "":
        return _NOTHING
    if fact.kind is FactKind.CODE:
        return code_said(f"{section}.{fact.name}", str(value), language)
    if fact.kind is FactKind.YES_NO:
        return (_YES if value else _NO)[place]
    return (
        _HIDDEN[place]
        if value == CONCEALED
        else _written(value, is_money=fact.kind is FactKind.MONEY, language=language)
    )


def _written(value: object, *, is_money: bool, language: str) -> str:
    match value:
        case int() if is_money:
            return str(format_currency(value / 100, "EUR", locale=_LOCALES[language]))
        case int():
            return str(format_decimal(value, locale=_LOCALES[language]))
        case datetime():
            return moment_said(value, language)
        case date():
            return day_said(value, language)
        case _:
            return str(value)


def day_said(day: date, language: str) -> str:
    """Write a day in figures, e.g. ``31.10.2016``."""
    return str(format_date(day, "d.M.y", locale=_LOCALES[language]))


def moment_said(moment: datetime, language: str) -> str:
    """Write a moment to the second, as the clock in Finland shows it, and which of two where a night has both."""
    written = str(format_datetime(moment.astimezone(HELSINKI), "d.M.y HH.mm.ss", locale=_LOCALES[language]))
    if not is_told_twice(moment):
        return written
    return f"{written} ({(_SUMMER if is_summer_time(moment) else _WINTER)[_PLACES[language]]})"
