"""Verifies the audit's chain against itself and against what was signed of it. Pure: it is given what is there.

1. The rows in the order of their places: each follows the one before, its place from the place before (the link), and
   the row itself is what was hashed (the leaf). One that is wrong does not make those after it wrong.
2. Rows that have no place.
3. The tail: the chain ends where it says.
4. What was signed: at each checkpoint the tree of the leaves so far has the signed root. This is what whoever can
   rewrite the whole chain cannot mend. An acknowledgement states the same, and holds only where it is so.
5. What is known by acknowledgements that hold is told apart from what is new.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rights.audit.acknowledgement import Acknowledgement, told_apart
from rights.audit.findings import Finding, Tampering, Verdict, mark_of, mark_of_checkpoint
from rights.audit.leaf import GENESIS, LeafInput, leaf_hash, link
from rights.audit.merkle import Frontier
from rights.audit.place import PageSum, Place, Tail
from rights.audit.turned_clock import is_turned_back

_MOST_SWAPS = 200


@dataclass(frozen=True, slots=True)
class Signed:
    """What a checkpoint states, its signature seen to; number 0 is an acknowledgement."""

    number: int
    size: int
    root: bytes
    where: str

    def __str__(self) -> str:
        return f"checkpoint {self.number} ({self.where})" if self.number else self.where

    def marks(self) -> tuple[str, ...]:
        """Mark that it is of another log; an acknowledgement can be no known one: what it covers is new then."""
        return (mark_of_checkpoint(self.number, self.size, self.root),) if self.number else ()


class Verification:
    """One walk along the chain: :meth:`take` or :meth:`walk` the places in their order, then :meth:`finish`."""

    def __init__(self, signed: Iterable[Signed], acknowledgements: Sequence[Acknowledgement] = ()) -> None:
        stated = [
            Signed(number=0, size=one.size, root=one.root, where=f"the acknowledgement in audit row {one.audit_id}")
            for one in acknowledgements
        ]
        self._acknowledgements = acknowledgements
        self._signed = sorted([*signed, *stated], key=lambda statement: (statement.size, statement.number))
        self._roots: dict[int, bytes] = {}
        self._due = 0
        self._findings: list[Finding] = []
        self._edited: list[Place] = []
        self._tree = Frontier()
        self._before = GENESIS
        self._chained_at = ""
        self._last_id = 0
        self._ids_at_signed = 0
        self._checkpoint: int | None = None
        self._state_checkpoints()

    def walk(self, places: Iterable[Place]) -> None:
        """Take the next places, in order of their positions."""
        for place in places:
            if place.position != self._tree.size:
                self._missing(place)
            if link(self._before, place.leaf) != place.chain:
                self._changed(place)
            self._before = place.chain
            row = place.row
            if row is None:
                what = f"audit row {place.audit_id} (place {place.position}) is not there any more"
                self._find(Tampering.DELETED, what, place.audit_id, evidence=place.leaf)
            else:
                if leaf_hash(row) != place.leaf:
                    self._edited.append(place)
                if not row.before_chain:
                    self._clock(place, row)
            self._tree.append(place.leaf)
            self._last_id = place.audit_id
            self._state_checkpoints()

    def take(self, page: PageSum) -> bool:
        """Take the next places in one, if they follow from those before; if not, False: then walk them."""
        if page.first != self._tree.size or link(self._before, page.leaf(0)) != page.first_link:
            return False
        if page.chained_at and is_turned_back(page.chained_at[0], after=self._chained_at):
            return False
        for number, audit_id in enumerate(page.audit_ids):
            self._tree.append(page.leaf(number))
            self._last_id = audit_id
            if self._due < len(self._signed) and self._signed[self._due].size <= self._tree.size:
                self._state_checkpoints()
        self._before = page.last_link
        if page.chained_at:
            self._chained_at = page.chained_at[1]
        return True

    def finish(self, *, tail: Tail | None, unchained: Mapping[int, object], others: Iterable[Finding] = ()) -> Verdict:
        """Give the verdict, once all places were walked.

        ``unchained`` are the rows that have no place, with what they say; ``others`` is what was found elsewhere.
        """
        self._tell_edited()
        for audit_id, told in unchained.items():
            self._find(Tampering.INSERTED, f"audit row {audit_id} was never chained", audit_id, evidence=told)
        self._end(tail)
        for statement in self._signed[self._due :]:
            what = (
                f"{statement} was signed of {statement.size} rows, "
                f"and there are {self._tree.size}: the last was row {self._last_id}"
            )
            ids = (self._last_id,) if self._last_id else ()
            self._findings.append(Finding(Tampering.TAIL_CUT, what, ids, statement.marks()))
        hold = [one for one in self._acknowledgements if self._roots.get(one.size) == one.root]
        findings, known = told_apart([*self._findings, *others], hold)
        return Verdict(self._tree.size, self._checkpoint, findings, known, self._tree.root())

    def _find(self, tampering: Tampering, what: str, *audit_ids: int, evidence: object = None) -> None:
        """Add a finding; without ``evidence`` of exactly what was found it has no mark."""
        marks = () if evidence is None else (mark_of(tampering, what, evidence),)
        self._findings.append(Finding(tampering, what, audit_ids, marks))

    def _missing(self, place: Place) -> None:
        first, last = self._tree.size, place.position - 1
        if last < first:
            self._find(Tampering.PLACE_CHANGED, f"place {place.position} is there twice", place.audit_id)
            return
        what = f"places {first} to {last} are not there any more, before audit row {place.audit_id}"
        self._find(Tampering.PLACE_MISSING, what, self._last_id, place.audit_id)
        self._tree = Frontier(place.position, [bytes(32)] * place.position.bit_count())  # no root fits from here on

    def _changed(self, place: Place) -> None:
        what = f"place {place.position} (audit row {place.audit_id}) does not follow from the one before it"
        evidence = (self._before, place.leaf, place.chain)
        self._find(Tampering.PLACE_CHANGED, what, place.audit_id, evidence=evidence)

    def _clock(self, place: Place, row: LeafInput) -> None:
        """Compare the moments of commit: those of the rows themselves may overtake each other."""
        before, at = self._chained_at, row.chained_at
        if is_turned_back(at, after=before):
            what = f"audit row {place.audit_id} was chained at {at}, the one before it at {before}"
            self._find(Tampering.CLOCK_TURNED_BACK, what, place.audit_id, evidence=place.leaf)
        written = row.columns[1]
        if isinstance(written, str) and is_turned_back(at, after=written):
            what = f"audit row {place.audit_id} is of {written}, but was chained at {at}"
            self._find(Tampering.CLOCK_TURNED_BACK, what, place.audit_id, evidence=place.leaf)
        self._chained_at = at

    def _state_checkpoints(self) -> None:
        while self._due < len(self._signed) and self._signed[self._due].size == self._tree.size:
            statement = self._signed[self._due]
            root = self._roots.setdefault(self._tree.size, self._tree.root())
            if root == statement.root:
                if statement.number:
                    self._checkpoint = max(statement.number, self._checkpoint or 0)
                self._ids_at_signed = self._last_id
            else:
                what = (
                    f"the rows after {self._ids_at_signed} up to {self._last_id} are not those of which "
                    f"{statement} was signed"
                )
                ids = (self._ids_at_signed + 1, self._last_id)
                self._findings.append(Finding(Tampering.REWRITTEN, what, ids, statement.marks()))
            self._due += 1
        while self._due < len(self._signed) and self._signed[self._due].size < self._tree.size:
            self._due += 1  # its place is missing, which was told

    def _tell_edited(self) -> None:
        """Tell which of the changed rows have only changed places: each is, with its own number, what the other was."""
        left = {place.audit_id: place for place in self._edited}
        if len(left) <= _MOST_SWAPS:
            for one in self._edited:
                for other in self._edited:
                    are_left = one.audit_id < other.audit_id and {one.audit_id, other.audit_id} <= left.keys()
                    if are_left and _was(one, of=other) and _was(other, of=one):
                        del left[one.audit_id], left[other.audit_id]
                        what = f"audit rows {one.audit_id} and {other.audit_id} have changed places"
                        evidence = (_is_now(one), _is_now(other))
                        self._find(Tampering.SWAPPED, what, one.audit_id, other.audit_id, evidence=evidence)
        for audit_id, place in left.items():
            what = f"audit row {audit_id} is not what was chained"
            self._find(Tampering.EDITED, what, audit_id, evidence=_is_now(place))

    def _end(self, tail: Tail | None) -> None:
        if tail is None:
            self._find(Tampering.TAIL_CUT, "the row that tells where the chain ends is not there any more")
        elif tail.size > self._tree.size:
            what = f"the chain has {self._tree.size} places and had {tail.size}: the last row is {self._last_id}"
            self._find(Tampering.TAIL_CUT, what, *([self._last_id] if self._last_id else []))
        elif (tail.size, tail.chain) != (self._tree.size, self._before):
            self._find(Tampering.PLACE_CHANGED, f"the chain does not end as its tail says, with {tail.size} places")


def _is_now(place: Place) -> tuple[bytes, bytes | None]:
    return place.leaf, leaf_hash(place.row) if place.row else None


def _was(here: Place, *, of: Place) -> bool:
    """Tell whether the row here, with the number and the moment of another place, is what was chained there."""
    if here.row is None or of.row is None:
        return False
    theirs = here.row._replace(
        columns=(of.audit_id, *here.row.columns[1:]),
        chained_at=of.row.chained_at,
        before_chain=of.row.before_chain,
    )
    return any(
        leaf_hash(one) == of.leaf for one in (theirs, theirs._replace(persons=of.row.persons, sealed=of.row.sealed))
    )
