"""Lines that were broken at the edge of a page or a cell become paragraphs again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from tracker.documents.blocks import DOUBTFUL_BELOW, Block
from tracker.documents.words import Line
from tracker.vietnamese.forms import fold, tidy

ITEM = re.compile(
    r"^(?:[-–—+*•●▪➢o]\s|\d{1,2}(?:\.\d{1,2})*[.)]\s|\d{1,2}(?:\.\d{1,2})+\s|[a-zđ][.)]\s|[IVX]+[.)]\s|"
    r"(?:Điều|Chương|Phần|Mục)\s+[\dIVX]+\b)"
)
# `2021` / `- 2025` is one span of years, broken at the edge.
SPAN_GOES_ON = re.compile(r"^[-–—]\s\d")
# The symbol of a document may be broken after its dash or stroke: `39/KH-` / `UBND`.
BROKEN_SYMBOL = re.compile(r"(?:[^\W_]-|\d/)$")
ENDING = re.compile(r"[.;:!?…][”\"')\]]?$")
# Heads that a narrow column breaks: the motto, and the day of issue.
HEAD_CUT = re.compile(r"^cong hoa xa hoi(?: chu(?: nghia(?: viet)?)?)?$|, ngay\b.*\b(?:ngay|thang|nam)$")
INDENT = 0.6
WIDER_PITCH = 1.3


@dataclass(frozen=True)
class Area:
    """Where text may stand, and whether its paragraphs begin with an indent."""

    left: float
    right: float
    pitch: float = 0.0
    indents: bool = False


class Open:
    """The paragraph that may still go on."""

    def __init__(self, line: Line, area: Area) -> None:
        self.lines = [line]
        self.area = area

    def goes_on(self, line: Line, area: Area) -> bool:
        before = self.lines[-1]
        if ITEM.match(line.text):
            return bool(SPAN_GOES_ON.match(line.text) and before.text[-1:].isdigit())
        if line.in_column or before.in_column:
            return line.in_column and before.in_column and _column_goes_on(before, line)
        if is_centred(before, self.area) or is_centred(line, area):
            return False
        return self._sentence_goes_on(before, line, area)

    def _sentence_goes_on(self, before: Line, line: Line, area: Area) -> bool:
        ended = bool(ENDING.search(before.text))
        small = line.text[0].islower()
        indented = line.left > area.left + INDENT * line.height
        if small and not ended:
            return True
        if self._has_room(before, line) or (before.bold and not line.bold):
            return False
        if area.pitch and line.middle - before.middle > WIDER_PITCH * area.pitch:
            return False
        if indented:
            same = abs(line.left - before.left) < INDENT * line.height
            return same and not ended and (len(self.lines) > 1 or not area.indents)
        return area.indents or not ended

    def goes_on_in_cell(self, line: Line) -> bool:
        """The same in a cell, where text may be centred and seldom has an indent."""
        before = self.lines[-1]
        if ITEM.match(line.text):
            return bool(SPAN_GOES_ON.match(line.text) and before.text[-1:].isdigit())
        ended = bool(ENDING.search(before.text))
        if line.text[0].islower():
            return not ended or not self._has_slack(before, line)
        return not ended and not self._has_slack(before, line)

    def _has_slack(self, before: Line, line: Line) -> bool:
        """Whether the next word would have fitted into the width of the cell."""
        first = line.words[0]
        free = (self.area.right - self.area.left) - (before.right - before.left)
        return free > (first.right - first.left) + 0.4 * before.height

    def _has_room(self, before: Line, line: Line) -> bool:
        """Whether the next word would have fitted: then the line was ended on purpose."""
        first = line.words[0]
        return self.area.right - before.right > (first.right - first.left) + 0.4 * before.height


def _column_goes_on(before: Line, line: Line) -> bool:
    """Lines of a letterhead or foot stand for themselves, unless a narrow column broke one."""
    small = line.text[0].islower() and not ENDING.search(before.text)
    return small or bool(HEAD_CUT.search(fold(before.text)))


def is_centred(line: Line, area: Area) -> bool:
    if ITEM.match(line.text):
        return False
    inset = min(line.left - area.left, area.right - line.right)
    off = abs((line.left + line.right) / 2 - (area.left + area.right) / 2)
    return inset > 1.5 * line.height and off < line.height


def block_of(lines: Sequence[Line], centred: bool = False) -> Block:
    """One paragraph; the places of doubtful words are those in its text."""
    text = ""
    sure: list[float] = []
    doubtful: list[tuple[int, int]] = []
    for word in (word for line in lines for word in line.words):
        clean = tidy(word.text)
        if not clean:
            continue
        starts_line = any(word is line.words[0] for line in lines[1:])
        text += "" if not text or (starts_line and BROKEN_SYMBOL.search(text)) else " "
        if word.confidence is not None:
            sure.append(word.confidence)
            if word.confidence < DOUBTFUL_BELOW:
                doubtful.append((len(text), len(text) + len(clean)))
        text += clean
    confidence = round(fmean(sure), 1) if sure else None
    bold = all(line.bold for line in lines)
    return Block(text, bold=bold, centred=centred, confidence=confidence, doubtful=tuple(doubtful))
