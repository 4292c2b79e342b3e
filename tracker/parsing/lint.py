"""What to know about a whole reading: parts not read as rows, documents cited with different dates."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tracker.documents.blocks import Document, Table
from tracker.drafts.model import Doubt
from tracker.parsing.columns import DOERS, TIMES, columns_of
from tracker.parsing.frame import Frame
from tracker.parsing.header import cited
from tracker.parsing.rules.heads import ANNEX, DOCUMENT, OTHER_KIND
from tracker.parsing.tasks import Row

# So many words show which part is meant.
LINT_WORDS = 80
LETTERHEAD = 14
DATE_AFTER = re.compile(
    r"\s*,?\s*ngày\s*(?P<d>\d{1,2})\s*(?:/|tháng)\s*(?P<m>\d{1,2})\s*(?:/|,?\s*năm)\s*(?P<y>\d{4})"
)


def lint_of(document: Document, frame: Frame, rows: Sequence[Row]) -> tuple[Doubt, ...]:
    """The doubts that belong to no single row."""
    used = {block for row in rows for block in row.blocks}
    texts = [block.text for block in document.blocks]
    found = [
        *_other_kind(texts),
        *_unread_tables(document, used),
        *_unread_annexes(texts, frame, used),
        *_cited_twice(texts),
    ]
    return tuple(found) if rows else (*found, Doubt("no-tasks", ""))


def _other_kind(texts: Sequence[str]) -> Iterator[Doubt]:
    """A directive or a letter charges units as well, but it is no plan."""
    line = next((text for text in texts[:LETTERHEAD] if OTHER_KIND.begins(text)), None)
    if line:
        yield Doubt("not-a-plan", "", line[:LINT_WORDS])


def _unread_tables(document: Document, used: set[int]) -> Iterator[Doubt]:
    """Tables that name doers or times and gave no row; figures, scores and lists of names need none."""
    for table in document.tables:
        columns = columns_of(table)
        if columns is None or "target" in columns.kinds or not set(columns.kinds) & (DOERS | TIMES):
            continue
        if not used & set(range(table.first_block, table.last_block + 1)):
            yield Doubt("unread-table", "", _words(document, table))


def _words(document: Document, table: Table) -> str:
    return document.blocks[table.first_block].text[:LINT_WORDS]


def _unread_annexes(texts: Sequence[str], frame: Frame, used: set[int]) -> Iterator[Doubt]:
    starts = [n for n in range(frame.after, len(texts)) if n == frame.after or ANNEX.begins(texts[n])]
    for begin, end in pairwise([*starts, len(texts)]):
        if not used & set(range(begin, end)):
            yield Doubt("unread-annex", "", texts[begin][:LINT_WORDS])


def _cited_twice(texts: Sequence[str]) -> Iterator[Doubt]:
    """One document cited with different dates: one of them is a slip."""
    dates: dict[str, dict[tuple[int, int, int], str]] = defaultdict(dict)
    for text in texts:
        for found in DOCUMENT.finditer(text):
            day = DATE_AFTER.match(text, found.end())
            if day:
                key = (int(day["y"]), int(day["m"]), int(day["d"]))
                dates[cited(found[0])].setdefault(key, text[found.start() : day.end()])
    for ways in dates.values():
        if len(ways) > 1:
            _, *others = ways.values()
            yield Doubt("cited-dates", "", others[0], tuple(ways.values()))
