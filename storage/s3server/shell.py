"""Says things to a running SeaweedFS through ``weed shell``: its only way to some settings."""

import json
import re
import subprocess

from calls.errors import BadConfigurationError, UnavailableError
from storage.objects.store import locked_bucket
from storage.s3server.configuration import LOOPBACK, Folders, Ports, environment, weed_program

BUCKETS = "/buckets/"
SHELL_TIMEOUT_S = 30
SHELL_MEMORY_MIB = 64


def configure(ports: Ports, folders: Folders, *, bucket: str) -> None:
    """Make every put wait for the disk, then make the buckets; raise UnavailableError where that does not hold after.

    In this order: whoever sees the bucket sees a server that fsyncs, and finds the locked bucket too. Uploads in parts
    that a crash left are dropped after a day.
    """
    run(ports, folders, f"fs.configure -locationPrefix={BUCKETS} -fsync -apply", "s3.clean.uploads -timeAgo=24h")
    answer = run(ports, folders, "fs.configure", "s3.bucket.list")
    if not fsyncs(answer):
        raise UnavailableError(what="the S3 server does not take fsync", where="fs.configure", remedy="start it again")
    for name, options in ((locked_bucket(bucket), " -withLock"), (bucket, "")):
        if name in answer.split():
            continue
        run(ports, folders, f"s3.bucket.create -name={name}{options}")
        if name not in run(ports, folders, "s3.bucket.list").split():
            raise UnavailableError(what=f"the S3 server does not make bucket {name}", where="s3.bucket.create")


def give_back_space(ports: Ports, folders: Folders) -> None:
    """Take the bytes of deleted objects off the disk (a volume vacuum); raise UnavailableError without the server.

    The server hands deletions on to its volumes within seconds, so whoever wants to be sure waits a little first, and
    does it again.
    """
    answer = run(ports, folders, "lock", "volume.vacuum -garbageThreshold=0.0000001", "volume.list", "unlock")
    if "Topology" not in answer:
        raise UnavailableError(what="the S3 server does not vacuum its volumes", where="volume.vacuum")


def run(ports: Ports, folders: Folders, *commands: str) -> str:
    """Run shell commands and give what they print; raise UnavailableError where the server does not answer."""
    arguments = [
        str(weed_program()),
        "-logtostderr",
        "shell",
        f"-master={LOOPBACK}:{ports.master}.{ports.master + 1}",
        f"-filer={LOOPBACK}:{ports.filer}.{ports.filer + 1}",
    ]
    try:
        done = subprocess.run(  # noqa: S603 (fixed program; ports are numbers)
            arguments,
            input="".join(f"{command}\n" for command in commands),
            capture_output=True,
            text=True,
            timeout=SHELL_TIMEOUT_S,
            cwd=folders.configuration,  # security.toml is read from the working folder
            env=environment(folders, memory_mib=SHELL_MEMORY_MIB),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnavailableError(
            what="the S3 server does not answer its shell", where=commands[0].split(maxsplit=1)[0]
        ) from error
    except OSError as error:
        raise BadConfigurationError(what=f"weed cannot be run: {error.strerror}", where=arguments[0]) from error
    return done.stdout


def fsyncs(printed: str) -> bool:
    """Tell from what ``fs.configure`` printed whether every put below the buckets is fsynced."""
    start = re.search(r"^\{", printed, re.MULTILINE)
    if start is None:
        return False
    configuration, _ = json.JSONDecoder().raw_decode(printed[start.start() :])
    locations = configuration.get("locations", [])
    return any(place.get("locationPrefix") == BUCKETS and place.get("fsync") is True for place in locations)
