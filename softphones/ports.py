"""Free ports on loopback, found by binding port 0. Between the finding and the use somebody else may take one."""

import socket
from contextlib import ExitStack

from softphones.errors import PhoneError

LOOPBACK = "127.0.0.1"
_ATTEMPTS = 100


def free_ports(count: int = 1) -> int:
    """Find ``count`` consecutive ports that are free on loopback for UDP and for TCP; give the first, an even one.

    Even, because RTP takes an even port and RTCP the odd one above it (RFC 3550 section 11).
    """
    for _ in range(_ATTEMPTS):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((LOOPBACK, 0))
            first: int = probe.getsockname()[1] & ~1
        if all(_is_free(port) for port in range(first, first + count)):
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
