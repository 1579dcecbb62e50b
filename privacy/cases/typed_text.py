"""Text that people type into a case: stripped, bounded, and refused where it is missing."""

from calls.errors import BadDataError

TEXT_MAX_CHARS = 4000
LINE_MAX_CHARS = 200


def typed(text: str, *, where: str, most: int = TEXT_MAX_CHARS, is_required: bool = True) -> str:
    """Give a text without the blanks around it; raise BadDataError where it is empty or too long."""
    tidy = text.strip()
    if is_required and not tidy:
        raise BadDataError(what="nothing is written here", where=where, remedy="write it in your own words")
    if len(tidy) > most:
        raise BadDataError(what=f"the text is above {most} characters", where=where, remedy="shorten it")
    return tidy
