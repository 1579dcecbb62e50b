"""Keeping spreadsheets from taking a text for a formula, in a way that an import undoes.

A spreadsheet that opens a CSV file runs what begins with ``=``, ``+``, ``-`` or ``@`` (OWASP, "CSV Injection"). An
apostrophe before it makes it text; a text that has one already gets another, so that nothing is lost. Numbers, days
and amounts need none: their grammar holds no letters, so that ``+358401234567`` is at worst shown as a number.
"""

import re

_LIKE_FORMULA = re.compile(r"'*[=+\-@]")


def guarded(text: str) -> str:
    """Write a text so that no spreadsheet takes it for a formula; ``row_reading`` takes the apostrophe away again."""
    return f"'{text}" if _LIKE_FORMULA.match(text) else text
