"""What a verification of the audit's chain is given: single places, whole pages in which nothing is wrong, the end."""

from typing import NamedTuple

from rights.audit.leaf import HASH_BYTES, LeafInput


class Place(NamedTuple):
    """A place of the chain, with the row that stands in it: None where that is not there any more."""

    position: int
    audit_id: int
    leaf: bytes
    chain: bytes
    row: LeafInput | None


class PageSum(NamedTuple):
    """Consecutive places in which nothing is wrong; whether they follow from what is before them is still to be seen.

    ``leaves`` are 32 bytes each, ``audit_ids`` one for each. ``chained_at`` are the first and the last moment of
    chaining, None where all rows are from before the chain.
    """

    first: int
    audit_ids: tuple[int, ...]
    leaves: bytes
    first_link: bytes
    last_link: bytes
    chained_at: tuple[str, str] | None

    def leaf(self, number: int) -> bytes:
        """Give one of the leaves, counted from 0."""
        return self.leaves[number * HASH_BYTES : (number + 1) * HASH_BYTES]


class Tail(NamedTuple):
    """Where the chain says that it ends."""

    size: int
    chain: bytes
    frontier: bytes
