"""How well the reader reads one plan in many clothes: `python -m tests.renderings [--ocr]` makes of each plan of
../shared/plans a Word file with typed labels, one with Word's automatic numbers, one with its labelled tasks in
tables, a PDF, and (with `--ocr`) a scan; reads each, and prints a row for each kind over all plans.

Nothing is kept: the plans and what is made of them stay in memory and in temporary folders.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm

from tests.documents.files import add_justified, as_file, converted, new_word, pictures, saved
from tests.score import SHARED, Score, scorer
from tracker.documents.read import read
from tracker.drafts.codec import plan_to_json
from tracker.parsing.plan import parse
from tracker.vietnamese.numbers import to_roman

DOTS = 200


# --- a plan's lines: their words, their looks, their labels ---


@dataclass(frozen=True)
class Run:
    """Words of one look."""

    text: str
    bold: bool = False
    italic: bool = False


Runs = tuple[Run, ...]
# Longest first; the rank is the level of the list, too.
LABELS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (0, re.compile(r"(?P<label>[IVX]+)\.\s+")),
    (2, re.compile(r"(?P<label>\d+\.\d+)\.\s+")),
    (1, re.compile(r"(?P<label>\d+)\.\s+")),
    (3, re.compile(r"(?P<label>[a-zđ])\)\s+")),
    (4, re.compile(r"(?P<label>-)\s+")),
)
BULLET = 4
# The columns of the table, and the label that each has in a list.
COLUMNS: Mapping[str, re.Pattern[str]] = {
    "Cơ quan chủ trì": re.compile(r"(?:Cơ quan, đơn vị|Cơ quan|Đơn vị) chủ trì\s*:\s*"),
    "Cơ quan phối hợp": re.compile(r"(?:Cơ quan, đơn vị|Cơ quan|Đơn vị) phối hợp\s*:\s*"),
    "Thời gian": re.compile(r"Thời gian(?: thực hiện| hoàn thành)?\s*:\s*"),
    "Sản phẩm": re.compile(r"(?:Kết quả,? sản phẩm|Kết quả|Sản phẩm)\s*:\s*"),
}
LEAD = "Cơ quan chủ trì"
HEAD = ("STT", "Nhiệm vụ", *COLUMNS)
WIDTHS = (1.2, 5.0, 3.0, 3.2, 2.2, 2.9)


@dataclass(frozen=True)
class Line:
    """A line with the label that it begins with; `mark` is that label as printed, with its blanks."""

    runs: Runs
    rank: int = -1
    label: str = ""
    mark: str = ""

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)

    @property
    def body(self) -> Runs:
        return after(self.runs, len(self.mark))

    @property
    def body_text(self) -> str:
        return self.text[len(self.mark) :]


def lines_of(text: str) -> Iterator[Line]:
    """The lines of a text that have words; bold may reach over several."""
    bold = italic = False
    for line in text.splitlines():
        runs = []
        for piece in re.split(r"(\*\*|\*)", line.strip()):
            if piece == "**":
                bold = not bold
            elif piece == "*":
                italic = not italic
            elif piece:
                runs.append(Run(piece, bold, italic))
        if runs:
            yield _labelled(tuple(runs))


def _labelled(runs: Runs) -> Line:
    text = "".join(run.text for run in runs)
    for rank, shape in LABELS:
        found = shape.match(text)
        if found:
            return Line(runs, rank, found["label"], found[0])
    return Line(runs)


def after(runs: Runs, length: int) -> Runs:
    """The runs without their first characters."""
    left = []
    for run in runs:
        text, length = run.text[length:], max(0, length - len(run.text))
        if text:
            left.append(Run(text, run.bold, run.italic))
    return tuple(left)


def add_runs(paragraph: Any, runs: Iterable[Run]) -> None:
    for run in runs:
        made = paragraph.add_run(run.text)
        # Only what is so is said, as Word does.
        made.bold, made.italic = run.bold or None, run.italic or None


# --- (a) typed labels ---


def typed(text: str) -> bytes:
    document = new_word()
    for line in lines_of(text):
        add_runs(add_justified(document, ""), line.runs)
    return saved(document)


# --- (b) automatic numbers ---

LEVELS = (
    ("upperRoman", "%1."),
    ("decimal", "%2."),
    ("decimal", "%2.%3."),
    ("lowerLetter", "%4)"),
    ("bullet", "-"),
)
ABSTRACT, FIRST_LIST = 70, 700
LATIN = "abcdefghijklmnopqrstuvwxyz"


class Lists:
    """Word's lists of one document: knows what number Word would print next, and restarts where the plan does."""

    def __init__(self, document: Any) -> None:
        self._numbering = document.part.numbering_part.element
        self._numbering.insert(0, parse_xml(_abstract()))
        self._list = FIRST_LIST - 1
        self._counts: dict[int, int] = {}
        self._begin()

    def place(self, line: Line) -> tuple[int, int] | None:
        """List and level that print the line's label, or None where Word cannot count so (the point đ)."""
        wanted = self._wanted(line)
        if wanted is None:
            return None
        if line.rank == BULLET:
            return self._list, BULLET
        if wanted != self._counts.get(line.rank, 0) + 1:
            self._begin(line.rank, wanted)
        self._counts = {rank: n for rank, n in self._counts.items() if rank < line.rank} | {line.rank: wanted}
        return self._list, line.rank

    def _wanted(self, line: Line) -> int | None:
        if line.rank in (0, 3):
            names = [to_roman(n) for n in range(1, 40)] if line.rank == 0 else list(LATIN)
            return names.index(line.label) + 1 if line.label in names else None
        if line.rank == 2:
            above, own = map(int, line.label.split("."))
            return own if above == self._counts.get(1, 1) else None
        return int(line.label) if line.rank == 1 else (0 if line.rank == BULLET else None)

    def _begin(self, rank: int | None = None, start: int = 1) -> None:
        self._list += 1
        restart = (
            f'<w:lvlOverride w:ilvl="{rank}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
            if rank is not None
            else ""
        )
        self._numbering.append(
            parse_xml(
                f'<w:num {nsdecls("w")} w:numId="{self._list}"><w:abstractNumId w:val="{ABSTRACT}"/>{restart}</w:num>'
            )
        )


