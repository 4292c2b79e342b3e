"""Places of words become lines. Lengths are points from the upper left corner of the page."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean, median

from tracker.vietnamese.forms import fold

# A gap wider than this many line heights, and than the other gaps of the line, parts two columns.
COLUMN_GAP, OTHER_GAPS = 2.2, 3.0
# The words that open the right column of a letterhead, however near the left one comes.
MOTTO = re.compile(r"(?:cong hoa xa hoi|doc lap - tu do|dang cong san viet nam)\b")
LABEL_LENGTH = 6
DIRT_LETTERS, DIRT_BELOW = 2, 40.0


@dataclass(frozen=True)
class Word:
    text: str
    left: float
    top: float
    right: float
    bottom: float
    bold: bool = False
    confidence: float | None = None

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True)
class Line:
    """Words side by side. `in_column` marks those of a letterhead or foot, which never fill the page."""

    words: tuple[Word, ...]
    in_column: bool = False

    @cached_property
    def left(self) -> float:
        return self.words[0].left

    @cached_property
    def right(self) -> float:
        return self.words[-1].right

    @cached_property
    def top(self) -> float:
        return min(word.top for word in self.words)

    @cached_property
    def bottom(self) -> float:
        return max(word.bottom for word in self.words)

    @cached_property
    def height(self) -> float:
        return median(word.height for word in self.words)

    @cached_property
    def middle(self) -> float:
        return median((word.top + word.bottom) / 2 for word in self.words)

    @cached_property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @cached_property
    def bold(self) -> bool:
        return all(word.bold for word in self.words)


def lines_of(words: Iterable[Word]) -> list[list[Line]]:
    """The words as rows from top to bottom, each row one line or several columns."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.top + word.bottom) / 2):
        middle = (word.top + word.bottom) / 2
        last = rows[-1] if rows else None
        if last and abs(middle - _middle(last)) < 0.5 * min(word.height, last[-1].height):
            last.append(word)
        else:
            rows.append([word])
    found = [
        [line for line in _columns(sorted(row, key=lambda word: word.left)) if not _is_dirt(line)]
        for row in rows
    ]
    return [row for row in found if row]


def _is_dirt(line: Line) -> bool:
    """A speck or a fold of a scan that was taken for a letter or two."""
    letters = sum(len(word.text) for word in line.words)
    return letters <= DIRT_LETTERS and all(
        word.confidence is not None and word.confidence < DIRT_BELOW for word in line.words
    )


def _middle(row: Sequence[Word]) -> float:
    return fmean((word.top + word.bottom) / 2 for word in row[-8:])


def _is_motto(word: Word, folded: str) -> bool:
    """The motto as a letterhead prints it, not the country's name in a sentence."""
    return bool(MOTTO.match(folded)) and (word.text.isupper() or folded.startswith("doc lap"))


def _columns(row: Sequence[Word]) -> Iterator[Line]:
    begin = 0
    gaps = [max(after.left - before.right, 0.0) for before, after in itertools.pairwise(row)]
    usual = median(gaps) if gaps else 0.0
    folded = [fold(word.text) for word in row]
    for at, gap in enumerate(gaps, start=1):
        wide = gap > COLUMN_GAP * row[at].height and gap > OTHER_GAPS * usual
        # The space after `1.` or `-` is a tab, no gutter.
        is_label = at - begin == 1 and len(row[begin].text) <= LABEL_LENGTH and begin == 0
        if (wide and not is_label) or _is_motto(row[at], " ".join(folded[at : at + 5])):
            yield Line(tuple(row[begin:at]))
            begin = at
    yield Line(tuple(row[begin:]))
