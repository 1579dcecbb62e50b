"""What all our forms are: read from the fields that a page posts, and from nothing else."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from flask import g, request
from flask_babel import gettext
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.validators import StopValidation

from calls.errors import BadDataError
from web.bounds import FIRST_DAY, LAST_DAY, is_day, is_number, is_text

_UNFILLED = "unfilled_forms"


class PageForm(FlaskForm):
    """A form of a page. Flask-WTF would also take a JSON body for one, whatever it holds."""

    class Meta(FlaskForm.Meta):
        """Where the fields come from."""

        def wrap_formdata(self, _form: FlaskForm, _formdata: object) -> MultiDict[str, str] | None:
            """Give the posted fields; None where the form is only shown."""
            return request.form if request.method == "POST" and not g.get(_UNFILLED) else None


@contextmanager
def unfilled() -> Iterator[None]:
    """Make the forms within as they are first shown, also where the fields of another form of the page were posted."""
    setattr(g, _UNFILLED, True)
    try:
        yield
    finally:
        g.pop(_UNFILLED, None)


def stripped(text: str | None) -> str | None:
    """Leave out the blanks around a text: a filter of fields."""
    return text.strip() if text else text


def pasted(text: str | None) -> str | None:
    """Leave out what copying brings along: marks of direction, and blanks other than one space. A filter of fields."""
    if text is None:
        return None
    return " ".join("".join(character for character in text if unicodedata.category(character) != "Cf").split())


def posted_line(name: str, *, most: int) -> str:
    """Give one line that was posted beside a button, without a form of its own; empty where there is none.

    Raises BadDataError for characters that cannot be read, and for more than ``most`` of them: nothing is cut off what
    somebody says.
    """
    text = pasted(request.form.get(name)) or ""
    if not is_text(text):
        raise BadDataError(what="there are characters in the text that cannot be read", where=name)
    if len(text) > most:
        raise BadDataError(what=f"the text is above {most} characters", where=name, remedy="shorten it")
    return text


def written(text: str | None) -> str | None:
    """Write a text of several lines as it is kept, pasted from a letter or a mail or not: a filter of fields.

    Marks of direction and of hyphenation are left out, blanks of every kind are one space, ends of lines one character.
    """
    if text is None:
        return None
    kinds = ((character, unicodedata.category(character)) for character in text.expandtabs(1))
    plain = "".join(" " if kind == "Zs" else character for character, kind in kinds if kind != "Cf")
    return "\n".join(line.rstrip() for line in plain.splitlines()).strip()


def readable(_form: FlaskForm, field: Field) -> None:
    """See that a text can be read: a validator of fields."""
    if field.data and not is_text(field.data):
        raise StopValidation(gettext("There are characters in it that cannot be read."))


def readable_lines(_form: FlaskForm, field: Field) -> None:
    """See that each line of a text can be read: a validator of fields."""
    if field.data and not all(is_text(line) for line in field.data.splitlines()):
        raise StopValidation(gettext("There are characters in it that cannot be read."))


def possible_day(_form: FlaskForm, field: Field) -> None:
    """See that a day is within our bounds: a validator of fields."""
    if field.data and not is_day(field.data):
        raise StopValidation(within_bounds())


def within_bounds() -> str:
    """Ask for a day within our bounds."""
    text: str = gettext(
        "Give a day between the years %(first)s and %(last)s.", first=FIRST_DAY.year, last=LAST_DAY.year
    )
    return text


def number_of(value: str | int) -> int:
    """Read an identity among choices, posted or our own: ValueError, which a field reports, where it can be none."""
    if not is_number(str(value)):
        raise ValueError(value)
    return int(value)


def number_or_nobody(value: str | int) -> int | None:
    """Read an identity among choices, of which the empty one stands for nobody."""
    return number_of(value) if value else None
