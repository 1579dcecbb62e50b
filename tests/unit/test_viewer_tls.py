"""With which TLS the viewer speaks (ASVS V12.1)."""

import ssl
from pathlib import Path

from web.serve import server_options
from web.settings import WebSettings


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


def test_ciphers_have_forward_secrecy_authenticated_encryption_and_enough_bits() -> None:
    ciphers = context().get_ciphers()
    assert ciphers
    for cipher in ciphers:
        is_of_1_3 = cipher["protocol"] == "TLSv1.3"
        assert is_of_1_3 or cipher["name"].startswith("ECDHE-"), cipher["name"]
        assert cipher["aead"], cipher["name"]
        assert cipher["strength_bits"] >= 128, cipher["name"]


def test_the_strongest_cipher_comes_first_and_the_server_chooses() -> None:
    assert context().options & ssl.OP_CIPHER_SERVER_PREFERENCE
    names = [cipher["name"] for cipher in context().get_ciphers()]
    assert names[0] == "TLS_AES_256_GCM_SHA384"
    of_gcm = [name for name in names if name.startswith("ECDHE-RSA") and "GCM" in name]
    assert of_gcm == ["ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256"]
