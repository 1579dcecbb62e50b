"""Texts of several lines, as people paste them from letters and mails."""

import pytest

from web.forms.page_form import written

PASTED = "Hei,\r\n\r\nhaluan\u00a0kuulla\tpuhelu\u00adni.  \r\nYstävällisin terveisin\u202e\u2028Aino\u200b"
KEPT = "Hei,\n\nhaluan kuulla puheluni.\nYstävällisin terveisin\nAino"


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        (PASTED, KEPT),
        ("  yksi rivi \n", "yksi rivi"),
        ("131052\u200b-308T", "131052-308T"),
        ("\n\r\n ", ""),
        ("ääni \U0001f986", "ääni \U0001f986"),
    ],
)
def test_a_pasted_text_keeps_its_lines_and_nothing_unseen(pasted: str, kept: str) -> None:
    assert written(pasted) == kept
    assert written(kept) == kept


def test_nothing_stays_nothing() -> None:
    assert written(None) is None
