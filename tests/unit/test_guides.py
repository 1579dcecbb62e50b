"""The guides name what stands on the pages: each Finnish name in quotation marks is one; every link leads somewhere."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from web.languages import TRANSLATIONS

GUIDES = Path(__file__).parents[2] / "docs" / "guide"
FINNISH = TRANSLATIONS / "fi" / "LC_MESSAGES" / "messages.po"
USERS_GUIDES = [
    "administrator.md",
    "employee.md",
    "hand-overs.md",
    "privacy-officer.md",
    "queue.md",
    "screen-pop.md",
    "turvakielto.md",
]


@pytest.mark.parametrize("name", USERS_GUIDES)
def test_every_name_of_the_pages_is_on_them(name: str) -> None:
    with FINNISH.open("rb") as file:
        known = {message.string for message in read_po(file, locale="fi")}
    text = " ".join((GUIDES / name).read_text(encoding="utf-8").split())
    named = re.findall(r'"([^"]+)"', text)
    assert named
    assert [one for one in named if one not in known] == []


@pytest.mark.parametrize("name", sorted(path.name for path in GUIDES.glob("*.md")))
def test_every_link_of_a_guide_leads_to_a_file(name: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (GUIDES / name).read_text(encoding="utf-8"))
    assert [link for link in links if not (GUIDES / link).exists()] == []


def test_every_guide_is_in_the_list() -> None:
    listed = (GUIDES / "README.md").read_text(encoding="utf-8")
    assert [
        path.name for path in GUIDES.glob("*.md") if path.name != "README.md" and f"({path.name})" not in listed
    ] == []
