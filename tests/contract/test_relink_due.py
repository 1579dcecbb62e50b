"""Relinking after an import: the calls of the numbers of which the register says something else now, and no others."""

import pytest
from fixtures_register import REGISTER_KEYS, SAMPLE_REGISTER, FolderMaker, add_call, import_into, no_progress, person_id
from fixtures_rights import HandClock
from sqlalchemy import select

from ledger_link.importing.folder import import_read
from ledger_link.importing.folder_reading import read_folder
from ledger_link.linking.due_numbers import NumberToRelinkRow
from ledger_link.linking.link_decisions import decide
from ledger_link.linking.linker import link_calls, link_of
from ledger_link.linking.relinking import RelinkReport, relink, relink_due
from ledger_link.tables.call_links import CallLinkRow
from ledger_link.tables.organisations import OrganisationNumberRow
from ledger_link.tables.persons import PhoneNumberRow
from storage.database.calls import CallRow
from storage.database.engine import Database
from storage.vault.field_vault import FieldVault

AINO = "+358401000001"


def due(database: Database) -> RelinkReport:
    return relink_due(database, clock=HandClock(), progress=lambda _done, _all: None)


@pytest.fixture
def called(register: Database) -> Database:
    """The sample register, with a call of every number in it, linked; nothing is due."""
    with register.begin() as session:
        numbers = {*session.scalars(select(PhoneNumberRow.e164)), *session.scalars(select(OrganisationNumberRow.e164))}
        ids = [add_call(session, number).id for number in sorted(numbers)]
        link_calls(session, ids, clock=HandClock())
    assert due(register).changed == 0
    return register


def links(database: Database) -> dict[str, tuple[object, ...]]:
    with database.read() as session:
        ids = list(session.scalars(select(CallLinkRow.call_id)))
        return {
            one: (link.status, link.rule, link.persons, link.candidates)
            for one in ids
            for link in [link_of(session, one)]
        }


