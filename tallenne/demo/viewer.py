"""The viewer as a person's browser uses it: over HTTP, with a session and its forgery tokens."""

import io
import re
import secrets
from types import TracebackType
from typing import Any, Self

import httpx
import soundfile

from calls.errors import UnavailableError

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"|<meta name="csrf-token" content="([^"]+)"')
_TIMEOUT_S = 15.0


class Viewer:
    """One person's visit, from the one-time link to the audio."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=address, follow_redirects=True, timeout=_TIMEOUT_S)
        self._page = ""

    def log_in(self, *, link: str, login: str) -> None:
        """Set a fresh password by the one-time link, and log in with it."""
        password = secrets.token_urlsafe(18)
        self._open(link)
        self._submit("/password", {"password": password, "again": password})
        self._submit("/log-in", {"login": login, "password": password})

    def calls(self) -> list[dict[str, Any]]:
        """Give the calls that this account may see, newest first."""
        answer = self._client.get("/api/calls", params={"limit": 100}).raise_for_status().json()
        calls: list[dict[str, Any]] = answer["calls"]
        return calls

    def status_of(self, path: str) -> int:
        """Tell the HTTP status of a page or resource."""
        return self._client.get(path).status_code

    def page(self, path: str) -> str:
        """Give a page's HTML; raise UnavailableError for anything but 200."""
        self._open(path)
        return self._page

    def audio(self, call_id: str, *, purpose: str) -> tuple[list[Any], int]:
        """State a purpose and fetch the whole recording; give its channels (16-bit samples) and rate."""
        headers = {"X-CSRFToken": self._token()}
        said = self._client.post(f"/api/calls/{call_id}/listenings", json={"purpose": purpose}, headers=headers)
        body = self._client.get(said.raise_for_status().json()["audio"]).raise_for_status().content
        samples, rate = soundfile.read(io.BytesIO(body), dtype="int16", always_2d=True)
        return [samples[:, channel] for channel in range(samples.shape[1])], int(rate)

    def close(self) -> None:
        """End the visit."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, path: str) -> None:
        self._take(self._client.get(path), path.rsplit("/", 1)[0])

    def _submit(self, path: str, form: dict[str, str]) -> None:
        self._take(self._client.post(path, data={**form, "csrf_token": self._token()}), path)

    def _take(self, response: httpx.Response, path: str) -> None:
        if response.is_error:
            raise UnavailableError(what=f"the viewer answers {response.status_code}", where=path)
        self._page = response.text

    def _token(self) -> str:
        match = _TOKEN.search(self._page)
        if match is None:
            raise UnavailableError(what="the page carries no forgery token", where="viewer")
        return match[1] or match[2]
