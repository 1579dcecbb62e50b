"""The front end: packages by hash from any registry, and nothing in a page that its policy would have to forgive."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
LOCK = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
PACKAGES = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
INSTALLED = {name: entry for name, entry in LOCK["packages"].items() if name}


def test_every_package_is_pinned_by_its_hash_and_by_no_host() -> None:
    needed = {name for entry in INSTALLED.values() for name in entry.get("dependencies", ())}
    assert all(name.startswith("@types/") for name in needed)  # nothing of theirs is served, for nothing is copied
    assert set(INSTALLED) == {f"node_modules/{name}" for name in {*PACKAGES["dependencies"], *needed}}
    for name, version in PACKAGES["dependencies"].items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert INSTALLED[f"node_modules/{name}"]["version"] == version
    for entry in INSTALLED.values():
        assert entry["integrity"].startswith("sha512-")
        assert "resolved" not in entry


def test_every_file_that_is_copied_belongs_to_a_pinned_package() -> None:
    copied = re.findall(r"'((?:@[\w-]+/)?[\w.-]+)/[^']+': '", (WEB / "vendor.mjs").read_text(encoding="utf-8"))
    assert set(copied) == set(PACKAGES["dependencies"])


@pytest.mark.parametrize("path", sorted((WEB / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_pages_hold_nothing_inline_and_nothing_of_others(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<(script|style)(?![^>]*\bsrc=)[^>]*>", text)
    assert not re.search(r"\s(style|on\w+)=", text)
    assert not re.search(r"(src|href|action)=\"(https?:)?//", text)
    assert "| safe" not in text
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL):
        assert "csrf_token" in form or "{{ token() }}" in form  # a macro that writes it


@pytest.mark.parametrize("path", sorted((WEB / "static" / "js").glob("*.js")), ids=lambda path: path.name)
def test_scripts_load_only_our_own(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "http" not in text
    assert not re.search(r"\beval\(|new Function|document\.write", text)
    for imported in re.findall(r"from '([^']+)'", text):
        assert imported.startswith(("./", "../vendor/"))
