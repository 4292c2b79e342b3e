"""A .docx becomes paragraphs: bytes in, blocks out, in the order of the document.

Tracked insertions are kept and deletions left out, content controls and table cells are read like the
rest, and each paragraph has its automatic number in front.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from tracker.documents.blocks import Block, Cell
from tracker.documents.limits import MAX_PARTS, MAX_UNPACKED_BYTES
from tracker.documents.numbering import Numbering, child, value
from tracker.errors import UnreadableFile
from tracker.vietnamese.forms import tidy

Element = Any
PARAGRAPH, TABLE, ROW, CELL = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc"))
TEXT, TAB, HYPHEN = (qn(f"w:{name}") for name in ("t", "tab", "noBreakHyphen"))
BREAKS = frozenset(qn(f"w:{name}") for name in ("br", "cr"))
# Old and new drawing of one text box stand side by side in the file; only the first is read.
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
SKIPPED = frozenset([qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), FALLBACK])
DAMAGED = "Tệp .docx bị hỏng, không mở được. Vui lòng mở bằng Word, lưu lại thành .docx rồi nộp lại."


def read_docx(data: bytes) -> tuple[Block, ...]:
    _check_archive(data)
    try:
        return tuple(_blocks(docx.Document(io.BytesIO(data))))
    except (KeyError, ValueError, AttributeError, etree.XMLSyntaxError, zipfile.BadZipFile, OSError) as error:
        raise UnreadableFile(DAMAGED, code="damaged-file") from error


def _check_archive(data: bytes) -> None:
    """Refuse what would unpack to more than we hold, before anything is unpacked."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except zipfile.BadZipFile as error:
        raise UnreadableFile(DAMAGED, code="damaged-file") from error
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise UnreadableFile(
            "Tệp .docx bung ra quá lớn nên không được đọc. Vui lòng bỏ bớt hình ảnh rồi nộp lại.",
            code="too-large",
        )


def _blocks(opened: Any) -> Iterator[Block]:
    numbering = Numbering(_numbering_part(opened), opened.styles.element)
    tables: dict[Element, int] = {}
    for paragraph in opened.element.body.iter(PARAGRAPH):
        if not _skipped(paragraph):
            yield from _paragraph_blocks(paragraph, numbering.label(paragraph), _cell(paragraph, tables))


def _numbering_part(opened: Any) -> Element | None:
    """The numbering part, or None: python-docx makes up an error where a file has none."""
    for relation in opened.part.rels.values():
        if relation.reltype.endswith("/numbering") and not relation.is_external:
            return relation.target_part.element
    return None


def _skipped(paragraph: Element) -> bool:
    return any(above.tag in SKIPPED for above in paragraph.iterancestors())


def _paragraph_blocks(paragraph: Element, label: str, cell: Cell | None) -> Iterator[Block]:
    """One block, or several where line breaks inside the paragraph begin new items of a list."""
    properties = child(paragraph, "pPr")
    centred = value(properties, "jc") == "center"
    bold = _is_bold(paragraph)
    for line in _lines("".join(_words(paragraph))):
        text = f"{label} {line}" if label else line
        yield Block(text, label=label, bold=bold, centred=centred, cell=cell)
        label = ""


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        clean = tidy(line)
        if clean:
            yield clean


def _words(element: Element) -> Iterator[str]:
    """The visible words below an element; a paragraph inside it (a text box) is a block of its own."""
    for part in element:
        if part.tag in SKIPPED or part.tag == PARAGRAPH:
            continue
        if part.tag == TEXT:
            yield part.text or ""
        elif part.tag == TAB:
            yield " "
        elif part.tag == HYPHEN:
            yield "-"
        elif part.tag in BREAKS:
            yield "\n"
        else:
            yield from _words(part)


def _is_bold(paragraph: Element) -> bool:
    runs = [run for run in paragraph.iter(qn("w:r")) if any((t.text or "").strip() for t in run.iter(TEXT))]
    return bool(runs) and all(_run_is_bold(run) for run in runs)


def _run_is_bold(run: Element) -> bool:
    mark = child(child(run, "rPr"), "b")
    return mark is not None and mark.get(qn("w:val")) not in ("0", "false", "off")


def _cell(paragraph: Element, tables: dict[Element, int]) -> Cell | None:
    cell = next(paragraph.iterancestors(CELL), None)
    if cell is None:
        return None
    row = next(cell.iterancestors(ROW))
    table = next(cell.iterancestors(TABLE))
    number = tables.setdefault(table, len(tables))
    return Cell(number, list(table.iter(ROW)).index(row), list(row.iter(CELL)).index(cell))
