"""A real log-in provider (oidc-provider-mock), in a process of its own."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

START_DEADLINE_S = 30


@dataclass(frozen=True)
class ProviderProcess:
    """The provider's issuer, and what its users do there."""

    issuer: str

    def know(self, subject: str, **claims: object) -> None:
        """Make or change a user."""
        httpx.put(f"{self.issuer}/users/{subject}", json=claims).raise_for_status()

    def allow(self, address: str, subject: str) -> dict[str, str]:
        """Log in there as a user, at the address to which the viewer sent the browser; give the answer's parameters."""
        answer = httpx.post(address, data={"sub": subject})
        assert answer.status_code == httpx.codes.FOUND, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    def deny(self, address: str) -> dict[str, str]:
        answer = httpx.post(address, data={"action": "deny"})
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


@pytest.fixture(scope="session")
def provider_process() -> Iterator[ProviderProcess]:
    """The provider, on a free port, for all tests of a run: each makes users of its own."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    made = ProviderProcess(f"http://127.0.0.1:{port}")
    try:
        deadline = time.monotonic() + START_DEADLINE_S
        while True:
            try:
                httpx.get(f"{made.issuer}/.well-known/openid-configuration").raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield made
    finally:
        process.terminate()
        process.wait(timeout=20)
