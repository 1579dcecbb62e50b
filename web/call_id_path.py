"""Call identities in addresses: whatever has not their form is no page of ours."""

from werkzeug.routing import BaseConverter


class CallIdConverter(BaseConverter):
    """A canonical UUID, lower case (RFC 9562 section 4)."""

    regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
