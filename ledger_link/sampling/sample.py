"""Writing an invented register of any size: a lease at a time, so that memory does not grow with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from calls.errors import BadDataError
from ledger_link.sampling.invention import Invention
from ledger_link.sampling.people import People
from ledger_link.sampling.sample_folder import SampleFolder
from ledger_link.sampling.tenancies import Tenancies

MOST_PERSONS = 10_000_000
_FIRST_APPLICATION = date(2024, 1, 1)
_APPLICATION_DAYS = 900
_PROGRESS_PERSONS = 500


@dataclass(frozen=True, slots=True)
class SampleSize:
    """How large a sample is to be; ``ledger_rows`` are charges and payments together."""

    persons: int
    leases: int
    ledger_rows: int

    @classmethod
    def of(cls, persons: int, leases: int | None, ledger_rows: int | None) -> "SampleSize":
        """Give a size as asked for; raise BadDataError for one that cannot be made."""
        size = cls(persons, persons * 3 // 5 if leases is None else leases, 0)
        size = cls(size.persons, size.leases, size.leases * 33 if ledger_rows is None else ledger_rows)
        if not 1 <= size.persons <= MOST_PERSONS or not 0 <= size.leases <= size.persons or size.ledger_rows < 0:
            raise BadDataError(
                what="no such sample can be made",
                where=f"{size.persons} persons, {size.leases} leases, {size.ledger_rows} ledger rows",
                remedy=f"at most {MOST_PERSONS} persons, and not more leases than persons",
            )
        return size


def write_sample(folder: Path, size: SampleSize, *, seed: int, progress: Callable[[int, int], None]) -> dict[str, int]:
    """Write a sample to a new folder and count the rows of each file; tell ``progress`` (persons done, in all).

    The same size and seed give the same files. Raise BadDataError where the folder is not empty.
    """
    with SampleFolder(folder) as files:
        invention = Invention.of(seed)
        people = People(files, invention, seed=seed)
        tenancies = Tenancies(
            files, invention, people, seed=seed, leases=size.leases, ledger_rows=size.ledger_rows if size.leases else 0
        )
        while tenancies.written < size.leases:
            # every lease to come needs a tenant
            tenancies.apartment(persons_left=size.persons - people.count - (size.leases - tenancies.written))
            if tenancies.written % _PROGRESS_PERSONS == 0:
                progress(people.count, size.persons)
        while people.count < size.persons:
            people.applicant(_FIRST_APPLICATION + timedelta(days=people.count % _APPLICATION_DAYS))
            if people.count % _PROGRESS_PERSONS == 0:
                progress(people.count, size.persons)
        progress(size.persons, size.persons)
        return files.counts
