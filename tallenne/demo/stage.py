"""The stage: a house on loopback with its home prepared, started and awaited."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy.orm import Session

from calls.errors import TallenneError, UnavailableError
from capture.edge.configuration import edge_files
from capture.edge.control import EdgeControl
from capture.pool.status import read_status
from ledger_link.importing.folder import import_folder
from ledger_link.linking.relinking import relink
from rights.access.approvals import waiting_for
from rights.access.deciding import decide_and_do
from rights.identity.accounts import (
    actor_of,
    add_account,
    find_account,
    grant_task,
    list_accounts,
    renew_link,
)
from softphones.ports import free_ports
from storage.agents import active_agents, add_agent, renew_password
from storage.database.calls import AgentRow
from storage.vault.field_vault import FieldVault
from tallenne.commands.agent import publish_directory
from tallenne.demo.cast import ACCOUNTS, AGENTS, APPROVER
from tallenne.house import House
from tallenne.installing import install
from tallenne.operator import operator
from tallenne.settings import HOME_VARIABLE

READY_TIMEOUT_S = 90.0
STOP_TIMEOUT_S = 90.0
_POLL_S = 0.2
_RING_TIMEOUT_S = 8
# without a controller no document is published and no letter has a sender
_CONTROLLER = {
    "TALLENNE_CONTROLLER__NAME": "Mallikodit Oy",
    "TALLENNE_CONTROLLER__BUSINESS_ID": "0123456-2",
    "TALLENNE_CONTROLLER__ADDRESS": "Mallikatu 1, 00990 Helsinki",
    "TALLENNE_CONTROLLER__EMAIL": "tietosuoja@example.com",
    "TALLENNE_CONTROLLER__TELEPHONE": "+358 10 2001000",
}
# this repository's own folder: the demo shows a clone, an installed wheel has no sample register
REASON = "demo"  # one word for the pages of all three languages
_SAMPLE_REGISTER = Path(__file__).parents[2] / "sample_register"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What was made for this run: SIP passwords by user, one-time links by login."""

    sip_passwords: dict[str, str]
    links: dict[str, str]


def prepare_home(home: Path) -> House:
    """Make the home, with ports that are free now and a ring time that nobody has to wait for."""
    os.environ[HOME_VARIABLE] = str(home)
    groups = [
        {"name": "asiakaspalvelu", "strategy": "all", "ring_timeout_s": 20},
        {"name": "kundtjanst", "strategy": "order", "ring_timeout_s": 20},
        {"name": "english", "strategy": "all", "ring_timeout_s": _RING_TIMEOUT_S},
    ]
    os.environ["TALLENNE_GROUPS"] = json.dumps(groups)
    os.environ["TALLENNE_SPOOL__RESERVE_MIB"] = "16"
    for name, value in {**_free_addresses(), **_CONTROLLER}.items():
        os.environ.setdefault(name, value)
    install(home)
    return House(home)


def _free_addresses() -> dict[str, str]:
    """Choose ports that nobody uses, so that the demo runs beside whatever is on this machine."""
    return {
        "TALLENNE_EDGE__SIP_PORT": str(free_ports()),
        "TALLENNE_EDGE__INTERNAL_PORT": str(free_ports()),
        "TALLENNE_CAPTURE__FIRST_SIP_PORT": str(free_ports(8)),
        "TALLENNE_CAPTURE__FIRST_RTP_PORT": str(free_ports(8 * 32)),
        "TALLENNE_WEB__PORT": str(free_ports()),
        "TALLENNE_OBJECTS__ENDPOINT": f"http://127.0.0.1:{free_ports()}",
        "TALLENNE_OBJECTS__EMBEDDED_FIRST_PORT": str(free_ports(12)),
    }


