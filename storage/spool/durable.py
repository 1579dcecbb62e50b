"""Writes that survive a power cut: fsync the file, rename, fsync the folder (in that order)."""

import os
from pathlib import Path


def fsync_file(path: Path) -> None:
    """Force a file's bytes and size to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_folder(path: Path) -> None:
    """Force a folder's names to the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, data: bytes, *, mode: int = 0o640) -> None:
    """Put a whole file in place: a reader sees the old bytes or the new ones, never a part."""
    beside = path.with_name(path.name + ".part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    fsync_folder(path.parent)


def move_folder(source: Path, target: Path) -> None:
    """Rename a folder and make both ends of the move durable. The target must not exist."""
    source.rename(target)
    fsync_folder(target.parent)
    fsync_folder(source.parent)
