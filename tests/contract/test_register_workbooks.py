"""A damaged workbook is named by file and line; no foreign error, and so no cell's content, comes out of it."""

import io
import random
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from fixtures_register import import_into
from openpyxl import Workbook

from ledger_link.importing.problem import BadRegisterError
from storage.database.engine import Database

CODE = "010594Y9032"
SHEET = "xl/worksheets/sheet1.xml"
FLIPS = 60
PERSONS = 40


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(("person_no", "first_names", "surname", "non_disclosure"))
    for number in range(PERSONS):
        sheet.append((f"X-{number}", "Åke", "Öhman", "no"))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def members(book: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def told(database: Database, folder: Path, book: bytes) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "persons.xlsx").write_bytes(book)
    with pytest.raises(BadRegisterError) as refused:
        import_into(database, folder)
    return str(refused.value)


@pytest.mark.parametrize("kind", ["n", "b", "d", "s"])
def test_a_cell_that_is_not_what_it_says_is_not_told(database: Database, tmp_path: Path, kind: str) -> None:
    parts = members(workbook())
    cell = f'<c r="A3" t="{kind}"><v>{CODE}</v></c>'.encode()
    start = parts[SHEET].index(b'<c r="A3"')
    stop = parts[SHEET].index(b"</c>", start) + len(b"</c>")
    parts[SHEET] = parts[SHEET][:start] + cell + parts[SHEET][stop:]
    said = told(database, tmp_path / "books", packed(parts))
    assert "persons.xlsx:3: a damaged workbook" in said
    assert CODE not in said


@pytest.mark.parametrize("part", sorted(members(workbook())))
def test_a_part_cut_short_is_no_traceback(database: Database, tmp_path: Path, part: str) -> None:
    parts = members(workbook())
    parts[part] = parts[part][: len(parts[part]) * 2 // 3]
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "persons.xlsx").write_bytes(packed(parts))
    # a part that nothing needs may be broken
    with suppress(BadRegisterError):
        assert import_into(database, folder).files["persons.csv"].added == PERSONS


def test_flipped_bytes_are_no_traceback(database: Database, tmp_path: Path) -> None:
    book, chance, folder = workbook(), random.Random(1), tmp_path / "books"  # noqa: S311 (which byte, not a secret)
    folder.mkdir()
    refused = 0
    for _ in range(FLIPS):
        damaged = bytearray(book)
        damaged[chance.randrange(len(book))] ^= 1 << chance.randrange(8)
        (folder / "persons.xlsx").write_bytes(bytes(damaged))
        try:
            import_into(database, folder)
        except BadRegisterError:
            refused += 1
    assert refused > FLIPS // 4


@pytest.mark.parametrize(("part", "what"), [(SHEET, "sheets"), ("xl/bomb.xml", "texts and other parts")])
def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, what: str
) -> None:
    for bound in ("MAX_SHEETS_BYTES", "MAX_OTHER_BYTES"):
        monkeypatch.setattr(f"ledger_link.importing.xlsx_records.{bound}", 8 * 2**20)
    parts = members(workbook())
    parts[part] = parts.get(part, b"") + b" " * (9 * 2**20)
    book = packed(parts)
    assert len(book) < 100_000
    said = told(database, tmp_path / "books", book)
    assert f"persons.xlsx: a workbook whose {what} unpack to 9 MiB; expected at most 8 MiB, or CSV" in said


def test_a_workbook_of_more_files_than_any_has_is_refused(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger_link.importing.xlsx_records.MAX_PARTS", 20)
    book = packed(members(workbook()) | {f"xl/{number}.xml": b"" for number in range(20)})
    assert "a workbook of 2" in told(database, tmp_path / "books", book)


ENTITY = "fetched"  # what the external entity would bring, and each step of the expanding ones


@pytest.mark.parametrize("kind", ["file", "address", "expanding"])
def test_no_entity_of_a_workbook_is_fetched_or_expanded_without_end(
    database: Database, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "secret.txt").write_text(ENTITY, encoding="utf-8")
    declared = {
        "file": f'<!ENTITY e SYSTEM "{(tmp_path / "secret.txt").as_uri()}">',
        "address": '<!ENTITY e SYSTEM "http://127.0.0.1:9/">',
        "expanding": f'<!ENTITY e0 "{ENTITY}">'
        + "".join(f'<!ENTITY e{step + 1} "{f"&e{step};" * 10}">' for step in range(9))
        + '<!ENTITY e "&e9;">',
    }[kind]
    parts = members(workbook())
    plain = parts[SHEET].decode()
    start = plain.index("<worksheet")
    cell = plain.index('<c r="B3"')
    stop = plain.index("</c>", cell) + len("</c>")
    plain = f'{plain[:cell]}<c r="B3" t="inlineStr"><is><t>Åke&e;</t></is></c>{plain[stop:]}'
    parts[SHEET] = f"{plain[:start]}<!DOCTYPE worksheet [{declared}]>{plain[start:]}".encode()
    said = told(database, tmp_path / "books", packed(parts))
    assert "persons.xlsx:3: a damaged workbook" in said
    assert ENTITY not in said
