"""What of an audit row is hashed, and how: its leaf in the Merkle tree (RFC 6962, 2.1) and its link in the chain.

The leaf's input is a JSON array, without blanks and all ASCII: the format's number, the row's columns in their order,
the ids of the persons it is about, its sealed parts, the moment it was chained, and whether it was there before the
chain. Moments are text in UTC with microseconds, so that both databases give the same bytes. A format is never changed:
what needs another gets another number, and rows of the old one keep theirs.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

FORMAT = 1
GENESIS = bytes(32)
"""What the first link is bound to."""
HASH_BYTES = 32
# default: whoever tampers with SQLite can put bytes into a column of text
encode = json.JSONEncoder(separators=(",", ":"), default=repr, check_circular=False).encode
"""Gives rows as the JSON that is hashed."""


class LeafInput(NamedTuple):
    """One audit row as it is hashed. ``columns`` are those of the table ``audit`` in their order, moments as text.

    ``sealed`` are pairs of a subject's number and sealed bytes in hexadecimal, by that number.
    """

    columns: tuple[int | str | None, ...]
    persons: Sequence[int]
    sealed: Sequence[tuple[int, str]]
    chained_at: str
    before_chain: bool


def leaf_hash(row: LeafInput) -> bytes:
    """Give the leaf: SHA-256 of 0x00 and the input."""
    told = [FORMAT, *row.columns, row.persons, row.sealed, row.chained_at, row.before_chain]
    return hashlib.sha256(b"\0" + encode(told).encode()).digest()


def link(before: bytes, leaf: bytes) -> bytes:
    """Bind a leaf to the chain that ends in ``before``."""
    return hashlib.sha256(b"\2" + before + leaf).digest()


def moment_text(moment: datetime) -> str:
    """Give an aware moment as it is hashed: in UTC, with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
