"""Ruled tables on pages: boxes of cells and places of words go in, rows of cells come out, also over page
breaks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from tracker.documents.blocks import Block
from tracker.documents.gather import GridCell, GridRow
from tracker.documents.joining import ITEM, Area, Open, block_of
from tracker.documents.words import Word, lines_of


@dataclass
class Grid:
    """A ruled table on a page: its rows, and where its columns begin and end."""

    top: float
    bottom: float
    edges: tuple[float, ...]
    rows: list[GridRow]


def cell_of(words: Iterable[Word], left: float, right: float, columns: int = 1) -> GridCell:
    """The text of a cell, its own paragraphs as lines."""
    area = Area(left, right)
    blocks: list[Block] = []
    open_paragraph: Open | None = None
    for line in (line for row in lines_of(words) for line in row):
        if open_paragraph and open_paragraph.goes_on_in_cell(line):
            open_paragraph.lines.append(line)
            continue
        if open_paragraph:
            blocks.append(block_of(open_paragraph.lines))
        open_paragraph = Open(line, area)
    if open_paragraph:
        blocks.append(block_of(open_paragraph.lines))
    return GridCell(
        "\n".join(block.text for block in blocks), columns, bold=bool(blocks) and all(b.bold for b in blocks)
    )


Box = tuple[float, float, float, float]
SAME_EDGE = 4.0
# The distance of a cell's text from its rule.
PADDING = 5.0
ENDED = re.compile(r"[.;:!?…][”\"')\]]?$")


def grid_of(boxes: Sequence[Box], words: Sequence[Word]) -> tuple[Grid | None, list[Word]]:
    """The table that the boxes (left, top, right, bottom) draw, and the words outside it; a single frame
    is no table.
    """
    columns = _edges([edge for box in boxes for edge in (box[0], box[2])])
    rows = _edges([edge for box in boxes for edge in (box[1], box[3])])
    if len(boxes) < 2 or len(columns) < 3:
        return None, list(words)
    places = {}
    for box in boxes:
        spans = (_at(rows, box[1]), _at(columns, box[0]), _at(rows, box[3]), _at(columns, box[2]))
        places.update({(r, c): spans for r in range(spans[0], spans[2]) for c in range(spans[1], spans[3])})
    inside, outside = _sorted_out(words, columns, rows, places)
    found = [
        tuple(_row(number, columns, places, inside))
        for number in range(len(rows) - 1)
        if any((number, column) in places for column in range(len(columns) - 1))
    ]
    return Grid(rows[0], rows[-1], tuple(columns), found), outside


Spans = tuple[int, int, int, int]
Places = dict[tuple[int, int], Spans]


def _edges(values: Iterable[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > SAME_EDGE:
            found.append(value)
    return found


def _at(edges: Sequence[float], value: float) -> int:
    return min(range(len(edges)), key=lambda i: abs(edges[i] - value))


def _sorted_out(
    words: Sequence[Word], columns: Sequence[float], rows: Sequence[float], places: Places
) -> tuple[dict[Spans, list[Word]], list[Word]]:
    """The words of each cell, by the word's middle, and those of none."""
    inside: dict[Spans, list[Word]] = {}
    outside: list[Word] = []
    for word in words:
        across = bisect_right(columns, (word.left + word.right) / 2) - 1
        down = bisect_right(rows, (word.top + word.bottom) / 2) - 1
        spans = places.get((down, across))
        if spans is None:
            outside.append(word)
        else:
            inside.setdefault(spans, []).append(word)
    return inside, outside


def _row(
    number: int, columns: Sequence[float], places: Places, inside: dict[Spans, list[Word]]
) -> Iterator[GridCell]:
    column = 0
    while column < len(columns) - 1:
        spans = places.get((number, column))
        if spans is None:
            yield GridCell()
            column += 1
            continue
        width = spans[3] - column
        if spans[0] == number:
            right = columns[spans[3]] - PADDING
            yield cell_of(inside.get(spans, ()), columns[column] + PADDING, right, width)
        else:
            yield GridCell(columns=width, merged=True)
        column = spans[3]


# Tables over page breaks.


def is_continued(before: object, after: object) -> bool:
    """Whether a table at the head of a page goes on with the one at the foot of the page before it."""
    return (
        isinstance(before, Grid)
        and isinstance(after, Grid)
        and len(before.edges) == len(after.edges)
        and all(abs(a - b) < SAME_EDGE for a, b in zip(before.edges, after.edges, strict=True))
    )


def whole_table(items: Sequence[object]) -> list[GridRow]:
    """The rows of the first table and of those that go on with it."""
    rows: list[GridRow] = []
    before: Grid | None = None
    for grid in items:
        if not isinstance(grid, Grid) or (before and not is_continued(before, grid)):
            break
        _append(rows, grid.rows)
        before = grid
    return rows


def _append(rows: list[GridRow], more: Sequence[GridRow]) -> None:
    """Rows of the next page: a head that is printed again is dropped, a row cut in two is made whole."""
    repeated = 0
    while repeated < min(len(rows), len(more)) and _texts(rows[repeated]) == _texts(more[repeated]):
        repeated += 1
    rest = list(more[repeated:])
    if rows and rest and _is_rest_of(rows, rest[0]):
        rows[-1] = _joined_row(rows[-1], rest.pop(0))
    rows.extend(rest)


def _texts(row: GridRow) -> tuple[str, ...]:
    return tuple(cell.text for cell in row)


def _is_rest_of(rows: Sequence[GridRow], row: GridRow) -> bool:
    """A row without a number of its own, in a table where rows have one, that goes on in mid-sentence (or
    holds but few cells).
    """
    last = rows[-1]
    if len(last) != len(row) or row[0].text or any(cell.merged for cell in row):
        return False
    numbered = sum(bool(one[0].text or one[0].merged) for one in rows)
    pairs = [(a.text, b.text) for a, b in zip(last, row, strict=True) if b.text]
    if numbered * 2 < len(rows) or not pairs:
        return False
    torn = [bool(a) and (b[0].islower() or not ENDED.search(a)) for a, b in pairs]
    return any(torn) and (len(pairs) * 2 <= len(row) + 1 or any(b[0].islower() for _, b in pairs))


def _joined_row(first: GridRow, rest: GridRow) -> GridRow:
    return tuple(
        replace(a, text=_joined_text(a.text, b.text)) if b.text else a
        for a, b in zip(first, rest, strict=True)
    )


def _joined_text(first: str, rest: str) -> str:
    if not first:
        return rest
    new_line = ITEM.match(rest) or (ENDED.search(first) and not rest[0].islower())
    return f"{first}\n{rest}" if new_line else f"{first} {rest}"
