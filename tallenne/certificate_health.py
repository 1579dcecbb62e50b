"""The viewer's certificate as browsers look at it: is it for this host, in force, and by an authority (ASVS 12.2.2).

Only the file is looked at. Whether browsers trust the authority, and what a proxy in front shows, is seen from outside.
"""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from calls.errors import BadConfigurationError
from tallenne.finding import Finding, Health
from tallenne.house import House

_SUBJECT = "certificate"
_SOON = timedelta(days=21)
_REMEDY = "get one for the host of web.base_url from an authority that the browsers know"


def certificate_health(house: House) -> Iterator[Finding]:
    """Say how the certificate of the viewer stands; nothing where it has none of its own."""
    settings = house.settings.web
    if settings.certificate_file is None:
        return
    path = house.settings.path(settings.certificate_file)
    certificate = _load(path)
    left = certificate.not_valid_after_utc - house.clock.now()
    host = settings.base_url.host if settings.base_url else None
    until = f"until {certificate.not_valid_after_utc:%Y-%m-%d}"
    if left <= timedelta() or certificate.not_valid_before_utc > house.clock.now():
        yield Finding(_SUBJECT, Health.BAD, f"{path.name} is not in force ({until})", _REMEDY)
    elif host is None or not _names(certificate, host):
        yield Finding(_SUBJECT, Health.BAD, f"{path.name} does not name {host}", _REMEDY)
    elif certificate.issuer == certificate.subject:
        yield Finding(_SUBJECT, Health.DOUBTFUL, f"{path.name} is signed by itself: browsers warn of it", _REMEDY)
    elif left < _SOON:
        yield Finding(_SUBJECT, Health.DOUBTFUL, f"{path.name} ends in {left.days} days", "renew it")
    else:
        yield Finding(_SUBJECT, Health.GOOD, f"{path.name}, for {host}, {until}")


def _load(path: Path) -> x509.Certificate:
    """Read the first certificate of a file: the host's own, the chain follows it."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())[0]
    except (ValueError, IndexError) as error:
        raise BadConfigurationError(what="no certificate in PEM", where=str(path), remedy=_REMEDY) from error


def _names(certificate: x509.Certificate, host: str) -> bool:
    """Tell whether a certificate is for a host; browsers look at the alternative names alone (RFC 9525)."""
    try:
        extension = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    except x509.ExtensionNotFound:
        return False
    names = extension.value
    if not isinstance(names, x509.SubjectAlternativeName):
        return False
    try:
        return ip_address(host.strip("[]")) in names.get_values_for_type(x509.IPAddress)
    except ValueError:
        known = {name.casefold() for name in names.get_values_for_type(x509.DNSName)}
        return bool({host.casefold(), f"*.{host.casefold().partition('.')[2]}"} & known)
