"""The free texts of a copy: where each stands, which it is, and what is left of it where words are blacked out.

What people typed about a subject may tell of somebody else (GDPR 15(4)). Data of the register's own fields is not
among them: it is the subject's. Everything here is pure; the register is as it was.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from privacy.cases.gathered import FactKind, Gathered, GatheredNote, GatheredSection
from privacy.copies.copy_words import said
from privacy.copies.mask import MaskReason

_FREE_FACTS = frozenset(
    {
        "activity",
        "description",
        "guardian_email",
        "guardian_name",
        "note",
        "others",
        "part",
        "reason",
        "scope",
        "source",
        "subject",
        "text",
    }
)
CALL_NOTES, NOTES = "calls.notes", "notes.text"
CASE_REQUEST, CASE_REASONS, CASE_NOTES = "cases.request", "cases.reasons", "cases.notes"
Say = Callable[[str, str], str]


@dataclass(frozen=True, slots=True, repr=False)
class CopyText:
    """A free text of a copy; ``place`` is ``part.fact``, ``key`` tells it from every other text."""

    key: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Blackout:
    """A half-open range of characters of the text of a key that a copy does not let read, and why."""

    text_key: str
    from_char: int
    to_char: int
    reason: MaskReason


def key_of(place: str, text: str) -> str:
    """Tell which text this is: the same words at the same place are the same text, changed words are another."""
    return hashlib.sha256(f"{place}\0{text}".encode()).hexdigest()


def texts_of(gathered: Gathered) -> tuple[CopyText, ...]:
    """Give every free text of a copy once, in the copy's order."""
    found: dict[str, CopyText] = {}

    def collect(place: str, text: str) -> str:
        key = key_of(place, text)
        found.setdefault(key, CopyText(key, place, text))
        return text

    _mapped(gathered, collect)
    return tuple(found.values())


def blacked_out(gathered: Gathered, blackouts: Iterable[Blackout]) -> Gathered:
    """Give what a copy holds with words blacked out: in their place stands why, in the copy's language.

    Raises KeyError, with the key, for a blackout of a text that is not there (any more).
    """
    by_key = by_text(blackouts)
    used: set[str] = set()

    def say(place: str, text: str) -> str:
        key = key_of(place, text)
        used.add(key)
        return covered(text, by_key.get(key, ()), language=gathered.language)

    told = _mapped(gathered, say)
    if strange := sorted(by_key.keys() - used):
        raise KeyError(strange[0])
    return told


def covered(text: str, blackouts: Iterable[Blackout], *, language: str) -> str:
    """Give a text with ranges covered; those that overlap or touch are one, with the reason of the first."""
    return "".join(
        words if span is None else said("blacked-out", language, reason=said(f"text-reason.{span.reason}", language))
        for words, span in pieces_of(text, blackouts)
    )


def pieces_of(text: str, blackouts: Iterable[Blackout]) -> Iterator[tuple[str, Blackout | None]]:
    """Give a text in pieces, in order, each with what covers it: none is empty."""
    at = 0
    for span in spans_of(blackouts):
        if at < span.from_char:
            yield text[at : span.from_char], None
        yield text[span.from_char : span.to_char], span
        at = span.to_char
    if at < len(text):
        yield text[at:], None


def spans_of(blackouts: Iterable[Blackout]) -> list[Blackout]:
    """Join ranges of one text that overlap or touch, ascending."""
    joined: list[Blackout] = []
    for one in sorted(blackouts, key=lambda each: (each.from_char, each.to_char)):
        if joined and one.from_char <= joined[-1].to_char:
            joined[-1] = replace(joined[-1], to_char=max(joined[-1].to_char, one.to_char))
        else:
            joined.append(one)
    return joined


def _mapped(gathered: Gathered, say: Say) -> Gathered:
    def notes(place: str, listed: Iterable[GatheredNote]) -> tuple[GatheredNote, ...]:
        return tuple(replace(note, text=say(place, note.text)) for note in listed)

    return replace(
        gathered,
        sections=tuple(_section(section, say) for section in gathered.sections),
        calls=tuple(replace(call, notes=notes(CALL_NOTES, call.notes)) for call in gathered.calls),
        notes=notes(NOTES, gathered.notes),
        cases=tuple(
            replace(
                case,
                request=say(CASE_REQUEST, case.request) if case.request else "",
                reasons=say(CASE_REASONS, case.reasons) if case.reasons else "",
                notes=notes(CASE_NOTES, case.notes),
            )
            for case in gathered.cases
        ),
    )


def _section(section: GatheredSection, say: Say) -> GatheredSection:
    entries = tuple(
        tuple(
            replace(fact, value=say(f"{section.name}.{fact.name}", fact.value))
            if fact.kind is FactKind.TEXT and fact.name in _FREE_FACTS and isinstance(fact.value, str) and fact.value
            else fact
            for fact in entry
        )
        for entry in section.entries
    )
    return replace(section, entries=entries)


def by_text(blackouts: Iterable[Blackout]) -> Mapping[str, list[Blackout]]:
    """Give blackouts by the key of their text."""
    found: defaultdict[str, list[Blackout]] = defaultdict(list)
    for one in blackouts:
        found[one.text_key].append(one)
    return found
