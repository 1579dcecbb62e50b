"""Passwords that are known from breaches: a file that the operator keeps, asked without asking anybody outside.

The file is what Have I Been Pwned publishes as *ordered by hash*, SHA-1: lines of 40 hexadecimal digits, a colon and a
count (haveibeenpwned.com/Passwords; its downloader makes one file of some 40 GB). Any part of it will do, and so
will a list of one's own, as long as it is in order. It is searched by halving: some forty short reads.

SHA-1 is the file's; no password is kept by it.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from calls.errors import BadConfigurationError, UnavailableError

_HASH_CHARS = 40
_LINE = re.compile(rb"[0-9A-Fa-f]{40}(:[0-9]+)?\r?\n?")
_LONGEST_LINE = 80
_SAMPLES = 256
_REMEDY = "give a file ordered by hash, of SHA-1 (not NTLM, not ordered by count)"


@dataclass(frozen=True, slots=True)
class BreachedPasswords:
    """The file. It may be replaced at any time by renaming another one over it."""

    path: Path

    def __contains__(self, password: object) -> bool:
        """Tell whether a password, as it is hashed here, is in the file; UnavailableError where it cannot be read."""
        wanted = hashlib.sha1(str(password).encode(), usedforsecurity=False).hexdigest().upper().encode()
        try:
            with self.path.open("rb") as file:
                return _find(file, wanted)
        except OSError as error:
            raise UnavailableError(
                what=f"the breached passwords cannot be read: {error.strerror}", where=str(self.path)
            ) from error

    def require_usable(self) -> int:
        """See that the file is what it must be, by samples of it, and give its size in bytes.

        Raises BadConfigurationError where it is not there, or its lines are others or in another order.
        """
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, 2)
                lines = [line for place in range(_SAMPLES) if (line := _line_after(file, size * place // _SAMPLES)[1])]
        except OSError as error:
            raise self._unfit(f"cannot be read: {error.strerror}") from error
        if not lines:
            raise self._unfit("empty")
        if not all(_LINE.fullmatch(line) for line in lines):
            raise self._unfit("lines that are no SHA-1 with a count")
        hashes = [line[:_HASH_CHARS].upper() for line in lines]
        if hashes != sorted(hashes):
            raise self._unfit("not ordered by hash")
        return size

    def _unfit(self, what: str) -> BadConfigurationError:
        return BadConfigurationError(
            what=f"no list of breached passwords: {what}", where=str(self.path), remedy=_REMEDY
        )


def _find(file: BinaryIO, wanted: bytes) -> bool:
    """Halve the file until the line is found: if it is there, it begins at ``first`` or later, and before ``end``."""
    first, end = 0, file.seek(0, 2)
    while first < end:
        middle = (first + end) // 2
        start, line = _line_after(file, middle)
        found = line[:_HASH_CHARS].upper()
        if found == wanted:
            return True
        if line and start < end and found < wanted:
            first = start + len(line)
        else:
            end = middle
    return False


def _line_after(file: BinaryIO, place: int) -> tuple[int, bytes]:
    """Read the first line that begins at a place or after it, and tell where it begins."""
    if place == 0:
        file.seek(0)
        return 0, file.readline(_LONGEST_LINE)
    file.seek(place - 1)
    rest = file.readline(_LONGEST_LINE)
    start = place - 1 + len(rest)
    return start, file.readline(_LONGEST_LINE)
