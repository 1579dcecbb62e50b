"""A passkey in software: an authenticator that does what its test says, honest or not (WebAuthn section 6)."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftwareKey:
    """One credential of one relying party. ``counts`` False is an authenticator that keeps no counter."""

    origin: str
    verifies_user: bool = True
    counts: bool = True
    counter: int = 0
    handle: str | None = None
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Answer navigator.credentials.create()."""
        self.handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        length = len(self.credential_id).to_bytes(2, "big")
        attested = bytes(16) + length + self.credential_id + encode_cbor(public)
        data = self._data(options["rp"]["id"], more=_ATTESTED) + attested
        made = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            {
                "clientDataJSON": bytes_to_base64url(self._client(options, "webauthn.create")),
                "attestationObject": bytes_to_base64url(made),
                "transports": ["internal", "nonsense"],
            }
        )

    def prove(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Answer navigator.credentials.get()."""
        client, data = self._client(options, "webauthn.get"), self._data(options["rpId"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": bytes_to_base64url(client),
                "authenticatorData": bytes_to_base64url(data),
                "signature": bytes_to_base64url(signature),
                "userHandle": self.handle,
            }
        )

    def _data(self, party: str, *, more: int = 0) -> bytes:
        self.counter += self.counts
        flags = _PRESENT | (_VERIFIED if self.verifies_user else 0) | more
        return hashlib.sha256(party.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, options: Mapping[str, Any], kind: str) -> bytes:
        challenge = bytes_to_base64url(base64url_to_bytes(options["challenge"]))
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        name = bytes_to_base64url(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
