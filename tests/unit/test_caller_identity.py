"""The identity headers of test callers, read back by the product's own reader."""

import pytest

from calls.caller import Caller, caller_from_headers
from softphones.caller_identity import CallerIdentity


@pytest.mark.parametrize("name", ["", "Aino Virtanen", 'O"Brien', "back\\slash", "<sip:other@evil>", "Määttä; x=1"])
@pytest.mark.parametrize("asserted", [False, True])
def test_number_and_name_come_through(name: str, *, asserted: bool) -> None:
    identity = CallerIdentity("+358401000001", display_name=name, asserted=asserted)
    caller = read(identity)
    assert (caller.number, caller.display_name, caller.withheld) == ("+358401000001", name, False)


@pytest.mark.parametrize("asserted", [False, True])
def test_withheld(*, asserted: bool) -> None:
    identity = CallerIdentity("+358401000001", display_name="Aino", withheld=True, asserted=asserted)
    assert "+358401000001" not in identity.from_header
    assert ("P-Asserted-Identity" in identity.more_headers) is asserted
    assert read(identity).withheld


def test_no_number_is_withheld() -> None:
    assert read(CallerIdentity(None)).withheld


def read(identity: CallerIdentity) -> Caller:
    headers = dict(line.split(": ", 1) for line in identity.more_headers.split("\r\n") if line)
    return caller_from_headers(
        from_header=identity.from_header,
        asserted=headers.get("P-Asserted-Identity"),
        privacy=headers.get("Privacy"),
    )
