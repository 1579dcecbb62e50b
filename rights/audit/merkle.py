"""The Merkle tree of RFC 6962 (section 2.1), grown leaf by leaf: only the roots of its perfect subtrees are kept.

A tree of n leaves has one perfect subtree for each 1 among the binary digits of n, the largest on the left.
"""

import hashlib
from collections.abc import Iterable

from calls.errors import IntegrityError
from rights.audit.leaf import HASH_BYTES

EMPTY_ROOT = hashlib.sha256(b"").digest()


class Frontier:
    """A tree so far. ``size`` is the number of its leaves."""

    def __init__(self, size: int = 0, subtrees: Iterable[bytes] = ()) -> None:
        self.size = size
        self._subtrees = list(subtrees)
        if len(self._subtrees) != size.bit_count():
            raise _broken(f"{len(self._subtrees)} subtrees cannot be a tree of {size} leaves")

    @classmethod
    def of_bytes(cls, size: int, data: bytes) -> "Frontier":
        """Read what :meth:`to_bytes` wrote; raise IntegrityError where it cannot be a tree of that size."""
        if len(data) % HASH_BYTES:
            raise _broken(f"{len(data)} bytes are no hashes")
        return cls(size, (data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)))

    def to_bytes(self) -> bytes:
        """Give the subtrees' roots, the largest tree's first."""
        return b"".join(self._subtrees)

    def append(self, leaf: bytes) -> None:
        """Add a leaf at the right; as many subtrees become one as there are 1s at the end of the size."""
        merging = self.size
        while merging & 1:
            leaf = hashlib.sha256(b"\1" + self._subtrees.pop() + leaf).digest()
            merging >>= 1
        self._subtrees.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Give the tree's root."""
        if not self._subtrees:
            return EMPTY_ROOT
        *left, root = self._subtrees
        for subtree in reversed(left):
            root = hashlib.sha256(b"\1" + subtree + root).digest()
        return root


def _broken(what: str) -> IntegrityError:
    remedy = "run 'tallenne audit verify': it tells what was changed"
    return IntegrityError(what=what, where="audit_tail", remedy=remedy)
