"""The settings of logging in at another provider (OpenID Connect); unknown names are errors."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator


class ProviderSettings(BaseModel):
    """Log-in with the organisation's own accounts, for those who have an account here. Without an issuer it is off."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    issuer: str | None = None
    """The provider's issuer identifier, exactly as its discovery document writes it, e.g. https://login.example.net"""
    name: Annotated[str, Field(min_length=1, max_length=40)] = "OpenID Connect"
    """What people call the provider: it stands on the button."""
    client_id: str | None = None
    """Our name at the provider. The address to come back to is <base_url>/log-in/provider/return."""
    client_secret_file: Path | None = None
    """The file with our secret at the provider. Without one we are a public client, protected by PKCE alone."""
    timeout_ms: Annotated[int, Field(ge=100, le=30_000)] = 5000
    """How long the provider may take to answer."""

    @model_validator(mode="after")
    def _whole(self) -> "ProviderSettings":
        if self.issuer is None:
            return self
        if self.client_id is None:
            raise ValueError("client_id is needed with an issuer")
        url = urlsplit(self.issuer)
        if not url.hostname or url.query or url.fragment or "@" in url.netloc:
            raise ValueError("issuer is an address without user and query, e.g. https://login.example.net")
        if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.hostname)):
            raise ValueError("issuer must begin with https:// unless it is on this machine")
        return self


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
