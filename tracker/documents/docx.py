"""A .docx becomes paragraphs and tables: bytes in, blocks out, in the order of the document.

Tracked insertions are kept and deletions left out, content controls, text boxes and table cells are read
like the rest, each paragraph has its automatic number in front, and a footnote follows what it belongs to. A
sentence that was torn into two paragraphs is one again.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import docx
from docx.opc.exceptions import OpcError
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from tracker.documents.archives import check_archive, damaged
from tracker.documents.blocks import Block, Document
from tracker.documents.fonts import Fonts
from tracker.documents.gather import Gathering, GridCell
from tracker.documents.limits import MAX_PARAGRAPHS, number, too_large
from tracker.documents.numbering import VALUE, Numbering, child, value
from tracker.documents.plain import FULL_LINE, TAIL, is_torn
from tracker.vietnamese.forms import tidy

Element = Any
PARAGRAPH, TABLE, ROW, CELL, RUN = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc", "r"))
TEXT, BOX = qn("w:t"), qn("w:txbxContent")
# How a cell goes on: over columns, into the one at its left (old files), into the one above.
SPAN, ACROSS, DOWN = qn("w:gridSpan"), qn("w:hMerge"), qn("w:vMerge")
SIGNS = {qn("w:tab"): " ", qn("w:noBreakHyphen"): "-", qn("w:br"): "\n", qn("w:cr"): "\n"}
NOTES = frozenset(qn(f"w:{name}") for name in ("footnoteReference", "endnoteReference"))
# Old and new drawing of one text box stand side by side in the file; only the first is read.
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
SKIPPED = frozenset([qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), FALLBACK])
OFF = ("0", "false", "off")
# The numbers of a note's two ruling lines.
NO_NOTES = frozenset(["0", "-1"])


def read_docx(data: bytes, kind: str = "docx") -> Document:
    check_archive(data)
    try:
        return _Word(docx.Document(io.BytesIO(data))).read(kind)
    except (
        KeyError,
        ValueError,
        AttributeError,
        TypeError,
        IndexError,
        RecursionError,
        etree.LxmlError,
        OpcError,
        zipfile.BadZipFile,
        OSError,
    ) as error:
        raise damaged(error) from error


@dataclass
class _Line:
    """A paragraph as it is read: its words, its number, its looks, and the notes that it refers to."""

    text: str
    label: str = ""
    bold: bool = False
    centred: bool = False
    notes: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[tuple[str, str]]:
        """Words and number of one block, or of several where line breaks inside the paragraph begin new items of a
        list."""
        label = self.label
        for line in filter(None, map(tidy, self.text.split("\n"))):
            yield f"{label} {line}" if label else line, label
            label = ""


class _Word:
    """One opened file; walks it once, because numbers are counted on the way."""

    def __init__(self, opened: Any) -> None:
        self._body = opened.element.body
        self._numbering = Numbering(_part(opened, "numbering"), opened.styles.element)
        self._fonts = Fonts(self._body, opened.styles.element)
        self._notes = {**_notes_of(opened, "footnotes"), **_notes_of(opened, "endnotes")}
        self._floats = next(self._body.iter(BOX), None) is not None
        self._gathering = Gathering()
        # The words of a paragraph whose mark was deleted; they go on in the next one.
        self._carried = ""
        # The last paragraph, while the next one may yet go on with it.
        self._open: Block | None = None

    def read(self, kind: str) -> Document:
        if sum(1 for _ in self._body.iter(PARAGRAPH)) > MAX_PARAGRAPHS:
            raise too_large(f"dài quá {number(MAX_PARAGRAPHS)} đoạn")
        self._walk(self._body)
        self._finish()
        return self._gathering.document(kind)

    def _walk(self, element: Element) -> None:
        for part in element:
            if part.tag in SKIPPED:
                continue
            if part.tag == PARAGRAPH:
                self._paragraph(part)
            elif part.tag == TABLE:
                self._table(part)
            else:
                self._walk(part)

    def _paragraph(self, paragraph: Element) -> None:
        line = self._line(paragraph)
        for text, label in line.lines():
            self._add(Block(text, label, line.bold, line.centred))
        self._add_notes(line.notes)
        # What floats beside a paragraph stands in it: text boxes, and tables in them.
        for box in self._boxes(paragraph):
            self._walk(box)

    def _add(self, block: Block) -> None:
        if self._open and _goes_on(self._open, block):
            self._open = replace(self._open, text=f"{self._open.text} {block.text}")
            return
        self._finish()
        self._open = block

    def _finish(self) -> None:
        if self._open:
            self._gathering.add(self._open)
        self._open = None

    def _line(self, paragraph: Element) -> _Line:
        properties = child(paragraph, "pPr")
        text = self._carried + self._words(paragraph)
        self._carried = ""
        if child(child(properties, "rPr"), "del") is not None:
            self._carried = text
            return _Line("")
        return _Line(
            text,
            self._numbering.label(paragraph),
            _is_bold(paragraph),
            value(properties, "jc") == "center",
            [note.get(qn("w:id")) for note in paragraph.iter(*NOTES)] if self._notes else [],
        )

    def _boxes(self, paragraph: Element) -> Iterator[Element]:
        return _boxes(paragraph) if self._floats else iter(())

    def _words(self, paragraph: Element) -> str:
        return "".join(self._fonts.shown(text, run, paragraph) for text, run in _visible(paragraph, None))

    def _add_notes(self, wanted: list[str]) -> None:
        if wanted:
            self._finish()
        for name in wanted:
            note = self._notes.get(name)
            for paragraph in [] if note is None else note.iter(PARAGRAPH):
                self._gathering.add_text(tidy(self._words(paragraph)))

    def _table(self, table: Element) -> None:
        self._finish()
        notes: list[str] = []
        rows = [tuple(self._row(row, notes)) for row in _rows(table)]
        if rows:
            self._gathering.add_table(rows)
        self._add_notes(notes)

    def _row(self, row: Element, notes: list[str]) -> Iterator[GridCell]:
        before = value(child(row, "trPr"), "gridBefore") or "0"
        if before.isdigit() and int(before):
            yield GridCell(columns=int(before))
        wide: list[GridCell] = []
        for cell in _cells(row):
            looks = _cell_looks(cell)
            wide.append(self._cell(cell, looks, notes))
            if looks.get(ACROSS) == "continue" and len(wide) > 1:
                swallowed = wide.pop()
                wide[-1] = _widened(wide[-1], swallowed.columns)
        yield from wide

    def _cell(self, cell: Element, looks: Mapping[str, str | None], notes: list[str]) -> GridCell:
        span = looks.get(SPAN) or "1"
        texts: list[str] = []
        first = ""
        lines: list[_Line] = []
        for line in self._lines_in(cell):
            notes.extend(line.notes)
            for text, label in line.lines():
                first = first if texts else label
                texts.append(text)
                lines.append(line)
        return GridCell(
            "\n".join(texts),
            columns=max(int(span), 1) if span.isdigit() else 1,
            merged=looks.get(DOWN, "restart") != "restart" and not texts,
            label=first,
            bold=bool(lines) and all(line.bold for line in lines),
            centred=bool(lines) and all(line.centred for line in lines),
        )

    def _lines_in(self, element: Element) -> Iterator[_Line]:
        """Every paragraph below an element, a table inside a cell included."""
        for part in element:
            if part.tag in SKIPPED:
                continue
            if part.tag == PARAGRAPH:
                yield self._line(part)
                for box in self._boxes(part):
                    yield from self._lines_in(box)
            else:
                yield from self._lines_in(part)


def _goes_on(before: Block, block: Block) -> bool:
    """Whether a sentence was torn into two paragraphs: text that came from a PDF breaks at its pages' ends."""
    alike = (before.bold, before.centred) == (block.bold, block.centred)
    torn = alike and not block.label and len(before.text) >= FULL_LINE
    return torn and is_torn(before.text[-TAIL:], block.text)


