"""The headers of every answer: what a browser may load, from where, and what it may keep."""

import secrets

from flask import Flask, Response, g, request

_HSTS_S = 2 * 365 * 24 * 3600
_NONCE_BYTES = 16
_UNKEPT = "private, no-store"

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
}


def csp_nonce() -> str:
    """Give this request's nonce, for the one style element that the waveform writes into its shadow tree."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(_NONCE_BYTES)
    return str(g.csp_nonce)


def content_security_policy() -> str:
    """Write the policy of this answer: everything of our own origin, nothing inline, nobody may frame us.

    A page with a player also lets it play what its own script puts together of fragments (Media Source Extensions).
    """
    return _policy(style=f" 'nonce-{g.csp_nonce}'", media=" blob:") if "csp_nonce" in g else _policy()


def headers_of_every_answer(*, has_tls: bool) -> dict[str, str]:
    """Give what every answer bears, also one that the application never made."""
    transport = {"Strict-Transport-Security": f"max-age={_HSTS_S}; includeSubDomains"} if has_tls else {}
    return {**_ALWAYS, "Content-Security-Policy": _policy(), "Cache-Control": _UNKEPT, **transport}


def _policy(*, style: str = "", media: str = "") -> str:
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self'{style}",
            "img-src 'self'",
            "font-src 'self'",
            f"media-src 'self'{media}",
            "connect-src 'self'",
            "form-action 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def set_headers(app: Flask, *, has_tls: bool) -> None:
    """Put the headers on every answer; with TLS also tell the browser to insist on it."""
    always = headers_of_every_answer(has_tls=has_tls)

    @app.after_request
    def _set(response: Response) -> Response:
        for name in _ALWAYS:
            response.headers.setdefault(name, always[name])
        response.headers["Content-Security-Policy"] = content_security_policy()
        if has_tls:
            response.headers["Strict-Transport-Security"] = always["Strict-Transport-Security"]
        if request.endpoint != "static":  # everything else is somebody's data
            response.headers["Cache-Control"] = _UNKEPT
        return response
