"""``tallenne copy``: make the copies that were ordered, or verify one."""

import hashlib
import io
import sys
import zipfile
from pathlib import Path
from typing import Annotated

import structlog
import typer
from sqlalchemy import select

from calls.errors import BadDataError, ExitCode
from privacy.copies.age_file import SUFFIX, decrypted
from privacy.copies.copy_rows import CopyRow
from privacy.copies.verify_package import Folder, Package, verify
from storage.database.migration import require_head
from tallenne.copies import CopyHouse
from tallenne.house import House
from tallenne.logs import log_to_stderr
from tallenne.running import require_store
from tallenne.stopping import stop_on_signals

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Make copies of data that were ordered, or verify one."
)
_log = structlog.get_logger("copies")


@app.command()
def run(
    ctx: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Make what is ordered now, then end.")] = False,
) -> None:
    """Make copies that were ordered, in the foreground; SIGTERM ends it between two copies."""
    house: House = ctx.obj
    require_head(house.database)
    if once:
        require_store(house)
        typer.echo(f"{CopyHouse(house).run_once()} copies made")
        return
    log_to_stderr("copies")
    stop = stop_on_signals()
    _log.info("the making of copies is ready")
    CopyHouse(house).run(stop)
    _log.info("the making of copies ended in order")


@app.command("verify")
def verify_copy(
    ctx: typer.Context,
    *,
    path: Annotated[Path, typer.Argument(help="The package: .zip.age, .zip, or the folder that it was unpacked to.")],
    identity: Annotated[
        Path | None, typer.Option(help="The file with the age key that opens it. Default: its passphrase is read.")
    ] = None,
) -> None:
    """Prove that a package is whole; of an encrypted one also tell which copy it is.

    The passphrase is asked for, or read from standard input.
    """
    if path.name.endswith(SUFFIX):
        sealed = _read(path)
        typer.echo(_named(ctx.obj, hashlib.sha256(sealed).hexdigest()))
        secret = {"identity": _read(identity).decode()} if identity else {"passphrase": _passphrase()}
        source: Folder | Package = _package(io.BytesIO(decrypted(sealed, **secret)), path)
    else:
        source = Folder(path) if path.is_dir() else _package(io.BytesIO(_read(path)), path)
    _language, manifest, count, faults = verify(source)
    for name, fault in faults:
        typer.echo(f"{name}: {fault}")
    if faults:
        typer.secho(f"{len(faults)} faults: the package is not what was made", fg="red")
        raise typer.Exit(ExitCode.BROKEN)
    typer.secho(f"{count} files, none of them changed; manifest {manifest}", fg="green")


def _named(house: House, sha256: str) -> str:
    """Tell which copy of this house an encrypted file is: its hash was kept when it was made."""
    with house.database.read() as session:
        row = session.scalar(select(CopyRow).where(CopyRow.sha256 == sha256))
    return f"copy {row.id} of {row.case_no}, {row.state}" if row else "no copy that this house made, or it was changed"


def _passphrase() -> str:
    if sys.stdin.isatty():
        prompted: str = typer.prompt("Passphrase", hide_input=True, err=True)
        return prompted
    return sys.stdin.readline().strip()


def _package(file: io.BytesIO, path: Path) -> Package:
    try:
        return Package(file)
    except zipfile.BadZipFile as error:
        raise BadDataError(what=f"no ZIP file: {error}", where=str(path)) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadDataError(what=f"cannot be read: {error.strerror}", where=str(path)) from error
