"""The readable part of a package: a tagged PDF (PDF/UA-1) in the subject's language, by WeasyPrint."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from calls.phone import for_reading
from privacy.cases.gathered import Gathered, RecipientName, StaffAlias
from privacy.cases.words import code_said, day_said, fact_said, heading, label, moment_said, who_said
from privacy.copies.copy_words import said
from privacy.copies.mask import Mask
from privacy.documents.ombudsman import OMBUDSMAN, OmbudsmanSettings
from privacy.tagged_pdf import tagged_pdf

_TEMPLATES = Path(__file__).with_name("templates")
_FEW_FACTS = 6  # a section with more columns than fit on a page is written entry by entry
_MINUTE_MS, _SECOND_MS = 60_000, 1000


def report_of(
    gathered: Gathered,
    *,
    masks: Mapping[str, Sequence[Mask]],
    names: Mapping[str, str],
    blackouts: int = 0,
    ombudsman: OmbudsmanSettings = OMBUDSMAN,
) -> bytes:
    """Give the PDF; ``names`` are the audio files by call id, ``masks`` what is masked in them."""
    html = html_of(gathered, masks=masks, names=names, blackouts=blackouts, ombudsman=ombudsman)
    return tagged_pdf(html)


def html_of(
    gathered: Gathered,
    *,
    masks: Mapping[str, Sequence[Mask]],
    names: Mapping[str, str],
    blackouts: int = 0,
    ombudsman: OmbudsmanSettings = OMBUDSMAN,
) -> str:
    """Give the document before it is laid out in pages; everything that is data is escaped."""
    language = gathered.language

    def who(one: StaffAlias | RecipientName | None) -> str:
        return who_said(one, language) if one else said("oneself", language)

    def purpose(names_by_language: Sequence[tuple[str, str]]) -> str:
        return dict(names_by_language).get(language, "")

    return _template().render(
        data=gathered,
        masks=masks,
        names=names,
        blackouts=blackouts,
        ombudsman=ombudsman.reached(language),
        language=language,
        few_facts=_FEW_FACTS,
        say=lambda key, **values: said(key, language, **values),
        heading=lambda section: heading(section, language),
        label=lambda fact: label(fact, language),
        value=lambda section, fact: fact_said(section, fact, language),
        code=lambda place, code: code_said(place, code, language),
        day=lambda at: day_said(at, language),
        moment=lambda at: moment_said(at, language),
        length=length_said,
        number=for_reading,
        who=who,
        purpose=purpose,
    )


def length_said(length_ms: int) -> str:
    """Write a length, or a place in a recording, e.g. ``1:05,250``; no thousandths where there are none."""
    minutes, rest = divmod(length_ms, _MINUTE_MS)
    seconds, thousandths = divmod(rest, _SECOND_MS)
    return f"{minutes}:{seconds:02}" + (f",{thousandths:03}" if thousandths else "")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template() -> Template:
    return _environment().get_template("report.html")
