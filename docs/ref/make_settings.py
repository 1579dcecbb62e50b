"""Writes docs/ref/settings.md from the settings' models: ``python docs/ref/make_settings.py [--check]``."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from tallenne.settings import Settings, environment_name

TARGET = Path(__file__).with_name("settings.md")
INTRODUCTION = """\
# Settings

Made by `docs/ref/make_settings.py` from the models that check the settings at every start; do not edit.

Settings stand in `tallenne.toml` in the home. A variable beats the file; its name is `TALLENNE_<SECTION>__<NAME>`,
lists and tables are given as JSON. An unknown, malformed or contradictory setting stops the start with its name and
line. Relative paths start at the home, whose place is the option `--home`, else `TALLENNE_HOME`, else `./var`. Secrets
are never values, always files.
"""
WORDS = {
    "integer": "whole number",
    "string": "text",
    "boolean": "true or false",
    "path": "path",
    "ipv4": "IPv4 address",
    "ipv4network": "IPv4 network",
    "uri": "URL",
}


def reference() -> str:
    """Give the whole page."""
    parts = [INTRODUCTION]
    for name, field in Settings.model_fields.items():
        model, many = model_of(field.annotation)
        if model is not None:
            parts.append(section(name, model, many=many))
    return "\n".join(parts)


def model_of(annotation: object) -> tuple[type[BaseModel] | None, bool]:
    """Tell the model of a section and whether there may be many of it; None for a setting without a section."""
    many = get_origin(annotation) is tuple
    inner = get_args(annotation)[0] if many else annotation
    return (inner, many) if isinstance(inner, type) and issubclass(inner, BaseModel) else (None, many)


def section(name: str, model: type[BaseModel], *, many: bool) -> str:
    """Give the text and the table of one section."""
    header = f"[[{name}]]" if many else f"[{name}]"
    variable = f"As a variable: `{environment_name((name,))}`, a JSON list of objects.\n\n" if many else ""
    columns = ("setting", "value", "default", "meaning")
    lines = [
        f"## `{header}`\n",
        f"{model.__doc__}\n".replace("``", "`"),
        variable + "| " + " | ".join(columns) + " |",
        "|---" * 4 + "|",
    ]
    schema = model.model_json_schema()
    for key, field in model.model_fields.items():
        value = " or ".join(dict.fromkeys(values(schema["properties"][key], schema)))
        meaning = " ".join((field.description or "").split())
        lines.append(f"| `{key}` | {value} | {default_of(field.default)} | {meaning} |")
    return "\n".join(lines) + "\n"


def values(node: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    """Say what a JSON schema allows."""
    if "$ref" in node:
        yield from values(schema["$defs"][node["$ref"].rsplit("/", 1)[1]], schema)
    elif "anyOf" in node:
        for choice in node["anyOf"]:
            if choice.get("type") != "null":
                yield from values(choice, schema)
    elif "enum" in node:
        yield from (f"`{json.dumps(value)}`" for value in node["enum"])
    elif node["type"] == "array":
        yield "list of: " + " or ".join(values(node["items"], schema))
    else:
        yield WORDS[node.get("format", node["type"])] + limits(node)


def limits(node: dict[str, Any]) -> str:
    """Say the bounds of a value."""
    lowest, highest = node.get("minimum"), node.get("maximum")
    words = []
    if lowest is not None and highest is not None:
        words.append(f"{lowest} to {highest}")
    elif lowest is not None:
        words.append(f"{lowest} or more")
    if "multipleOf" in node:
        words.append(f"a multiple of {node['multipleOf']}")
    if "pattern" in node:
        words.append(f"`{node['pattern']}`".replace("|", "\\|"))
    return f" ({', '.join(words)})" if words else ""


def default_of(value: object) -> str:
    """Write a default as TOML would have it."""
    if value is PydanticUndefined:
        return "*must be given*"
    if isinstance(value, NoneType):
        return "none"
    plain = [str(one) for one in value] if isinstance(value, tuple) else value
    return f"`{json.dumps(plain, default=str, ensure_ascii=False)}`"


def main(arguments: list[str]) -> int:
    """Write the page, or only compare it; 1 where it was not current."""
    text = reference()
    if "--check" in arguments:
        current = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text
        if not current:
            sys.stderr.write(f"{TARGET.name} is not current: python docs/ref/make_settings.py\n")
        return 0 if current else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
