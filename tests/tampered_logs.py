"""An audit in memory, and every way of tampering with it that people of every power short of the signing key have."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rights.audit.acknowledgement import STATEMENT, Acknowledgement, read_acknowledgements
from rights.audit.acknowledgement import sign as sign_acknowledgement
from rights.audit.checkpoint import Checkpoint, sign
from rights.audit.findings import Finding, Verdict
from rights.audit.leaf import GENESIS, LeafInput, leaf_hash, link, moment_text
from rights.audit.merkle import Frontier
from rights.audit.page_sum import sum_of
from rights.audit.place import Place, Tail
from rights.audit.places import Page
from rights.audit.verification import Signed, Verification
from rights.audit.verifying import read_signed

ROWS = 16
BEGUN = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
OURS = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
THEIRS = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
ACKNOWLEDGED = "findings-acknowledged"


@dataclass
class Log:
    """An audit in memory: everything that somebody who owns the database can change."""

    places: list[Place]
    tail: Tail
    notes: list[str]
    unchained: list[int] = field(default_factory=list)

    def copy(self) -> "Log":
        return Log(list(self.places), self.tail, list(self.notes), list(self.unchained))

    def add(self, row: LeafInput) -> None:
        """Chain a row as our own code does, and as whoever owns the database can."""
        self.places.append(Place(0, int(row.columns[0] or 0), b"", b"", row))
        self.rechain()

    def sign(self, at: datetime) -> None:
        """Sign what it is now."""
        tree = Frontier.of_bytes(self.tail.size, self.tail.frontier)
        self.notes.append(sign(Checkpoint(len(self.notes) + 1, tree.size, tree.root(), bytes(32), at), OURS))

    def verify(self, *, page_rows: int | None = None) -> Verdict:
        """Verify place by place, or a page at a time where the page can be summed."""
        read = [read_note(note) for note in self.notes]
        signed = [statement for statements, _ in read for statement in statements]
        others = [finding for _, found in read for finding in found]
        rows = [place.row for place in self.places if place.row is not None]
        told = [(int(row.columns[0] or 0), row.columns[11]) for row in rows if row.columns[5] == ACKNOWLEDGED]
        read_rows = [read_acknowledging(*row) for row in told]
        acknowledgements = [one for ones, _ in read_rows for one in ones]
        forged = [finding for _, found in read_rows for finding in found]
        walk = Verification(signed, acknowledgements)
        if page_rows is None:
            walk.walk(self.places)
        else:
            for first in range(0, len(self.places), page_rows):
                places = self.places[first : first + page_rows]
                page_sum = sum_of(page_of(places))
                if page_sum is None or not walk.take(page_sum):
                    walk.walk(places)
        unchained = dict.fromkeys(self.unchained, "what it says")
        return walk.finish(tail=self.tail, unchained=unchained, others=[*others, *forged])

    def rechain(self, *, with_tail: bool = True) -> None:
        """Hash everything anew, as who has read the source can."""
        places, head, tree = [], GENESIS, Frontier()
        for position, place in enumerate(self.places):
            leaf = leaf_hash(place.row) if place.row else place.leaf
            head = link(head, leaf)
            tree.append(leaf)
            places.append(place._replace(position=position, leaf=leaf, chain=head))
        self.places = places
        if with_tail:
            self.tail = Tail(tree.size, head, tree.to_bytes())


@cache  # of thousands of logs each has few notes of its own, and signatures cost most
def read_note(note: str) -> tuple[list[Signed], list[Finding]]:
    """Read a checkpoint that is kept elsewhere."""
    return read_signed([("elsewhere", note)], [OURS.public_key()])


@cache  # likewise
def read_acknowledging(audit_id: int, detail: object) -> tuple[list[Acknowledgement], list[Finding]]:
    """Read a row that says that findings are known."""
    return read_acknowledgements([(audit_id, detail)], [OURS.public_key()])


def page_of(places: list[Place]) -> Page:
    """Give places as the database would."""
    rows, persons, sealed = [], {}, {}
    for place in places:
        nobody = LeafInput((None,) * 12, (), (), "", before_chain=False)
        row = nobody if place.row is None else place.row
        rows.append(
            (place.position, place.audit_id, place.leaf, place.chain, row.before_chain, row.chained_at, *row.columns)
        )
        persons[place.audit_id], sealed[place.audit_id] = [*row.persons], [*row.sealed]
    return Page(rows, persons, sealed)


def row_of(audit_id: int, at: datetime) -> LeafInput:
    text = moment_text(at)
    columns = (audit_id, text, audit_id % 5, f"login{audit_id % 5}", None, "call-shown", None, None, None, None, None)
    detail = f'{{"n": {audit_id}}}'
    return LeafInput((*columns, detail), [audit_id, audit_id + 1], [(1, f"{audit_id:04x}")], text, before_chain=False)


def made_log() -> Log:
    log = Log([], Tail(0, GENESIS, b""), [])
    tree = Frontier()
    for number in range(ROWS):
        row = row_of(3 * number + 1, BEGUN + timedelta(minutes=number))
        log.places.append(Place(number, 3 * number + 1, leaf_hash(row), b"", row))
        tree.append(leaf_hash(row))
        if number % 6 == 5 or number == ROWS - 1:
            at = BEGUN + timedelta(minutes=number)
            made = Checkpoint(len(log.notes) + 1, tree.size, tree.root(), bytes(32), at)
            log.notes.append(sign(made, OURS))
    log.rechain()
    return log


def acknowledging_row(audit_id: int, at: datetime, told: Acknowledgement, key: Ed25519PrivateKey) -> LeafInput:
    """Give a row that says that findings are known, signed with a key."""
    row = row_of(audit_id, at)
    detail = json.dumps({STATEMENT: sign_acknowledgement(told, key)})
    return row._replace(columns=(*row.columns[:5], ACKNOWLEDGED, *row.columns[6:11], detail))


def acknowledged_log() -> Log:
    """Give a log that had a clock turned back and was restored from a backup, which two persons acknowledged."""
    log = made_log()
    lost = Frontier()
    for number in range(ROWS + 4):
        lost.append(bytes([number]) * 32)
    log.notes.append(sign(Checkpoint(len(log.notes) + 1, lost.size, lost.root(), bytes(32), BEGUN), OURS))
    log.add(row_of(3 * ROWS + 1, BEGUN + timedelta(minutes=2)))
    found = log.verify()
    marks = tuple(mark for finding in found.findings for mark in finding.marks)
    at = BEGUN + timedelta(hours=1)
    told = Acknowledgement(found.size, found.root, "tiia", "pekka", at, marks)
    log.add(acknowledging_row(3 * ROWS + 4, at, told, OURS))
    for number in range(2, 6):  # beyond what the lost checkpoint was signed of
        log.add(row_of(3 * (ROWS + number) + 1, at + timedelta(minutes=number)))
        log.sign(at + timedelta(minutes=number))
    return log


LOG = made_log()
ACKNOWLEDGED_LOG = acknowledged_log()
Tamper = Callable[[Log, random.Random], set[int]]
"""Changes a log; gives the numbers of the rows of which the verdict must name one, or none where it cannot."""


def changed_row(row: LeafInput, dice: random.Random) -> LeafInput:
    what = dice.randrange(len(row.columns) + 2)
    if what == len(row.columns):
        return row._replace(persons=[*row.persons, 99])
    if what == len(row.columns) + 1:
        return row._replace(sealed=[(1, "ffff")])
    values: list[int | str] = ["x", 12345, "2020-01-01 00:00:00.000000"]
    columns = list(row.columns)
    columns[what] = dice.choice(values)
    return row._replace(columns=tuple(columns))


def edit(log: Log, dice: random.Random) -> set[int]:
    at = dice.randrange(ROWS)
    place = log.places[at]
    assert place.row is not None
    log.places[at] = place._replace(row=changed_row(place.row, dice))
    return {place.audit_id}


def edit_and_rehash_the_row(log: Log, dice: random.Random) -> set[int]:
    [audit_id] = edit(log, dice)
    at = next(index for index, place in enumerate(log.places) if place.audit_id == audit_id)
    row = log.places[at].row
    assert row is not None
    log.places[at] = log.places[at]._replace(leaf=leaf_hash(row))
    return {audit_id}


def edit_and_rehash_everything(log: Log, dice: random.Random) -> set[int]:
    edited = edit(log, dice)
    log.rechain()
    return edited


def delete_row(log: Log, dice: random.Random) -> set[int]:
    at = dice.randrange(ROWS)
    log.places[at] = log.places[at]._replace(row=None)
    return {log.places[at].audit_id}


def delete_row_and_place(log: Log, dice: random.Random) -> set[int]:
    at = dice.randrange(ROWS - 1)
    del log.places[at]
    return {log.places[at].audit_id}  # the next one tells where


def delete_and_rehash_everything(log: Log, dice: random.Random) -> set[int]:
    del log.places[dice.randrange(ROWS)]
    log.rechain()
    return set()


def insert_row(log: Log, dice: random.Random) -> set[int]:
    audit_id = 3 * dice.randrange(ROWS) + 2
    log.unchained.append(audit_id)
    return {audit_id}


def insert_and_rehash_everything(log: Log, dice: random.Random) -> set[int]:
    at = dice.randrange(ROWS - 1)  # behind the last checkpoint it would be what anybody may do: to add a row
    audit_id = 3 * at + 2
    row = row_of(audit_id, BEGUN + timedelta(minutes=at, seconds=30))
    log.places.insert(at + 1, Place(0, audit_id, b"", b"", row))
    log.rechain()
    return set()


def swap_rows(log: Log, dice: random.Random) -> set[int]:
    """Exchange what two rows say; their numbers and moments of chaining stay."""
    one, other = dice.sample(range(ROWS), 2)
    first, second = log.places[one], log.places[other]
    assert first.row is not None
    assert second.row is not None
    columns = ((first.audit_id, *second.row.columns[1:]), (second.audit_id, *first.row.columns[1:]))
    log.places[one] = first._replace(row=first.row._replace(columns=columns[0]))
    log.places[other] = second._replace(row=second.row._replace(columns=columns[1]))
    return {first.audit_id, second.audit_id}


def swap_places(log: Log, dice: random.Random) -> set[int]:
    one, other = dice.sample(range(ROWS), 2)
    first, second = log.places[one], log.places[other]
    log.places[one] = second._replace(position=one)
    log.places[other] = first._replace(position=other)
    return {first.audit_id, second.audit_id}


def swap_and_rehash_everything(log: Log, dice: random.Random) -> set[int]:
    swapped = swap_places(log, dice)
    log.rechain()
    del swapped
    return set()


def cut_tail(log: Log, dice: random.Random) -> set[int]:
    del log.places[dice.randrange(ROWS) :]
    return {log.places[-1].audit_id} if log.places else set()


def cut_tail_and_say_so(log: Log, dice: random.Random) -> set[int]:
    left = cut_tail(log, dice)
    log.rechain()
    return left


def turn_clock_back(log: Log, dice: random.Random) -> set[int]:
    """Do something under a clock that was turned back: it is chained in order, by our own code."""
    audit_id = 3 * ROWS + 1
    row = row_of(audit_id, BEGUN + timedelta(minutes=dice.randrange(ROWS - 1)))
    log.places.append(Place(0, audit_id, b"", b"", row))
    log.rechain()
    return {audit_id}


def forge_checkpoint(log: Log, dice: random.Random) -> set[int]:
    """Change something, hash everything anew and sign it with a key of one's own."""
    edit_and_rehash_everything(log, dice)
    tree = Frontier.of_bytes(log.tail.size, log.tail.frontier)
    log.notes = [sign(Checkpoint(len(log.notes), tree.size, tree.root(), bytes(32), BEGUN), THEIRS)]
    return set()


