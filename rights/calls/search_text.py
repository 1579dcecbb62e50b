"""What people type or paste into a search, before a database sees it."""

import unicodedata

from calls.errors import BadDataError

MAX_SEARCH_CHARS = 500  # a SIP Call-ID is the longest thing that anybody searches for


def searchable(text: str, *, where: str) -> str:
    """Tidy a text that is searched for; raise BadDataError for what no database can compare.

    White space of every kind becomes single spaces, and format characters go: a number that is copied from a
    telephone's contacts comes with no-break spaces and marks of direction. What is left must be printable, hence
    without NUL, which PostgreSQL refuses, and lone surrogates, which are no UTF-8.
    """
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
    tidy = " ".join(visible.split())
    if not tidy.isprintable():
        raise BadDataError(what="the search has characters that are no text", where=where, remedy="type it anew")
    if len(tidy) > MAX_SEARCH_CHARS:
        raise BadDataError(what=f"the search is longer than {MAX_SEARCH_CHARS} characters", where=where)
    return tidy