def _cell_looks(cell: Element) -> dict[str, str | None]:
    """The properties of a cell with their values."""
    properties = child(cell, "tcPr")
    return {} if properties is None else {part.tag: part.get(VALUE) for part in properties}


def _widened(cell: GridCell, columns: int) -> GridCell:
    return replace(cell, columns=cell.columns + columns)


def _part(opened: Any, name: str) -> Element | None:
    """The root of a part that hangs on the document, or None: python-docx makes up an error."""
    for relation in opened.part.rels.values():
        if relation.reltype.endswith(f"/{name}") and not relation.is_external:
            part = relation.target_part
            return part.element if hasattr(part, "element") else parse_xml(part.blob)
    return None


def _notes_of(opened: Any, name: str) -> dict[str, Element]:
    root = _part(opened, name)
    found = {} if root is None else {note.get(qn("w:id")): note for note in root}
    return {number: note for number, note in found.items() if number and number not in NO_NOTES}


def _boxes(paragraph: Element) -> Iterator[Element]:
    """The text boxes that hang on a paragraph, outermost only, each once."""
    for box in paragraph.iter(BOX):
        between = [above for above in box.iterancestors() if above is not paragraph]
        inside = between[
            : next((i for i, above in enumerate(between) if above.tag == PARAGRAPH), len(between))
        ]
        own = next(box.iterancestors(PARAGRAPH), None) is paragraph
        if own and not any(above.tag in SKIPPED for above in inside):
            yield box


def _rows(table: Element) -> Iterator[Element]:
    """The rows of a table itself, also those in content controls; deleted ones are left out."""
    for part in table:
        if part.tag == ROW:
            properties = child(part, "trPr")
            if child(properties, "del") is None:
                yield part
        elif part.tag not in SKIPPED:
            yield from _rows(part)


def _cells(row: Element) -> Iterator[Element]:
    for part in row:
        if part.tag == CELL:
            yield part
        elif part.tag not in SKIPPED:
            yield from _cells(part)


def _visible(element: Element, run: Element | None) -> Iterator[tuple[str, Element | None]]:
    """The visible words below an element, each with its run; a paragraph inside it (a text box) is a block
    of its own, and hidden words are as good as deleted.
    """
    for part in element:
        if part.tag in SKIPPED or part.tag == PARAGRAPH:
            continue
        if part.tag == TEXT:
            yield part.text or "", run
        elif part.tag in SIGNS:
            yield SIGNS[part.tag], None
        elif part.tag != RUN:
            yield from _visible(part, run)
        elif not _is_on(part, "vanish"):
            yield from _visible(part, part)


def _is_on(run: Element, name: str) -> bool:
    mark = child(child(run, "rPr"), name)
    return mark is not None and mark.get(VALUE) not in OFF


def _is_bold(paragraph: Element) -> bool:
    runs = [run for run in paragraph.iter(RUN) if any((t.text or "").strip() for t in run.iter(TEXT))]
    return bool(runs) and all(_is_on(run, "b") for run in runs)
