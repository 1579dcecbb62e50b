"""Measures how long a large audit takes to verify, and what a row costs: ``python -m bench.audit --rows 1000000``."""

import argparse
import gc
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, text, update

from bench.postgres import postgres
from calls.clock import SystemClock
from rights.access.actor import operator_actor
from rights.audit.chain_rows import ChainRow, SealedRow, SubjectRow, TailRow
from rights.audit.checkpoints import make_checkpoint
from rights.audit.leaf import GENESIS, LeafInput, leaf_hash, link, moment_text
from rights.audit.merkle import Frontier
from rights.audit.trail import Action, record
from rights.audit.verifying import readers_for, verify
from rights.tables import AuditPersonRow, AuditRow
from storage.database.base import Base
from storage.database.engine import Database, open_database
from storage.database.migration import upgrade

BATCH = 10_000
WRITTEN_ONE_BY_ONE = 500
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
LOGINS = 50
AIM_S = 20


def main() -> None:
    """Fill an audit, verify it, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tallenne-bench-") as folder, _database(given.database, folder) as database:
        upgrade(database)
        began = time.perf_counter()
        _fill(database, given.rows)
        print(f"filled with {given.rows} rows: {time.perf_counter() - began:.1f} s, load {os.getloadavg()[0]:.1f}")
        key = Ed25519PrivateKey.generate()
        make_checkpoint(database, key, clock=SystemClock())
        gc.disable()  # as the command does
        for readers in dict.fromkeys((readers_for(database), 0)):
            began, busy = time.perf_counter(), time.process_time()
            verdict = verify(database, [key.public_key()], readers=readers)
            took, own = time.perf_counter() - began, time.process_time() - busy
            told = f"{took:.1f} s on the clock, {own:.1f} s of this process"
            print(f"verified with {readers} processes beside: {told} (aim {AIM_S} s)")
        print(f"{verdict.size} rows, {len(verdict.findings)} findings, checkpoint {verdict.checkpoint}")
        began = time.perf_counter()
        for _ in range(WRITTEN_ONE_BY_ONE):
            with database.begin() as session:
                actor = operator_actor("bench")
                record(session, actor=actor, action=Action.CALL_SHOWN, persons=[1], clock=SystemClock())
        each_ms = (time.perf_counter() - began) / WRITTEN_ONE_BY_ONE * 1000
        print(f"one row in a transaction of its own: {each_ms:.2f} ms")


@contextmanager
def _database(kind: str, folder: str) -> Iterator[Database]:
    if kind == "sqlite":
        database = open_database(f"sqlite:///{folder}/audit.sqlite")
        yield database
        database.dispose()
        return
    Path(folder).chmod(0o755)
    with postgres(Path(folder) / "postgres") as url:
        database = open_database(url)
        yield database
        database.dispose()


def _fill(database: Database, count: int) -> None:
    """Write rows as the product does, many at a time: each with a sealed name, three of five about a person."""
    tree, head = Frontier(), GENESIS
    with database.begin() as session:
        for number in range(1, LOGINS + 1):
            session.add(SubjectRow(id=number, subject=f"login:agent{number}", secret=bytes(32), made_at=BEGUN))
    for first in range(1, count + 1, BATCH):
        rows: list[dict[str, Any]] = []
        persons, sealed, places = [], [], []
        for audit_id in range(first, min(first + BATCH, count + 1)):
            at = BEGUN + timedelta(seconds=audit_id)
            row = _row(audit_id, at)
            rows.append(row)
            about = [audit_id % 90_000 + 1] if audit_id % 5 < 3 else []  # noqa: PLR2004 (see above)
            persons += [{"audit_id": audit_id, "person_id": person_id} for person_id in about]
            part = (audit_id % LOGINS + 1, os.urandom(60))
            sealed.append({"audit_id": audit_id, "subject_id": part[0], "sealed": part[1]})
            columns = (audit_id, moment_text(at), *list(row.values())[2:])
            leaf = leaf_hash(LeafInput(columns, about, [(part[0], part[1].hex())], moment_text(at), before_chain=False))
            head = link(head, leaf)
            place = {"position": audit_id - 1, "audit_id": audit_id, "chained_at": at, "before_chain": False}
            places.append({**place, "leaf_sha256": leaf, "chain_sha256": head})
            tree.append(leaf)
        with database.begin() as session:
            # past the ORM
            for model, told in ((AuditRow, rows), (AuditPersonRow, persons), (SealedRow, sealed), (ChainRow, places)):
                if told:
                    session.connection().execute(
                        insert(Base.metadata.tables[model.__tablename__]), told
                    )  # past the ORM
            grown = {"size": tree.size, "chain_sha256": head, "frontier": tree.to_bytes()}
            session.execute(update(TailRow).values(grown))
    with database.begin() as session:
        if database.engine.dialect.name == "postgresql":
            session.execute(text("SELECT setval('audit_id_seq', :last)"), {"last": count})
            session.execute(text("SELECT setval('audit_subjects_id_seq', :last)"), {"last": LOGINS})
        session.execute(text("ANALYZE"))


def _row(audit_id: int, at: datetime) -> dict[str, Any]:
    login = f"agent{audit_id % LOGINS + 1}"
    is_audio = audit_id % 4 == 0
    return {
        "id": audit_id,
        "at": at,
        "account_id": audit_id % LOGINS + 1,
        "login": login,
        "name": None,
        "action": "listened" if is_audio else "call-shown",
        "call_id": f"0199a1b2-0000-7000-8000-{audit_id % 100_000:012d}",
        "purpose": "training" if is_audio else None,
        "listening_id": f"0199a1b2-0000-7000-9000-{audit_id:012d}" if is_audio else None,
        "first_byte": 0 if is_audio else None,
        "stop_byte": 65536 if is_audio else None,
        "detail": None if is_audio else f'{{"persons": [{audit_id % 90_000 + 1}]}}',
    }


if __name__ == "__main__":
    main()
