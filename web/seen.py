"""What a page showed when somebody gave his word on it, so that no word is kept of what he has not seen."""

import hashlib
import hmac
from collections.abc import Iterable

from flask import request


def seen_mark(items: Iterable[str | int]) -> str:
    """Give the mark of some texts, calls and marks of a page, in whatever order: it changes with any of them."""
    told = "\n".join(sorted(str(item) for item in items))
    return hashlib.sha256(told.encode()).hexdigest()


def is_as_seen(mark: str) -> bool:
    """Tell whether the posted page showed what there is now: its field ``seen`` says what it showed."""
    return hmac.compare_digest(request.form.get("seen", "").encode(), mark.encode())
