"""Values that stand in no process's arguments: everybody on the machine can read those (``ps``)."""

import sys

from calls.errors import BadDataError

STANDARD_INPUT = "-"


def values_given(**options: str | None) -> dict[str, str | None]:
    """Put the first line of standard input in the place of an option that is ``-``; options by name, as given.

    Raises BadDataError where there is no such line, or where two options want it: an empty value would ask for
    everything.
    """
    asking = [name for name, value in options.items() if value == STANDARD_INPUT]
    if not asking:
        return options
    if len(asking) > 1:
        raise BadDataError(what="only one value is read from standard input", where=_flags(asking))
    try:
        line = sys.stdin.readline().strip()
    except UnicodeDecodeError as error:
        raise BadDataError(what="standard input is not UTF-8", where=_flags(asking)) from error
    if not line:
        raise BadDataError(what="nothing came on standard input", where=_flags(asking), remedy="write it as one line")
    return {**options, asking[0]: line}


def _flags(names: list[str]) -> str:
    return ", ".join(f"--{name}" for name in names)
