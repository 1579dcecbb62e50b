"""What counts as outdated and as overdue; the registries themselves are asked by ``make outdated`` alone."""

import importlib.util
import re
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
BEFORE = datetime(2026, 10, 24, tzinfo=UTC)


@pytest.fixture
def outdated() -> ModuleType:
    spec = importlib.util.spec_from_file_location("outdated", ROOT / "setup" / "outdated.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_lock_files_are_read_whole(outdated: ModuleType) -> None:
    for lock, _ in outdated.LOCKS.values():
        text = (ROOT / lock).read_text(encoding="utf-8")
        pins = outdated.pins_in(text)
        assert sum(len(versions) for versions in pins.values()) == len(re.findall(r"^\S+==", text, re.MULTILINE))
        assert all(re.fullmatch(r"[\w.]+", version) for versions in pins.values() for version in versions)


def test_overdue_is_what_was_newer_before_the_time_frame(outdated: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = (
        "alpha==1.0 \\\n    --hash=sha256:00\nbeta==2.0 ; python_version < '3.13'\nbeta==2.1\ngamma==3.9\ndelta==4.0\n"
    )
    newest = {"alpha": ["1.2"], "beta": ["2.1"], "gamma": ["3.10"], "delta": ["5.0"]}
    then = {"alpha": ["1.2"], "gamma": ["3.8"], "delta": ["4.5"]}  # gamma is locked newer than that
    asked: list[tuple[str, ...]] = []

    def resolved(arguments: tuple[str, ...]) -> object:
        asked.append(arguments)
        aged = {one.split("=")[1] for one in arguments if one.startswith("--exclude-newer-package")}
        if "delta" in aged:
            raise outdated.RefusedError("hint: `delta` was filtered by `exclude-newer-package` to only include")
        return {name: frozenset(then[name] if name in aged else versions) for name, versions in newest.items()}

    monkeypatch.setattr(outdated, "resolved", resolved)
    monkeypatch.setattr(outdated, "LOCKS", {"one": ("lock.txt", ("pyproject.toml",))})
    monkeypatch.setattr(Path, "read_text", lambda _path, **_more: locked)
    assert list(outdated.python_packages(BEFORE)) == [
        ("lock.txt: alpha 1.0 -> 1.2", True),
        ("lock.txt: delta 4.0 -> 5.0", False),
        ("lock.txt: gamma 3.9 -> 3.10", False),
    ]
    assert "--exclude-newer-package=alpha=2026-10-24T00:00:00Z" in asked[-1]
