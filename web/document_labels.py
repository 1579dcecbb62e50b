"""The settings that the documents cannot do without, in the visitor's words."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

_SETTINGS: Mapping[str, LazyString] = MappingProxyType(
    {
        "controller.name": _l("the controller's name"),
        "controller.address": _l("the postal address"),
        "controller.email or telephone": _l("an e-mail address or a telephone number"),
        "objects.provider": _l("the company that keeps the recordings, with its country"),
    }
)
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "controller.email or telephone": "controller.email / controller.telephone",
        "objects.provider": "objects.provider, objects.provider_country",
    }
)
"""What the settings are called where they are two."""


def missing_said(missing: Sequence[str]) -> list[tuple[LazyString | str, str]]:
    """Give what is missing in words, each with the name of its setting, for who can write it there."""
    return [(_SETTINGS.get(name, name), _NAMES.get(name, name)) for name in missing]
