"""Every action of the audit has a name before people, and every detail that is shown."""

from rights.audit.log_view import TOLD
from rights.audit.trail import Action
from web.audit_labels import ACTIONS, DETAILS, action_name


def test_every_action_has_its_name() -> None:
    assert set(ACTIONS) == set(Action)
    assert len({str(name) for name in ACTIONS.values()}) == len(ACTIONS)


def test_every_detail_that_is_shown_has_its_name() -> None:
    assert set(DETAILS) == TOLD


def test_action_of_a_newer_version_is_told_as_it_was_written() -> None:
    assert action_name("something-new") == "something-new"
