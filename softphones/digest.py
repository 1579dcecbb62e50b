"""Digest authentication of a client (RFC 2617, with MD5 as SIP registrars still ask for it)."""

import hashlib
import re
import secrets

_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')


def authorization(challenge: str, *, user: str, password: str, method: str, uri: str) -> str:
    """Answer a WWW-Authenticate challenge: give the value of Authorization."""
    asked = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(challenge)}
    realm, nonce = asked["realm"], asked["nonce"]
    ha1 = _md5(f"{user}:{realm}:{password}")
    ha2 = _md5(f"{method}:{uri}")
    values = f'username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm=MD5'
    if "auth" in (asked.get("qop") or "").split(","):
        client_nonce = secrets.token_hex(8)
        response = _md5(f"{ha1}:{nonce}:00000001:{client_nonce}:auth:{ha2}")
        return f'Digest {values}, qop=auth, nc=00000001, cnonce="{client_nonce}", response="{response}"'
    return f'Digest {values}, response="{_md5(f"{ha1}:{nonce}:{ha2}")}"'


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
