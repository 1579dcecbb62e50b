"""What the phones show: the names of those who are surely calling, written when the register or the day changes."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from fixtures_register import import_into, person_id
from fixtures_rights import OPERATOR, HandClock, RunCommand
from sqlalchemy import select

from ledger_link.linking.caller_names import caller_names
from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from ledger_link.tables.persons import PersonRow, PhoneNumberRow
from rights.audit.trail import Action, record
from storage.database.engine import Database
from storage.spool.caller_names import CallerNames
from tallenne.caller_names import CallerNamesKeeper, publish_names
from tallenne.house import House

ON = date(2026, 11, 3)
AINO, KORHONENS, NON_DISCLOSED = "+358401000001", "+358401000002", "+358401000027"


def names(database: Database, on: date = ON) -> dict[str, str]:
    with database.read() as session:
        return dict(caller_names(session, on=on))


def test_one_sure_holder_is_named_with_the_apartment(register: Database) -> None:
    assert names(register)[AINO] == "Aino Virtanen, Tallenteentie 4 A 1"


def test_a_shared_number_has_no_name(register: Database) -> None:
    assert KORHONENS not in names(register)


def test_nobody_under_turvakielto_has_a_name_and_nobody_who_shares_the_number(register: Database) -> None:
    assert NON_DISCLOSED not in names(register)
    with register.begin() as session:
        salla = session.scalars(select(PersonRow).where(PersonRow.person_no == "P-0027")).one()
        # a number that she gave up long ago, and that is Aino's alone today
        session.add(
            PhoneNumberRow(
                person_id=salla.id, e164=AINO, raw=AINO, valid_from=date(2001, 1, 1), valid_until=date(2001, 1, 2)
            )
        )
    told = names(register)
    assert AINO not in told
    assert not any("Rantanen" in name for name in told.values())


def test_a_home_where_somebody_under_turvakielto_ever_had_a_part_is_not_told(register: Database) -> None:
    with register.begin() as session:
        lease_id = session.scalars(select(LeaseRow.id).where(LeaseRow.lease_no == "V-1001")).one()
        session.add(
            LeasePartyRow(
                lease_id=lease_id,
                person_id=person_id(session, "P-0027"),
                role="other_occupant",
                starts_on=date(2019, 3, 1),
                ends_on=date(2019, 3, 2),
            )
        )
    assert names(register)[AINO] == "Aino Virtanen"


def test_an_address_belongs_to_the_days_of_the_lease(register: Database) -> None:
    with register.begin() as session:
        session.scalars(select(LeaseRow).where(LeaseRow.lease_no == "V-1001")).one().ends_on = ON
    assert names(register)[AINO].endswith("Tallenteentie 4 A 1")
    assert AINO not in names(register, ON + timedelta(days=1)), "a number outlives a lease, and is given on"


def test_every_name_is_of_one_whom_the_linker_would_link(register: Database) -> None:
    told = names(register)
    assert len(told) > 10
    assert all(name and name.isprintable() for name in told.values())
    assert len(set(told)) == len(told)


def test_the_file_follows_days_and_imports(house: House, hand_clock: HandClock) -> None:
    house.clock = hand_clock
    import_into(house.database, Path(__file__).parents[2] / "sample_register")
    keeper, shown = CallerNamesKeeper(house), CallerNames(house.spool.callers)
    assert keeper.step()
    assert shown.name_of(AINO) == "Aino Virtanen, Tallenteentie 4 A 1"
    assert not keeper.step(), "nothing has changed"
    with house.database.begin() as session:
        session.scalars(select(PersonRow).where(PersonRow.person_no == "P-0001")).one().surname = "Lahtinen"
        record(session, actor=OPERATOR, action=Action.LOGGED_IN, clock=hand_clock)
    assert not keeper.step(), "nobody imported"
    with house.database.begin() as session:
        record(session, actor=OPERATOR, action=Action.REGISTER_IMPORTED, clock=hand_clock)
    assert keeper.step()
    assert shown.name_of(AINO) == "Aino Lahtinen, Tallenteentie 4 A 1"
    with house.database.begin() as session:
        record(session, actor=OPERATOR, action=Action.REGISTER_ROWS_DELETED, clock=hand_clock)
    assert keeper.step(), "the retention deleted somebody"
    hand_clock.advance(days=1)
    assert keeper.step(), "another day"


@pytest.mark.parametrize("command", [("register", "relink", "--json")])
def test_a_relink_writes_the_names(house: House, run_command: RunCommand, command: tuple[str, ...]) -> None:
    import_into(house.database, Path(__file__).parents[2] / "sample_register")
    assert run_command(*command).exit_code == 0
    assert CallerNames(house.spool.callers).name_of(AINO) is not None


def test_without_a_register_there_are_no_names_and_no_fault(house: House) -> None:
    assert publish_names(house) == 0
    assert CallerNames(house.spool.callers).name_of(AINO) is None
