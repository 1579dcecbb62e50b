"""Becomes the edge: writes its files, has them checked, then replaces this process by Kamailio."""

import os
from pathlib import Path
from typing import NoReturn

from capture.edge.configuration import EdgeFiles, check, render, render_workers, require_plain_paths
from capture.edge.directory import publish
from capture.edge.registrations import prepare_registrations
from capture.settings import CaptureSettings, EdgeSettings, GroupSettings, ServiceSettings


def prepare_edge(
    *,
    edge: EdgeSettings,
    capture: CaptureSettings,
    services: tuple[ServiceSettings, ...],
    groups: tuple[GroupSettings, ...],
    files: EdgeFiles,
) -> None:
    """Write configuration and worker list, and make what is missing besides; let Kamailio check them."""
    require_plain_paths(files)
    files.run_folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    if not files.directory.exists():
        publish(files.directory, [])
    prepare_registrations(files.registrations)
    _write(files.workers, render_workers(capture))
    _write(files.configuration, render(edge=edge, capture=capture, services=services, groups=groups, files=files))
    check(edge.kamailio, files.configuration)


def run_edge(edge: EdgeSettings, files: EdgeFiles) -> NoReturn:
    """Replace this process by Kamailio in the foreground; its log goes to standard error."""
    files.control_socket.unlink(missing_ok=True)
    arguments = [
        str(edge.kamailio),
        "-DD",
        "-E",
        "-f",
        str(files.configuration),
        "-m",
        str(edge.shared_memory_mib),
        "-Y",
        str(files.run_folder),
        "-P",
        str(files.run_folder / "kamailio.pid"),
    ]
    os.execv(edge.kamailio, arguments)  # noqa: S606 - no shell, on purpose


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o640)
