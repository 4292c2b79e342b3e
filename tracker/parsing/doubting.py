"""Doubts that need the whole document: rows in, rows with what to look at out, and what is said once for many.

A doubt must predict an error. What a whole section leaves open in the same way (no lead, the committee as lead)
is no slip of the reader: its first row carries the doubt, and one line of lint speaks for all of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from tracker.documents.blocks import Block, Document
from tracker.drafts.model import Doubt, PlanHead, TaskDraft
from tracker.parsing.reports import recipient_cut
from tracker.vietnamese.forms import fold

# So many rows of one section that leave the same open are the manner of the plan.
MANNER = 3
SAID_ONCE: Mapping[str, str] = {
    "no-lead": "section-no-lead",
    "committee-lead": "section-committee-lead",
    "awaits-event": "section-awaits",
    "vague-unit": "section-vague-unit",
    "wrong-level": "section-wrong-level",
    "no-date": "section-no-date",
}
# Below this a block of a scan is doubted as a whole, whatever its single words say.
LOW_CONFIDENCE = 70
LEVELS = (
    (re.compile(r"(?:ubnd|uy ban nhan dan|hdnd)\s+(?:xa|phuong|thi tran|dac khu)"), 1),
    (re.compile(r"(?:ubnd|uy ban nhan dan|hdnd)\s+(?:huyen|quan|thi xa|thanh pho)"), 2),
    (re.compile(r"(?:ubnd|uy ban nhan dan|hdnd)\s+tinh"), 3),
    (re.compile(r"(?:bo|thu tuong|chinh phu)\s"), 4),
)
# Cities directly under the central government stand beside the provinces.
CENTRAL_CITY = re.compile(r"thanh pho (?:ha noi|ho chi minh|hai phong|da nang|can tho|hue)$")
# Bodies that stand above a level: a department of the province above a district, a ministry above a province.
ABOVE = (
    (re.compile(r"(?:phong\s+(?!nghiep vu|van ban|hanh chinh)|ubnd huyen)"), 2),
    (re.compile(r"(?:so\s+(?!giao dich)\w|ubnd tinh|uy ban nhan dan tinh|ubnd cac huyen)"), 3),
    (re.compile(r"(?:bo\s+(?!chi huy|chqs|tu lenh|phan|doi)\w|chinh phu|thu tuong)"), 4),
)
SENTENCE_OPEN = re.compile(r"[^.;:,!?…/)”\"]\s*$")
LONG_BODY = 120


def doubted(
    document: Document, head: PlanHead, tasks: Sequence[TaskDraft]
) -> tuple[tuple[TaskDraft, ...], tuple[Doubt, ...]]:
    """The rows with all their doubts, and the lint that speaks for whole sections."""
    level = _issuer_level(head)
    repeated = _duplicates(tasks)
    found = [
        _with(
            task,
            [
                *_of_level(task, level),
                *_of_past(task, head),
                *_of_scan(task, document.blocks),
                *_of_torn(task, document.blocks),
                *_of_recipient(task, document.blocks),
                *([Doubt("duplicate", "title", task.title)] if number in repeated else []),
            ],
        )
        for number, task in enumerate(tasks)
    ]
    return _said_once(found)


def _with(task: TaskDraft, more: Iterable[Doubt]) -> TaskDraft:
    fresh = tuple(doubt for doubt in more if doubt not in task.doubts)
    return replace(task, doubts=(*task.doubts, *fresh)) if fresh else task


# --- who ---


def _issuer_level(head: PlanHead) -> int | None:
    folded = fold(head.issuer or "")
    if CENTRAL_CITY.search(folded):
        return 3
    return next((level for shape, level in LEVELS if shape.match(folded)), None)


def _of_level(task: TaskDraft, level: int | None) -> Iterator[Doubt]:
    """A lead that stands above the issuer cannot be charged by it; it was copied from the plan above."""
    if level is None or level >= 4:
        return
    for lead in task.leads:
        rank = next((high for shape, high in ABOVE if shape.match(fold(lead))), 0)
        if rank > level:
            yield Doubt("wrong-level", "leads", lead)


# --- when ---


def _of_past(task: TaskDraft, head: PlanHead) -> Iterator[Doubt]:
    """A due date before the year of issue belongs to another plan, or its year is a slip."""
    issued = int(head.issued_on[:4]) if head.issued_on else None
    for timing in task.timings:
        if issued and timing.due and timing.due.year < issued and not timing.every:
            yield Doubt("past-date", "timings", timing.text)


# --- what was read badly ---


def _of_scan(task: TaskDraft, blocks: Sequence[Block]) -> Iterator[Doubt]:
    """Words that the scan's reader was not sure of, where they are a value of the row."""
    for name, places in task.spans.items():
        for place in places:
            block = blocks[place.block]
            if block.confidence is None:
                continue
            unsure = [one for one in block.doubtful if one[0] < place.end and place.start < one[1]]
            if unsure or block.confidence < LOW_CONFIDENCE:
                words = block.text[slice(*unsure[0])] if unsure else place.text
                yield Doubt("low-confidence", name, words)
                break


