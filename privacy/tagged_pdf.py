"""A page of HTML as a PDF that a screen reader reads (PDF/UA-1): tagged, its fonts inside, made of itself alone."""


def tagged_pdf(html: str) -> bytes:
    """Make the PDF of a whole page; nothing that it names is fetched, from no server and no file of this machine."""
    from weasyprint import HTML  # noqa: PLC0415 (half a second of loading, for who makes a document alone)
    from weasyprint.urls import URLFetcher  # noqa: PLC0415 (see above)

    with_nothing = URLFetcher(allowed_protocols=())
    made: bytes = HTML(string=html, url_fetcher=with_nothing).write_pdf(pdf_variant="pdf/ua-1")
    return made
