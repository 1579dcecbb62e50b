"""What a dry run of an import says: for each file what would be done to how many rows, with a few lines to look at."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ledger_link.importing.merging import SampledChange
from ledger_link.importing.report import FileCounts, FileSample, ImportReport

MOST_EXAMPLES = 5
_WORKED_OUT = frozenset({"search_name"})  # from columns that are told
_NOTHING_SAMPLED = FileSample(added=(), changed=())


def dry_run_lines(report: ImportReport) -> Iterator[str]:
    """Give the lines that are printed, grouped by file and by what would be done; lines and columns, no content.

    The counts are of all rows, the examples of the first ones. A file in which nothing would change is left out.
    """
    for file, counts in report.files.items():
        told = list(_of_file(counts, report.samples.get(file, _NOTHING_SAMPLED)))
        if told:
            yield file
            yield from (f"  {line}" for line in told)
    if not report.has_changes:
        yield "Nothing would change."
    yield "A dry run: the register is as it was."


def _of_file(counts: FileCounts, sample: FileSample) -> Iterator[str]:
    if counts.added:
        yield f"would be added: {counts.added}{_example(sample.added)}"
    if counts.changed:
        yield f"would change: {counts.changed}"
        for columns, lines in _by_columns(sample.changed):
            yield f"  {', '.join(columns)}{_example(lines)}"
    if counts.deleted:
        yield f"would be deleted: {counts.deleted}"


def _by_columns(changes: Sequence[SampledChange]) -> list[tuple[tuple[str, ...], list[int]]]:
    """Group changes by the columns that differ, the most frequent first."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for change in changes:
        groups[tuple(name for name in change.columns if name not in _WORKED_OUT)].append(change.line)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))


def _example(lines: Sequence[int]) -> str:
    if not lines:
        return ""
    shown = ", ".join(str(line) for line in lines[:MOST_EXAMPLES])
    return f", e.g. line{'s' if len(lines) > 1 else ''} {shown}"
