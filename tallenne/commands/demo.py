"""``tallenne demo``: eight calls by real phones through the whole house."""

import os
import signal
import sys
from itertools import cycle
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from calls.errors import ExitCode
from softphones.errors import PhoneError
from tallenne.demo.cast import ACCOUNTS, APPROVER, EMPLOYEE, PRIVACY_OFFICER
from tallenne.demo.performance import Phones, Played, placed_call, play, registered_phones
from tallenne.demo.request import CUSTOMER, place_request, verify_request
from tallenne.demo.scenes import SCENES
from tallenne.demo.stage import Credentials, furnish, prepare_home, running
from tallenne.demo.verdict import verify
from tallenne.house import House

app = typer.Typer(add_completion=False)

_PIPED_CHARS = 160
# one caller whom the number names, and one of two who share a number: both ring at the account's own phone
_AGAIN = [scene for scene in SCENES if scene.expected.agent == EMPLOYEE.name and scene.expected.customers]


@app.command()
def demo(
    ctx: typer.Context,
    *,
    once: Annotated[bool, typer.Option(help="Verify every expectation over HTTP, then stop.")] = False,
) -> None:
    """Start the house on loopback, let phones place eight calls, show what became of them."""
    os.umask(0o027)  # nothing in a home is for other users of the machine
    given: House = ctx.obj
    console = Console(stderr=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    house = prepare_home(_demo_home(given.home))
    console.print(f"Home: {house.home}")
    credentials = furnish(house)
    differences: list[str] = []
    with running(house) as log:
        console.print(f"Everything runs; its log is {log}")
        with registered_phones(house, credentials) as phones:
            console.print(f"{len(phones)} softphones are registered")
            played = _play(house, phones, console)
            case_no = place_request(house)
            out = Console()
            if not out.is_terminal:
                out = Console(width=_PIPED_CHARS)  # what is piped has no width of its own
            out.print(_table(played))
            out.print(
                f"{CUSTOMER} asked for a copy of her data: the request {case_no} waits for {PRIVACY_OFFICER.login}"
            )
            if once:
                differences = verify(house.settings.web.address, credentials, played, case_no=case_no)
                differences += verify_request(house, case_no, played)
            else:
                _stay(house, credentials, case_no)
    if once:
        _tell(differences, console)


def _demo_home(home: Path) -> Path:
    """Keep the demo's invented data out of a home that real calls may be in."""
    return home / "demo"


def _play(house: House, phones: Phones, console: Console) -> list[Played]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        task = bars.add_task("eight calls", total=None)

        def show(done_s: float, total_s: float, what: str) -> None:
            bars.update(task, completed=done_s, total=total_s, description=what)

        return play(house, phones, progress=show)


def _table(played: list[Played]) -> Table:
    table = Table("call", "state", "reason", "agent", "duration", "customer")
    for one in played:
        call = one.call
        seconds = "" if call.duration_ms is None else f"{call.duration_ms / 1000:.2f} s"
        names = ", ".join(person.name for person in call.link.persons)
        row = (one.scene.title, call.state, call.reason, call.agent or "", seconds, names or f"({call.link.status})")
        table.add_row(*(Text(cell) for cell in row))
    return table


def _stay(house: House, credentials: Credentials, case_no: str) -> None:
    console = Console()
    console.print(f"\nThe viewer: {house.settings.web.address}\nSet a password by a one-time link, then log in:")
    for account in ACCOUNTS:
        console.print(f"  {account.login:12} {account.part:16} {credentials.links[account.login]}", soft_wrap=True)
    console.print(
        "Whoever administers, looks after privacy or approves adds an authenticator app at the first log-in.",
        soft_wrap=True,
    )
    console.print(
        f"The privacy officer's work: {house.settings.web.address}/privacy/cases/{case_no}"
        f" (log in as {PRIVACY_OFFICER.login}; {APPROVER.login} approves; docs/guide/privacy-officer.md)",
        soft_wrap=True,
    )
    console.print("\nCtrl-C stops everything; the calls stay in the home.")
    try:
        if sys.stdin.isatty():
            _call_again(house, console)
        signal.pause()
    except KeyboardInterrupt:
        console.print("Stopping.")


def _call_again(house: House, console: Console) -> None:
    """Place a call at each Enter, so that it can be seen in the viewer while it rings; return at the end of input."""
    who = EMPLOYEE.login
    for scene in cycle(_AGAIN):
        console.print(f"Enter places another call: have a page open as {who}, and see who calls.", soft_wrap=True)
        if not sys.stdin.readline():
            return
        with placed_call(house, scene) as call:
            console.print(f"{scene.title}: it rings after the disclosure, in about seven seconds")
            try:
                call.wait()
            except PhoneError as error:
                console.print(Text(str(error), style="red"))
            else:
                console.print("The call is over, and in the viewer in a few seconds.")


def _tell(differences: list[str], console: Console) -> None:
    if not differences:
        console.print("Every expectation holds.", style="green")
        return
    for difference in differences:
        console.print(Text(difference, style="red"))
    raise typer.Exit(ExitCode.FAILED)
