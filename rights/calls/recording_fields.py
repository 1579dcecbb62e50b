"""The statement of the register of recordings, row by row: where data is kept and shown, who sees it, what tries it.

The rows of the customer register are in ``rights.register.register_fields``.
"""

from dataclasses import dataclass

from rights.access.tasks import Task


@dataclass(frozen=True, slots=True)
class RecordingField:
    """One row. ``columns`` are ``table.column``; any one of ``tasks`` opens it; ``test`` is one as pytest names it."""

    statement: str
    columns: tuple[str, ...]
    page: str
    tasks: tuple[Task, ...]
    test: str


_CALLS = (Task.VIEW_CALLS,)
_AUDIO = (Task.LISTEN, Task.EXPORT_AUDIO)
_FACTS = "tests/contract/test_catalogue.py::test_facts_are_the_promised_object"
_CALL = "/calls/<id>"

RECORDING_FIELDS: tuple[RecordingField, ...] = (
    RecordingField(
        "start time and duration of the call", ("calls.started_at", "calls.duration_ms"), _CALL, _CALLS, _FACTS
    ),
    RecordingField("name of the employee who answered", ("calls.agent_name",), _CALL, _CALLS, _FACTS),
    RecordingField(
        "the conversation as audio, for a stated purpose",
        ("recordings.object_key", "recordings.sha256"),
        _CALL,
        _AUDIO,
        "tests/contract/test_listening.py::test_served_ranges_equal_audited_ranges",
    ),
    RecordingField(
        "the customer's number and the service number",
        ("calls.caller_e164", "calls.service_number"),
        _CALL,
        _CALLS,
        _FACTS,
    ),
    RecordingField(
        "that the caller was told: which disclosure, from when to when",
        ("disclosures.name", "disclosures.language", "disclosures.sha256", "disclosures.started_at"),
        _CALL,
        _CALLS,
        _FACTS,
    ),
    RecordingField(
        "how the call ended, or why there is no recording",
        ("calls.state", "calls.reason"),
        _CALL,
        _CALLS,
        "tests/contract/test_catalogue.py::test_call_without_audio_says_why",
    ),
    RecordingField(
        "purposes that may be stated",
        ("purposes.code", "purpose_uses.use_of"),
        _CALL,
        _AUDIO,
        "tests/contract/test_listening.py::test_purpose_must_be_one_of_the_list",
    ),
    RecordingField(
        "who listened, when and for what purpose",
        ("audit.at", "audit.login", "audit.purpose", "audit.first_byte"),
        _CALL,
        _CALLS,
        "tests/contract/test_viewer_audio.py::test_who_listened_stands_on_the_page_with_the_seconds",
    ),
    RecordingField(
        "named employees, and permissions per task with their days",
        ("accounts.login", "account_permissions.task", "account_permissions.valid_until"),
        "/accounts",
        (Task.ADMINISTER_ACCOUNTS,),
        "tests/contract/test_accounts.py::test_permission_begins_and_ends",
    ),
    RecordingField(
        "kept where nobody else reads it: encrypted",
        ("recordings.wrapped_key", "recordings.key_version"),
        "none",
        (),
        "tests/contract/test_archive.py::test_a_stored_object_holds_nothing_readable",
    ),
    RecordingField(
        "dates and purposes of look-ups of a person's data",
        ("audit_persons.person_id", "audit.at", "audit.purpose"),
        "none: answered on the person's request",
        (),
        "tests/contract/test_look_ups.py::test_each_person_finds_the_rows_about_him",
    ),
)
"""The rows of the register of recordings, in the statement's order."""
