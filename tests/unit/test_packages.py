"""What is packaged is what stands in the repository, and generic names such as ``web`` are ours."""

import importlib
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALL_PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
# bench measures a clone and is not distributed
PACKAGES = [name for name in ALL_PACKAGES if name != "bench"]
WHEEL_ONLY_METADATA = ".dist-info/"


def tracked_files(*folders: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", "--", *folders], cwd=ROOT, check=True, capture_output=True)
    return [Path(name) for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Build a wheel from a copy of what git tracks; give the names in it."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for file in [*tracked_files(*PACKAGES), *tracked_files("pyproject.toml", "README.md", "LICENSE")]:
        (source / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, source / file)
    build = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(target)], cwd=source, check=True, capture_output=True)
    (made,) = target.glob("*.whl")
    with zipfile.ZipFile(made) as archive:
        return {name for name in archive.namelist() if WHEEL_ONLY_METADATA not in name}


@pytest.mark.parametrize("name", ALL_PACKAGES)
def test_package_name_resolves_to_this_repository(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__file__ is not None
    assert Path(module.__file__).parent == ROOT / name


def test_pyproject_lists_exactly_the_packages_that_stand_here() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = pyproject["tool"]["setuptools"]["packages"]["find"]["include"]
    assert sorted(included) == sorted(pattern for name in PACKAGES for pattern in (name, f"{name}.*"))


def test_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: set[str]) -> None:
    assert wheel == {file.as_posix() for file in tracked_files(*PACKAGES)}


def test_every_folder_with_python_files_is_a_package() -> None:
    folders = {file.parent for file in tracked_files(*PACKAGES) if file.suffix == ".py"}
    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder / "__init__.py").is_file()] == []
