"""Refuses an S3 server that answers people without a name."""

import hashlib
import tempfile
from pathlib import Path
from uuid import uuid4

import urllib3
from urllib3.exceptions import HTTPError

from calls.errors import BadConfigurationError, UnavailableError
from storage.objects.store import ObjectStore

TIMEOUT_S = 5
_REFUSED = frozenset({401, 403})
_PROBE = b"may be read by nobody but Tallenne"


def require_private(*, endpoint: str, bucket: str, objects: ObjectStore) -> None:
    """Raise BadConfigurationError unless the anonymous may neither list, nor read, nor write, nor delete.

    ``objects`` is our own door to the same bucket: it puts the object that nobody else may see, and takes it away.
    """
    base = f"{endpoint.rstrip('/')}/{bucket}"
    key = f"probe/{uuid4().hex}"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "probe"
        source.write_bytes(_PROBE)
        objects.put(key, source, sha256=hashlib.sha256(_PROBE).hexdigest())
    try:
        answers = _anonymous_answers(base, key)
        kept = objects.find(key)
    finally:
        for name in (key, f"{key}-written"):
            objects.delete(name)
    open_doors = [door for door, status in answers.items() if status not in _REFUSED]
    if kept is None and "delete" not in open_doors:
        open_doors.append("delete")
    if open_doors:
        raise BadConfigurationError(
            what=f"the object store answers anonymously: {', '.join(open_doors)}",
            where=base,
            remedy="give the server credentials and take public rights from the bucket; nothing was archived there",
        )


def _anonymous_answers(base: str, key: str) -> dict[str, int]:
    """Knock without a name; give the HTTP status per door."""
    doors = {
        "list": ("GET", f"{base}?list-type=2", None),
        "read": ("GET", f"{base}/{key}", None),
        "write": ("PUT", f"{base}/{key}-written", b"x"),
        "delete": ("DELETE", f"{base}/{key}", None),
    }
    try:
        with urllib3.PoolManager(timeout=TIMEOUT_S, retries=False) as http:
            return {
                door: http.request(method, url, body=body, redirect=False).status
                for door, (method, url, body) in doors.items()
            }
    except HTTPError as error:
        raise UnavailableError(what="the object store does not answer", where=base) from error
