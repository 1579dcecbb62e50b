"""The settings of storage; unknown names are errors. Secrets are files, never values."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, StringConstraints, model_validator

from storage.objects.region import StoragePlace, kept_by, place_of

_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "[::1]"})

Port = Annotated[int, Field(ge=1, le=65535)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class DatabaseSettings(_Section):
    """Where everything said about calls is kept: SQLite (one machine) or PostgreSQL."""

    url: Annotated[str, StringConstraints(pattern=r"^(sqlite|postgresql\+psycopg)://")] = "sqlite:///tallenne.sqlite"
    """sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME, without a password."""
    password_file: Path | None = None
    """The file with the database's password."""


class ObjectStore(StrEnum):
    """Where objects go."""

    S3 = "s3"
    FILES = "files"


class ObjectSettings(_Section):
    """The object store. With ``embedded`` the S3 server is ours and runs on this machine."""

    store: ObjectStore = ObjectStore.S3
    """An S3 server, or plain files in folder."""
    folder: Path = Path("objects")
    """Where objects go as plain files."""
    endpoint: HttpUrl = HttpUrl("http://127.0.0.1:8333")
    """The S3 server's address."""
    region: Annotated[str, StringConstraints(min_length=1)] = "eu-north-1"
    """The region it is in, as the server names it. Outside the EEA the start is refused."""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    """The country it is in (ISO 3166-1, e.g. FI); needed where the region's name does not tell."""
    provider: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""
    """The company that keeps the objects for the controller (its processor), as the contract names it; the controller's
    own name where it keeps them itself. The documents name it, and are not published without one for a store that is
    neither embedded nor a container beside ours."""
    provider_country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    """The country in which that company is established (ISO 3166-1). Outside the EEA the start is refused."""
    outside_eea: str | None = None
    """The region, or the provider's country, outside the EEA that is permitted all the same, by its name. Each start is
    audited."""
    outside_eea_reason: Annotated[str, StringConstraints(min_length=20, max_length=500)] | None = None
    """Why it is permitted, on which ground of GDPR articles 44 to 49; it stands in the documents."""
    bucket: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,55}[a-z0-9]$")] = "tallenne-calls"
    """The bucket; it is made where it is missing and may be. BUCKET-audit beside it has the audit's checkpoints."""
    access_key_file: Path = Path("keys/s3-access-key")
    """The file with the access key."""
    secret_key_file: Path = Path("keys/s3-secret-key")
    """The file with the secret key."""
    embedded: bool = True
    """'tallenne up' runs an S3 server of ours on this machine."""
    embedded_first_port: Port = 9320
    """The first of the ports on 127.0.0.1 that its inner parts use."""

    @model_validator(mode="after")
    def _without_secrets(self) -> "ObjectSettings":
        if self.endpoint.username or self.endpoint.password:
            raise ValueError("endpoint is a scheme, a host and a port; the keys go into files")
        return self

    @model_validator(mode="after")
    def _in_the_eea(self) -> "ObjectSettings":
        _ = self.place
        return self

    @property
    def place(self) -> StoragePlace:
        """Where the objects are."""
        is_own = self.store is ObjectStore.FILES or (self.embedded and self.endpoint.host in _THIS_MACHINE)
        outside, reason = self.outside_eea, self.outside_eea_reason
        place = place_of(
            region=self.region,
            host=None if is_own else self.endpoint.host or "",
            country=self.country,
            outside=outside,
            reason=reason,
        )
        return kept_by(
            place,
            provider=self.provider,
            provider_country=self.provider_country,
            outside=outside,
            reason=reason,
        )


class KeySettings(_Section):
    """The key-encryption keys: a folder of files ``kek-<version>``; the highest version wraps new keys."""

    folder: Path = Path("keys")
    """The folder of the keys kek-1, kek-2, ...: without them no recording can be heard."""
    shares_folder: Path = Path("keys/shares")
    """The folder of the calls' shares: without its share a call cannot be heard. In no backup that is kept."""
    share_copies: tuple[Path, ...] = ()
    """Folders on other disks to which every share is written too, and from which it is erased too."""


class ArchiveSettings(_Section):
    """How the archive works through the spool."""

    poll_interval_ms: Annotated[int, Field(ge=10, le=60000)] = 200
    """How often the archive looks for calls in the spool."""
    retry_max_s: Annotated[int, Field(ge=1, le=3600)] = 60
    """The longest pause between two tries while the database or the object store is away."""
