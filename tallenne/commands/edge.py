"""``tallenne edge``: become the SIP edge."""

import typer

from capture.edge.configuration import edge_files
from capture.edge.process import prepare_edge, run_edge
from tallenne.house import House

app = typer.Typer(add_completion=False)


@app.command()
def edge(ctx: typer.Context) -> None:
    """Run the SIP edge (Kamailio) in the foreground."""
    house: House = ctx.obj
    settings = house.settings
    files = edge_files(home=house.home, run_folder=house.run_folder)
    prepare_edge(
        edge=settings.edge, capture=settings.capture, services=settings.services, groups=settings.groups, files=files
    )
    run_edge(settings.edge, files)
