"""The viewer speaks Finnish, Swedish and English completely."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from calls.outcome import CallState, Reason
from ledger_link.linking.link import LinkRule
from ledger_link.records.card import LeaseState
from ledger_link.tables.leases import PartyRole
from rights.access.tasks import Task
from rights.identity.passwords import PasswordFault
from web import labels
from web.languages import TRANSLATED, TRANSLATIONS

WEB = Path(labels.__file__).parent
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "_l": None, "ngettext": (1, 2)}
_PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")


@pytest.fixture(scope="module")
def said() -> set[str]:
    """Every text that code and templates say, by Babel's own extraction."""
    with (WEB / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # Babel's own omission
    found = extract_from_dir(WEB, methods, options, keywords=KEYWORDS)
    return {str(message) for _, _, message, _, _ in found}


def catalogue(language: str) -> Catalog:
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_no_other(language: str, said: set[str]) -> None:
    written = {str(message.id): message for message in catalogue(language) if message.id}
    assert set(written) == said
    assert [text for text, message in written.items() if not is_written(message) or message.fuzzy] == []


def is_written(message: Message) -> bool:
    """Whether each form of a text is translated: of what is counted there are several."""
    return all(message.string if isinstance(message.string, (list, tuple)) else [message.string])


@pytest.mark.parametrize("language", TRANSLATED)
def test_places_for_names_and_times_are_kept(language: str) -> None:
    for message in catalogue(language):
        if message.id:
            assert sorted(_PLACE.findall(str(message.string))) == sorted(_PLACE.findall(str(message.id)))


def test_every_word_of_ours_has_a_label() -> None:
    assert set(labels.STATES) == set(CallState)
    assert set(labels.REASONS) == set(labels.WHY_NO_AUDIO) == set(Reason)
    assert set(labels.TASKS) == set(labels.TASK_EXPLANATIONS) == set(Task)
    assert set(labels.LINK_RULES) == set(LinkRule)
    assert set(labels.ROLES) == set(PartyRole)
    assert set(labels.LEASE_STATES) == set(LeaseState)
    assert set(labels.PASSWORD_FAULTS) == set(PasswordFault)
