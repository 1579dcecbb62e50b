"""Call identities in addresses: whatever has not their form is no page of ours."""

import re

from werkzeug.routing import BaseConverter

_FORM = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class CallIdConverter(BaseConverter):
    """A canonical UUID, lower case (RFC 9562 section 4)."""

    regex = _FORM


def is_call_id(text: str) -> bool:
    """Whether a text has the form of a call's identity."""
    return re.fullmatch(_FORM, text) is not None