def furnish(house: House) -> Credentials:
    """Load the sample register, make agents and accounts; what an earlier run made gets new secrets."""
    with house.database.begin() as session:
        vault = FieldVault(house.keys)
        import_folder(session, _SAMPLE_REGISTER, vault=vault, progress=lambda _step, _done, _total: None)
    relink(house.database, clock=house.clock, progress=lambda _done, _total: None)
    domain = house.settings.edge.domain
    passwords, links = {}, {}
    with house.database.begin() as session:
        known = {row.sip_user for row in active_agents(session)}
        for role in AGENTS:
            if role.sip_user in known:
                agent = renew_password(session, sip_user=role.sip_user, domain=domain)
            else:
                agent = add_agent(
                    session,
                    name=role.name,
                    sip_user=role.sip_user,
                    domain=domain,
                    groups=role.groups,
                    clock=house.clock,
                )
            passwords[role.sip_user] = agent.sip_password
        session.flush()
        publish_directory(house, session)
        by = operator()
        known_accounts = {account.login: account for account in list_accounts(session, by=by, clock=house.clock)}
        agents = {row.sip_user: row for row in active_agents(session)}
        for account in ACCOUNTS:
            if account.login in known_accounts:
                link = renew_link(session, login=account.login, by=by, clock=house.clock)
                for permit in sorted(set(account.permits) - known_accounts[account.login].permits):
                    grant_task(session, login=account.login, permit=permit, reason=REASON, by=by, clock=house.clock)
            else:
                link = add_account(
                    session,
                    name=account.name,
                    login=account.login,
                    tasks=account.permits,
                    reason=REASON,
                    agent_id=_id_of(agents, account.agent),
                    by=by,
                    clock=house.clock,
                )
            links[account.login] = link.address(house.settings.web.address)
        _approve(session, house)
    house.database.dispose()
    return Credentials(sip_passwords=passwords, links=links)


def _approve(session: Session, house: House) -> None:
    """Play the second person, who approves that the trainer and the agent hear calls."""
    row = find_account(session, APPROVER.login)
    approver = actor_of(session, row.id, house.clock) if row is not None else None
    if approver is None:
        raise UnavailableError(what=f"the demo's account {APPROVER.login!r} is not there", remedy="take a new home")
    for asked in waiting_for(session, by=approver, clock=house.clock):
        if asked.reason == REASON:
            decide_and_do(session, asked.id, is_approved=True, by=approver, clock=house.clock)


def _id_of(agents: dict[str, AgentRow], sip_user: str | None) -> int | None:
    return agents[sip_user].id if sip_user else None


@contextmanager
def running(house: House) -> Iterator[Path]:
    """Run ``tallenne up`` while the block lasts, its log in a file (which is given); wait until all of it answers."""
    log = house.home / "demo.log"
    log.unlink(missing_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tallenne", "up"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, HOME_VARIABLE: str(house.home)},
            start_new_session=True,  # Ctrl-C is the demo's: it stops the phones first
        )
        try:
            _wait_until_ready(house, process, log)
            yield log
        finally:
            _stop(process, log)


def _wait_until_ready(house: House, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while True:
        if process.poll() is not None:
            raise UnavailableError(what="the house did not start", where=str(log), remedy="read its end")
        missing = _missing(house)
        if not missing:
            return
        if time.monotonic() > deadline:
            raise UnavailableError(what=f"not ready in time: {missing}", where=str(log), remedy="read its end")
        time.sleep(_POLL_S)


def _missing(house: House) -> str:
    """Name the first part that does not answer yet; empty when all do."""
    try:
        httpx.get(f"{house.settings.web.address}/health", timeout=2).raise_for_status()
        files = edge_files(home=house.home, run_folder=house.run_folder)
        EdgeControl(files.control_socket).registered_users()
        workers = len(read_status(house.pool_status_file).workers)
        house.objects.find("no/such/object")
    except httpx.HTTPError:
        return "the viewer"
    except TallenneError as error:
        return error.where
    return "" if workers == house.settings.capture.workers else "the workers"


def _stop(process: "subprocess.Popen[bytes]", log: Path) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        process.kill()
        raise UnavailableError(what="the house did not stop in time", where=str(log)) from error
