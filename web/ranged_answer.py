"""The answer that serves a range of audio, a piece at a time (RFC 9110 section 14): as recorded, or masked.

The connection holds no more than a piece: else megabytes that nobody ever received would count as heard.
"""

import socket
from collections.abc import Iterator
from http import HTTPStatus
from itertools import chain
from typing import Protocol

from flask import Response, request

from rights.listening.listening import STEP_BYTES
from web.byte_range import ByteRange, is_current, requested_range, whole
from web.errors import answer


class Pieces(Protocol):
    """Audio whose pieces are permitted and audited as they are asked for."""

    @property
    def size_bytes(self) -> int:
        """All there is."""

    def iterate(self, start: int, stop: int) -> Iterator[bytes]:
        """Give the bytes from ``start`` up to ``stop``."""


def ranged_answer(source: Pieces, *, mimetype: str, etag: str | None = None) -> Response:
    """Serve the bytes that the request asks for; HEAD tells the size and serves none. An ``etag`` answers If-Range."""
    part: ByteRange | None = None
    if etag is None or is_current(request.headers.get("If-Range"), etag=etag):
        part = requested_range(request.headers.get("Range"), size_bytes=source.size_bytes)
    if part is not None and part.length == 0:
        refusal = answer(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        refusal.headers["Content-Range"] = f"bytes */{source.size_bytes}"
        return refusal
    served = part or whole(source.size_bytes)
    keep_little_in_flight()
    body = () if request.method == "HEAD" else _begun(source.iterate(served.start, served.stop))
    response = Response(body, HTTPStatus.PARTIAL_CONTENT if part else HTTPStatus.OK, mimetype=mimetype)
    response.headers["Accept-Ranges"] = "bytes"
    if etag is not None:
        response.headers["ETag"] = etag
    response.headers["Content-Length"] = str(served.length)
    if part:
        response.headers["Content-Range"] = part.content_range
    return response


def keep_little_in_flight() -> None:
    """Let the kernel hold no more than a piece of what this answer will send."""
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, STEP_BYTES)


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Fetch the first piece before the answer begins, so that damage or an absent store is a status, not a break."""
    return chain([next(pieces)], pieces)
