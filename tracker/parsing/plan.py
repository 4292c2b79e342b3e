"""A document becomes the draft of a plan: blocks in, head, rows, doubts and what is left over out.

Nothing here depends on today: dates lean on the plan's own years and its day of issue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from tracker.documents.blocks import Document
from tracker.drafts.model import PlanDraft, PlanHead, PlanPeriod, Source, TaskDraft, TimingDraft
from tracker.parsing.defined import meanings, spelled_out
from tracker.parsing.doubting import doubted
from tracker.parsing.frame import Frame, frame_of
from tracker.parsing.header import coordinator_of, head_of, usual_start
from tracker.parsing.lint import lint_of
from tracker.parsing.outline import Node, root_of
from tracker.parsing.pieces import whole
from tracker.parsing.prose import Clock
from tracker.parsing.repeats import without_repeats
from tracker.parsing.rules.words import FOLLOWS_UP
from tracker.parsing.tasks import Row, checked, rows, years_of
from tracker.vietnamese.forms import fold, same_length_fold

# The letterhead stands in the first blocks.
LETTERHEAD = 12
SCANS = ("scan", "image")
# Who issues plans for others to carry out.
NEVER_LEADS = ("ubnd", "uy ban nhan dan", "thu tuong", "chinh phu", "hoi dong nhan dan", "hdnd")
PRINTED_YEAR = re.compile(r"(?<![\d/])(?:19|20)\d\d(?!\d)|(?<=/)(?:19|20)\d\d(?!\d)")


def parse(document: Document) -> PlanDraft:
    """The whole reading. A text without any task still gives its blocks, all of them left over."""
    texts = tuple(block.text for block in document.blocks)
    frame = frame_of(_without_tables(document))
    head = head_of(texts, frame)
    root = root_of(texts, frame.body, document.tables, frame.after, scanned=document.kind in SCANS)
    found = list(without_repeats(rows(root, Clock(head.period.start, issue_day(head)))))
    start = _first_year(head, found)
    if start != head.period.start:
        head = replace(head, period=PlanPeriod(start, head.period.end))
        found = list(without_repeats(rows(root, Clock(start, issue_day(head)))))
    known = meanings(texts)
    named = [_led(spelled_out(row.task, known), head, texts) for row in found]
    tasks, said = doubted(document, head, named)
    coordinator = coordinator_of(texts, frame) or charged_with_it(tasks)
    head = replace(head, period=period_of(head, tasks), coordinator=coordinator)
    left = leftover(texts, frame, found, root)
    return PlanDraft(head, tasks, left, (*lint_of(document, frame, found), *said), texts)


def issue_day(head: PlanHead) -> date | None:
    """The day of issue where it is printed whole; distances from it stay open otherwise."""
    return date.fromisoformat(head.issued_on) if head.issued_on and len(head.issued_on) == 10 else None


def _without_tables(document: Document) -> tuple[str, ...]:
    """The texts in which heads and annexes are looked for: a cell is neither."""
    celled = {n for table in document.tables for n in range(table.first_block + 1, table.last_block + 1)}
    return tuple("" if n in celled else block.text for n, block in enumerate(document.blocks))


def _first_year(head: PlanHead, found: Iterable[Row]) -> date | None:
    """The plan's first day: a plan of the last months starts with the next year, unless its own work
    names the year of issue.
    """
    if not head.issued_on or head.period.start != usual_start(head.issued_on):
        return head.period.start
    issued = int(head.issued_on[:4])
    named = years_named(timing for row in found for timing in row.task.timings)
    return date(issued, 1, 1) if issued in named else head.period.start


def years_named(timings: Iterable[TimingDraft]) -> set[int]:
    """The years that the words about time print."""
    return {int(year) for timing in timings for year in PRINTED_YEAR.findall(timing.text)}


def charged_with_it(tasks: Iterable[TaskDraft]) -> str | None:
    """The first unit whose duty is to urge, to follow up or to sum up the plan."""
    charged = (
        task.leads[0]
        for task in tasks
        if task.kind == "responsibility" and len(task.leads) == 1 and FOLLOWS_UP.find(task.title)
    )
    return next(charged, None)


def _led(task: TaskDraft, head: PlanHead, texts: tuple[str, ...]) -> TaskDraft:
    """Where no lead is written, an agency that issues the plan leads; a committee or the Government never
    does.
    """
    if task.leads or not head.issuer or fold(head.issuer).startswith(NEVER_LEADS):
        return task
    rest = tuple(doubt for doubt in task.doubts if doubt.code != "no-lead")
    place = _first_place(head.issuer, texts)
    spans = {**task.spans, "leads": (place,)} if place else task.spans
    return checked(replace(task, leads=(head.issuer,), doubts=rest, spans=spans))


def _first_place(words: str, texts: tuple[str, ...]) -> Source | None:
    """Where the issuer is named: in its own words, else in the capitals of the letterhead, else in part."""
    for number, text in enumerate(texts):
        begin = text.find(words)
        if begin >= 0:
            return Source(number, begin, begin + len(words), words)
    parts = fold(words).split()
    for count in range(len(parts), 1, -1):
        for number, text in enumerate(texts[:LETTERHEAD]):
            begin = same_length_fold(text).find(" ".join(parts[:count]))
            if begin >= 0:
                end = begin + len(" ".join(parts[:count]))
                return Source(number, begin, end, text[begin:end])
    return None


def period_of(head: PlanHead, tasks: Iterable[TaskDraft]) -> PlanPeriod:
    """The years of the title, else those of the tasks; open where work comes back and no summing-up ends
    it.
    """
    if head.period.start and head.period.end:
        return head.period
    timings = [timing for task in tasks for timing in task.timings]
    years = years_of(timings)
    if not years and not years_named(timings):
        return head.period
    start = head.period.start or date(min(years or years_named(timings)), 1, 1)
    open_end = any(timing.every or (timing.start and timing.ongoing) for timing in timings)
    ends = [timing.due.year for timing in timings if timing.due and (not open_end or _sums_up(timing))]
    if not ends and not open_end:
        ends = sorted(years_named(timings))
    last = date(max(ends), 12, 31) if ends else None
    return PlanPeriod(start, last if last and last >= start else None)


def _sums_up(timing: TimingDraft) -> bool:
    return fold(timing.label or timing.text).startswith("tong ket")


def leftover(texts: tuple[str, ...], frame: Frame, found: list[Row], root: Node) -> tuple[Source, ...]:
    """Every paragraph that is neither head, heading, row nor a row's detail."""
    used = set(frame.blocks) | {block for row in found for block in row.blocks}
    used |= {place.block for row in found for places in row.task.spans.values() for place in places}
    used |= {node.block for node in root.walk() if _is_heading(node, used)}
    return tuple(whole(number, text) for number, text in enumerate(texts) if number not in used)


def _is_heading(node: Node, used: set[int]) -> bool:
    """Whether something that was used, or a section, stands below."""
    if node.rank in (0, 1, 2):
        return True
    below = [one for one in node.walk() if one is not node]
    return any(one.block in used for one in below) or any(text.block in used for text in node.paragraphs)
