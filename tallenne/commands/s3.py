"""``tallenne s3``: run the embedded S3 server."""

import structlog
import typer

from calls.errors import BadConfigurationError
from storage.s3server.configuration import LOOPBACK
from storage.s3server.server import EmbeddedServer
from storage.settings import ObjectSettings
from storage.settings import ObjectStore as StoreKind
from tallenne.house import House
from tallenne.logs import log_to_stderr
from tallenne.stopping import stop_on_signals

app = typer.Typer(add_completion=False)
_log = structlog.get_logger("s3")


@app.command()
def s3(ctx: typer.Context) -> None:
    """Run the embedded S3 server in the foreground, on loopback; SIGTERM ends it in order."""
    house: House = ctx.obj
    log_to_stderr("s3")
    stop = stop_on_signals()
    settings = house.settings.objects
    server = EmbeddedServer(
        house.settings.path(settings.folder),
        s3_port=_own_port(settings),
        first_port=settings.embedded_first_port,
        bucket=settings.bucket,
    )
    with server:
        server.start(
            access_key=house.secret(settings.access_key_file), secret_key=house.secret(settings.secret_key_file)
        )
        _log.info("the S3 server is ready", endpoint=server.endpoint, bucket=settings.bucket)
        server.run(stop)
    _log.info("the S3 server ended in order")


def _own_port(settings: ObjectSettings) -> int:
    if settings.store is not StoreKind.S3 or not settings.embedded:
        raise BadConfigurationError(
            what="the object store of this home is not the embedded S3 server", where="[objects] store, embedded"
        )
    endpoint = settings.endpoint
    if endpoint.scheme != "http" or endpoint.host != LOOPBACK or endpoint.port is None:
        raise BadConfigurationError(
            what=f"the embedded S3 server is at http://{LOOPBACK}, not at {endpoint}",
            where="[objects] endpoint",
            remedy="set embedded = false for a server of your own",
        )
    return endpoint.port
