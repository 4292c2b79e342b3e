"""What the columns of a table mean: its first rows in, the field of each column out.

A table holds tasks only where one column carries the work and another says who or when; figures, scores and
targets are none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tracker.documents.blocks import Row, Table, TableCell
from tracker.parsing.rules.columns import COLUMNS, STRICT_HEAD
from tracker.vietnamese.forms import same_length_fold

# A head stands in the first rows, or there is none.
ROWS_BEFORE_HEAD = 4
HEAD_LENGTH = 120
DOERS = frozenset({"leads", "both"})
TIMES = frozenset({"timings", "start", "finish"})
# The row that only numbers the columns: (1) (2) (3).
COUNTED = re.compile(r"\(?[\dA-Z]{1,2}\)?(?:\s*=.*)?$")


@dataclass(frozen=True)
class Columns:
    """The field of every column of the grid ("" where it has none), and the row where the data begin."""

    kinds: tuple[str, ...]
    heads: tuple[str, ...]
    first: int
    strict: frozenset[int] = frozenset()

    @property
    def width(self) -> int:
        return len(self.kinds)

    @cached_property
    def work(self) -> int | None:
        return self._first("work")

    @cached_property
    def number(self) -> int | None:
        return self._first("number")

    def _first(self, wanted: str) -> int | None:
        return next((i for i, kind in enumerate(self.kinds) if kind == wanted), None)

    @property
    def holds_tasks(self) -> bool:
        return self.work is not None and any(kind in DOERS | TIMES for kind in self.kinds)


def grid(row: Row) -> list[TableCell]:
    """The cells of a row by column: a cell over several columns stands in each of them."""
    return [cell for cell in row.cells for _ in range(max(1, cell.columns))]


def kind_of(head: str) -> str:
    """The field that a column's head names; "" where it is not known."""
    folded = same_length_fold(" ".join(head.split()))
    return next((name for name, rule in COLUMNS if rule.pattern.match(folded)), "")


def columns_of(table: Table) -> Columns | None:
    """The columns by the table's own head; None where it has no head that can be read."""
    for number, row in enumerate(table.rows[:ROWS_BEFORE_HEAD]):
        heads = [_head_text(cell) for cell in grid(row)]
        if _is_head(heads):
            return _with_second_head(table, number, heads)
    return None


def _head_text(cell: TableCell) -> str:
    return " ".join(cell.text.replace("<br>", " ").split())


def _is_head(heads: Sequence[str]) -> bool:
    kinds = [kind_of(head) if 0 < len(head) <= HEAD_LENGTH else "" for head in heads]
    named = {kind for kind in kinds if kind}
    return (
        len(named) >= 2 and (len(set(heads)) > 2 or len(heads) <= 3) and len(named) * 2 >= len(set(heads)) - 1
    )


def _with_second_head(table: Table, number: int, heads: list[str]) -> Columns:
    """Heads over two rows are joined: `Thời gian` above `Bắt đầu` and `Kết thúc`."""
    first = number + 1
    while first < len(table.rows) and _goes_on(table.rows[first], heads):
        below = [_head_text(cell) for cell in grid(table.rows[first])]
        heads = [
            above if above == under else f"{above} {under}".strip()
            for above, under in zip(heads, below, strict=False)
        ]
        first += 1
    while first < len(table.rows) and _only_counts(table.rows[first]):
        first += 1
    kinds = [kind_of(head) for head in heads]
    strict = frozenset(i for i, head in enumerate(heads) if kinds[i] in TIMES and STRICT_HEAD.begins(head))
    return Columns(_one_work(kinds, heads), tuple(heads), first, strict)


def _goes_on(row: Row, heads: Sequence[str]) -> bool:
    """Whether a row still belongs to the head: it is as wide, goes on below merged cells, and names
    columns.
    """
    cells = grid(row)
    if len(cells) != len(heads) or not any(cell.merged for cell in cells):
        return False
    fresh = [_head_text(cell) for cell in cells if not cell.merged and cell.text.strip()]
    return bool(fresh) and all(len(head) < 40 for head in fresh) and any(kind_of(head) for head in fresh)


def _only_counts(row: Row) -> bool:
    texts = [cell.text.strip() for cell in row.cells if cell.text.strip()]
    return len(texts) > 2 and all(COUNTED.match(text) for text in texts)


def _one_work(kinds: Sequence[str], heads: Sequence[str]) -> tuple[str, ...]:
    """One column of work: where several could be it, the one that says `nhiệm vụ`, else the first."""
    places = [i for i, kind in enumerate(kinds) if kind == "work"]
    if not places and "target" not in kinds:
        places = _unnamed_work(kinds)
    if not places:
        return tuple(kinds)
    named = [
        i for i in places if re.search(r"nhiem vu|cong viec|quy dinh chi tiet", same_length_fold(heads[i]))
    ]
    chosen = (named or places)[0]
    return tuple("work" if i == chosen else ("" if kind == "work" else kind) for i, kind in enumerate(kinds))


def _unnamed_work(kinds: Sequence[str]) -> list[int]:
    """Beside columns for who and when, the first column without a known head is the work."""
    if not any(kind in DOERS for kind in kinds) or not any(kind in TIMES for kind in kinds):
        return []
    return [i for i, kind in enumerate(kinds) if not kind][:1]
