"""``tallenne web``: serve the viewer."""

from collections.abc import Container
from functools import partial

import typer
from flask import Flask

from calls.errors import BadConfigurationError
from rights.audit.signing_key import load_signing_key
from rights.identity.breached_passwords import BreachedPasswords
from rights.identity.passwords import NOT_KNOWN
from storage.database.migration import require_head
from tallenne.changed_settings import WEB, audit_settings
from tallenne.house import House
from tallenne.house_facts import house_facts
from tallenne.logs import log_to_stderr
from tallenne.storage_place import audit_storage_place
from web.app import create_app
from web.languages import require_catalogues
from web.serve import serve

app = typer.Typer(add_completion=False)

_SECRET_MIN_CHARS = 32


@app.command()
def web(ctx: typer.Context) -> None:
    """Serve the viewer in the foreground; SIGTERM ends it in order."""
    house: House = ctx.obj
    settings = house.settings.web
    secret_key = _secret_key(house)
    require_catalogues()
    require_head(house.database)
    breached = usable_breached_passwords(house)
    audit_storage_place(house, process="web")
    audit_settings(house, process=WEB)
    house.database.dispose()  # each worker process opens its own connections

    def make_app() -> Flask:
        return create_app(
            settings=settings,
            database=house.database,
            objects=house.objects,
            keys=house.keys,
            clock=house.clock,
            secret_key=secret_key,
            register=house.register,
            house_facts=house_facts(house.settings),
            service_purposes=house.service_purposes,
            retention_settings=house.settings.retention,
            services={service.number: service.name for service in house.settings.services},
            provider=house.log_in_provider,
            breached=breached,
            audit_key=partial(load_signing_key, house.settings.path(house.settings.keys.folder)),
        )

    log_to_stderr("web")
    serve(
        settings,
        make_app=make_app,
        certificate=settings.certificate_file and house.settings.path(settings.certificate_file),
        certificate_key=settings.certificate_key_file and house.settings.path(settings.certificate_key_file),
    )


def usable_breached_passwords(house: House) -> Container[str]:
    """Give the operator's file, or none; raise BadConfigurationError where it is not what it must be."""
    file = house.settings.accounts.breached_passwords
    if file is None:
        return NOT_KNOWN
    breached = BreachedPasswords(house.settings.path(file))
    breached.require_usable()
    return breached


def _secret_key(house: House) -> str:
    file = house.settings.web.secret_key_file
    secret = house.secret(file)
    if len(secret) < _SECRET_MIN_CHARS:
        raise BadConfigurationError(
            what=f"the secret has fewer than {_SECRET_MIN_CHARS} characters",
            where=str(house.settings.path(file)),
            remedy="delete the file and run 'tallenne init'",
        )
    return secret
