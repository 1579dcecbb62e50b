"""A document of the house as a PDF: titled, in its language, with its version and day."""

from markupsafe import escape

from privacy.tagged_pdf import tagged_pdf

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
    page = (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>"
        f'<p class="under">{escape(under)}</p>{html}</body></html>'
    )
    return tagged_pdf(page)
