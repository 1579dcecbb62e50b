"""The settings of the audit; unknown names are errors."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_DETAIL_YEARS = 2  # charges for a data protection offence lapse in two years (Criminal Code 38:9 and 8:1)


class SecondPlaceKind(StrEnum):
    """Where checkpoints are kept beside database and object store."""

    FILE = "file"
    SYSLOG = "syslog"
    NONE = "none"


class AuditSettings(BaseModel):
    """How the audit is signed, and where else the signed checkpoints are kept."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    checkpoint_interval_s: Annotated[int, Field(ge=10, le=86400)] = 3600
    """How often a checkpoint is signed, if anything was written. What was written since can still be cut off unseen."""
    verify_interval_s: Annotated[int, Field(ge=60, le=604800)] = 86400
    """How often the archive verifies the whole audit."""
    lock_days: Annotated[int, Field(ge=1, le=36500)] = 1826
    """For how many days the object store locks a checkpoint (S3 object lock, compliance mode: nobody shortens it)."""
    detail_years: Annotated[int, Field(ge=_DETAIL_YEARS, le=100)] | None = None
    """Full calendar years for which the names, network addresses and reasons in the log can be read after the year in
    which they were written; then their keys are destroyed, and the rows stay. Ten cover claims for damages (Act on the
    Limitation of Debt 728/2003, section 7). Without it they are kept for ever, and the documents say so."""
    second_place: SecondPlaceKind = SecondPlaceKind.FILE
    """Where checkpoints go besides: a file, syslog, or none."""
    file: Path = Path("audit-checkpoints.txt")
    """The file that they are appended to: best on another machine's disk."""
    syslog: Annotated[str, StringConstraints(min_length=1)] = "/dev/log"
    """The socket of the local syslog, or HOST:PORT of another machine's (UDP)."""
