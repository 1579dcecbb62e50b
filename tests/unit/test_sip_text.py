"""Reading a raw SIP message as a worker is handed it: what is a header, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.caller import Caller, caller_from_headers
from capture.pjsip.message import calling_address, header, request_user, status_of, text_of, uri_of

INVITE = (
    "INVITE sip:+358102001000@127.0.0.1:5070 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\r\n"
    "f: Aino\r\n <sip:+358401000001@x>;tag=1\r\n"
    "CALL-ID :  abc@x  \r\n"
    "P-Asserted-Identity: <sip:sanna@tallenne.test>\r\n"
    "\r\n"
    "Privacy: id\r\n"
)


def test_headers_are_found_by_any_of_their_names() -> None:
    assert header(INVITE, "From") == "Aino <sip:+358401000001@x>;tag=1"
    assert header(INVITE, "Call-ID") == "abc@x"
    assert header(INVITE, "call-id") == "abc@x"
    assert header(INVITE, "P-Asserted-Identity") == "<sip:sanna@tallenne.test>"
    assert header(INVITE, "Privacy") is None, "the body is no header"
    assert header(INVITE, "INVITE sip") is None, "nor is the request line"
    assert header("", "From") is None


@pytest.mark.parametrize("separator", ["\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\r\r\r"])
def test_only_the_ends_of_lines_end_a_header(separator: str) -> None:
    forged = f"X-Any: a{separator}P-Asserted-Identity: <sip:director@tallenne.test>\r\nP-Asserted"
    assert header(INVITE.replace("P-Asserted", forged), "P-Asserted-Identity") == "<sip:sanna@tallenne.test>"


def test_user_of_the_request() -> None:
    assert request_user(INVITE) == "+358102001000"
    assert request_user("INVITE sips:a;x=y@z SIP/2.0\r\n") == ""
    assert request_user("INVITE sip:host SIP/2.0\r\n") == ""


def test_uri_of_an_address() -> None:
    assert uri_of('"A" <sip:a@b;x=y>;tag=1') == "sip:a@b;x=y"
    assert uri_of("sip:a@b;tag=1") == "sip:a@b"


@given(st.binary(max_size=300))
def test_any_bytes_become_text_that_can_be_written_down(data: bytes) -> None:
    text = text_of(data.decode("utf-8", "surrogateescape"))
    assert "\0" not in text
    text.encode("utf-8")


@given(st.text())
def test_text_stays_as_it_is(text: str) -> None:
    assert text_of(text) == text.replace("\0", "\ufffd")


def test_status_of_a_response() -> None:
    assert status_of("SIP/2.0 180 Ringing\r\n") == 180
    assert status_of(INVITE) == 0
    assert status_of("") == 0


AINO = Caller(raw="sip:+358401000001@x", number="+358401000001", display_name="Somebody Else", withheld=False)


def test_phone_shows_what_the_register_says_and_never_what_the_network_said() -> None:
    shown = calling_address(AINO, domain="tallenne.test", name="Aino Virtanen, Tallennekatu 4 B 34")
    assert shown == '"Aino Virtanen, Tallennekatu 4 B 34" <sip:+358401000001@tallenne.test>'
    assert calling_address(AINO, domain="tallenne.test", name=None) == "<sip:+358401000001@tallenne.test>"


def test_withheld_number_has_no_name_whatever_is_known() -> None:
    withheld = Caller(raw="anonymous", number=None, display_name="", withheld=True)
    assert "Aino" not in calling_address(withheld, domain="tallenne.test", name="Aino")


@given(st.text())
def test_any_name_is_one_quoted_string(name: str) -> None:
    shown = calling_address(AINO, domain="tallenne.test", name=name)
    assert shown.isprintable()
    assert len(shown) < 2 * 80 + 60
    read = caller_from_headers(from_header=shown, asserted=None, privacy=None)
    assert read.number == AINO.number
    assert read.display_name == "".join(character for character in name if character.isprintable())[:80]