def change_checkpoint(log: Log, dice: random.Random) -> set[int]:
    at = dice.randrange(len(log.notes))
    note = log.notes[at]
    where = dice.choice([index for index, character in enumerate(note) if character.isalnum()])
    log.notes[at] = f"{note[:where]}{'b' if note[where] == 'a' else 'a'}{note[where + 1 :]}"
    return set()


def cut_tail_row(log: Log, dice: random.Random) -> set[int]:
    log.tail = Tail(log.tail.size - dice.randrange(1, ROWS), log.tail.chain, log.tail.frontier)
    return set()


def forge_acknowledgement(log: Log, dice: random.Random) -> set[int]:
    """Tamper, and add a row that says that two persons know of it, signed with a key of one's own."""
    edited = edit(log, dice)
    found = log.verify()
    marks = tuple(mark for finding in found.findings for mark in finding.marks)
    at = BEGUN + timedelta(days=1)
    told = Acknowledgement(found.size, found.root, "tiia", "pekka", at, marks)
    last = max(place.audit_id for place in log.places)
    leaves = [place.leaf for place in log.places]
    row = acknowledging_row(last + 3, at, told, THEIRS)
    head, tree = log.places[-1].chain, Frontier()
    for leaf in [*leaves, leaf_hash(row)]:
        tree.append(leaf)
    log.places.append(Place(len(leaves), last + 3, leaf_hash(row), link(head, leaf_hash(row)), row))
    log.tail = Tail(tree.size, log.places[-1].chain, tree.to_bytes())
    return edited


