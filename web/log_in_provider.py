"""The log-in provider: OpenID Connect's authorization code flow with PKCE, state and nonce, over Authlib.

Invariants
----------
1. An answer is taken by the browser alone that asked (state), once, and only with the secret that never left us (PKCE).
2. Who somebody is, is read from an ID token alone: signed by the issuer's keys, for us, for this question (nonce), and
   not over. Only an address that the provider calls verified counts.
3. What the provider is, it tells in its discovery document, whose issuer must be the one of the settings. Where that is
   asked by https, no address in the document may lead on in the clear: our secret and the code are sent to them.
"""

import hmac
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from urllib.parse import quote_plus, urlencode

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from calls.clock import Clock
from calls.errors import RefusedError, UnavailableError
from rights.identity.provider_identities import ProvenIdentity

QUESTION = "provider"  # the place in the cookie where a browser's question is kept
_SCOPE = "openid email"
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # signatures alone: "none" and shared secrets prove nothing here
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_METADATA_LIFETIME = timedelta(hours=1)
_LEEWAY_S = 60
_VERIFIER_BYTES = 48


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked in one browser: kept there (in the signed cookie) until the answer comes."""

    state: str
    nonce: str
    verifier: str

    def to_cookie(self) -> dict[str, str]:
        """Give what the cookie keeps."""
        return {"state": self.state, "nonce": self.nonce, "verifier": self.verifier}


def new_question() -> Question:
    """Give a fresh question."""
    return Question(secrets.token_urlsafe(), secrets.token_urlsafe(), secrets.token_urlsafe(_VERIFIER_BYTES))


def kept_question(kept: object) -> Question | None:
    """Give the question that a cookie keeps; None for what is none."""
    if not isinstance(kept, Mapping):
        return None
    return Question(*(str(kept.get(name, "")) for name in ("state", "nonce", "verifier")))


class LogInProvider:
    """One provider. Threads may share one; its keys and addresses are asked for anew after an hour."""

    def __init__(
        self, *, issuer: str, name: str, client_id: str, client_secret: str | None, timeout_s: float, clock: Clock
    ) -> None:
        self.issuer = issuer
        self.name = name
        self._client_id = client_id
        self._client_secret = client_secret
        self._timeout_s = timeout_s
        self._clock = clock
        self._trust = ssl.create_default_context()  # the system's authorities, where a house puts its own; not httpx's
        self._known: tuple[float, Mapping[str, Any]] | None = None

    def address_to_ask(self, question: Question, *, come_back: str) -> str:
        """Give the address at the provider to which the browser goes; raise UnavailableError where it is away."""
        address: str = prepare_grant_uri(
            self._metadata()["authorization_endpoint"],
            client_id=self._client_id,
            response_type="code",
            redirect_uri=come_back,
            scope=_SCOPE,
            state=question.state,
            nonce=question.nonce,
            code_challenge=create_s256_code_challenge(question.verifier),
            code_challenge_method="S256",
        )
        return address

    def proven(self, question: Question, answer: Mapping[str, str], *, come_back: str) -> ProvenIdentity:
        """Tell who came back; raise RefusedError for any answer that proves nobody, UnavailableError for none."""
        code, state = answer.get("code", ""), answer.get("state", "")
        if not question.state or not hmac.compare_digest(state.encode(), question.state.encode()):
            raise RefusedError(what="the answer is not to a question of this browser")
        if not code or answer.get("iss", self.issuer) != self.issuer:  # RFC 9207 section 2.4
            raise RefusedError(what="the provider let nobody in")
        metadata = self._metadata()
        try:
            token = self._exchanged(metadata["token_endpoint"], code, question, come_back=come_back)
            keys = KeySet.import_key_set(
                cast(
                    "KeySetSerialization",
                    self._json(httpx.get(metadata["jwks_uri"], timeout=self._timeout_s, verify=self._trust)),
                )
            )
        except httpx.HTTPError as error:
            raise self._away(error) from error
        except (JoseError, ValueError) as error:
            raise RefusedError(what=f"the provider's answer is not accepted: {type(error).__name__}") from error
        return self._identity(str(token.get("id_token", "")), keys, nonce=question.nonce)

    def address_to_leave(self, *, come_back: str) -> str | None:
        """Give the address at the provider where its own session is ended; None where it has none, or is away."""
        try:
            address = self._metadata().get("end_session_endpoint")
        except UnavailableError:
            return None
        asked = urlencode({"client_id": self._client_id, "post_logout_redirect_uri": come_back})
        return f"{address}?{asked}" if _is_as_safe(address, as_=self.issuer) else None

    def _identity(self, id_token: str, keys: KeySet, *, nonce: str) -> ProvenIdentity:
        try:
            claims = jwt.decode(id_token, keys, algorithms=_ALGORITHMS).claims
            now = int(self._clock.now().timestamp())
            jwt.JWTClaimsRegistry(
                now=now,
                leeway=_LEEWAY_S,
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self._client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except (JoseError, ValueError) as error:
            raise RefusedError(what=f"the provider's token is not accepted: {type(error).__name__}") from error
        if claims.get("azp", self._client_id) != self._client_id:  # OpenID Connect Core 3.1.3.7
            raise RefusedError(what="the provider's token is for somebody else")
        email = claims.get("email") if claims.get("email_verified") is True else None
        return ProvenIdentity(self.issuer, str(claims["sub"]), email if isinstance(email, str) else None)

    def _exchanged(self, endpoint: str, code: str, question: Question, *, come_back: str) -> Mapping[str, Any]:
        """Exchange the code for tokens (RFC 6749 section 4.1.3); raise RefusedError where the provider does not."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": come_back,
            "code_verifier": question.verifier,
        }
        auth = None
        if self._client_secret is None:
            form["client_id"] = self._client_id
        else:  # RFC 6749 section 2.3.1: both are form-encoded first
            auth = httpx.BasicAuth(quote_plus(self._client_id), quote_plus(self._client_secret))
        answer = httpx.post(endpoint, data=form, auth=auth, timeout=self._timeout_s, verify=self._trust)
        if answer.is_client_error:
            raise RefusedError(what="the provider takes the code for no good one")
        return self._json(answer)

    @staticmethod
    def _json(answer: httpx.Response) -> dict[str, Any]:
        plain = answer.raise_for_status().json()
        if not isinstance(plain, dict):
            raise ValueError("not a JSON object")  # noqa: TRY004 (as for what is no JSON at all)
        return plain

    def _metadata(self) -> Mapping[str, Any]:
        now = self._clock.monotonic()
        if self._known is not None and now - self._known[0] < _METADATA_LIFETIME.total_seconds():
            return self._known[1]
        try:
            address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            metadata = self._json(httpx.get(address, timeout=self._timeout_s, verify=self._trust))
        except (httpx.HTTPError, ValueError) as error:
            raise self._away(error) from error
        if metadata.get("issuer") != self.issuer:
            raise UnavailableError(
                what="the log-in provider calls itself otherwise",
                where=self.issuer,
                remedy="write [oidc] issuer as the provider's discovery document does",
            )
        if not all(_is_as_safe(metadata.get(name), as_=self.issuer) for name in _ENDPOINTS):
            raise UnavailableError(
                what="the log-in provider names no safe addresses of its own",
                where=self.issuer,
                remedy="see its discovery document: https://, and all of " + ", ".join(_ENDPOINTS),
            )
        self._known = now, metadata
        return metadata

    def _away(self, error: Exception) -> UnavailableError:
        return UnavailableError(
            what=f"the log-in provider does not answer: {type(error).__name__}",
            where=self.issuer,
            remedy="log in with the password, or try again later",
        )


def _is_as_safe(address: object, *, as_: str) -> bool:
    """Tell whether this is an address that is asked by https, or by http where the issuer itself is (on loopback)."""
    allowed = ("https://",) if as_.startswith("https://") else ("https://", "http://")
    return isinstance(address, str) and address.startswith(allowed)
