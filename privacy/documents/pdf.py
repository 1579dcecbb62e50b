"""A document as a PDF that a screen reader reads (PDF/UA): tagged, titled, in its language, with fonts inside."""

from typing import TYPE_CHECKING

from markupsafe import escape

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher

_STYLE = """
@page { size: A4; margin: 22mm 20mm 24mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9pt
"DejaVu Sans"; color: #444; } }
body { font: 10.5pt/1.5 "DejaVu Sans", sans-serif; color: #111; }
h1 { font-size: 19pt; line-height: 1.25; margin: 0 0 2mm; }
h2 { font-size: 12.5pt; margin: 7mm 0 1.5mm; break-after: avoid; }
h3 { font-size: 10.5pt; margin: 4mm 0 1mm; break-after: avoid; }
p { margin: 0 0 2mm; } ul { margin: 0 0 2mm; padding-left: 6mm; }
dl { display: grid; grid-template-columns: 42mm 1fr; gap: 1mm 4mm; margin: 0; } dt { color: #444; } dd { margin: 0; }
.under { color: #444; }
"""


def document_pdf(html: str, *, title: str, under: str, language: str) -> bytes:
    """Make the PDF of a document's text; ``under`` is the line beneath the title (version and day)."""
    from weasyprint import HTML  # noqa: PLC0415 (a second of loading that no other page needs)

    page = (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>"
        f'<p class="under">{escape(under)}</p>{html}</body></html>'
    )
    made = HTML(string=page, url_fetcher=_fetching_nothing()).write_pdf(pdf_variant="pdf/ua-1")
    return bytes(made)


def _fetching_nothing() -> "URLFetcher":
    """Give what a document is fetched with: no text in it makes this server ask another."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415 (see above)

    class NoFetcher(URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            del headers
            raise ValueError(f"documents fetch nothing: {url[:20]}")

    return NoFetcher()
