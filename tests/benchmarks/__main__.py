"""How fast the reader reads, a plan is published and mail leaves: `python -m tests.benchmarks` prints ratios that
were taken within one run, so that they mean the same on every machine. Nothing here is a test: a busy machine
must not turn the suite red.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import docx

from tests.benchmarks.notices import notices
from tests.benchmarks.publishing import over_bare_insert
from tests.benchmarks.ratios import Ratio
from tests.benchmarks.units import over_one_pass
from tests.documents.files import add_grid, add_justified, new_word, saved
from tests.renderings import COLUMNS, HEAD, numbered, plans, typed
from tracker.documents.read import read
from tracker.drafts.model import PlanDraft
from tracker.parsing.plan import parse

TURNS, MANY_TURNS = 5, 15
LENGTHS = (1, 5, 20, 50)
ROWS = 140
# What the ratios must not pass.
OVER_PYTHON_DOCX, OVER_FIVEFOLD, OVER_LIST = 10.0, 1.5, 1.0


def quickest(work: Callable[[], Any], turns: int = TURNS) -> float:
    """The processor's seconds of the best of several turns: what else the machine did counts least there."""
    best = float("inf")
    for _ in range(turns):
        begin = time.process_time()
        work()
        best = min(best, time.process_time() - begin)
    return best


def draft(data: bytes) -> PlanDraft:
    return parse(read(data, "plan"))


def longest() -> str:
    """The words of the largest plan: about twelve pages."""
    return max((plan.read_text(encoding="utf-8") for plan in plans()), key=len)


# --- over python-docx alone ---


def over_python_docx() -> list[Ratio]:
    found = []
    for name, made in (("typed labels", typed(longest())), ("automatic numbers", numbered(longest()))):
        theirs = quickest(partial(_all_text, made), MANY_TURNS)
        alone = quickest(partial(read, made, "plan"), MANY_TURNS)
        ours = quickest(partial(draft, made), MANY_TURNS)
        print(
            f"  {name:20} python-docx {theirs * 1000:5.0f} ms, document {alone * 1000:5.0f}, draft {ours * 1000:5.0f}"
        )
        found.append(
            Ratio(f"12 pages as .docx, {name}: draft over python-docx", ours / theirs, OVER_PYTHON_DOCX)
        )
    return found


def _all_text(data: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs]


# --- length ---


def over_lengths() -> list[Ratio]:
    """A plan whose sections come again and again, so that its length grows and nothing else does."""
    seconds = {}
    for times in LENGTHS:
        made = repeated(longest(), times).encode()
        blocks = len(read(made, "plan").blocks)
        whole = quickest(partial(draft, made), TURNS if times < 20 else 2)
        seconds[times] = whole / blocks
        print(
            f"  {times:2}x length: {blocks:6} blocks, {whole:7.3f} s, {seconds[times] * 1e6:5.0f} µs a block"
        )
    return [
        Ratio(
            f"a block at {LENGTHS[-1]}x length over one at 5x",
            seconds[LENGTHS[-1]] / seconds[5],
            OVER_FIVEFOLD,
        )
    ]


def repeated(text: str, times: int) -> str:
    """The text with its middle (the first section up to the recipients) as often as asked."""
    begin, end = text.index("\nI. "), text.index("\nNơi nhận")
    return text[:begin] + text[begin:end] * times + text[end:]


# --- a table and a list ---

VALUES = ("Phòng Tư pháp", "UBND các xã, thị trấn", "Quý II năm 2026", "Báo cáo kết quả")
WORK = "Tổ chức hội nghị phổ biến luật mới cho cán bộ, công chức cấp xã, đợt"


def over_list() -> list[Ratio]:
    """The same tasks as a list and as a table; each is timed beyond what the plan around it takes."""
    files = {"list": as_list(ROWS), "table": as_table(ROWS)}
    empty = {"list": as_list(1), "table": as_table(1)}
    seconds = {name: quickest(partial(draft, made)) for name, made in files.items()}
    before = {name: quickest(partial(draft, made)) for name, made in empty.items()}
    each = {name: (seconds[name] - before[name]) / (ROWS - 1) for name in files}
    for name in files:
        tasks = len(draft(files[name]).tasks)
        print(
            f"  {ROWS} tasks as a {name:5} {tasks:4} found, {seconds[name]:6.3f} s, {each[name] * 1e6:5.0f} µs a task"
        )
    return [
        Ratio(
            f"a row of a {ROWS}-row table over an item of a {ROWS}-item list",
            each["table"] / each["list"],
            OVER_LIST,
        )
    ]


def _begun() -> Any:
    document = new_word()
    for line in ("KẾ HOẠCH", "Phổ biến, giáo dục pháp luật năm 2026", "I. NHIỆM VỤ"):
        add_justified(document, line)
    return document


def as_list(tasks: int) -> bytes:
    document = _begun()
    for number in range(1, tasks + 1):
        add_justified(document, f"{number}. {WORK} {number}")
        for label, value in zip(COLUMNS, VALUES, strict=True):
            add_justified(document, f"- {label}: {value}.")
    return saved(document)


def as_table(tasks: int) -> bytes:
    document = _begun()
    rows: Sequence[Sequence[str]] = [(str(n), f"{WORK} {n}", *VALUES) for n in range(1, tasks + 1)]
    add_grid(document, [HEAD, *rows])
    return saved(document)


def main() -> int:
    if not plans():
        print("no plans in ../shared/plans beside the project", file=sys.stderr)
        return 2
    found = [
        *over_python_docx(),
        *over_lengths(),
        *over_list(),
        *over_one_pass(),
        *over_bare_insert(),
        *notices(),
    ]
    print()
    for ratio in found:
        print(ratio.line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
