"""Free ports on loopback. Between the finding and the use somebody else may take one."""

import random
import socket
from contextlib import ExitStack

from softphones.errors import PhoneError

LOOPBACK = "127.0.0.1"
RTP_PORTS = (12000, 17998)
"""Where softphones that choose their own audio ports do so; :func:`free_ports` keeps out of it."""

_FIRST = 18000
_LAST = 32767  # above, the kernel takes ports for outgoing connections (net.ipv4.ip_local_port_range)
_BLOCK = 512
_ATTEMPTS = 500
_given: set[int] = set()
_blocks = range(_FIRST, _LAST - _BLOCK, _BLOCK)


def keep_to_share(number: int, *, of: int) -> None:
    """Look only in this share (from 0) of the ports, so that processes side by side are never given the same."""
    global _blocks  # noqa: PLW0603 (a process has one, as it has one set of given ports)
    _blocks = range(_FIRST + number * _BLOCK, _LAST - _BLOCK, of * _BLOCK)


def free_ports(count: int = 1, *, below: int = _LAST) -> int:
    """Find ``count`` consecutive ports that are free on loopback for UDP and for TCP; give the first, an even one.

    Even, because RTP takes an even port and RTCP the odd one above it (RFC 3550 section 11). No port is given twice by
    a process: what was given first may not be bound yet.
    """
    blocks = [block for block in _blocks if block + _BLOCK <= below]
    for block in random.choices(blocks, k=_ATTEMPTS):  # noqa: S311 (no secret)
        first = random.randrange(block, block + _BLOCK - count, 2)  # noqa: S311 (no secret)
        wanted = range(first, first + count)
        if _given.isdisjoint(wanted) and all(_is_free(port) for port in wanted):
            _given.update(wanted)
            return first
    raise PhoneError(what=f"no {count} consecutive free ports", where=LOOPBACK)


def _is_free(port: int) -> bool:
    with ExitStack() as sockets:
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            probe = sockets.enter_context(socket.socket(socket.AF_INET, kind))
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                return False
    return True
