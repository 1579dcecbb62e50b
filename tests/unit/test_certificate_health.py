"""What the doctor says of the viewer's certificate."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from calls.errors import BadConfigurationError
from tallenne.certificate_health import certificate_health
from tallenne.finding import Finding, Health
from tallenne.house import House
from web.settings import WebSettings

NOW = datetime(2026, 11, 10, 8, tzinfo=UTC)


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certificate(*names: str, days: int = 90, issuer: str = "authority", begins: int = -1) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(named("host"))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=begins))
        .not_valid_after(NOW + timedelta(days=days))
    )
    if names:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
    return made.sign(key, SHA256()).public_bytes(Encoding.PEM)


def told(folder: Path, content: bytes | None) -> list[Finding]:
    """Look at the certificate of a house at calls.example.net; None is a house without one."""
    given: dict[str, object] = {"base_url": "https://calls.example.net", "behind_tls_proxy": True}
    if content is not None:
        (folder / "web.crt").write_bytes(content)
        given |= {"certificate_file": "web.crt", "certificate_key_file": "web.key"}
    settings = SimpleNamespace(web=WebSettings.model_validate(given), path=lambda relative: folder / relative)
    house = SimpleNamespace(settings=settings, clock=SimpleNamespace(now=lambda: NOW))
    return list(certificate_health(cast("House", house)))


@pytest.mark.parametrize(
    ("content", "health", "what"),
    [
        (certificate("Calls.Example.net"), Health.GOOD, "for calls.example.net, until 2027-02-08"),
        (certificate("*.example.net"), Health.GOOD, "until"),
        (certificate("*.net"), Health.BAD, "does not name calls.example.net"),
        (certificate("example.net"), Health.BAD, "does not name"),
        (certificate(), Health.BAD, "does not name"),
        (certificate("calls.example.net", days=0), Health.BAD, "not in force"),
        (certificate("calls.example.net", begins=1), Health.BAD, "not in force"),
        (certificate("calls.example.net", issuer="host"), Health.DOUBTFUL, "signed by itself"),
        (certificate("calls.example.net", days=20), Health.DOUBTFUL, "ends in 20 days"),
        (certificate("calls.example.net") + certificate("x", days=0), Health.GOOD, "until"),  # the chain behind it
    ],
)
def test_certificate_is_looked_at_as_browsers_do(tmp_path: Path, content: bytes, health: Health, what: str) -> None:
    [finding] = told(tmp_path, content)
    assert (finding.health, what in finding.what) == (health, True), finding


def test_without_one_there_is_nothing_to_say_and_what_is_none_is_refused(tmp_path: Path) -> None:
    assert told(tmp_path, None) == []
    for content in (b"", b"-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n"):
        with pytest.raises(BadConfigurationError, match="no certificate in PEM"):
            told(tmp_path, content)
