"""What must hold between rows and files once an import is done. Pure."""

from collections.abc import Iterator
from datetime import date

from ledger_link.importing.file_schema import FileSchema, Key, Values
from ledger_link.importing.planning import FilePlan
from ledger_link.importing.problem import Problem
from ledger_link.importing.reading import Row
from ledger_link.importing.schemas import APARTMENTS, LEASE_PARTIES, LEASES


def unknown_references(schema: FileSchema, rows: list[Row], known: dict[str, set[object] | None]) -> Iterator[Problem]:
    """Find the rows that refer to what is neither in the folder nor in the register.

    ``known`` holds the keys of each file, or None where they could not be read. A key that stands in a bad row is
    known too: one fault is told once.
    """
    for row in rows:
        for column, file in schema.references().items():
            keys = known[file]
            if row.is_whole and keys is not None and row.values[column] not in keys:
                yield Problem(
                    schema.file, row.line, column, f"no such {column}", f"a {column} of {file} or of the register"
                )


def register_faults(plans: dict[str, FilePlan]) -> Iterator[Problem]:
    """Find what is wrong with the register as it would stand after the import."""
    yield from _shared_addresses(plans[APARTMENTS.file])
    yield from _parties_outside_lease(plans[LEASE_PARTIES.file], plans[LEASES.file])


def _shared_addresses(apartments: FilePlan) -> Iterator[Problem]:
    first: dict[Key, Key] = {}
    # apartments that the file does not name come first, so that the line told is one that can be mended
    for key in sorted(apartments.after, key=lambda key: apartments.lines.get(key, 0)):
        values = apartments.after[key]
        address = tuple(values[name] for name in ("building_no", "entrance", "door_number", "sub_letter"))
        other = first.setdefault(address, key)
        if other != key:
            line = apartments.lines.get(other)
            place = "an apartment of the register" if line is None else f"line {line}"
            yield Problem(
                APARTMENTS.file,
                apartments.lines.get(key),
                "door_number",
                f"the same address as {place}",
                "one apartment to an entrance, door number and sub-letter of a building",
            )


def _parties_outside_lease(parties: FilePlan, leases: FilePlan) -> Iterator[Problem]:
    for key, party in parties.after.items():
        lease_key = (party["lease_no"],)
        lease = leases.after.get(lease_key)
        if lease is None or (key not in parties.lines and lease_key not in leases.lines):
            continue
        for column in ("starts_on", "ends_on"):
            if _is_within(party[column], lease):
                continue
            if key in parties.lines:
                yield Problem(
                    LEASE_PARTIES.file, parties.lines[key], column, "outside the lease", "a day of the lease's term"
                )
            else:
                yield Problem(
                    LEASES.file,
                    leases.lines[lease_key],
                    column,
                    "leaves out days on which somebody is party to the lease",
                    "a term with the terms of all parties, or a lease_parties.csv that changes theirs",
                )


def _is_within(day: object, lease: Values) -> bool:
    first, last = lease["starts_on"], lease["ends_on"]
    if not isinstance(day, date) or not isinstance(first, date):
        return True
    return first <= day and (not isinstance(last, date) or day <= last)
