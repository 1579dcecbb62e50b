"""What a dry run says: by file and by what would be done, a few lines as examples, however many there are."""

from ledger_link.importing.merging import SampledChange
from ledger_link.importing.report import FileCounts, FileSample, ImportReport
from tallenne.dry_run import dry_run_lines

END = "A dry run: the register is as it was."


def test_it_is_grouped_and_short() -> None:
    changed = (
        SampledChange(4, ("language",)),
        SampledChange(7, ("surname", "search_name")),
        *(SampledChange(line, ("language",)) for line in range(9, 20)),
    )
    report = ImportReport(
        files={
            "buildings.csv": FileCounts(added=0, changed=0, unchanged=9),
            "persons.csv": FileCounts(added=1200, changed=4000, unchanged=7, deleted=3),
            "leases.csv": FileCounts(added=1, changed=0, unchanged=0),
        },
        samples={
            "persons.csv": FileSample(added=tuple(range(20, 40)), changed=changed),
            "leases.csv": FileSample(added=(2,), changed=()),
        },
    )
    assert list(dry_run_lines(report)) == [
        "persons.csv",
        "  would be added: 1200, e.g. lines 20, 21, 22, 23, 24",
        "  would change: 4000",
        "    language, e.g. lines 4, 9, 10, 11, 12",
        "    surname, e.g. line 7",
        "  would be deleted: 3",
        "leases.csv",
        "  would be added: 1, e.g. line 2",
        END,
    ]


def test_an_unchanged_folder_says_so() -> None:
    report = ImportReport(files={"persons.csv": FileCounts(added=0, changed=0, unchanged=9)})
    assert list(dry_run_lines(report)) == ["Nothing would change.", END]
