"""Pages of placed words and tables become paragraphs and rows in reading order.

PDF files and scans know only where each word stands. Here the two columns of a letterhead or a foot are told
apart, page numbers and running heads are dropped, and what goes on over a page break is joined.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from tracker.documents.blocks import Block
from tracker.documents.gather import GridRow
from tracker.documents.grids import Grid, is_continued, whole_table
from tracker.documents.joining import INDENT, ITEM, Area, Open, block_of, is_centred
from tracker.documents.words import Line, Word, lines_of
from tracker.vietnamese.forms import fold

# Page numbers and running heads stand in these outer parts of a page.
EDGE = 0.12
EDGE_LINES = 2
RUNNING_PAGES = 3
PAGE_NUMBER = re.compile(r"^(?:(?:trang|page)\s*)?[-–—.\s]*\d{1,3}[-–—.\s]*(?:/\s*\d{1,3})?$", re.IGNORECASE)


@dataclass
class Page:
    """A page as it was found: loose words, and tables whose words are taken out already."""

    width: float
    height: float
    words: list[Word]
    grids: list[Grid] = field(default_factory=list)


Item = Line | Grid


def pages_to_items(pages: Sequence[Page]) -> Iterator[Block | list[GridRow]]:
    """The paragraphs and tables of all pages in reading order."""
    flows = [_without_numbers(page, _in_order(page)) for page in pages]
    running = _running_lines(pages, flows)
    kept = [
        [
            item
            for item in flow
            if isinstance(item, Grid) or _mask(item) not in running or not _is_at_edge(page, item)
        ]
        for page, flow in zip(pages, flows, strict=True)
    ]
    areas = _areas(kept)
    yield from _paragraphs([(area, item) for area, flow in zip(areas, kept, strict=True) for item in flow])


# Lines to reading order.


def _in_order(page: Page) -> list[Item]:
    """Lines and tables from top to bottom; side by side, the left column is read first."""
    rows = lines_of(page.words)
    found: list[Item] = []
    at = 0
    for grid in [*sorted(page.grids, key=lambda grid: grid.top), None]:
        until = len(rows)
        if grid is not None:
            until = next((i for i in range(at, len(rows)) if rows[i][0].middle > grid.top), len(rows))
        found.extend(_read_columns(rows[at:until], page.width))
        at = until
        if grid is not None:
            found.append(grid)
    return found


def _read_columns(rows: Sequence[Sequence[Line]], width: float) -> Iterator[Line]:
    at = 0
    while at < len(rows):
        if len(rows[at]) == 1:
            yield rows[at][0]
            at += 1
            continue
        band = _Band(rows[at], width)
        at += 1
        while at < len(rows) and band.takes(rows[at]):
            at += 1
        yield from band.lines()


class _Band:
    """Rows that stand in two columns, for as long as they leave the gutter free."""

    def __init__(self, row: Sequence[Line], width: float) -> None:
        self._width = width
        self._left = [row[0]]
        self._right = list(row[1:])
        self._gutter = (row[0].right, row[1].left)

    def takes(self, row: Sequence[Line]) -> bool:
        if len(row) == 1:
            row = self._halves(row[0])
        if len(row) > 1:
            gutter = max(self._gutter[0], row[0].right), min(self._gutter[1], row[1].left)
            if gutter[0] >= gutter[1]:
                return False
            self._gutter = gutter
            self._left.append(row[0])
            self._right.extend(row[1:])
            return True
        return self._takes_alone(row[0])

    def _takes_alone(self, line: Line) -> bool:
        if abs((line.left + line.right) / 2 - self._width / 2) < line.height:
            return False
        if line.right <= self._gutter[1]:
            self._left.append(line)
        elif line.left >= self._gutter[0]:
            self._right.append(line)
        else:
            return False
        return True

    def _halves(self, line: Line) -> Sequence[Line]:
        """A line over the gutter, parted at a gap that lies in it."""
        for at in range(1, len(line.words)):
            before, after = line.words[at - 1], line.words[at]
            middle = (before.right + after.left) / 2
            near = self._gutter[0] - line.height < middle < self._gutter[1] + line.height
            if near and after.left - before.right > 0.6 * line.height:
                return [Line(line.words[:at]), Line(line.words[at:])]
        return [line]

    def lines(self) -> Iterator[Line]:
        for line in (*self._left, *self._right):
            yield Line(line.words, in_column=True)


# What belongs to the page and not to the text.


def _is_at_edge(page: Page, line: Line) -> bool:
    return line.bottom < EDGE * page.height or line.top > (1 - EDGE) * page.height


def _edges(flow: Sequence[Item]) -> list[Item]:
    return [*flow[:EDGE_LINES], *flow[-EDGE_LINES:]]


def _without_numbers(page: Page, flow: Sequence[Item]) -> list[Item]:
    outer = {id(item) for item in (*flow[:1], *flow[-1:])}
    return [
        item
        for item in flow
        if isinstance(item, Grid)
        or id(item) not in outer
        or not _is_at_edge(page, item)
        or not PAGE_NUMBER.match(item.text.strip())
    ]


def _mask(line: Line) -> str:
    return re.sub(r"\d+", "#", fold(line.text))


def _running_lines(pages: Sequence[Page], flows: Sequence[Sequence[Item]]) -> set[str]:
    """The lines that stand at the edge of most pages."""
    seen: Counter[str] = Counter()
    for page, flow in zip(pages, flows, strict=True):
        seen.update(
            {_mask(item) for item in _edges(flow) if isinstance(item, Line) and _is_at_edge(page, item)}
        )
    needed = max(RUNNING_PAGES, len(pages) / 2)
    return {text for text, times in seen.items() if times >= needed}


# Lines to paragraphs.


def _areas(flows: Sequence[Sequence[Item]]) -> list[Area]:
    """The text area of each page; what all pages share is measured over all of them."""
    texts = [[item for item in flow if isinstance(item, Line) and not item.in_column] for flow in flows]
    pitches = [
        after.middle - before.middle
        for lines in texts
        for before, after in itertools.pairwise(lines)
        if after.text[:1].islower() and not ITEM.match(after.text) and after.middle > before.middle
    ]
    pitch = median(pitches) if pitches else 0.0
    return [_area(lines, pitch) for lines in texts]


def _area(lines: Sequence[Line], pitch: float) -> Area:
    if not lines:
        return Area(0.0, 0.0)
    left = sorted(line.left for line in lines)[len(lines) // 20]
    right = sorted(line.right for line in lines)[-1 - len(lines) // 20]
    items = [line for line in lines if ITEM.match(line.text)]
    indented = sum(line.left > left + INDENT * line.height for line in items)
    return Area(left, right, pitch, indents=indented > len(items) / 2)


def _paragraphs(items: Sequence[tuple[Area, Item]]) -> Iterator[Block | list[GridRow]]:
    open_paragraph: Open | None = None
    for at, (area, item) in enumerate(items):
        if isinstance(item, Line) and open_paragraph and open_paragraph.goes_on(item, area):
            open_paragraph.lines.append(item)
            continue
        if open_paragraph:
            yield block_of(open_paragraph.lines, is_centred(open_paragraph.lines[0], open_paragraph.area))
        open_paragraph = Open(item, area) if isinstance(item, Line) else None
        if isinstance(item, Grid) and not (at and is_continued(items[at - 1][1], item)):
            yield whole_table([item for _, item in items[at:]])
    if open_paragraph:
        yield block_of(open_paragraph.lines, is_centred(open_paragraph.lines[0], open_paragraph.area))
