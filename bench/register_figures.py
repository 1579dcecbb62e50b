"""The figures of the register at size, and how they are printed."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from bench.figures import Spread
from bench.register_calls import LinkingCost
from bench.register_command import ImportCost


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFigures:
    """What a run showed; ``load_at_begin`` is the machine's load average then, times of looks are in milliseconds."""

    database: str
    persons: int
    leases: int
    ledger_rows: int
    rows: int
    load_at_begin: float
    wall_s: float
    sample_s: float
    first_import: ImportCost
    second_import: ImportCost
    changed_import: ImportCost
    linking: LinkingCost
    search_by_name_ms: Spread
    search_by_part_ms: Spread
    search_by_number_ms: Spread
    person_page_ms: Spread

    def to_json(self) -> dict[str, Any]:
        """Give a plain object."""
        return {**asdict(self), "calls_linked_per_s": self.linking.per_s}

    def lines(self) -> Iterator[tuple[str, str, str]]:
        """Give each measure, its figure and what is aimed at."""
        imports = (
            ("import", self.first_import, "300 s"),
            ("the same again", self.second_import, f"a tenth: {self.first_import.wall_s / 10:.0f} s"),
            (f"with {self.changed_import.changed} rows changed", self.changed_import, ""),
        )
        for name, cost, aim in imports:
            yield f"{name}, on the clock", f"{cost.wall_s:.1f} s", aim
            yield f"{name}, the command's processor time", f"{cost.cpu_s:.1f} s", ""
            yield f"{name}, greatest memory of the command", f"{cost.peak_mib:.0f} MiB", "1 GB"
        yield f"linking {self.linking.calls} calls", f"{self.linking.per_s:.0f} calls/s", "5,000 calls/s"
        yield "linking, processor time of the linker", f"{self.linking.cpu_s:.1f} s", ""
        for name, spread, aim in (
            ("search by a name", self.search_by_name_ms, "p95 50 ms"),
            ("search by four letters of a name", self.search_by_part_ms, ""),
            ("search by a number", self.search_by_number_ms, "p95 50 ms"),
            ("a person's page, with its template", self.person_page_ms, "p95 150 ms"),
        ):
            yield f"{name}, median / p95", f"{spread.median:.1f} / {spread.p95:.1f} ms", aim


def table_of(figures: RegisterFigures) -> Table:
    """Show the figures on a terminal."""
    table = Table(title=f"{figures.persons} persons, {figures.rows} rows, {figures.database}")
    table.add_column("measure")
    table.add_column("figure", justify="right")
    table.add_column("aim")
    for line in figures.lines():
        table.add_row(*line)
    return table


def markdown(figures: RegisterFigures) -> str:
    """Write the figures as a table for docs/benchmarks.md."""
    rows = [("", figures.database, "aim"), ("---", "---", "---"), *figures.lines()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
