"""Paragraphs and rows of cells go in, in the order of the document; blocks and tables come out.

Every reader of a kind of file hands what it finds to one `Gathering`, so that cells of Word, markdown, PDF
and Excel look the same to whoever reads on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tracker.documents.blocks import Block, Cell, Document, Row, Table, TableCell
from tracker.documents.limits import MAX_BLOCKS, MAX_CHARACTERS, number, too_large
from tracker.vietnamese.forms import fold

# What stands in tables that only lay out a page: the motto beside the issuer, recipients beside the signer.
LAYOUT_WORDS = re.compile(
    r"cong hoa xa hoi chu nghia|doc lap\s*[-–—]\s*tu do|dang cong san viet nam|^\s*noi nhan\s*:|"
    r"^\s*(?:tm|kt|tl|tuq)\s*\.\s",
    re.MULTILINE,
)
# A letterhead is short and has at most the gap between its two columns as a third one.
LAYOUT_ROWS, LAYOUT_COLUMNS = 8, 3


@dataclass(frozen=True)
class GridCell:
    """A cell as a file gives it. A `merged` one continues the cell above; its own text is empty."""

    text: str = ""
    columns: int = 1
    merged: bool = False
    label: str = ""
    bold: bool = False
    centred: bool = False
    confidence: float | None = None
    doubtful: tuple[tuple[int, int], ...] = ()


GridRow = tuple[GridCell, ...]


def is_layout(rows: Sequence[GridRow]) -> bool:
    """Whether a table only arranges the page: the letterhead, the signature, a frame around text."""
    filled = [[cell.text for cell in row if cell.text.strip()] for row in rows]
    if max((len(row) for row in filled), default=0) <= 1 and max((len(row) for row in rows), default=0) <= 1:
        return True
    if len(rows) > LAYOUT_ROWS or max(len(row) for row in filled) > LAYOUT_COLUMNS:
        return False
    return any(LAYOUT_WORDS.search(fold(text)) for row in filled for text in row)


class Gathering:
    """Collects one document; refuses more than anybody would call a plan."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._tables: list[Table] = []
        self._size = 0

    def add(self, block: Block) -> None:
        self._size += len(block.text)
        if len(self._blocks) >= MAX_BLOCKS:
            raise too_large(f"dài quá {number(MAX_BLOCKS)} đoạn")
        if self._size > MAX_CHARACTERS:
            raise too_large(f"dài quá {number(MAX_CHARACTERS)} chữ")
        self._blocks.append(block)

    def add_text(self, text: str) -> None:
        if text:
            self.add(Block(text))

    def add_table(self, rows: Sequence[GridRow]) -> None:
        """A table; one that only lays out the page becomes its paragraphs, column by column."""
        if is_layout(rows):
            for block in layout_blocks(rows):
                self.add(block)
            return
        first = len(self._blocks)
        found = tuple(self._rows(rows, len(self._tables)))
        if len(self._blocks) > first:
            self._tables.append(Table(found, first, len(self._blocks) - 1))

    def _rows(self, rows: Sequence[GridRow], table: int) -> Iterator[Row]:
        above: dict[int, TableCell] = {}
        for number_of_row, row in enumerate(rows):
            column = 0
            cells = []
            for cell in row:
                if cell.merged and column in above:
                    made = replace(above[column], columns=cell.columns, merged=True)
                else:
                    made = self._cell(cell, Cell(table, number_of_row, column))
                cells.append(made)
                above[column] = made
                column += cell.columns
            yield Row(tuple(cells))

    def _cell(self, cell: GridCell, place: Cell) -> TableCell:
        if not cell.text:
            return TableCell("", columns=cell.columns, merged=cell.merged)
        block = Block(
            cell.text, cell.label, cell.bold, cell.centred, place, cell.confidence, doubtful=cell.doubtful
        )
        self.add(block)
        return TableCell(cell.text, len(self._blocks) - 1, 0, len(cell.text), cell.columns, cell.merged)

    def document(self, kind: str) -> Document:
        return Document(kind, tuple(self._blocks), tuple(self._tables))


def layout_blocks(rows: Sequence[GridRow]) -> Iterator[Block]:
    """The paragraphs of a table without meaning, a row at a time; in the foot the recipients come first."""
    for row in rows:
        for cell in row:
            for line in cell.text.split("\n"):
                if line:
                    yield Block(line, bold=cell.bold, centred=cell.centred, confidence=cell.confidence)
