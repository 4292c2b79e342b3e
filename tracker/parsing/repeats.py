"""Text and annex say the same work twice: rows in, the text's rows that an annex repeats left out.

The annex wins, because it carries the lead and the time; a responsibility stays in any case.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from tracker.parsing.tasks import Row
from tracker.vietnamese.forms import fold

# So many words in a row are hardly ever common to two different works.
SHINGLE = 4
ALIKE = 0.75
REFERS = re.compile(
    r"(?:theo|tai|nhu|o|trong)\s+(?:phan\s+cong\s+tai\s+)?(?:cac\s+)?(?:phu\s+luc|bieu|danh\s+muc)\s+"
    r"(?:\S+\s+)?(?:kem\s+theo|dinh\s+kem|ban\s+hanh|nay|duoi\s+day)"
)
NOT_IN_IT = re.compile(r"khong\s+(?:neu|co|thuoc|nam)\s+(?:trong|tai)?\s*phu\s+luc")


def without_repeats(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows without those tasks of the text that a table behind the foot repeats."""
    annexed = [row for row in rows if row.annexed and row.task.kind == "task"]
    if not annexed:
        yield from rows
        return
    index = _index(annexed)
    dropped: set[tuple[str, ...]] = set()
    for row in rows:
        task = row.task
        if row.annexed or task.kind == "responsibility":
            yield row
        elif task.kind == "task" and (_refers(task.title) or _repeated(task.title, index)):
            dropped.add(task.path)
        elif task.kind != "report" or task.path[:-1] not in dropped:
            yield row


def _refers(title: str) -> bool:
    """`… theo phân công tại Phụ lục kèm theo` says that the annex has the work."""
    folded = fold(title)
    return bool(REFERS.search(folded)) and not NOT_IN_IT.search(folded)


Index = tuple[dict[tuple[str, ...], set[int]], list[set[str]]]


def _index(annexed: Sequence[Row]) -> Index:
    places: dict[tuple[str, ...], set[int]] = defaultdict(set)
    titles: list[set[str]] = []
    for number, row in enumerate(annexed):
        words = _words(row.task.title)
        titles.append(set(words))
        for part in _shingles(words):
            places[part].add(number)
    return places, titles


def _words(title: str) -> list[str]:
    return re.findall(r"\w+", fold(title))


def _shingles(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    size = min(SHINGLE, len(words))
    return (tuple(words[i : i + size]) for i in range(len(words) - size + 1)) if words else iter(())


def _repeated(title: str, index: Index) -> bool:
    places, titles = index
    words = _words(title)
    near = Counter(number for part in _shingles(words) for number in places.get(part, ()))
    mine = set(words)
    return any(len(mine & titles[n]) >= ALIKE * len(mine | titles[n]) for n, _ in near.most_common(5))
