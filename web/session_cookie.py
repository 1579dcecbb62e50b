"""The cookie of the session: signed by HMAC-SHA-256, where Flask's own would take SHA-1.

It holds a random token that is looked up on the server, so that nothing rests on the signature alone.
"""

import hashlib

from flask.sessions import SecureCookieSessionInterface


class SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie with another hash."""

    digest_method = staticmethod(hashlib.sha256)
