"""The settings of storage; unknown names are errors. Secrets are files, never values."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, StringConstraints

Port = Annotated[int, Field(ge=1, le=65535)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DatabaseSettings(_Section):
    """Where everything said about calls is kept: SQLite (one machine) or PostgreSQL."""

    url: Annotated[str, StringConstraints(pattern=r"^(sqlite|postgresql\+psycopg)://")] = "sqlite:///tallenne.sqlite"
    password_file: Path | None = None


class ObjectStore(StrEnum):
    """Where objects go."""

    S3 = "s3"
    FILES = "files"


class ObjectSettings(_Section):
    """The object store. With ``embedded`` the S3 server is ours and runs on this machine."""

    store: ObjectStore = ObjectStore.S3
    folder: Path = Path("objects")
    endpoint: HttpUrl = HttpUrl("http://127.0.0.1:8333")
    region: Annotated[str, StringConstraints(min_length=1)] = "eu-north-1"
    bucket: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")] = "tallenne-calls"
    access_key_file: Path = Path("keys/s3-access-key")
    secret_key_file: Path = Path("keys/s3-secret-key")
    embedded: bool = True
    embedded_first_port: Port = 9320


class KeySettings(_Section):
    """The key-encryption keys: a folder of files ``kek-<version>``; the highest version wraps new keys."""

    folder: Path = Path("keys")


class ArchiveSettings(_Section):
    """How the archive works through the spool."""

    poll_interval_ms: Annotated[int, Field(ge=10, le=60000)] = 200
    retry_max_s: Annotated[int, Field(ge=1, le=3600)] = 60
