"""The settings of the viewer; unknown names are errors."""

from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator

MAX_FORM_BYTES = 64 * 1024  # not to be set: no form of ours is larger

Port = Annotated[int, Field(ge=1, le=65535)]


class WebSettings(BaseModel):
    """The viewer's door. Without a certificate it speaks plain HTTP, and then only on loopback."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    listen_address: IPv4Address = IPv4Address("127.0.0.1")
    """Where the viewer listens. Beyond loopback it needs a certificate or behind_tls_proxy."""
    port: Port = 8080
    """The viewer's port."""
    base_url: HttpUrl | None = None
    """Its address as people open it, e.g. https://calls.example.net. Left out only on loopback without TLS."""
    processes: Annotated[int, Field(ge=1, le=64)] = 2
    """Processes that serve pages."""
    threads: Annotated[int, Field(ge=1, le=64)] = 4
    """Threads of each that answer requests."""
    ringing_streams: Annotated[int, Field(ge=1, le=500)] = 32
    """Agents' screens that each process tells at once of calls at their phones, each in a thread of its own; more are
    told to try again."""
    secret_key_file: Path = Path("keys/web-secret")
    """The file with the key that signs sessions."""
    certificate_file: Path | None = None
    """The TLS certificate with its chain, in PEM."""
    certificate_key_file: Path | None = None
    """Its private key, in PEM."""
    behind_tls_proxy: bool = False
    """A proxy in front speaks TLS with the browsers."""
    page_size: Annotated[int, Field(ge=5, le=200)] = 50
    """Calls on a page of the list."""

    @model_validator(mode="after")
    def _private(self) -> "WebSettings":
        if (self.certificate_file is None) != (self.certificate_key_file is None):
            raise ValueError("certificate_file and certificate_key_file are given together or not at all")
        if not (self.listen_address.is_loopback or self.certificate_file or self.behind_tls_proxy):
            raise ValueError("plain HTTP outside loopback is refused: give certificate_file, or set behind_tls_proxy")
        return self

    @model_validator(mode="after")
    def _reachable(self) -> "WebSettings":
        """See that one-time links and the name of the host can be told from base_url."""
        is_public = self.has_tls or not self.listen_address.is_loopback
        if self.base_url is None:
            if is_public:
                raise ValueError("base_url is needed with TLS: one-time links are made of it")
            return self
        if is_public and self.base_url.scheme != "https":
            raise ValueError("base_url must begin with https://, for browsers speak TLS with the viewer")
        url = self.base_url
        if url.path not in (None, "/") or url.query or url.fragment or url.username or url.password:
            raise ValueError("base_url is a scheme and a host, and a port where it is not the usual one; no path")
        return self

    @property
    def has_tls(self) -> bool:
        """Whether the browser speaks HTTPS with us, so that cookies may be marked Secure."""
        return self.certificate_file is not None or self.behind_tls_proxy

    @property
    def address(self) -> str:
        """The viewer's address as a person opens it, without a final slash."""
        if self.base_url is not None:
            return str(self.base_url).rstrip("/")
        return f"http://{self.listen_address}:{self.port}"
