"""Who imports whom: import-linter's contracts, and what they cannot say."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("calls", "storage", "capture", "ledger_link", "rights", "privacy", "web", "tallenne")
DOORS = {
    "create_engine": "storage/database/engine.py",
    "Minio": "storage/objects/s3_store.py",
}
# docs/adr/0006: a well-kept library beats our own
ALLOWED_IN_CALLS = {"calls", "phonenumbers", "uuid_utils"}


def sources(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def used_names(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.ImportFrom):
            names.update(alias.name for alias in node.names)
    return names


def imported_packages(path: Path) -> set[str]:
    packages: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            packages.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            packages.add((node.module or "").split(".")[0])
    return packages


def test_import_linter_keeps_every_contract() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(linter), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("name", "door"), DOORS.items())
def test_a_door_stands_in_one_file(name: str, door: str) -> None:
    users = {path.relative_to(ROOT).as_posix() for path in sources(*PRODUCT) if name in used_names(path)}
    assert users == {door}


def test_calls_needs_little_beyond_the_standard_library() -> None:
    needed = set().union(*(imported_packages(path) for path in sources("calls")))
    assert needed - set(sys.stdlib_module_names) <= ALLOWED_IN_CALLS


def test_the_command_line_imports_a_part_when_its_command_is_called() -> None:
    program = "import sys, tallenne.command_line; print({'pjsua2', 'sqlalchemy', 'flask'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_migrations_bring_no_engine_of_their_own() -> None:
    environment = ROOT / "storage/database/migrations/env.py"
    assert not {"engine_from_config", "create_engine"} & used_names(environment)
