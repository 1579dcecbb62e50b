"""Byte ranges of a GET (RFC 9110 section 14): which bytes of a representation a request asks for."""

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"^\s*bytes\s*=\s*(?P<first>\d{0,18})\s*-\s*(?P<last>\d{0,18})\s*$", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes ``start <= position < stop`` of ``size_bytes``; one of length 0 cannot be satisfied (416)."""

    start: int
    stop: int
    size_bytes: int

    @property
    def length(self) -> int:
        """How many bytes these are."""
        return self.stop - self.start

    @property
    def content_range(self) -> str:
        """The value of Content-Range (section 14.4)."""
        return f"bytes {self.start}-{self.stop - 1}/{self.size_bytes}"


def whole(size_bytes: int) -> ByteRange:
    """Give the range of everything."""
    return ByteRange(start=0, stop=size_bytes, size_bytes=size_bytes)


def requested_range(header: str | None, *, size_bytes: int) -> ByteRange | None:
    """Read a Range header; None where the whole is to be sent.

    A server may ignore a Range header (section 14.2); ours does so for several ranges at once, for other units
    and for what is not a range at all. Players ask for one range of bytes.
    """
    match = _ONE_RANGE.match(header or "")
    if match is None or match["first"] == match["last"] == "":
        return None
    if match["first"] == "":  # a suffix: the last N bytes
        start, stop = size_bytes - min(int(match["last"]), size_bytes), size_bytes
    else:
        start = int(match["first"])
        stop = min(int(match["last"]) + 1, size_bytes) if match["last"] else size_bytes
        if match["last"] and int(match["last"]) < start:
            return None  # invalid (section 14.1.2), so ignored
    start = min(start, size_bytes)
    return ByteRange(start=start, stop=max(start, stop), size_bytes=size_bytes)


def is_current(if_range: str | None, *, etag: str) -> bool:
    """Tell whether If-Range allows a part (section 13.1.5): absent, or exactly our strong ETag. Dates never are."""
    return if_range is None or if_range.strip() == etag