def _abstract() -> str:
    levels = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{shown}"/></w:lvl>'
        for depth, (form, shown) in enumerate(LEVELS)
    )
    return (
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{ABSTRACT}">'
        f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )


def numbered(text: str) -> bytes:
    document = new_word()
    lists = Lists(document)
    for line in lines_of(text):
        paragraph = add_justified(document, "")
        place = lists.place(line)
        add_runs(paragraph, line.body if place else line.runs)
        if place:
            numbers = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            numbers.get_or_add_ilvl().val, numbers.get_or_add_numId().val = place[1], place[0]
    return saved(document)


# --- (c) labelled tasks in tables ---


@dataclass
class Item:
    """A numbered line with what stands below it. `details` come before its labelled lines, `rest` after them."""

    line: Line
    details: list[Line] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    rest: list[Line] = field(default_factory=list)
    children: list[Item] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def is_task(self) -> bool:
        return LEAD in self.fields and not self.children

    @property
    def is_group(self) -> bool:
        return bool(self.children) and all(child.is_task for child in self.children) and not self.details

    def take(self, line: Line) -> None:
        self.lines.append(line)
        words = line.body_text if line.rank == BULLET else line.text
        found = next(((name, m) for name, shape in COLUMNS.items() if (m := shape.match(words))), None)
        if found:
            self.fields[found[0]] = words[found[1].end() :]
        elif self.fields and line.rank < 0 and words[0].islower():
            # A page's end tore the value apart.
            name = list(self.fields)[-1]
            self.fields[name] += f" {words}"
        else:
            (self.rest if self.fields else self.details).append(line)


def items_of(lines: Iterable[Line]) -> Item:
    """The tree of the numbered lines, under a root without words."""
    path = [Item(Line(()))]
    for line in lines:
        if 0 <= line.rank < BULLET:
            while path[-1].line.rank >= line.rank:
                path.pop()
            item = Item(line)
            path[-1].children.append(item)
            path.append(item)
        else:
            path[-1].take(line)
    return path[0]


def tabled(text: str) -> bytes:
    document = new_word()
    for section in document.sections:
        section.left_margin = section.right_margin = Cm(2)
    _add_item(document, items_of(lines_of(text)))
    return saved(document)


def _add_item(document: Any, item: Item) -> None:
    for line in [item.line, *item.lines] if item.line.runs else item.lines:
        add_runs(add_justified(document, ""), line.runs)
    waiting: list[Item] = []
    in_tables = any(child.is_task for child in item.children)
    for child in item.children:
        if in_tables and (child.is_task or child.is_group):
            waiting.append(child)
            waiting = _finished(document, waiting) if _rest(child) else waiting
        else:
            waiting = _finished(document, waiting)
            _add_item(document, child)
    _finished(document, waiting)


