"""The processes of a house on one machine, run by Supervisor: their order, their ends, their one log."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from calls.errors import BadConfigurationError
from storage.settings import ObjectStore
from tallenne.settings import HOME_VARIABLE, Settings

_GRACE_S = 10
_NOT_IN_PATHS = '%";#\\'
# what Supervisor starts first it stops last: the edge carries the BYEs of draining workers, the archive empties
# the spool after them, and the objects go last
_ORDER = {"s3": 10, "archive": 20, "edge": 30, "capture": 40, "web": 50, "retention": 60, "copies": 70}


@dataclass(frozen=True, slots=True)
class Program:
    """One process of the house: ``tallenne <name>``, or ``words`` where the command has several."""

    name: str
    words: str = ""
    stop_wait_s: int = _GRACE_S

    @property
    def priority(self) -> int:
        """Its place in the order of starting."""
        return _ORDER[self.name]


def programs_of(settings: Settings) -> tuple[Program, ...]:
    """Tell which processes this house has."""
    embedded = settings.objects.store is ObjectStore.S3 and settings.objects.embedded
    drain_s = settings.capture.drain_timeout_s
    return (
        *((Program("s3", stop_wait_s=60),) if embedded else ()),
        Program("archive", stop_wait_s=60),
        Program("edge"),
        Program("capture", stop_wait_s=drain_s + _GRACE_S),
        Program("web"),
        Program("retention", words="retention run"),
        Program("copies", words="copy run", stop_wait_s=60),
    )


def configuration(settings: Settings, *, run_folder: Path, password: str) -> str:
    """Give Supervisor's configuration; every process is restarted when it dies, and logs to the one log.

    ``password`` guards Supervisor's control socket, beside the socket's own mode; the file that holds it must be 0600.
    Raise BadConfigurationError for a home that the configuration cannot carry.
    """
    require_supervisable(settings.home)
    command = f"{_quoted(sys.executable)} -m tallenne"
    head = f"""\
[supervisord]
nodaemon=true
{_same_user()}
logfile=/dev/null
logfile_maxbytes=0
pidfile={run_folder}/supervisord.pid
childlogdir={run_folder}
directory={settings.home}
umask=027
environment={HOME_VARIABLE}="{settings.home}"

[unix_http_server]
file={run_folder}/supervisor.sock
chmod=0600
username=tallenne
password={password}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://{run_folder}/supervisor.sock
username=tallenne
password={password}
"""
    sections = [
        f"""
[program:{program.name}]
command={command} {program.words or program.name}
priority={program.priority}
autorestart=true
startsecs=2
startretries=1000000
stopwaitsecs={program.stop_wait_s}
killasgroup=true
stdout_logfile=/dev/fd/1
stdout_logfile_maxbytes=0
redirect_stderr=true
"""
        for program in programs_of(settings)
    ]
    return head + "".join(sections)


def _same_user() -> str:
    """Say that root means to be root, for otherwise Supervisor warns of it."""
    return "user=root" if os.geteuid() == 0 else ""


def require_supervisable(path: Path) -> None:
    """Refuse a path that Supervisor's configuration cannot carry: it expands %, and takes ; and # for comments."""
    bad = [character for character in str(path) if character in _NOT_IN_PATHS or not character.isprintable()]
    if bad:
        raise BadConfigurationError(
            what=f"Supervisor cannot take a path with {bad[0]!r}", where=str(path), remedy="choose another folder"
        )


def _quoted(path: str) -> str:
    """Quote a path with spaces."""
    require_supervisable(Path(path))
    return f'"{path}"' if " " in path else path
