"""A document as the reader sees it: its paragraphs in order, each with the few marks of layout that
carry meaning, and its tables as rows of cells that point back at the paragraphs.
"""

from __future__ import annotations

from dataclasses import dataclass

# Words that the scan's reader is less sure of than this are shown to a person.
DOUBTFUL_BELOW = 60


@dataclass(frozen=True)
class Cell:
    """Where in a table a paragraph stands: table, row and column of the grid, all from 0."""

    table: int
    row: int
    column: int


@dataclass(frozen=True)
class Block:
    """One paragraph, or one cell of a table with its paragraphs as lines.

    `text` begins with its automatic number, which is also given in `label`. `confidence` (0 to 100, the
    mean of its words) and `doubtful` (places of words below `DOUBTFUL_BELOW`) are given by scans only.
    """

    text: str
    label: str = ""
    bold: bool = False
    centred: bool = False
    cell: Cell | None = None
    confidence: float | None = None
    doubtful: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class TableCell:
    """One cell: `text` is `blocks[block].text[start:end]`, its paragraphs parted by line ends.

    An empty cell has the block -1. `columns` is how many columns of the grid it covers. A `merged` cell
    continues the one above it and carries that one's text and place.
    """

    text: str
    block: int = -1
    start: int = 0
    end: int = 0
    columns: int = 1
    merged: bool = False


@dataclass(frozen=True)
class Row:
    cells: tuple[TableCell, ...]


@dataclass(frozen=True)
class Table:
    """The rows of a table in order; its text is in the blocks `first_block` to `last_block`, both included.

    Tables that only lay out a page (the letterhead, the signature) are none: their text is paragraphs.
    """

    rows: tuple[Row, ...]
    first_block: int
    last_block: int


@dataclass(frozen=True)
class Document:
    """`kind` is txt, docx, doc, pdf, scan, image, xlsx or csv. The blocks hold all of the text, tables
    included.
    """

    kind: str
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...] = ()
