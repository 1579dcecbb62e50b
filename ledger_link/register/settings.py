"""The settings of the customer register; unknown names are errors. The token is a file, never a value."""

from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator


class RegisterSource(StrEnum):
    """Who answers whose number it is."""

    DATABASE = "database"
    HTTP = "http"


class RegisterSettings(BaseModel):
    """Where customers are looked up: in what was imported, or in a register that speaks HTTP (register-http.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    source: RegisterSource = RegisterSource.DATABASE
    """Our own tables, which imports fill, or another register at url."""
    url: HttpUrl | None = None
    """The other register's address. Plain http only on loopback."""
    token_file: Path | None = None
    """The file with the bearer token that the other register asks for."""
    timeout_ms: Annotated[int, Field(ge=50, le=10_000)] = 800
    """How long a question may take in all. A call is archived without an answer after that."""
    cache_s: Annotated[int, Field(ge=0, le=3600)] = 60
    """How long an answer is used again."""

    @model_validator(mode="after")
    def _whole(self) -> "RegisterSettings":
        if self.source is RegisterSource.HTTP and self.url is None:
            raise ValueError("url is needed with source = http")
        if self.url is not None and self.url.scheme != "https" and not _is_loopback(self.url.host or ""):
            raise ValueError("url begins with https:// unless it is on loopback: customers are asked about through it")
        if self.url is not None and (self.url.username or self.url.password or self.url.query or self.url.fragment):
            raise ValueError("url is a scheme, a host and a path; the token goes into token_file")
        return self


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