def _of_torn(task: TaskDraft, blocks: Sequence[Block]) -> Iterator[Doubt]:
    """A long paragraph without a mark at its end, above a bullet: a line was broken in mid-sentence."""
    place = task.source
    if place is None or blocks[place.block].cell is not None:
        return
    before = blocks[place.block - 1].text if place.block else ""
    own = blocks[place.block].text
    after = blocks[place.block + 1].text if place.block + 1 < len(blocks) else ""
    if _torn(own, after) or (_torn(before, own) and task.kind == "report"):
        yield Doubt("torn-sentence", "title", own[-60:])


def _torn(text: str, after: str) -> bool:
    return len(text) > LONG_BODY and bool(SENTENCE_OPEN.search(text)) and after.startswith(("- ", "– "))


def _of_recipient(task: TaskDraft, blocks: Sequence[Block]) -> Iterator[Doubt]:
    if (
        task.kind == "report"
        and task.recipient
        and task.source
        and recipient_cut(task, blocks[task.source.block].text)
    ):
        yield Doubt("two-readings", "recipient", task.recipient)


# --- rows that look alike ---


def _duplicates(tasks: Sequence[TaskDraft]) -> set[int]:
    """Rows whose words stand in another row as well; the later of two is doubted."""
    starts: dict[tuple[str, ...], list[int]] = defaultdict(list)
    found: set[int] = set()
    words = [re.findall(r"\w+", fold(task.title)) for task in tasks]
    for number, said in enumerate(words):
        if tasks[number].kind != "task" or len(said) < 4:
            continue
        key = tuple(said[:4])
        if any(_same(tasks[n], tasks[number], words[n], said) for n in starts[key][-5:]):
            found.add(number)
        starts[key].append(number)
    return found | _named_by_annex(tasks, words)


def _same(one: TaskDraft, other: TaskDraft, left: Sequence[str], right: Sequence[str]) -> bool:
    """The same words for the same doer at the same time; the same words alone are often meant."""
    shorter, longer = sorted((left, right), key=len)
    if list(longer[: len(shorter)]) != list(shorter):
        return False
    return one.leads == other.leads and one.timings == other.timings


def _named_by_annex(tasks: Sequence[TaskDraft], words: Sequence[Sequence[str]]) -> set[int]:
    """A task of the text that holds all the words of a row of an annex for the same time."""
    annexed = [
        n for n, task in enumerate(tasks) if fold(task.path[0] if task.path else "").startswith("phu luc")
    ]
    first = {tuple(words[n][:3]) for n in annexed if 4 <= len(words[n]) <= 12}
    rows = [(set(words[n]), tasks[n]) for n in annexed if 4 <= len(words[n]) <= 12]
    if not first:
        return set()
    inner = {n for n, task in enumerate(tasks) if n not in set(annexed) and task.kind == "task"}
    return {n for n in inner if _holds(set(words[n]), tasks[n], rows)}


def _holds(said: set[str], task: TaskDraft, rows: Sequence[tuple[set[str], TaskDraft]]) -> bool:
    days = {(one.start, one.due) for one in task.timings}
    return any(words <= said and days & {(t.start, t.due) for t in row.timings} for words, row in rows[:200])


# --- once for many ---


def _said_once(tasks: Sequence[TaskDraft]) -> tuple[tuple[TaskDraft, ...], tuple[Doubt, ...]]:
    """What a section leaves open in the same way in many rows is asked at its first row."""
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, task in enumerate(tasks):
        for doubt in task.doubts:
            if doubt.code in SAID_ONCE:
                groups[_manner(task, doubt)].append(number)
    many = {key: rows for key, rows in groups.items() if len(rows) >= MANNER}
    lint = [_for_all(key, tasks[rows[0]], len(rows)) for key, rows in many.items()]
    kept = [
        replace(task, doubts=tuple(d for d in task.doubts if _stays(task, d, number, many)))
        for number, task in enumerate(tasks)
    ]
    return tuple(kept), tuple(lint)


def _manner(task: TaskDraft, doubt: Doubt) -> tuple[str, str, str]:
    """Section, code and, where a name is doubted, the name."""
    return (task.path[0] if task.path else "", doubt.code, fold(doubt.text))


def _stays(
    task: TaskDraft, doubt: Doubt, number: int, many: Mapping[tuple[str, str, str], list[int]]
) -> bool:
    if doubt.code not in SAID_ONCE:
        return True
    rows = many.get(_manner(task, doubt))
    return rows is None or rows[0] == number


def _for_all(key: tuple[str, str, str], first: TaskDraft, count: int) -> Doubt:
    section, code, _ = key
    words = next((doubt.text for doubt in first.doubts if doubt.code == code and doubt.text), "")
    return Doubt(SAID_ONCE[code], "", f"{section}: {count}" + (f" ({words})" if words else ""))
