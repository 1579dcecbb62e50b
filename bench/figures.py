"""The figures of a run, and how they are printed."""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, 95th percentile and worst of a measure."""

    median: float
    p95: float
    worst: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Take them of at least one value."""
        ordered = sorted(values)
        return cls(statistics.median(ordered), ordered[min(len(ordered) - 1, round(len(ordered) * 0.95))], ordered[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a run showed. The processor's shares are of one core."""

    calls: int
    seconds: float
    workers: int
    recorded_call_minutes: float
    cpu_s_per_call_minute: Mapping[str, float]
    """By part, over the whole run: set-up, disclosure, talk, archiving."""
    talking_cpu_s_per_call_minute: Mapping[str, float]
    """By part, while all talk: what another call would cost."""
    pss_mib: Mapping[str, float]
    """By part, while all talk."""
    capture_pss_mib_per_conversation: float
    answer_ms: Spread
    playable_s: Spread
    expected_frames: int
    missing_frames: int
    repeated_frames: int
    foreign_frames: int
    worst_channel_missing_share: float
    missing_at_phones_share: float
    unequal_channels: int
    bench_cores: float
    bench_worst_lateness_ms: float
    bench_late_batches: int

    @property
    def missing_share(self) -> float:
        """Tell the share of 20 ms frames missing from the recordings, of both channels."""
        return self.missing_frames / self.expected_frames if self.expected_frames else 1.0

    def to_json(self) -> str:
        """Give all figures as one JSON object."""
        return json.dumps({**asdict(self), "missing_share": self.missing_share}, indent=1)

    def show(self) -> None:
        """Print a table."""
        table = Table(title=f"{self.calls} calls of {self.seconds:.0f} s, {self.workers} workers", show_header=False)
        for part, value in self.cpu_s_per_call_minute.items():
            talking = f"{self.talking_cpu_s_per_call_minute[part]:.3f} while all talk"
            table.add_row(f"CPU-s per call-minute: {part}", f"{value:.3f}", talking)
        table.add_row(
            "PSS per conversation: capture",
            f"{self.capture_pss_mib_per_conversation:.1f} MiB",
            ", ".join(f"{part} {value:.0f}" for part, value in self.pss_mib.items()) + " MiB in all",
        )
        table.add_row("INVITE to 200", *_spread(self.answer_ms, "ms"))
        table.add_row("hang-up to playable", *_spread(self.playable_s, "s"))
        table.add_row(
            "20 ms frames missing in the recordings",
            f"{self.missing_share:.4%}",
            f"{self.missing_frames} of {self.expected_frames}, worst channel {self.worst_channel_missing_share:.4%}",
        )
        table.add_row(
            "frames repeated, foreign; channels unequal",
            f"{self.repeated_frames}, {self.foreign_frames}; {self.unequal_channels}",
            f"{self.missing_at_phones_share:.4%} missing at the telephones",
        )
        table.add_row(
            "the bench itself",
            f"{self.bench_cores:.3f} cores",
            f"worst lateness {self.bench_worst_lateness_ms:.0f} ms, {self.bench_late_batches} batches over 20 ms late",
        )
        Console(width=120).print(table)


def _spread(spread: Spread, unit: str) -> tuple[str, str]:
    return f"{spread.median:.2f} {unit}", f"p95 {spread.p95:.2f}, worst {spread.worst:.2f} {unit}"