CHANGES = {
    "a number ends": (
        "phone_numbers",
        "P-0001,+358401000001,2019-03-01,",
        "P-0001,+358401000001,2019-03-01,2020-01-01",
    ),
    "a number begins": ("phone_numbers", "P-0001,+358401000001,", "P-0005,+358401000001,,\nP-0001,+358401000001,"),
    "a lease ends": ("leases", "V-1001,T-01-A1,2019-03-01,,", "V-1001,T-01-A1,2019-03-01,2020-12-31,"),
    "a party leaves": ("lease_parties", "V-1001,P-0001,tenant,,", "V-1001,P-0001,tenant,,2020-12-31"),
    "a party comes": ("lease_parties", "V-1001,P-0001,tenant,,", "V-1001,P-0001,tenant,,\nV-1001,P-0031,co_tenant,,"),
    "a name sorts otherwise": ("persons", "P-0003,", "P-0003,"),
    "a switchboard ends": ("organisation_numbers", "9100,2010-01-01,", "9100,2010-01-01,2020-01-01"),
    "an employer is another": ("employments", "P-0001,Nauhuri Oy,O-01,", "P-0001,Nauhuri Oy,O-02,"),
    "who works there is protected": (
        "persons",
        "P-0001,Aino Maria,Aino,Virtanen,no",
        "P-0001,Aino Maria,Aino,Virtanen,yes",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_an_import_concerns_is_linked_as_a_whole_relink_would(
    called: Database, make_folder: FolderMaker, change: str
) -> None:
    file, old, new = CHANGES[change]
    text = (SAMPLE_REGISTER / f"{file}.csv").read_text(encoding="utf-8")
    assert old in text
    if change == "a name sorts otherwise":
        lines = text.splitlines()
        place = next(place for place, line in enumerate(lines) if line.startswith(old))
        cells = lines[place].split(",")
        lines[place] = ",".join([*cells[:3], "Aaaltonen", *cells[4:]])
        text, old = "\n".join(lines), new
    import_into(called, make_folder(**{file: text.replace(old, new, 1)}))
    report = due(called)
    assert report.changed >= 1
    assert report.checked < len(links(called)) / 2
    assert relink(called, clock=HandClock(), progress=lambda _done, _all: None).changed == 0
    assert due(called) == RelinkReport(checked=0, changed=0)


def test_what_is_deleted_concerns_its_number(called: Database, make_folder: FolderMaker) -> None:
    text = (SAMPLE_REGISTER / "phone_numbers.csv").read_text(encoding="utf-8")
    folder = make_folder(phone_numbers=text.replace("P-0001,+358401000001,2019-03-01,\n", ""))
    with called.begin() as session:
        vault = FieldVault(REGISTER_KEYS)
        read = read_folder(session, folder, vault=vault, progress=no_progress, delete_missing=True)
        assert import_read(session, read, progress=no_progress).files["phone_numbers.csv"].deleted == 1
    assert due(called) == RelinkReport(checked=1, changed=1)
    with called.read() as session:
        call = session.scalars(select(CallRow.id).where(CallRow.caller_e164 == AINO)).one()
        assert link_of(session, call).status == "none"


def test_an_unchanged_import_concerns_nobody_but_whom_a_killed_one_left(
    called: Database, make_folder: FolderMaker
) -> None:
    import_into(called, SAMPLE_REGISTER)
    assert due(called) == RelinkReport(checked=0, changed=0)
    file, old, new = CHANGES["a number ends"]
    text = (SAMPLE_REGISTER / f"{file}.csv").read_text(encoding="utf-8")
    folder = make_folder(**{file: text.replace(old, new, 1)})
    import_into(called, folder)  # killed before it relinks
    assert not import_into(called, folder).has_changes
    assert due(called) == RelinkReport(checked=1, changed=1)


def test_a_decision_stays(called: Database, make_folder: FolderMaker) -> None:
    with called.begin() as session:
        call = session.scalars(select(CallRow.id).where(CallRow.caller_e164 == AINO)).one()
        decide(session, call, [person_id(session, "P-0009")], decided_by="Mikko Salo", clock=HandClock())
    file, old, new = CHANGES["a number ends"]
    text = (SAMPLE_REGISTER / f"{file}.csv").read_text(encoding="utf-8")
    import_into(called, make_folder(**{file: text.replace(old, new, 1)}))
    assert due(called) == RelinkReport(checked=0, changed=0)
    with called.read() as session:
        assert link_of(session, call).rule == "decided"


def numbers_due(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(NumberToRelinkRow.e164)))


def test_a_whole_relink_leaves_no_number_due_but_what_is_noted_meanwhile(
    called: Database, make_folder: FolderMaker
) -> None:
    """Where another register is asked nothing else takes numbers out: those of deleted persons would stay."""
    file, old, new = CHANGES["a number ends"]
    text = (SAMPLE_REGISTER / f"{file}.csv").read_text(encoding="utf-8")
    import_into(called, make_folder(**{file: text.replace(old, new, 1)}))
    assert numbers_due(called) == {AINO}

    def import_meanwhile(_done: int, _all: int) -> None:
        due(called)  # takes the number out, so that an id could be used again
        import_into(called, make_folder(**{file: text}))

    relink(called, clock=HandClock(), progress=import_meanwhile)
    assert numbers_due(called) == {AINO}
    assert due(called) == RelinkReport(checked=1, changed=1)
    import_into(called, make_folder(**{file: text.replace(old, new, 1)}))
    relink(called, clock=HandClock(), progress=lambda _done, _all: None)
    assert numbers_due(called) == set()


def test_a_number_that_is_due_already_is_noted_anew(called: Database, make_folder: FolderMaker) -> None:
    """A whole relink that began before knows only the first note; the call may be behind it by the second."""
    file, old, new = CHANGES["a number ends"]
    text = (SAMPLE_REGISTER / f"{file}.csv").read_text(encoding="utf-8")
    import_into(called, make_folder(**{file: text.replace(old, new, 1)}))

    def import_meanwhile(_done: int, _all: int) -> None:
        import_into(called, make_folder(**{file: text}))

    relink(called, clock=HandClock(), progress=import_meanwhile)
    assert numbers_due(called) == {AINO}
    assert due(called) == RelinkReport(checked=1, changed=1)


def test_a_relink_that_is_cut_short_leaves_its_numbers_due(called: Database, make_folder: FolderMaker) -> None:
    file, old, new = CHANGES["a number ends"]
    text = (SAMPLE_REGISTER / f"{file}.csv").read_text(encoding="utf-8")
    import_into(called, make_folder(**{file: text.replace(old, new, 1)}))

    def cut(_done: int, _all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        relink(called, clock=HandClock(), progress=cut)
    assert numbers_due(called) == {AINO}


def test_many_calls_of_one_number_are_linked_in_parts(called: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger_link.linking.relinking.BATCH_CALLS", 3)
    with called.begin() as session:
        outbound = [add_call(session, None) for _ in range(4)]
        for call in outbound:
            call.direction, call.dialled_e164 = "outbound", AINO
        inbound = [add_call(session, AINO) for _ in range(4)]
        session.add(NumberToRelinkRow(e164=AINO))
        session.add(NumberToRelinkRow(e164=AINO))
        session.add(NumberToRelinkRow(e164="+358401999999"))
        ids = [call.id for call in (*outbound, *inbound)]
    assert due(called) == RelinkReport(checked=9, changed=8)
    with called.read() as session:
        assert {link_of(session, call).status for call in ids} == {"one"}
        assert session.scalars(select(NumberToRelinkRow)).all() == []
