"""The house: settings and the parts made from them, each made once, when first asked for."""

from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from calls.clock import Clock, SystemClock
from calls.errors import BadConfigurationError
from storage.settings import ObjectStore as StoreKind
from storage.spool.spool import Spool
from tallenne.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from capture.plan import CapturePlan
    from ledger_link.register.client import RegisterClient
    from ledger_link.register.customer_register import OpenRegister
    from privacy.retention.run import Retention
    from storage.database.engine import Database
    from storage.objects.store import LockedStore, ObjectStore
    from storage.vault.key_ring import KeyRing
    from web.log_in_provider import LogInProvider


class House:
    """One installation of Tallenne, seen from a process that runs a part of it.

    Every part is lazy, imports too, so that a process touches only what it needs: a capture worker carries neither
    the secrets nor the code of database, objects and keys.
    """

    def __init__(self, home: Path, *, clock: Clock | None = None) -> None:
        self.home = home
        self.clock: Clock = clock or SystemClock()

    @cached_property
    def settings(self) -> Settings:
        """The settings of the home, read and checked when first needed."""
        return load_settings(self.home)

    @property
    def run_folder(self) -> Path:
        """Where running processes keep what the next start makes anew: rendered files, sockets, status."""
        return self.home / "run"

    @property
    def pool_status_file(self) -> Path:
        """Where the capture pool says which workers live."""
        return self.run_folder / "capture.json"

    @cached_property
    def spool(self) -> Spool:
        """The spool on disk."""
        spool = self.settings.spool
        return Spool(self.settings.path(spool.folder), reserve_bytes=spool.reserve_mib * 2**20)

    @cached_property
    def database(self) -> "Database":
        """The database, all of whose tables are known from here on; a relative SQLite path is meant from the home."""
        from storage.database.engine import open_database  # noqa: PLC0415 - see the class
        from tallenne.every_table import know_every_table  # noqa: PLC0415 - see the class

        know_every_table()
        settings = self.settings.database
        password = self.secret(settings.password_file) if settings.password_file else None
        scheme, _, rest = settings.url.partition("///")
        if scheme == "sqlite:" and not rest.startswith("/"):
            return open_database(f"sqlite:///{self.home / rest}", password=None)
        return open_database(settings.url, password=password)

    @cached_property
    def keys(self) -> "KeyRing":
        """The key-encryption keys, and the shares of the calls' keys."""
        from storage.vault.call_shares import CallShares  # noqa: PLC0415 - see the class
        from storage.vault.key_ring import KeyRing  # noqa: PLC0415 - see the class

        settings = self.settings.keys
        copies = [self.settings.path(folder) for folder in settings.share_copies]
        shares = CallShares(self.settings.path(settings.shares_folder), copies=copies)
        return KeyRing.load(self.settings.path(settings.folder), shares=shares)

    @cached_property
    def objects(self) -> "ObjectStore":
        """The object store that the settings name."""
        from storage.objects.file_store import FileStore  # noqa: PLC0415 - see the class
        from storage.objects.s3_store import S3Store  # noqa: PLC0415 - see the class

        settings = self.settings.objects
        if settings.store is StoreKind.FILES:
            return FileStore(self.settings.path(settings.folder))
        return S3Store(
            endpoint=str(settings.endpoint),
            region=settings.region,
            bucket=settings.bucket,
            access_key=self.secret(settings.access_key_file),
            secret_key=self.secret(settings.secret_key_file),
        )

    @cached_property
    def retention(self) -> "Retention":
        """What schedules and erases; it works on everything that is kept."""
        from privacy.retention.audit_detail import forget_old_detail  # noqa: PLC0415 - see the class
        from privacy.retention.guard import Guard  # noqa: PLC0415 - see the class
        from privacy.retention.register_rows import keep_periods  # noqa: PLC0415 - see the class
        from privacy.retention.run import Retention  # noqa: PLC0415 - see the class
        from privacy.retention.shredder import Shredder  # noqa: PLC0415 - see the class

        shredder = Shredder(
            database=self.database,
            objects=self.objects,
            keys=self.keys,
            spool=self.spool,
            clock=self.clock,
            give_back_space=self.give_back_space,
        )
        return Retention(
            shredder=shredder,
            services=self.service_purposes,
            folder=self.settings.path(self.settings.keys.shares_folder),
            clock=self.clock,
            keep_periods=partial(keep_periods, self.database, self.settings.retention, clock=self.clock),
            forget_detail=partial(forget_old_detail, self.database, self.settings.audit.detail_years, clock=self.clock),
            guard=Guard(
                database=self.database,
                clock=self.clock,
                most_days_away=self.settings.retention.most_days_away,
                most_percent_a_day=self.settings.retention.most_percent_a_day,
                witnesses=self._other_clocks,
            ),
        )

    @property
    def _other_clocks(self) -> "dict[str, Callable[[], datetime | None]]":
        """What tells the time of another machine, by what it is: the database, an object store that is not ours."""
        from privacy.retention.guard import database_moment  # noqa: PLC0415 - see the class
        from storage.objects.server_moment import server_moment  # noqa: PLC0415 - see the class

        settings = self.settings.objects
        clocks: dict[str, Callable[[], datetime | None]] = {"database": partial(database_moment, self.database)}
        if settings.store is StoreKind.S3 and not settings.embedded:
            clocks["object store"] = partial(server_moment, str(settings.endpoint))
        return clocks

    @property
    def service_purposes(self) -> dict[str, tuple[str, ...]]:
        """What the calls to each service are kept for, by its number."""
        return {service.number: service.purposes for service in self.settings.services}

    def give_back_space(self) -> None:
        """Take the bytes of deleted objects off the disk, where the object store is the embedded server."""
        from storage.s3server.configuration import Folders, Ports  # noqa: PLC0415 - see the class
        from storage.s3server.shell import give_back_space  # noqa: PLC0415 - see the class

        settings = self.settings.objects
        if settings.store is StoreKind.S3 and settings.embedded and settings.endpoint.port is not None:
            ports = Ports(s3=settings.endpoint.port, first=settings.embedded_first_port)
            give_back_space(ports, Folders(self.settings.path(settings.folder)))

    @cached_property
    def audit_objects(self) -> "LockedStore":
        """Where the audit's checkpoints are locked: a bucket, or folder, of their own beside that of the calls."""
        from storage.objects.file_store import FileStore  # noqa: PLC0415 - see the class
        from storage.objects.s3_store import S3Store  # noqa: PLC0415 - see the class
        from storage.objects.store import locked_bucket  # noqa: PLC0415 - see the class

        settings = self.settings.objects
        if settings.store is StoreKind.FILES:
            folder = self.settings.path(settings.folder)
            return FileStore(folder.with_name(f"{folder.name}-audit"))
        return S3Store(
            endpoint=str(settings.endpoint),
            region=settings.region,
            bucket=locked_bucket(settings.bucket),
            access_key=self.secret(settings.access_key_file),
            secret_key=self.secret(settings.secret_key_file),
            locks=True,
        )

    def capture_plan(self, *, keep_disclosures_in: Path | None) -> "CapturePlan":
        """Put the capture pool's plan together; raise BadConfigurationError for a prompt that cannot be played.

        With None no disclosure is copied, and the plan is only good for looking at.
        """
        from capture.plan import make_plan  # noqa: PLC0415 - see the class

        settings = self.settings
        return make_plan(
            capture=settings.capture,
            edge=settings.edge,
            services=settings.services,
            groups=settings.groups,
            disclosures=settings.disclosures,
            home=self.home,
            run_folder=self.run_folder,
            keep_disclosures_in=keep_disclosures_in,
        )

    @property
    def register(self) -> "OpenRegister":
        """The customer register that the settings name, to be opened in a transaction."""
        from ledger_link.register.http_register import HttpRegister  # noqa: PLC0415 - see the class
        from ledger_link.register.sql_register import SqlRegister  # noqa: PLC0415 - see the class

        client = self.register_client
        return SqlRegister if client is None else partial(HttpRegister, client=client)

    @cached_property
    def register_client(self) -> "RegisterClient | None":
        """The way to another company register; None where our own tables are the register. Not to be forked."""
        from ledger_link.register.client import RegisterClient  # noqa: PLC0415 - see the class
        from ledger_link.register.settings import RegisterSource  # noqa: PLC0415 - see the class

        settings = self.settings.customer_register
        if settings.source is RegisterSource.DATABASE:
            return None
        return RegisterClient(
            str(settings.url),
            token=self.secret(settings.token_file) if settings.token_file else None,
            timeout_s=settings.timeout_ms / 1000,
            cache_s=settings.cache_s,
            clock=self.clock,
        )

    @property
    def log_in_provider(self) -> "LogInProvider | None":
        """The provider where people may log in as well, if the settings name one."""
        from web.log_in_provider import LogInProvider  # noqa: PLC0415 - see the class

        settings = self.settings.oidc
        if settings.issuer is None or settings.client_id is None:
            return None
        return LogInProvider(
            issuer=settings.issuer,
            name=settings.name,
            client_id=settings.client_id,
            client_secret=self.secret(settings.client_secret_file) if settings.client_secret_file else None,
            timeout_s=settings.timeout_ms / 1000,
            clock=self.clock,
        )

    def secret(self, file: Path) -> str:
        """Read a secret from its file; raise BadConfigurationError naming the file, never its content."""
        path = self.settings.path(file)
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadConfigurationError(
                what=f"the secret cannot be read: {error.strerror}", where=str(path), remedy="run 'tallenne init'"
            ) from error
