"""What a page knows of the session that it was made in, so that it takes itself away when that is over (ASVS 14.3.1).

The mark tells one session from the next at the same browser; nobody can make a session's token or id of it.
"""

import hmac

from flask import Flask, current_app, request, url_for

from web.confirmation import page_to_come_back_to
from web.parts import parts
from web.visitor import current_visit

_MARK_CHARS = 16
MARK = "X-Session"  # the header in which a page says of which session it is


def session_mark() -> str:
    """Give the mark of the session that asks now."""
    secret = str(current_app.secret_key).encode()
    return hmac.digest(secret, f"session mark {current_visit().session.id}".encode(), "sha256").hex()[:_MARK_CHARS]


def seconds_left() -> int:
    """Tell how long the session that asks now stands yet if nothing more is done, in whole seconds."""
    return int(current_visit().session.time_left(parts().clock).total_seconds())


def address_to_log_in() -> str:
    """Give the log-in page that comes back to the page shown now."""
    back = page_to_come_back_to()
    return url_for("log_in.log_in", next=None if back == "/" else back, ended="yes")


def is_of_this_session() -> bool:
    """Tell whether the page that asks was made in the session that stands at its browser now."""
    return hmac.compare_digest(request.headers.get(MARK, "").encode(), session_mark().encode())


def teach_session_watch(app: Flask) -> None:
    """Let the templates say it to their script."""
    app.jinja_env.globals.update(
        session_mark=session_mark, session_seconds_left=seconds_left, address_to_log_in=address_to_log_in
    )
