"""The field for a day: typed as 31.12.2026 whatever language the browser speaks; ISO 8601 is taken too."""

from collections.abc import Sequence
from typing import Any

from wtforms import DateField
from wtforms.widgets import TextInput

from web.day_text import DAY_PATTERN, day_fault, day_form, read_day, typed_day


class DayField(DateField):
    """A ``date``, or None where nothing was typed; what was typed wrong is written back with what to do about it."""

    widget = TextInput()

    def __call__(self, **attributes: object) -> str:
        """Write the input, with the form of a day in it while it is empty."""
        told = {"placeholder": day_form(), "pattern": DAY_PATTERN, "inputmode": "decimal", "autocomplete": "off"}
        written: str = super().__call__(**{**told, **attributes})
        return written

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return typed_day(self.data) if self.data else ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read what was typed; ValueError, which becomes the field's error, where it is no day."""
        self.data = None
        text = str(valuelist[0]).strip() if valuelist else ""
        if not text:
            return
        try:
            self.data = read_day(text)
        except ValueError as error:
            raise ValueError(day_fault(error)) from error
