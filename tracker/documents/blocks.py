"""A document as the reader sees it: its paragraphs in order, each with the few marks of layout that
carry meaning.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """Where in a table a paragraph stands: table, row and column, all from 0."""

    table: int
    row: int
    column: int


@dataclass(frozen=True)
class Block:
    """One paragraph. `text` begins with its automatic number, which is also given in `label`."""

    text: str
    label: str = ""
    bold: bool = False
    centred: bool = False
    cell: Cell | None = None


@dataclass(frozen=True)
class Document:
    """`kind` is txt or docx."""

    kind: str
    blocks: tuple[Block, ...]