def _rest(item: Item) -> list[Line]:
    return [*item.rest, *(line for child in item.children for line in child.rest)]


def _finished(document: Any, items: Sequence[Item]) -> list[Item]:
    """The table of some items, then the lines that do not belong into it."""
    if items:
        _add_table(document, items)
        for line in _rest(items[-1]):
            add_runs(add_justified(document, ""), line.runs)
    return []


def _add_table(document: Any, items: Sequence[Item]) -> None:
    table = document.add_table(0, len(HEAD), style="Table Grid")
    table.autofit = False
    for cell, words in zip(table.add_row().cells, HEAD, strict=True):
        cell.paragraphs[0].add_run(words).bold = True
    for item in items:
        _add_row(table, item)
        for child in item.children:
            _add_row(table, child)
    for row in table.rows:
        for cell, width in zip(row.cells, WIDTHS, strict=True):
            cell.width = Cm(width)


def _add_row(table: Any, item: Item) -> None:
    cells = table.add_row().cells
    cells[0].text = item.line.mark.strip()
    add_runs(cells[1].paragraphs[0], item.line.body)
    for line in item.details:
        add_runs(cells[1].add_paragraph(), line.runs)
    for cell, name in zip(cells[2:], COLUMNS, strict=True):
        cell.text = item.fields.get(name, "")
    if item.children:
        cells[1].merge(cells[-1])
        for empty in cells[1].paragraphs[1:]:
            empty._p.getparent().remove(empty._p)


# --- (d) PDF, (e) scan ---


def printed(text: str) -> bytes:
    return converted(typed(text), "pdf")


def scanned(text: str) -> bytes:
    return as_file(pictures(printed(text), DOTS), "PDF")


# --- reading them ---


@dataclass(frozen=True)
class Rendering:
    """One way to write a plan, and how well it must be read: recall, precision, exact, head."""

    name: str
    suffix: str
    make: Callable[[str], bytes]
    floors: tuple[float, float, float, float] = (0.99, 0.99, 0.95, 0.90)


RENDERINGS = (
    Rendering("typed labels", "docx", typed),
    Rendering("automatic numbers", "docx", numbered),
    Rendering("tasks in tables", "docx", tabled),
    Rendering("pdf", "pdf", printed),
)
SCAN = Rendering("scan (ocr)", "pdf", scanned, (0.97, 0.97, 0.75, 0.80))


@cache
def plans() -> tuple[Path, ...]:
    return tuple(sorted((SHARED / "plans").glob("*.txt")))


def score_of(plan: Path, rendering: Rendering, show: bool = False) -> Score:
    """One plan in one rendering against its right answer."""
    gold = json.loads((SHARED / "gold" / f"{plan.stem}.json").read_text(encoding="utf-8"))
    made = rendering.make(plan.read_text(encoding="utf-8"))
    got = plan_to_json(parse(read(made, f"{plan.stem}.{rendering.suffix}")))
    counts = scorer()["compare"](gold, got, show)
    kept = ("gold", "got", "found", "exact", "head", "heads")
    return Score(plan.stem, Counter({key: counts[key] for key in kept}), Counter(counts["right"]))


def reached(score: Score) -> tuple[float, float, float, float]:
    return score.recall, score.precision, score.exact, score.head


def total_of(rendering: Rendering, show: bool = False) -> Score:
    total = Score("TOTAL")
    for plan in plans():
        if show:
            print(f"{rendering.name}: {plan.stem}")
        total.add(score_of(plan, rendering, show))
    return total


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--ocr", action="store_true", help="scans too: some minutes")
    arguments.add_argument("--show", action="store_true", help="list every difference")
    asked = arguments.parse_args()
    if not plans():
        print(f"no plans in {SHARED / 'plans'} beside the project", file=sys.stderr)
        return 2
    print(f"{'rendering':20} recal preci exact  head")
    for rendering in (*RENDERINGS, SCAN) if asked.ocr else RENDERINGS:
        got = reached(total_of(rendering, asked.show))
        enough = all(share >= floor for share, floor in zip(got, rendering.floors, strict=True))
        least = " ".join(f"{floor:.2f}" for floor in rendering.floors)
        shares = " ".join(f"{share:5.3f}" for share in got)
        print(
            f"{rendering.name:20} {shares}  {'at least' if enough else 'FALLS SHORT of'} {least}", flush=True
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
