"""Tells a key file that was changed from rows that were: nothing made with such a key holds any more."""

from dataclasses import dataclass, field

from storage.check.finding import Invariant, Kind, Report


@dataclass(slots=True)
class KeyTally:
    """How often each version of the key-encryption key was tried, and how often it held."""

    _tried: dict[int, int] = field(default_factory=dict)
    _held: dict[int, int] = field(default_factory=dict)

    def tried(self, version: int, *, held: bool) -> None:
        """Count one wrapped key or MAC."""
        self._tried[version] = self._tried.get(version, 0) + 1
        self._held[version] = self._held.get(version, 0) + held

    def conclude(self, report: Report) -> None:
        """Name each key with which nothing held."""
        for version, count in sorted(self._tried.items()):
            if not self._held[version]:
                what = (
                    f"none of the {count} keys and MACs made with it hold: the file was changed, or all its rows were"
                )
                report.add(Kind.KEY, f"kek-{version}", Invariant.ROW_HAS_OBJECT_AND_KEY, what)
