"""Changes of the settings, as a row of the log tells them."""

from flask_babel import gettext, ngettext

from rights.audit.changed_settings import HIDDEN, changes_of

_MOST = 12


def settings_told(value: str) -> str:
    """Tell which settings changed, from what to what, a line each; of a first start only the first ones."""
    try:
        changes = changes_of(value)
    except (TypeError, ValueError):  # as another version wrote it
        return value
    told = [f"{name}: {_setting(before)} → {_setting(after)}" for name, before, after in changes[:_MOST]]
    if (more := len(changes) - _MOST) > 0:
        told.append(ngettext("and %(num)d other", "and %(num)d others", more))
    return "\n".join(told)


def _setting(value: str | None) -> str:
    if value is None:
        return str(gettext("default"))
    return str(gettext("not shown here")) if value.startswith(HIDDEN) else value
