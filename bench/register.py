"""The register at size: import, import again, linking, searching and opening a person's page.

Run from the top of the repository: ``.venv/bin/python -m bench.register --database postgresql``. It makes a home, a
sample and a database of its own in a temporary folder, and takes them away again. README.md beside this file explains
the figures.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from bench.postgres import postgres
from bench.register_calls import add_calls, link_all
from bench.register_changes import change_some, write_part
from bench.register_command import run_import
from bench.register_figures import RegisterFigures, markdown, table_of
from bench.register_kill import kill_imports, table_of_kills
from bench.register_looks import looking
from ledger_link.sampling.sample import SampleSize, write_sample
from tallenne.house import House
from tallenne.installing import install
from tallenne.settings import HOME_VARIABLE

_TOLD_EVERY_S = 10
_PERSONS_BEFORE_KILLS = 20_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure once and print; 1 where an import that was killed left a trace."""
    options = _options(arguments)
    say = _Teller()
    with tempfile.TemporaryDirectory(prefix="tallenne-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the PostgreSQL server is somebody else
        with _database(options.database, folder) as url:
            os.environ["TALLENNE_DATABASE__URL"] = url
            os.environ[HOME_VARIABLE] = str(folder / "home")
            install(folder / "home")
            house = House(folder / "home")
            try:
                return _kill(options, folder, house, say) if options.kill else _measure(options, folder, house, say)
            finally:
                house.database.dispose()


def _measure(options: argparse.Namespace, folder: Path, house: House, say: "_Teller") -> int:
    size, sample = SampleSize.of(options.persons, options.leases, options.ledger_rows), folder / "sample"
    began, load = time.monotonic(), os.getloadavg()[0]
    counts = write_sample(sample, size, seed=1, progress=say.steps("writing a sample"))
    sample_s = time.monotonic() - began
    rows = sum(counts.values())
    say(f"importing {rows} rows")
    first = run_import(sample)
    say(f"{first.wall_s:.1f} s; importing them again")
    second = run_import(sample)
    say(f"{second.wall_s:.1f} s; adding {options.calls} calls")
    add_calls(house.database, options.calls)
    linking = link_all(house.database, say.steps("linking calls"))
    say(f"{linking.per_s:.0f} calls/s; searching, opening pages")
    looks = looking(house)
    say("changing one row in a hundred")
    changed_rows = change_some(sample)
    say(f"importing {changed_rows} changed rows among the others")
    third = run_import(sample)
    figures = RegisterFigures(
        database=options.database,
        persons=size.persons,
        leases=size.leases,
        ledger_rows=size.ledger_rows,
        rows=rows,
        load_at_begin=load,
        wall_s=time.monotonic() - began,
        sample_s=sample_s,
        first_import=first,
        second_import=second,
        changed_import=third,
        linking=linking,
        **looks,
    )
    if options.json:
        print(json.dumps(figures.to_json()))
    elif options.markdown:
        print(markdown(figures))
    else:
        Console().print(table_of(figures))
    return 0


def _kill(options: argparse.Namespace, folder: Path, house: House, say: "_Teller") -> int:
    size = SampleSize.of(options.persons, options.leases, options.ledger_rows)
    counts = write_sample(folder / "large", size, seed=1, progress=say.steps("writing a sample"))
    write_part(folder / "large", folder / "part", persons=min(_PERSONS_BEFORE_KILLS, size.persons // 2))
    figures = kill_imports(
        house.database,
        options.database,
        part=folder / "part",
        large=folder / "large",
        rows=sum(counts.values()),
        say=say,
    )
    if options.json:
        print(json.dumps(figures.to_json()))
    else:
        Console().print(table_of_kills(figures))
    return 0 if figures.is_good else 1


class _Teller:
    """Tells on stderr what is being done, with the seconds since the beginning."""

    def __init__(self) -> None:
        self._began = self._told = time.monotonic()

    def __call__(self, text: str) -> None:
        """Tell something."""
        self._told = time.monotonic()
        print(f"{self._told - self._began:6.0f} s  {text}", file=sys.stderr, flush=True)

    def steps(self, text: str) -> Callable[[int, int], None]:
        """Give what tells how far something is, every now and then."""
        self(text)

        def tell(done: int, total: int) -> None:
            if time.monotonic() - self._told > _TOLD_EVERY_S:
                self(f"{text}: {done} of {total}")

        return tell


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'register.sqlite'}"
    else:
        with postgres(folder / "postgres") as url:
            yield url


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.register", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--leases", type=int, default=None, help="three to five persons if not given")
    parser.add_argument("--ledger-rows", type=int, default=None, help="33 to a lease if not given")
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--kill", action="store_true", help="kill imports at several points instead of measuring")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--markdown", action="store_true", help="print rows for docs/benchmarks.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
