"""Where a request comes from, as the audit and the list of sessions keep it."""

from ipaddress import IPv6Address, ip_address, ip_network

from flask import request

from rights.identity.entering import Whence
from web.browser_name import browser_name

_OWN_NETWORK_BITS = 64  # of IPv6: what one customer of an operator has as a whole


def whence() -> Whence:
    """Give the browser's network address and its name."""
    return Whence(address=request.remote_addr, browser=browser_name(request.headers.get("User-Agent", "")))


def network() -> str:
    """Give the address by which attempts are counted: of IPv6 the network, for its owner has 2^64 addresses in it."""
    address = request.remote_addr or ""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address) and known.ipv4_mapped is None:
        return str(ip_network((known, _OWN_NETWORK_BITS), strict=False))
    return str(known)
