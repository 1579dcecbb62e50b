"""What time it is by the clock of the object store's machine: any answer of an HTTP server tells (RFC 9110 6.6.1)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import urllib3
from urllib3.exceptions import HTTPError

from calls.errors import UnavailableError

CONNECT_TIMEOUT_S = 3
READ_TIMEOUT_S = 10


def server_moment(endpoint: str) -> datetime | None:
    """Ask an S3 server's address, without credentials; None where its answer has no date.

    Raise UnavailableError where nobody answers.
    """
    try:
        answer = urllib3.request(
            "HEAD",
            endpoint,
            timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S),
            retries=False,
            redirect=False,  # where it leads is another clock
        )
    except (HTTPError, OSError) as error:
        raise UnavailableError(what=f"the object store does not tell the time: {error}", where=endpoint) from error
    try:
        moment = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
