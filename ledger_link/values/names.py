"""Names of people as Finnish law has them (946/2017): first names, of which one is the call name, and a surname."""

import unicodedata


def normal_text(text: str) -> str:
    """Give the one spelling that is kept: Unicode NFC, runs of white space made one space, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def folded(text: str) -> str:
    """Give the form that searches compare, blind to case in every alphabet (``LIKE`` of SQLite folds ASCII alone).

    Only for searching: people are never told apart, or merged, by a folded name.
    """
    return unicodedata.normalize("NFC", normal_text(text).casefold())


def search_name(*, first_names: str, call_name: str, surname: str) -> str:
    """Give what a search by name looks in: all first names, the call name and the surname, folded."""
    return folded(f"{call_name} {surname} {first_names}")


def display_name(*, call_name: str, surname: str) -> str:
    """Write a name as people say it, e.g. ``Aino Virtanen``."""
    return f"{call_name} {surname}"


def call_names_of(first_names: str) -> tuple[str, ...]:
    """List the names that may be the call name: each first name, and each half of one with a hyphen.

    ``Anna-Liisa Maria`` gives ``Anna-Liisa``, ``Anna``, ``Liisa``, ``Maria``.
    """
    names: list[str] = []
    for name in first_names.split():
        names.append(name)
        halves = name.split("-")
        names += halves if len(halves) > 1 else []
    return tuple(names)
