"""A long list in pages: a database takes only so many values in one question, and a transaction only so much work."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def pages(those: Sequence[T], *, size: int) -> Iterator[Sequence[T]]:
    """Give what there is in its order, ``size`` at a time; nothing of an empty list."""
    for start in range(0, len(those), size):
        yield those[start : start + size]
