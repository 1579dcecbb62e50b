"""Permits: a task on a scope, as it is granted, held and asked for."""

from dataclasses import dataclass

from calls.errors import BadDataError
from rights.access.scope import ALL, Scope, parse_scope
from rights.access.tasks import SCOPED_TASKS, Task, parse_task


@dataclass(frozen=True, slots=True, order=True)
class Permit:
    """A task on a scope. Tasks that are not about calls know no scope and reach all there is."""

    task: Task
    scope: Scope = ALL

    def __post_init__(self) -> None:
        if self.task not in SCOPED_TASKS and self.scope != ALL:
            raise BadDataError(what=f"{self.task} knows no scope", where=str(self.scope))

    def __str__(self) -> str:
        return f"{self.task}:{self.scope}" if self.task in SCOPED_TASKS else str(self.task)


def parse_permit(text: str) -> Permit:
    """Read what ``str(permit)`` wrote, e.g. ``listen:own`` or ``view-register``; raise BadDataError.

    A task on calls needs its scope in words: nobody is given all calls by leaving something out.
    """
    name, colon, scope = text.strip().partition(":")
    task = parse_task(name)
    if task not in SCOPED_TASKS:
        if colon:
            raise BadDataError(what=f"{task} knows no scope", where=text, remedy=f"write {task}")
        return Permit(task)
    if not colon:
        raise BadDataError(what=f"{task} needs a scope", where=text, remedy=f"e.g. {task}:own or {task}:all")
    return Permit(task, parse_scope(scope))


def permit_of(wanted: Task | Permit) -> Permit:
    """Take a task that knows no scope for its permit; raise BadDataError for one that needs a scope."""
    return wanted if isinstance(wanted, Permit) else parse_permit(wanted)
