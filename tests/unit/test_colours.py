"""The viewer's colours: every text can be read on every surface it stands on (WCAG 2.2 section 1.4.3 and 1.4.11)."""

import re
from itertools import product

import pytest

from web.languages import TRANSLATIONS

STYLESHEET = TRANSLATIONS.parent / "static" / "css" / "tallenne.css"
TEXT_MIN, PART_MIN = 4.5, 3.0

TEXTS = [
    *product(("ink", "ink-soft", "accent", "accent-hover", "bad"), ("page", "surface", "raised")),
    *product(("ink", "accent", "accent-hover"), ("accent-wash",)),
    *product(("ink", "ink-soft", "warn", "accent", "accent-hover"), ("warn-wash",)),
    ("ink", "bad-wash"), ("bad", "bad-wash"),
    ("accent-ink", "accent"), ("accent-ink", "accent-hover"),
]  # fmt: skip
PARTS = [
    ("line-strong", "surface"), ("focus", "surface"), ("focus", "page"), ("focus", "raised"),
    ("customer", "customer-wash"), ("agent", "agent-wash"), ("customer", "surface"), ("agent", "surface"),
    ("ink", "customer-wash"), ("ink", "agent-wash"),
]  # fmt: skip


def palettes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", STYLESHEET.read_text(encoding="utf-8"), re.DOTALL)
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks)
    return {"light": light, "dark": {**light, **dark}}


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_and_parts_stand_out(scheme: str) -> None:
    palette = palettes()[scheme]
    weak = [
        (front, back, round(contrast(palette[front], palette[back]), 2))
        for pairs, least in ((TEXTS, TEXT_MIN), (PARTS, PART_MIN))
        for front, back in pairs
        if contrast(palette[front], palette[back]) < least
    ]
    assert weak == []
