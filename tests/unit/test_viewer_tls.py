"""With which TLS the viewer speaks (ASVS V12.1)."""

import ssl
from pathlib import Path

from web.serve import server_options
from web.settings import WebSettings

WEAK = ("NULL", "EXP", "RC4", "3DES", "DES-CBC", "MD5", "anon")


def context() -> ssl.SSLContext:
    settings = WebSettings.model_validate(
        {"certificate_file": "web.crt", "certificate_key_file": "web.key", "base_url": "https://calls.example.net"}
    )
    options = server_options(settings, certificate=Path("web.crt"), certificate_key=Path("web.key"))
    made: ssl.SSLContext = options["ssl_context"](None, lambda: ssl.create_default_context(ssl.Purpose.CLIENT_AUTH))
    return made


def test_older_versions_than_1_2_are_not_spoken() -> None:
    assert context().minimum_version is ssl.TLSVersion.TLSv1_2
    assert context().maximum_version is ssl.TLSVersion.MAXIMUM_SUPPORTED


def test_no_weak_cipher_is_offered_and_every_key_is_long_enough() -> None:
    ciphers = context().get_ciphers()
    assert ciphers
    for cipher in ciphers:
        assert not any(weak in cipher["name"] for weak in WEAK), cipher["name"]
        assert cipher["strength_bits"] >= 128, cipher["name"]
    assert "TLS_AES_256_GCM_SHA384" in {cipher["name"] for cipher in ciphers}
