"""Who we are to passkeys: the host of the viewer's address, and the origin of its pages."""

from ipaddress import ip_address

from flask import request

from calls.errors import NotFoundError
from rights.identity.ceremonies import RelyingParty
from web.parts import parts


def relying_party() -> RelyingParty | None:
    """Give ourselves as passkeys know us; None where a browser can have none: at a bare network address.

    With ``base_url`` it is its host, else the loopback name that was asked for (of those that are allowed at all).
    """
    settings = parts().settings
    if settings.base_url is not None:
        host, origin = settings.base_url.host or "", settings.address
    else:
        host, origin = request.host.rpartition(":")[0] or request.host, request.host_url.rstrip("/")
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return RelyingParty(id=host, origin=origin)
    return None


def required_party() -> RelyingParty:
    """Give ourselves as passkeys know us; raise NotFoundError where a browser can have none."""
    party = relying_party()
    if party is None:
        raise NotFoundError(what="there are no passkeys at a bare network address", remedy="set [web] base_url")
    return party
