"""All settings of a house: ``tallenne.toml`` in its home, overridden by ``TALLENNE_<SECTION>__<NAME>`` variables.

An unknown, malformed or contradictory setting stops the start with its name and line.
"""

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from calls.errors import BadConfigurationError
from capture.settings import (
    CaptureSettings,
    DisclosureSettings,
    EdgeSettings,
    GroupSettings,
    ServiceSettings,
    SpoolSettings,
)
from ledger_link.register.settings import RegisterSettings
from privacy.documents.ombudsman import OmbudsmanSettings
from privacy.documents.settings import ControllerSettings
from privacy.retention.settings import RetentionSettings
from rights.audit.settings import AuditSettings
from rights.identity.settings import AccountSettings
from storage.settings import ArchiveSettings, DatabaseSettings, KeySettings, ObjectSettings, ObjectStore
from web.provider_settings import ProviderSettings
from web.settings import WebSettings

SETTINGS_FILE = "tallenne.toml"
ENVIRONMENT_PREFIX = "TALLENNE_"
HOME_VARIABLE = "TALLENNE_HOME"
DEFAULT_HOME = Path("var")
_REMEDY = "docs/ref/settings.md lists every setting"


class Settings(BaseSettings):
    """The whole configuration. Relative paths are meant from ``home``."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__"
    )

    home: Path
    edge: EdgeSettings = EdgeSettings()
    capture: CaptureSettings = CaptureSettings()
    spool: SpoolSettings = SpoolSettings()
    database: DatabaseSettings = DatabaseSettings()
    objects: ObjectSettings = ObjectSettings()
    keys: KeySettings = KeySettings()
    archive: ArchiveSettings = ArchiveSettings()
    customer_register: RegisterSettings = RegisterSettings()
    web: WebSettings = WebSettings()
    accounts: AccountSettings = AccountSettings()
    retention: RetentionSettings = RetentionSettings()
    oidc: ProviderSettings = ProviderSettings()
    audit: AuditSettings = AuditSettings()
    controller: ControllerSettings = ControllerSettings()
    ombudsman: OmbudsmanSettings = OmbudsmanSettings()
    disclosures: Annotated[tuple[DisclosureSettings, ...], Field(min_length=1)]
    groups: Annotated[tuple[GroupSettings, ...], Field(min_length=1)]
    services: Annotated[tuple[ServiceSettings, ...], Field(min_length=1)]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment beat the file (which is passed to ``__init__``)."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    @model_validator(mode="after")
    def _consistent(self) -> "Settings":
        for problem in (*self._unknown_names(), *self._twice(), *self._port_clashes()):
            raise ValueError(problem)
        return self

    def path(self, relative: Path) -> Path:
        """Resolve a path of the settings: absolute as it is, relative from the home."""
        return relative if relative.is_absolute() else self.home / relative

    def _unknown_names(self) -> list[str]:
        groups = {group.name for group in self.groups}
        disclosures = {disclosure.name for disclosure in self.disclosures}
        problems = []
        for service in self.services:
            if service.group not in groups:
                problems.append(f"services: {service.number} rings group {service.group!r}, which is not in groups")
            problems += [
                f"services: {service.number} plays disclosure {name!r}, which is not in disclosures"
                for name in service.disclosures
                if name not in disclosures
            ]
        return problems

    def _twice(self) -> list[str]:
        dialled = [number for service in self.services for number in (service.number, *service.aliases)]
        named = {
            "services": dialled,
            "groups": [group.name for group in self.groups],
            "disclosures": [disclosure.name for disclosure in self.disclosures],
        }
        return [
            f"{section}: {name!r} is given twice"
            for section, names in named.items()
            for name in sorted({name for name in names if names.count(name) > 1})
        ]

    def _port_clashes(self) -> list[str]:
        udp = {
            "edge.sip_port": {self.edge.sip_port},
            "edge.internal_port": {self.edge.internal_port},
            "capture.first_sip_port": set(
                range(self.capture.first_sip_port, self.capture.first_sip_port + self.capture.workers)
            ),
            "capture.first_rtp_port": set(range(self.capture.first_rtp_port, self.capture.last_rtp_port + 1)),
        }
        tcp = {"edge.sip_port": {self.edge.sip_port}, "web.port": {self.web.port}}
        if self.objects.store is ObjectStore.S3 and self.objects.embedded and self.objects.endpoint.port:
            tcp["objects.endpoint"] = {self.objects.endpoint.port}
        return [*_clashes(udp), *_clashes(tcp)]


def _clashes(used: dict[str, set[int]]) -> list[str]:
    names = list(used)
    return [
        f"{second}: port {min(used[first] & used[second])} is also used by {first}"
        for index, first in enumerate(names)
        for second in names[index + 1 :]
        if used[first] & used[second]
    ]


def home_from(option: Path | None) -> Path:
    """Tell the home: the option, or ``TALLENNE_HOME``, or ``./var``; always absolute."""
    chosen = option or Path(os.environ.get(HOME_VARIABLE) or DEFAULT_HOME)
    return chosen.expanduser().resolve()


def load_settings(home: Path) -> Settings:
    """Read ``tallenne.toml`` of a home; raise BadConfigurationError with name and line for anything wrong."""
    path = home / SETTINGS_FILE
    try:
        text = path.read_text(encoding="utf-8")
        given = tomllib.loads(text)
        _refuse_unknown(given, path=path, text=text)
        settings = Settings(**{**given, "home": home})
    except FileNotFoundError as error:
        raise BadConfigurationError(
            what="there is no settings file", where=str(path), remedy=f"run 'tallenne init --home {home}'"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfigurationError(what=f"not TOML: {error}", where=str(path)) from error
    except OSError as error:
        raise BadConfigurationError(what=f"cannot be read: {error.strerror}", where=str(path)) from error
    except SettingsError as error:
        raise _unreadable_variable(error) from error
    except ValidationError as error:
        raise _translated(error, path=path, text=text) from error
    # TALLENNE_HOME is also the name that the environment would give this field; the option beats it
    return settings.model_copy(update={"home": home})


def _refuse_unknown(given: dict[str, Any], *, path: Path, text: str) -> None:
    """Refuse what pydantic would pass over: names with meanings of its own, and variables of no section."""
    known = {name for name in Settings.model_fields if name != "home"}
    if unknown := [name for name in given if name == "home" or name.startswith("_")]:
        what = "; ".join(f"{name} (line {line_of(text, (name,))}): unknown setting" for name in unknown)
        raise BadConfigurationError(what=what, where=str(path), remedy=_REMEDY)
    ours = [name for name in sorted(os.environ) if name.upper().startswith(ENVIRONMENT_PREFIX)]
    for name in ours:
        section, *setting = name.upper().removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
        if (section not in known or len(setting) > 1) and name.upper() != HOME_VARIABLE:
            raise BadConfigurationError(what="unknown setting", where=f"environment {name}", remedy=_REMEDY)


def _unreadable_variable(error: SettingsError) -> BadConfigurationError:
    """Name the variable whose value is no JSON; the value itself stays out of the message."""
    match = re.search(r'field "(\w+)"', str(error))
    section = f"{ENVIRONMENT_PREFIX}{match[1].upper()}" if match else ENVIRONMENT_PREFIX
    names = [name for name in sorted(os.environ) if name.upper().startswith(section)]
    return BadConfigurationError(
        what="not the JSON that this setting needs", where=f"environment {', '.join(names)}", remedy=_REMEDY
    )


def _translated(error: ValidationError, *, path: Path, text: str) -> BadConfigurationError:
    problems = []
    for detail in error.errors(include_url=False, include_input=False):
        location = detail["loc"]
        name = ".".join(str(part) for part in location)
        message = "unknown setting" if detail["type"] == "extra_forbidden" else detail["msg"]
        message = message.removeprefix("Value error, ")
        if not location:  # a contradiction between settings begins with the name of the first
            name, _, message = message.partition(": ")
            location = tuple(name.split("."))
        problems.append(f"{name} ({_place(location, text=text)}): {message}")
    return BadConfigurationError(what="; ".join(problems), where=str(path), remedy=_REMEDY)


def _place(location: tuple[Any, ...], *, text: str) -> str:
    """Say where a setting was given: by the environment, which beats the file, or on a line of the file."""
    given = sorted(name.upper() for name in os.environ)
    names = [environment_name(location[:count]) for count in range(len(location), 0, -1)]
    inner = [name for name in given if name.startswith(f"{names[0]}__")]
    if variables := [name for name in names if name in given][:1] or inner:
        return f"environment {', '.join(variables)}"
    line = line_of(text, location)
    return f"line {line}" if line else "not given"


def environment_name(location: tuple[Any, ...]) -> str:
    """Tell the variable that sets a setting, e.g. ``TALLENNE_EDGE__SIP_PORT``."""
    return ENVIRONMENT_PREFIX + "__".join(str(part).upper() for part in location)


def line_of(text: str, location: tuple[Any, ...]) -> int | None:
    """Find the line of a setting in TOML text: of its key, or else of the table that it would be in.

    ``location`` is a path as pydantic gives it: names, and indexes for arrays of tables.
    """
    want = [str(part) for part in location if not isinstance(part, int)]
    index = next((part for part in location if isinstance(part, int)), 0)
    table: list[str] = []
    seen: dict[str, int] = {}
    best: int | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*(\[\[?)\s*([\w.\"-]+)\s*\]\]?\s*(?:#|$)", line):
            table = header[2].replace('"', "").split(".")
            if header[1] == "[[":
                seen[header[2]] = seen.get(header[2], -1) + 1
            best = number if table == want[: len(table)] and seen.get(header[2], index) == index else best
        elif key := re.match(r"\s*([\w.\"-]+)\s*=", line):
            full = [*table, *key[1].replace('"', "").split(".")]
            if full == want[: len(full)] and seen.get(".".join(table), index) == index:
                return number
    return best
