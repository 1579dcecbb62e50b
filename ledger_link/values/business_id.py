"""Finnish business ids (Y-tunnus): seven digits and a check digit by weights 7 9 10 5 8 4 2, mod 11.

A remainder of 1 is never issued. Public data holds typos, so the register keeps what its source wrote and flags it.
"""

import re

from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus

_WRITTEN = re.compile(r"(?:FI)?[0-9]{7}-?[0-9]", re.IGNORECASE | re.ASCII)


def parse_business_id(text: str) -> str:
    """Read a business id, or the VAT number made of one, and give ``1234567-8``; raise ValueError for others."""
    written = text.strip()
    if not _WRITTEN.fullmatch(written):
        raise ValueError("no business id")
    try:
        return str(ytunnus.format(ytunnus.validate(written)))
    except ValidationError:
        raise ValueError("a wrong check digit") from None


def is_business_id(text: str) -> bool:
    """Tell whether a business id keeps its own check."""
    try:
        parse_business_id(text)
    except ValueError:
        return False
    return True
