"""containers/make-secrets makes exactly what docker-compose.yml asks for, readable by the right user alone."""

import json
import os
import ssl
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from rights.audit.signing_key import load_signing_key
from storage.vault.key_ring import KeyRing

ROOT = Path(__file__).parents[2]


def make_secrets(folder: Path) -> None:
    environment = {**os.environ, "SECRETS_FOLDER": str(folder)}
    command = [str(ROOT / "containers/make-secrets"), "calls.example.net"]
    subprocess.run(command, env=environment, check=True, capture_output=True)


@pytest.fixture(scope="module")
def container_secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "secrets"
    make_secrets(folder)
    return folder


def test_every_secret_of_the_compose_file_is_made_and_no_other(
    container_secrets: Path, compose: dict[str, Any]
) -> None:
    made = {path.relative_to(container_secrets).as_posix() for path in container_secrets.rglob("*") if path.is_file()}
    assert made == {Path(secret["file"]).name for secret in compose["secrets"].values()} | {
        "keys/kek-1",
        "keys/audit-signing-key",
    }


def test_a_secret_is_readable_by_the_user_of_its_containers_alone(
    container_secrets: Path, compose: dict[str, Any]
) -> None:
    for path in container_secrets.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0 or path.is_dir(), path.name
    for service in compose["services"].values():
        user = int(service["user"].split(":")[0])
        for secret in service.get("secrets", ()):
            name = secret if isinstance(secret, str) else secret["source"]
            owner = (container_secrets / name).stat().st_uid
            assert owner == (user if os.geteuid() == 0 else os.geteuid()), name


def test_running_it_again_changes_nothing(container_secrets: Path) -> None:
    before = {path: path.read_bytes() for path in container_secrets.rglob("*") if path.is_file()}
    make_secrets(container_secrets)
    assert {path: path.read_bytes() for path in container_secrets.rglob("*") if path.is_file()} == before


def test_parts_can_read_what_was_made(container_secrets: Path) -> None:
    assert load_signing_key(container_secrets / "keys")
    assert KeyRing.load(container_secrets / "keys").version == 1
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(container_secrets / "web-certificate.pem", container_secrets / "web-certificate-key.pem")
    password = (container_secrets / "database-password").read_bytes()
    assert password == (container_secrets / "database-password-server").read_bytes()


def test_credentials_of_the_object_store_are_for_one_bucket_and_no_administration(
    container_secrets: Path, compose: dict[str, Any]
) -> None:
    (identity,) = json.loads((container_secrets / "seaweedfs-s3.json").read_text(encoding="utf-8"))["identities"]
    bucket = compose["services"]["archive"]["environment"]["TALLENNE_OBJECTS__BUCKET"]
    assert identity["actions"] == [
        *(f"{action}:{bucket}" for action in ("Read", "Write", "List", "Tagging")),
        *(f"{action}:{bucket}-audit" for action in ("Read", "Write", "List", "PutObjectRetention")),
    ]
    access, secret = (
        (container_secrets / name).read_text(encoding="ascii").strip() for name in ("s3-access-key", "s3-secret-key")
    )
    assert identity["credentials"] == [{"accessKey": access, "secretKey": secret}]


def test_every_door_inside_the_object_store_has_a_key(container_secrets: Path) -> None:
    security = tomllib.loads((container_secrets / "seaweedfs-security.toml").read_text(encoding="utf-8"))
    keys = [
        table["key"]
        for section in ("signing", "filer_signing")
        for table in (security["jwt"][section], security["jwt"][section]["read"])
    ]
    assert len(set(keys)) == 4
    assert all(len(key) == 64 for key in keys)
    assert {"master", "volume", "filer", "s3", "client"} <= set(security["grpc"])