def add_to_acknowledgement(log: Log, dice: random.Random) -> set[int]:
    """Tamper, and write it into an acknowledgement that stands, or into the first row for want of one."""
    edited = edit(log, dice)
    marks = [mark for finding in log.verify().findings for mark in finding.marks]
    for at, place in enumerate(log.places):
        if place.row is not None and place.row.columns[5] == ACKNOWLEDGED:
            detail = json.loads(str(place.row.columns[11]))
            note = detail[STATEMENT].replace("\n\n", "".join(f"\nknown {mark}" for mark in marks) + "\n\n")
            row = place.row._replace(columns=(*place.row.columns[:11], json.dumps({STATEMENT: note})))
            log.places[at] = place._replace(row=row)
            return edited | {place.audit_id}
    return edited


WAYS: tuple[Tamper, ...] = (
    forge_acknowledgement,
    add_to_acknowledgement,
    edit,
    edit_and_rehash_the_row,
    edit_and_rehash_everything,
    delete_row,
    delete_row_and_place,
    delete_and_rehash_everything,
    insert_row,
    insert_and_rehash_everything,
    swap_rows,
    swap_places,
    swap_and_rehash_everything,
    cut_tail,
    cut_tail_and_say_so,
    turn_clock_back,
    forge_checkpoint,
    change_checkpoint,
    cut_tail_row,
)
