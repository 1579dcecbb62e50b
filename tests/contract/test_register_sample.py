"""Invented registers: the same for the same seed, of the size that was asked for, importable, with codes of nobody."""

import csv
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from fixtures_register import SAMPLE_REGISTER, import_into, no_progress
from stdnum.fi import hetu

from calls.errors import BadDataError
from ledger_link.sampling.sample import SampleSize, write_sample
from storage.database.engine import Database

Rows = Callable[[str], list[dict[str, str]]]


def sample(folder: Path, *, persons: int = 200, seed: int = 1) -> dict[str, int]:
    size = SampleSize.of(persons, None, None)
    return write_sample(folder, size, seed=seed, progress=lambda done, total: no_progress("", done, total))


def texts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_sample_is_imported_whole(database: Database, tmp_path: Path) -> None:
    counts = sample(tmp_path / "sample")
    assert (counts["persons"], counts["leases"], counts["charges"] + counts["payments"]) == (200, 120, 3960)
    report = import_into(database, tmp_path / "sample")
    assert {file.removesuffix(".csv"): one.added for file, one in report.files.items()} == counts


def test_the_same_seed_gives_the_same_sample(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("two", 1), ("three", 2)):
        sample(tmp_path / name, persons=50, seed=seed)
    assert texts(tmp_path / "one") == texts(tmp_path / "two")
    assert texts(tmp_path / "one") != texts(tmp_path / "three")


