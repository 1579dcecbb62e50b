"""QR codes as pictures in the page itself: what they say never goes into an address."""

import segno
from markupsafe import Markup

_MODULE_PX = 5
_QUIET_MODULES = 4  # ISO/IEC 18004 asks for four


def qr_code(text: str) -> Markup:
    """Draw a text as an SVG element without styles, which the policy of our pages refuses."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(scale=_MODULE_PX, border=_QUIET_MODULES, dark="#000", light="#fff", omitsize=True)
    return Markup(svg)  # noqa: S704 (made by segno of squares alone; the text is not in it)
