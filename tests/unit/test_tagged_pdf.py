"""No text that is made into a PDF makes this machine ask a server, or read a file of its own."""

import socket
from pathlib import Path

import pytest

from privacy.tagged_pdf import tagged_pdf

_RED_DOT = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><circle r='4' fill='%23c0ffee'/></svg>"
_DRAWING = (
    '<img alt="x" src="{0}">',
    '<object data="{0}"></object>',
    '<link rel="attachment" href="{0}">',
    '<p style="background: url({0})">words</p>',
)
_STYLING = (
    '<link rel="stylesheet" href="{0}">',
    '<style>@font-face {{ font-family: x; src: url("{0}") }} p {{ font-family: x }}</style>',
    '<style>@import url("{0}");</style>',
)


def _page(inside: str) -> str:
    return f'<!doctype html><html lang="fi"><head><title>t</title></head><body><p>words</p>{inside}</body></html>'


@pytest.mark.parametrize("naming", [*_DRAWING, *_STYLING])
def test_a_text_that_names_a_server_asks_it_nothing(naming: str) -> None:
    """Each way of naming another resource leaves a PDF without it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)

        pdf = tagged_pdf(_page(naming.format(f"http://127.0.0.1:{server.getsockname()[1]}/x")))

        assert pdf.startswith(b"%PDF-")
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize("naming", _DRAWING)
def test_a_text_that_names_a_file_does_not_get_it(tmp_path: Path, naming: str) -> None:
    """What a file of the machine says stands in no PDF, as it would not if the file were not there."""
    file = tmp_path / "secret.svg"
    without = tagged_pdf(_page(naming.format(file.as_uri())))

    file.write_text(_RED_DOT.replace("%23", "#"))

    assert len(tagged_pdf(_page(naming.format(file.as_uri())))) == len(without)
