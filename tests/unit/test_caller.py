"""Who calls, told from the headers that may name him, whatever they contain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.caller import Caller, caller_from_headers

CASES = [
    # From, P-Asserted-Identity, Privacy -> number, display name (None: withheld)
    ("<sip:+358401000001@trunk.example>;tag=1", None, None, ("+358401000001", "")),
    ('"Aino Virtanen" <sip:0401000001@trunk.example>;tag=1', None, None, ("0401000001", "Aino Virtanen")),
    ("Aino <sip:0401000001@trunk.example>", None, None, ("0401000001", "Aino")),
    ("sip:0401000001@trunk.example;tag=1", None, None, ("0401000001", "")),
    ("<tel:+358401000001;phone-context=x>", None, None, ("+358401000001", "")),
    ("<sip:+358401000001;ext=2@trunk.example;user=phone>", None, None, ("+358401000001", "")),
    ("<sips:%2B358401000001:word@trunk.example>", None, None, ("+358401000001", "")),
    # the network knows better than the caller, who keeps the name that he gave himself
    ('"Bank" <sip:800@x>', "<tel:+358401000001>", None, ("+358401000001", "Bank")),
    ("<sip:800@x>", '"Aino" <sip:+358401000001@x>, <tel:+358401000001>', None, ("+358401000001", "Aino")),
    ("<sip:anonymous@anonymous.invalid>", "<sip:+358401000001@x>", None, ("+358401000001", "")),
    # withheld
    ('"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1', None, None, None),
    ("<sip:+358401000001@x>", None, "id", None),
    ("<sip:+358401000001@x>", "<sip:+358401000001@x>", "user; id", None),
    ("<sip:+358401000001@x>", "<sip:+358401000001@x>", "critical;HEADER", None),
    ("<sip:Restricted@x>", None, None, None),
    ("<sip:trunk.example>;tag=1", None, None, None),
    ("<sip:192.0.2.7:5060;user=phone>", None, None, None),
    ("<sip:@trunk.example>", None, None, None),
    ("<mailto:aino@x>", None, None, None),
    ("", None, None, None),
    # a privacy header that asks for nothing
    ("<sip:+358401000001@x>", None, "none", ("+358401000001", "")),
    # display names that look like addresses, that do not end, that are no text
    ('"<sip:+358409999999@evil>" <sip:+358401000001@x>', None, None, ("+358401000001", "<sip:+358409999999@evil>")),
    (r'"A \"Q\" \\ <x>" <sip:+358401000001@x>', None, None, ("+358401000001", 'A "Q" \\ <x>')),
    ('"never ends <sip:+358401000001@x>', None, None, None),
    ('"S\udcf6derstr\udcf6m" <sip:+358401000001@x>', None, None, ("+358401000001", "S\ufffdderstr\ufffdm")),
    ('"a\x00b\x1bc" <sip:+358401000001@x>', None, None, ("+358401000001", "a\ufffdb\ufffdc")),
    ("<sip:%00%0d%0a1@x>", None, None, ("\ufffd\ufffd\ufffd1", "")),
]


@pytest.mark.parametrize(("from_header", "asserted", "privacy", "expected"), CASES)
def test_caller_is_told_from_headers(
    from_header: str, asserted: str | None, privacy: str | None, expected: tuple[str, str] | None
) -> None:
    caller = caller_from_headers(from_header=from_header, asserted=asserted, privacy=privacy)
    if expected is None:
        assert caller == Caller(raw="anonymous", number=None, display_name="", withheld=True)
    else:
        assert ((caller.number, caller.display_name), caller.withheld) == (expected, False)


anything = st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF))


@given(from_header=anything, asserted=st.none() | anything, privacy=st.none() | anything)
def test_whatever_comes_can_be_written_down(from_header: str, asserted: str | None, privacy: str | None) -> None:
    caller = caller_from_headers(from_header=from_header, asserted=asserted, privacy=privacy)
    for text in (caller.raw, caller.number or "", caller.display_name):
        text.encode("utf-8")
        assert text.isprintable()
        assert len(text) <= 200
    assert (caller.number is None) == caller.withheld


@given(name=st.text(max_size=60), user=st.from_regex(r"\+?[0-9]{3,15}", fullmatch=True))
def test_quoted_name_cannot_change_the_number(name: str, user: str) -> None:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    caller = caller_from_headers(from_header=f'"{quoted}" <sip:{user}@x>;tag=1', asserted=None, privacy=None)
    assert caller.number == user
