"""What is compiled once a run and not once for each test: SQL statements and the viewer's routes.

Every test has a database and an application of its own. In a process of the product, which has one of each, a statement
is compiled once; here that was done hundreds of times and took a third of the tests' time, and SQLAlchemy's mappers
kept the compiled statements of a hundred engines that were gone (a gigabyte).
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

STATEMENTS = 4000
"""More than there are; a statement that is pushed out is compiled anew."""

Builder = Callable[..., tuple[str, str]]


def compile_statements_once() -> None:
    """Let engines of the same kind share what they compiled.

    The key of a compiled statement begins with the dialect, and each engine has one of its own: those of a kind, which
    all stand before the same server, count as the same.
    """
    shared: dict[type, LRUCache[Any, Any]] = {}

    def cache_of(self: Engine) -> LRUCache[Any, Any]:
        return shared.setdefault(type(self.dialect), LRUCache(STATEMENTS))

    Engine._compiled_cache = property(cache_of, lambda _self, _own: None)  # type: ignore[assignment]
    DefaultDialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]


def compile_routes_once() -> None:
    """Let rules of the same path share the functions that build their addresses: these take the rule as an argument."""
    shared: dict[tuple[object, ...], Builder] = {}
    compiled = Rule._compile_builder

    def compile_builder(self: Rule, append_unknown: bool = True) -> Builder:  # noqa: FBT001, FBT002 (werkzeug's own)
        if self.defaults:
            return compiled(self, append_unknown)
        key = (tuple(self._trace), append_unknown)
        if key not in shared:
            shared[key] = compiled(self, append_unknown)
        return shared[key]

    Rule._compile_builder = compile_builder  # type: ignore[method-assign]
