"""SIP messages as the endpoint reads and writes them, the trace of sipp, and digest authentication."""

import pytest

from softphones import digest
from softphones.sip_message import SipWireMessage, address_of, uri_of
from softphones.sip_trace import parse_trace

INVITE = (
    b"INVITE sip:elina@127.0.0.1 SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKabc;rport\r\n"
    b"Record-Route: <sip:127.0.0.1:5070;lr;r2=on>, <sip:127.0.0.1:5060;lr;r2=on>\r\n"
    b"Record-Route: <sip:10.0.0.1;lr>\r\n"
    b'f: "A, B" <sip:a@b>;tag=1\r\n'
    b"To: <sip:elina@127.0.0.1>\r\n"
    b"i: one@two\r\n"
    b"CSeq: 7 INVITE\r\n"
    b"Content-Length: 4\r\n\r\nv=0\n"
)
TRACE = """\
----------------------------------------------- 2026-01-31 12:00:00.500000
UDP message sent (10 bytes):

INVITE sip:a@b SIP/2.0
Call-ID: x
CSeq: 1 INVITE

----------------------------------------------- 2026-01-31 12:00:01.000000
UDP message received [10] bytes :

SIP/2.0 200 OK
Call-ID: x
CSeq: 1 INVITE
Retry-After: 10

v=0
"""


def test_request_is_read() -> None:
    message = SipWireMessage.parse(INVITE)
    assert message is not None
    assert (message.method, message.status, message.branch, message.call_id) == (
        "INVITE",
        None,
        "z9hG4bKabc",
        "one@two",
    )
    assert message.all_headers("record-route") == [
        "<sip:127.0.0.1:5070;lr;r2=on>",
        "<sip:127.0.0.1:5060;lr;r2=on>",
        "<sip:10.0.0.1;lr>",
    ]
    assert message.body == "v=0\n"


def test_response_copies_what_it_must_and_tags_to() -> None:
    message = SipWireMessage.parse(INVITE)
    assert message is not None
    again = SipWireMessage.parse(bytes(message.response(180, "Ringing", to_tag="t")))
    assert again is not None
    assert (again.status, again.method, again.header("To")) == (180, "INVITE", "<sip:elina@127.0.0.1>;tag=t")
    assert again.header("From") == '"A, B" <sip:a@b>;tag=1'
    assert again.header("Content-Length") == "0"


@pytest.mark.parametrize("noise", [b"", b"\r\n\r\n", b"\x00\x01\x02", b"GET / HTTP/1.1\r\n\r\n"])
def test_noise_is_no_message(noise: bytes) -> None:
    assert SipWireMessage.parse(noise) is None


@pytest.mark.parametrize(
    ("name_address", "uri", "address"),
    [
        ('"X" <sip:a@127.0.0.1:5070;lr>;tag=1', "sip:a@127.0.0.1:5070;lr", ("127.0.0.1", 5070)),
        ("sip:127.0.0.1", "sip:127.0.0.1", ("127.0.0.1", 5060)),
        ("<sip:127.0.0.1:5062;lr>", "sip:127.0.0.1:5062;lr", ("127.0.0.1", 5062)),
    ],
)
def test_addresses(name_address: str, uri: str, address: tuple[str, int]) -> None:
    assert uri_of(name_address) == uri
    assert address_of(uri) == address


def test_address_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="not a SIP URI"):
        address_of("tel:+358")


def test_trace_of_sipp() -> None:
    sent, received = parse_trace(TRACE)
    assert (sent.sent, sent.method, sent.status, sent.call_id) == (True, "INVITE", None, "x")
    assert (received.sent, received.method, received.status) == (False, "INVITE", 200)
    assert received.header("retry-after") == "10"
    assert received.header("Contact") is None
    assert (received.at - sent.at).total_seconds() == 0.5


def test_digest_without_qop_is_that_of_the_rfc() -> None:
    # RFC 2069's scheme, which RFC 2617 keeps for challenges without qop; the values of RFC 2617 section 3.5
    value = digest.authorization(
        'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"',
        user="Mufasa",
        password="Circle Of Life",  # noqa: S106 (the RFC's own)
        method="GET",
        uri="/dir/index.html",
    )
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in value


def test_digest_with_qop_names_its_nonce() -> None:
    challenge = 'Digest realm="r", nonce="n", qop="auth"'
    value = digest.authorization(challenge, user="u", password="p", method="REGISTER", uri="sip:r")  # noqa: S106
    assert "qop=auth, nc=00000001, cnonce=" in value
