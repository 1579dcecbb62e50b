"""A mapping file (TOML): how the files of another system are called and written, in the terms of ours."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from calls.errors import BadDataError
from ledger_link.importing.file_schema import FileSchema
from ledger_link.importing.formats import DayFormat, Encoding, Formats
from ledger_link.importing.schemas import FILES

_REMEDY = "see docs/ref/register-import.md"
_Name = Annotated[str, Field(min_length=1, max_length=100)]


class _Formatted(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    encoding: Encoding | None = None
    delimiter: Annotated[str, Field(pattern=r"^[,;\t|]$")] | None = None
    decimal_comma: bool | None = None
    days: DayFormat | None = None


class _MappedFile(_Formatted):
    file: _Name | None = None
    ignore_other_columns: bool = False
    columns: dict[str, _Name] = {}
    values: dict[str, dict[str, str]] = {}


class _MappingFile(_Formatted):
    ignore_other_files: bool = False
    files: dict[str, _MappedFile] = {}


@dataclass(frozen=True, slots=True)
class FileMapping:
    """How one file is called and written.

    ``headings``: by our column, theirs. ``translations``: by our column and their value (casefolded), ours.
    """

    file: str
    formats: Formats = field(default_factory=Formats)
    headings: dict[str, str] = field(default_factory=dict)
    translations: dict[str, dict[str, str]] = field(default_factory=dict)
    ignores_other_columns: bool = False

    def settings(self) -> list[object]:
        """Give all that a row's meaning depends on, for its fingerprint."""
        formats = self.formats
        return [
            [formats.encoding, formats.delimiter, formats.decimal_comma, formats.days],
            self.headings,
            self.translations,
        ]


@dataclass(frozen=True, slots=True)
class Mapping:
    """The mapping of every file, by our file's name."""

    files: dict[str, FileMapping]
    ignores_other_files: bool = False


def plain_mapping() -> Mapping:
    """Give the mapping of a folder that is in our own form."""
    return Mapping({schema.file: FileMapping(schema.file) for schema in FILES})


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file; raise BadDataError with everything that is wrong with it."""
    try:
        read = _MappingFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadDataError(what=f"the mapping cannot be read: {error}", where=str(path)) from error
    except ValidationError as error:
        told = "; ".join(_told(one["loc"], one["msg"]) for one in error.errors())
        raise BadDataError(what=f"no mapping: {told}", where=str(path), remedy=_REMEDY) from None
    faults = [*_unknown(read), *_same_file(read)]
    if faults:
        raise BadDataError(what="; ".join(faults), where=str(path), remedy=_REMEDY)
    files = {schema.file: _file_mapping(schema, read, read.files.get(schema.name)) for schema in FILES}
    return Mapping(files, ignores_other_files=read.ignore_other_files)


def _told(place: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(map(str, place))}: {message}"


def _unknown(read: _MappingFile) -> list[str]:
    schemas = {schema.name: schema for schema in FILES}
    faults = [f"files.{name}: no such file" for name in read.files if name not in schemas]
    for name, mapped in read.files.items():
        if name in schemas:
            known = {column.name for column in schemas[name].columns}
            named = {**dict.fromkeys(mapped.columns, "columns"), **dict.fromkeys(mapped.values, "values")}
            faults += [f"files.{name}.{part}.{one}: no such column" for one, part in named.items() if one not in known]
    return faults


def _same_file(read: _MappingFile) -> list[str]:
    called = [mapped.file for mapped in read.files.values() if mapped.file]
    return [f"the file {name} is given twice" for name in sorted({one for one in called if called.count(one) > 1})]


def _file_mapping(schema: FileSchema, read: _MappingFile, mapped: _MappedFile | None) -> FileMapping:
    own: Any = mapped or _MappedFile()

    def chosen(name: str, default: object) -> Any:  # noqa: ANN401 (the format's own type)
        for part in (own, read):
            if getattr(part, name) is not None:
                return getattr(part, name)
        return default

    return FileMapping(
        file=own.file or schema.file,
        formats=Formats(
            encoding=chosen("encoding", Encoding.UTF_8),
            delimiter=chosen("delimiter", None),
            decimal_comma=chosen("decimal_comma", False),
            days=chosen("days", DayFormat.ISO),
        ),
        headings=dict(own.columns),
        translations={
            column: {theirs.casefold(): ours for theirs, ours in values.items()}
            for column, values in own.values.items()
        },
        ignores_other_columns=own.ignore_other_columns,
    )