def test_identity_codes_are_valid_temporary_ones_and_differ(tmp_path: Path) -> None:
    sample(tmp_path / "sample", persons=2000)
    with (tmp_path / "sample/persons.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["identity_code"] for row in csv.DictReader(file) if row["identity_code"]]
    assert len(codes) > 1500
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert hetu.is_valid(code, allow_temporary=True), code
        assert 900 <= int(code[7:10]) <= 999


SEEDS = pytest.mark.parametrize("seed", [1, 2, 3, 7, 2026])


def reader(folder: Path) -> Rows:
    def read(name: str) -> list[dict[str, str]]:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read


@pytest.fixture
def rows(tmp_path: Path, seed: int) -> Rows:
    sample(tmp_path / "sample", persons=600, seed=seed)
    return reader(tmp_path / "sample")


def age_on(day: str, birth: str) -> int:
    """Tell the years of age on a day, both ISO 8601."""
    return int(day[:4]) - int(birth[:4]) - (day[5:] < birth[5:])


@SEEDS
def test_nobody_does_as_a_child_what_takes_an_adult(rows: Rows) -> None:
    births = {row["person_no"]: row["birth_date"] for row in rows("persons")}
    leases = {row["lease_no"]: row for row in rows("leases")}
    begun = [(row["person_no"], leases[row["lease_no"]]["starts_on"]) for row in rows("lease_parties")]
    begun += [(row["person_no"], row["starts_on"]) for row in [*rows("employments"), *rows("person_roles")]]
    begun += [(row["person_no"], row["valid_from"]) for row in rows("marital_statuses")]
    assert len(begun) > 1000
    assert [(person, day) for person, day in begun if age_on(day, births[person]) < 18] == []
    widowed = [row for row in rows("marital_statuses") if row["status"] == "widowed"]
    assert all(age_on(row["valid_from"], births[row["person_no"]]) >= 55 for row in widowed)


def test_the_sample_register_tells_of_lives_that_can_be() -> None:
    rows = reader(SAMPLE_REGISTER)
    births = {row["person_no"]: row["birth_date"] for row in rows("persons")}
    leases = {row["lease_no"]: row for row in rows("leases")}
    begun = [
        (row["person_no"], row["starts_on"] or leases[row["lease_no"]]["starts_on"])
        for row in rows("lease_parties")
        if row["role"] != "other_occupant"  # a child moves in with its parents
    ]
    begun += [(row["person_no"], row["starts_on"]) for row in rows("employments")]
    begun += [(row["person_no"], row["valid_from"]) for row in rows("marital_statuses") if row["valid_from"]]
    assert [(person, day) for person, day in begun if age_on(day, births[person]) < 18] == []
    for row in rows("employments"):
        age = age_on("2026-10-31", births[row["person_no"]])
        assert age >= 63 if row["nature"] == "retired" else age < 68, row["person_no"]


@SEEDS
def test_every_period_ends_after_it_begins_and_nothing_is_done_before_its_time(rows: Rows) -> None:
    for name, first, last in (
        ("leases", "starts_on", "ends_on"),
        ("employments", "starts_on", "ends_on"),
        ("incomes", "valid_from", "valid_until"),
        ("rents", "valid_from", "valid_until"),
        ("phone_numbers", "valid_from", "valid_until"),
        ("deposits", "received_on", "returned_on"),
        ("fault_reports", "reported_on", "closed_on"),
        ("reminders", "sent_on", "due_on"),
        ("dwelling_needs", "recorded_on", "wanted_from"),
    ):
        periods = [(row[first], row[last]) for row in rows(name) if row[first] and row[last]]
        assert [(begins, ends) for begins, ends in periods if not begins <= ends] == [], name
    leases = {row["lease_no"]: row for row in rows("leases")}
    for charge in rows("charges"):
        lease = leases[charge["lease_no"]]
        assert lease["starts_on"] <= charge["period_starts_on"] <= (lease["ends_on"] or "2026-10-31")
    last_days = [row["closed_on"] or row["reported_on"] for row in rows("fault_reports")]
    assert max(last_days) <= "2026-10-31"


@SEEDS
def test_nobody_has_two_leases_or_two_livelihoods_at_a_time(rows: Rows) -> None:
    leases = {row["lease_no"]: row for row in rows("leases")}
    times: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for party in rows("lease_parties"):
        lease = leases[party["lease_no"]]
        times["lease", party["person_no"]].append((lease["starts_on"], lease["ends_on"] or "9999-12-31"))
    for row in rows("employments"):
        times["employment", row["person_no"]].append((row["starts_on"], row["ends_on"] or "9999-12-31"))
    assert any(len(each) > 1 for each in times.values())
    for kind_and_person, each in times.items():
        ordered = sorted(each)
        overlapping = [pair for pair in pairwise(ordered) if pair[1][0] <= pair[0][1]]
        assert overlapping == [], kind_and_person


@SEEDS
def test_what_somebody_gets_fits_what_he_does(rows: Rows) -> None:
    natures = {(row["person_no"], row["starts_on"]): row for row in rows("employments")}
    births = {row["person_no"]: row["birth_date"] for row in rows("persons")}
    kinds = defaultdict(set)
    for income in rows("incomes"):
        work = natures[income["person_no"], income["valid_from"]]
        kinds[work["nature"]].add(income["kind"])
        if work["nature"] == "retired":
            assert age_on(work["starts_on"], births[work["person_no"]]) >= 64
            assert 900 <= float(income["amount_per_month"]) <= 3000
        if work["nature"] in {"student", "unemployed"}:
            assert float(income["amount_per_month"]) <= 1500
            assert work["employer_name"] == ""
    assert kinds["retired"] == {"pension"}
    assert kinds["permanent"] == {"salary"}
    assert kinds["student"] <= {"benefit"}
    for row in natures.values():
        assert row["nature"] == "retired" or age_on("2026-10-31", births[row["person_no"]]) < 68 or row["ends_on"]


@SEEDS
def test_couples_share_an_apartment(rows: Rows) -> None:
    homes: dict[str, set[str]] = defaultdict(set)
    for party in rows("lease_parties"):
        homes[party["person_no"]].add(party["lease_no"])
    told = {row["person_no"]: row for row in rows("marital_statuses")}
    assert len(told) == len(rows("marital_statuses"))
    couples = {
        no: row for no, row in told.items() if row["status"] in {"married", "cohabiting", "registered_partnership"}
    }
    assert len(couples) > 20
    for person_no, row in couples.items():
        partners = [
            other
            for other, his in couples.items()
            if other != person_no and homes[other] & homes[person_no] and his == {**row, "person_no": other}
        ]
        assert len(partners) == 1, person_no


@SEEDS
def test_rooms_metres_and_rent_belong_together(rows: Rows) -> None:
    apartments = {row["apartment_no"]: row for row in rows("apartments")}
    leases = {row["lease_no"]: row["apartment_no"] for row in rows("leases")}
    for apartment in apartments.values():
        assert 10 <= float(apartment["area_m2"]) / int(apartment["rooms"]) <= 40
    for rent in rows("rents"):
        metres = float(apartments[leases[rent["lease_no"]]]["area_m2"])
        if rent["kind"] == "rent":
            assert 11 <= float(rent["amount_per_month"]) / metres <= 30


def test_sizes_that_cannot_be_made_are_refused(tmp_path: Path) -> None:
    for persons, leases, rows in ((0, None, None), (10, 11, None), (10, 5, -1)):
        with pytest.raises(BadDataError, match="no such sample"):
            SampleSize.of(persons, leases, rows)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").touch()
    with pytest.raises(BadDataError, match="not empty"):
        sample(tmp_path / "full")
