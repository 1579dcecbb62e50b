"""Texts in addresses, e.g. the number of a case: one that cannot be read is that of no page of ours."""

from werkzeug.routing import UnicodeConverter, ValidationError

from web.bounds import is_text


class TextConverter(UnicodeConverter):
    """What can be read alone: no NUL, which PostgreSQL keeps in no text, no controls, no lone surrogates.

    It stands in the place of werkzeug's own ``string``, so that no route can forget it.
    """

    def to_python(self, value: str) -> str:
        """Give the text; raise ValidationError, by which the route does not match, for what cannot be read."""
        text = str(super().to_python(value))
        if not is_text(text):
            raise ValidationError
        return text
