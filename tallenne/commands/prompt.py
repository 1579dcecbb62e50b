"""``tallenne prompt``: what callers hear."""

from pathlib import Path
from typing import Annotated

import typer

from calls.errors import BadDataError
from capture.settings import NAME_PATTERN
from tallenne.house import House
from tallenne.prompts import make_prompt

app = typer.Typer(add_completion=False, no_args_is_help=True, help="What callers hear: disclosures and hold music.")


@app.callback()
def prompt() -> None:
    """Make what callers hear: disclosures and hold music."""


@app.command()
def add(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A recording: WAV, or with ffmpeg any other format.")],
    *,
    name: Annotated[str, typer.Option(help="The name of the file in prompts/, without its ending.")],
) -> None:
    """Make a telephone prompt of a recording and put it into the home's prompts folder."""
    house: House = ctx.obj
    if not NAME_PATTERN.match(name):
        raise BadDataError(what=f"not a name: {name!r}", remedy="use small letters, digits, '-' and '_'")
    folder = house.home / "prompts"
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    made = make_prompt(file, folder / f"{name}.wav", rate_hz=house.settings.capture.sample_rate_hz)
    typer.echo(f"prompts/{name}.wav: {made.length_ms / 1000:.1f} s, level changed by {made.gain_db:+.1f} dB")
    typer.echo(f'Name it in tallenne.toml: file = "prompts/{name}.wav", then restart capture.')
