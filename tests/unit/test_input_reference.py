"""docs/ref/input.md says the figures that the code has."""

from pathlib import Path

import pytest

from privacy.cases.typed_text import LINE_MAX_CHARS, TEXT_MAX_CHARS
from privacy.copies.masks import MASKS_MAX
from rights.access.stated_reason import REASON_MAX_CHARS
from rights.identity.passwords import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS
from rights.identity.provider_identities import EMAIL_MAX_CHARS
from rights.identity.recovery_codes import CODE_CHARS
from rights.listening.case_numbers import CASE_NUMBER_CHARS
from rights.tables import LOGIN_CHARS
from web.bounds import FIRST_DAY, LAST_DAY, MAX_CURSOR_CHARS, MAX_NUMBER
from web.forms import identity, register, search
from web.settings import MAX_FORM_BYTES

TEXT = (Path(__file__).parents[2] / "docs" / "ref" / "input.md").read_text(encoding="utf-8")
ROWS = {line.split(" | ")[0].removeprefix("| "): line for line in TEXT.splitlines() if line.startswith("| ")}
SAID = {
    "a request": [f"{MAX_FORM_BYTES} bytes"],
    "text of one line": [f"{LINE_MAX_CHARS} characters", f"of a search {search._TEXT_MAX_CHARS}"],
    "text of several lines": [f"{TEXT_MAX_CHARS} characters"],
    "a reason for a second person, a permission, an end": [f"{REASON_MAX_CHARS} characters"],
    "a day": [f"from {FIRST_DAY} to {LAST_DAY}"],
    "a number, an identity in an address or a choice": [str(MAX_NUMBER)],
    "a user name": [f"{LOGIN_CHARS} characters"],
    "a password": [f"{MIN_PASSWORD_CHARS} at least", f"{MAX_PASSWORD_CHARS} characters"],
    "an e-mail address at the provider": [f"{EMAIL_MAX_CHARS} characters"],
    "a code of the second factor": [f"{CODE_CHARS} letters", f"{identity._CODE_MAX_CHARS} characters"],
    "a telephone number": [f"{search._TEXT_MAX_CHARS} characters"],
    "a personal identity code": [f"{register._CODE_MAX_CHARS} characters"],
    "the number of a case": [f"{CASE_NUMBER_CHARS} characters"],
    "a place in a list, in an address": [f"{MAX_CURSOR_CHARS} characters"],
    "a mask": [f"at most {MASKS_MAX} of a call"],
}


@pytest.mark.parametrize("what", SAID)
def test_figures_are_those_of_the_code(what: str) -> None:
    for figure in SAID[what]:
        assert figure in ROWS[what]
