"""One line of what waits for a second person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of what is asked for; ``address`` is where it can be seen, None where the reader may not see it."""

    label: str
    text: str
    address: str | None = None
    is_code: bool = False
