"""Says which locked packages have newer releases, and which of these are overdue: ``make outdated`` (see SECURITY.md).

Asks the package registries by their own clients: uv for PyPI, npm for the viewer's front end, apt for Debian's
packages. Changes nothing. Ends with 1 where a release that the lock files do not have is older than the time frame.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from packaging.version import Version

ROOT = Path(__file__).parents[1]
TIME_FRAME_DAYS = 30
UV = ROOT / ".make" / "lock" / "bin" / "uv"
LOCKS = {
    "runtime": ("requirements/runtime.txt", ("pyproject.toml",)),
    "dev": ("requirements/dev.txt", ("pyproject.toml", "--group", "dev")),
}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)

_TOO_NEW = re.compile(r"`([A-Za-z0-9._-]+)` was filtered by `exclude-newer")

Pins = dict[str, frozenset[str]]


class RefusedError(Exception):
    """A client of a registry ended with an error."""


def pins_in(text: str) -> Pins:
    """Read the versions of each package in a lock file; there may be several, one for each kind of Python."""
    pins: dict[str, set[str]] = {}
    for name, version in _PIN.findall(text):
        pins.setdefault(name.lower(), set()).add(version)
    return {name: frozenset(versions) for name, versions in pins.items()}


def newer_than(locked: Pins, resolved: Pins) -> Pins:
    """Give what was resolved to a newer version than any that is locked, or is not locked at all."""
    return {name: versions for name, versions in resolved.items() if _newest(versions) > _newest(locked.get(name, ()))}


def _newest(versions: Iterable[str]) -> Version:
    return max(map(Version, versions), default=Version("0.dev0"))


def resolved(arguments: Iterable[str]) -> Pins:
    """Resolve the dependencies anew by uv, all upgraded."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "resolved.txt"
        _run(
            str(UV), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--no-annotate",
            "--no-header", "--upgrade", "--output-file", str(target), *arguments,
        )  # fmt: skip
        return pins_in(target.read_text(encoding="utf-8"))


def resolved_as_of(before: datetime, arguments: tuple[str, ...], names: set[str]) -> Pins:
    """Resolve as if nothing newer than a moment were there of these packages.

    One whose lowest version that we take is newer itself cannot be overdue, and is let out.
    """
    until = f"{before:%Y-%m-%dT%H:%M:%SZ}"
    while True:
        try:
            found = resolved((*arguments, *(f"--exclude-newer-package={name}={until}" for name in sorted(names))))
        except RefusedError as refused:
            too_new = names & set(_TOO_NEW.findall(str(refused)))
            if not too_new:
                raise
            names = names - too_new
        else:
            return {name: versions for name, versions in found.items() if name in names}


def python_packages(before: datetime) -> Iterator[tuple[str, bool]]:
    """Tell of each package of Python with a newer release, and whether that was there before a moment."""
    for lock, arguments in LOCKS.values():
        locked = pins_in((ROOT / lock).read_text(encoding="utf-8"))
        newer = newer_than(locked, resolved(arguments))
        if not newer:
            continue
        overdue = newer_than(locked, resolved_as_of(before, arguments, set(newer)))
        for name, versions in sorted(newer.items()):
            was = ", ".join(sorted(locked.get(name, {"not locked"})))
            yield f"{lock}: {name} {was} -> {', '.join(sorted(versions))}", name in overdue


def front_end_packages(before: datetime) -> Iterator[tuple[str, bool]]:
    """Tell the same of the packages of package.json."""
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    for name, locked in sorted(wanted.items()):
        latest, published = (json.loads(_run("npm", "view", name, what, "--json")) for what in ("version", "time"))
        if latest != locked:
            yield f"package.json: {name} {locked} -> {latest}", datetime.fromisoformat(published[latest]) < before


def debian_packages() -> list[str]:
    """Give the Debian packages of this machine that have an update; the system is kept by its own means."""
    return re.findall(r"^Inst (\S+)", _run("apt-get", "--just-print", "upgrade"), re.MULTILINE)


def _run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 (no shell)
    if done.returncode != 0:
        raise RefusedError(f"{' '.join(command[:3])} failed:\n{done.stderr}")
    return done.stdout


def main() -> int:
    """Print what is outdated; give 1 where something is overdue."""
    before = datetime.now(UTC) - timedelta(days=TIME_FRAME_DAYS)
    try:
        found = [*python_packages(before), *front_end_packages(before)]
        waiting = debian_packages()
    except RefusedError as refused:
        sys.exit(f"outdated: {refused}")
    for line, is_overdue in found:
        print(line, f"(OVERDUE: out for more than {TIME_FRAME_DAYS} days)" if is_overdue else "")  # noqa: T201 (its purpose)
    print(f"{len(found)} packages have newer releases; {len(waiting)} Debian packages of this machine have updates")  # noqa: T201 (its purpose)
    return int(any(is_overdue for _, is_overdue in found))


if __name__ == "__main__":
    sys.exit(main())
