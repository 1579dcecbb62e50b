"""``tallenne init``: make a home."""

import os
from pathlib import Path
from typing import Annotated

import typer

from tallenne.house import House
from tallenne.installing import install
from tallenne.settings import home_from

app = typer.Typer(add_completion=False)


@app.command()
def init(
    ctx: typer.Context,
    *,
    home: Annotated[Path | None, typer.Option(help="The folder to make. Default: $TALLENNE_HOME, or ./var.")] = None,
) -> None:
    """Write settings, keys, prompts and an empty database into a home; what is there already stays."""
    os.umask(0o027)  # nothing in a home is for other users of the machine
    house: House = ctx.obj
    folder = home_from(home) if home else house.home
    installed = install(folder)
    for name in installed.made:
        typer.echo(f"made  {name}")
    typer.echo(f"The home is {folder}. Read tallenne.toml there, then: tallenne doctor, tallenne up")
