"""A process that opens the database knows every table of it: the fixtures import more than it would by itself."""

import json
import subprocess
import sys

from sqlalchemy import inspect

from storage.database.engine import Database
from tallenne.house import House

KNOWN = """
import json, sys
from pathlib import Path
from tallenne.house import House
House(Path(sys.argv[1])).database
from privacy.retention.call_traces import naming_tables
from privacy.retention.person_rows import about_persons, needing_persons
from storage.database.base import Base
print(json.dumps({
    "tables": sorted(Base.metadata.tables),
    "of_calls": sorted(naming_tables()),
    "of_persons": sorted({table.name for table, _ in (*about_persons(), *needing_persons())}),
}))
"""


def referring(database: Database, to: str) -> list[str]:
    schema = inspect(database.engine)
    return sorted(
        table
        for table in schema.get_table_names()
        if any(key["referred_table"] == to for key in schema.get_foreign_keys(table))
    )


def test_a_process_of_the_house_knows_what_names_calls_and_persons(house: House) -> None:
    asked = [sys.executable, "-c", KNOWN, str(house.home)]
    known = json.loads(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)
    schema = inspect(house.database.engine)
    tables = sorted({*schema.get_table_names()} - {"alembic_version"})
    assert known["tables"] == tables
    assert known["of_persons"] == referring(house.database, "persons")
    named = [one for one in tables if "call_id" in {column["name"] for column in schema.get_columns(one)}]
    assert known["of_calls"] == named
