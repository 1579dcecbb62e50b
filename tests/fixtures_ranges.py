"""Ranges of audio that a browser may ask for, in every form that it has, and listeners who go away in the middle."""

from dataclasses import dataclass

from hypothesis import strategies as st


@dataclass(frozen=True, slots=True)
class RangeRequest:
    """A Range header (or none), where its bytes begin, and after how many pieces the listener goes away (or stays)."""

    header: str | None
    start: int
    pieces: int | None

    @property
    def headers(self) -> dict[str, str]:
        """Give what a browser sends."""
        return {"Range": self.header} if self.header else {}


@st.composite
def range_requests(draw: st.DrawFn, size_bytes: int) -> RangeRequest:
    """Draw a request for a file of so many bytes."""
    kind = draw(st.sampled_from(["whole", "from", "within", "last"]))
    first = draw(st.integers(0, size_bytes - 1))
    last = draw(st.integers(first, size_bytes + 10))
    length = draw(st.integers(1, size_bytes))
    header, start = {
        "whole": (None, 0),
        "from": (f"bytes={first}-", first),
        "within": (f"bytes={first}-{last}", first),
        "last": (f"bytes=-{length}", size_bytes - length),
    }[kind]
    return RangeRequest(header, start, draw(st.none() | st.integers(1, 4)))
