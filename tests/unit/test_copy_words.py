"""What a package says in its three languages, and the table of a copy's way."""

import string

import pytest

from privacy.copies.copy_state import KEPT, UNDER_WAY, CopyEvent, CopyState, CopyStateError, may, moved
from privacy.copies.copy_words import TEXTS, said
from privacy.copies.mask import Lane, MaskReason, Way
from privacy.copies.verify_package import WORDS
from web.copy_labels import FAULTS, LANES, REASONS, STATES, WAYS


@pytest.mark.parametrize("key", TEXTS)
def test_each_text_is_there_in_three_languages_with_the_same_places(key: str) -> None:
    texts = TEXTS[key]
    assert all(texts)
    places = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts]
    assert places[0] == places[1] == places[2]


def test_every_code_is_said() -> None:
    for language in ("fi", "sv", "en"):
        for group, codes in (("lane", Lane), ("way", Way), ("reason", MaskReason)):
            for code in codes:
                assert said(f"{group}.{code}", language)
        assert set(WORDS[language]) == set(WORDS["fi"])
    for words, wanted in ((LANES, Lane), (WAYS, Way), (REASONS, MaskReason), (STATES, CopyState)):
        assert set(words) == set(wanted)
    assert FAULTS


def test_a_copy_ends_once() -> None:
    ends = set(CopyState) - KEPT - UNDER_WAY
    for state in ends:
        for event in CopyEvent:
            assert not may(state, event)
            with pytest.raises(CopyStateError):
                moved(state, event)
    assert not may(CopyState.MADE, CopyEvent.DELIVER)  # nobody approved it
    assert all(may(state, CopyEvent.WITHDRAW) for state in KEPT | UNDER_WAY)
