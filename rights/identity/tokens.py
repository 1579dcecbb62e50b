"""Secret tokens: 256 random bits for the person, only their SHA-256 for the database.

A token is not a password: it cannot be guessed, so that a plain hash keeps it, and looking it up by its hash
leaks nothing by timing.
"""

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """Give a fresh token, 43 characters that are safe in a URL path and a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_sha256(token: str) -> str:
    """Tell what the database keeps of a token: its SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()
