"""The settings of accounts; unknown names are errors."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class AccountSettings(BaseModel):
    """How accounts are kept. What is not set here is no matter of choice: docs/design/identity.md."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    breached_passwords: Path | None = None
    """A file of passwords that are known from breaches, none of which is accepted: SHA-1, ordered by hash, as Have I
    Been Pwned publishes it. Nothing is ever asked of anybody outside."""
