"""Ten thousand random tamperings of the audit, by people of every power short of the signing key: all are found."""

import random
from datetime import timedelta

import pytest
from tampered_logs import (
    ACKNOWLEDGED_LOG,
    BEGUN,
    LOG,
    ROWS,
    WAYS,
    Log,
    Tamper,
    cut_tail,
    cut_tail_and_say_so,
    delete_row,
    delete_row_and_place,
    edit,
    edit_and_rehash_everything,
    edit_and_rehash_the_row,
    forge_checkpoint,
    insert_row,
    row_of,
    swap_places,
    swap_rows,
    turn_clock_back,
)

from rights.audit.findings import Tampering
from rights.audit.place import Place

TAMPERINGS = 10_000


@pytest.mark.parametrize("page_rows", [None, 1, 5, ROWS, ROWS + 1])
def test_untouched_log_is_whole(page_rows: int | None) -> None:
    verdict = LOG.verify(page_rows=page_rows)
    assert (verdict.findings, verdict.size, verdict.checkpoint) == ((), ROWS, len(LOG.notes))


@pytest.mark.parametrize("whole", [LOG, ACKNOWLEDGED_LOG], ids=["untouched", "acknowledged"])
def test_every_random_tampering_is_found_and_named_by_places_and_by_pages(whole: Log) -> None:
    dice = random.Random(20261123)  # noqa: S311 (a test that can be repeated)
    missed, unnamed, differing = [], [], []
    for number in range(TAMPERINGS):
        tamper = WAYS[number % len(WAYS)]
        log = whole.copy()
        concerned = tamper(log, dice)
        verdict = log.verify()
        if log.verify(page_rows=dice.randrange(1, ROWS + 4)) != verdict:
            differing.append((number, tamper.__name__))
        if verdict.is_whole:
            missed.append((number, tamper.__name__))
        spans = [(ids[0], ids[-1]) for finding in verdict.findings if (ids := finding.audit_ids)]
        if concerned and not any(first <= audit_id <= last for first, last in spans for audit_id in concerned):
            unnamed.append((number, tamper.__name__, concerned, verdict.findings))
    assert missed == []
    assert differing == []
    assert unnamed == []


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (edit, Tampering.EDITED),
        (edit_and_rehash_the_row, Tampering.PLACE_CHANGED),
        (edit_and_rehash_everything, Tampering.REWRITTEN),
        (delete_row, Tampering.DELETED),
        (delete_row_and_place, Tampering.PLACE_MISSING),
        (insert_row, Tampering.INSERTED),
        (swap_rows, Tampering.SWAPPED),
        (swap_places, Tampering.PLACE_CHANGED),
        (cut_tail, Tampering.TAIL_CUT),
        (cut_tail_and_say_so, Tampering.TAIL_CUT),
        (turn_clock_back, Tampering.CLOCK_TURNED_BACK),
        (forge_checkpoint, Tampering.CHECKPOINT_FORGED),
    ],
)
def test_what_was_done_is_called_by_its_name(tamper: Tamper, told: Tampering) -> None:
    for seed in range(20):
        log = LOG.copy()
        tamper(log, random.Random(seed))  # noqa: S311 (a test that can be repeated)
        assert told in {finding.tampering for finding in log.verify().findings}


@pytest.mark.parametrize("page_rows", [None, 1, 5, ROWS])
def test_what_two_persons_acknowledged_is_known_and_nothing_else(page_rows: int | None) -> None:
    verdict = ACKNOWLEDGED_LOG.verify(page_rows=page_rows)
    assert (verdict.findings, verdict.is_whole, verdict.checkpoint) == ((), True, len(ACKNOWLEDGED_LOG.notes))
    kinds = [one.finding.tampering for one in verdict.known]
    assert sorted(kinds) == [Tampering.CLOCK_TURNED_BACK, Tampering.REWRITTEN]  # the log has outgrown what was lost
    assert {(one.asked_by, one.confirmed_by, one.audit_id) for one in verdict.known} == {
        ("tiia", "pekka", 3 * ROWS + 4)
    }


def test_one_edited_row_is_one_finding() -> None:
    log = LOG.copy()
    concerned = edit(log, random.Random(1))  # noqa: S311 (a test that can be repeated)
    (finding,) = log.verify().findings
    assert set(finding.audit_ids) == concerned


def test_clocks_of_two_processes_may_differ_a_little() -> None:
    log = LOG.copy()
    audit_id = 3 * ROWS + 1
    row = row_of(audit_id, BEGUN + timedelta(minutes=ROWS - 1) - timedelta(seconds=4))
    log.places.append(Place(0, audit_id, b"", b"", row))
    log.rechain()
    assert log.verify().is_whole
