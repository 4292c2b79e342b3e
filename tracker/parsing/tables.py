"""Tables of work: a table in, one line for each row of work out, under the groups that it stands in.

A merged cell and a ditto mark repeat the value above; a repeated head and a row of sums are neither work nor
group. Nothing here knows what a unit or a date is beyond telling which column a short row has lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from tracker.documents.blocks import Row, Table, TableCell
from tracker.drafts.model import Source
from tracker.parsing.columns import DOERS, Columns, columns_of, grid, kind_of
from tracker.parsing.outline import marked
from tracker.parsing.pieces import cut, trim
from tracker.parsing.rules.columns import DITTO, TOTAL
from tracker.parsing.rules.words import UNIT
from tracker.vietnamese.forms import fold
from tracker.vietnamese.numbers import roman

STT = re.compile(r"\(?(?P<label>[A-ZĐ]|[IVX]{1,5}|\d{1,3}(?:\.\d{1,3}){0,4}|[a-zđ])\s*[.)/]*\s*$")
# Inside a cell a line ends at a line end or before the next dash of a list that was written on.
LINE = re.compile(r"\s*(?:\n|<br\s*/?>)\s*")
INNER_DASH = re.compile(r"(?<=[;.,])\s+[-–—+]\s+(?=\S)")
BULLET = re.compile(r"^\s*[-–—+•*]\s*(?=\S)")
TIME_LIKE = re.compile(
    r"\d{1,2}/\d{1,2}|(?:nam|quy|thang|giai doan|truoc|sau|den|hang|hang)\s|\b(?:19|20)\d\d\b|thuong xuyen|dinh ky"
)
LABEL_RANKS = (
    (1, re.compile(r"[A-ZĐ]$")),
    (2, re.compile(r"[IVX]+$")),
    (3, re.compile(r"\d+$")),
    (4, re.compile(r"\d+\.\d+$")),
    (5, re.compile(r"\d+\.\d+\.\d+")),
    (6, re.compile(r"[a-zđ]$")),
)
NO_LABEL = 0
MARK_LENGTH = 40  # a row of sums says so at once, and a ditto mark is no longer than that
LETTERS = "ABCDĐEGHIKLMNOPQRSTUVX"


@dataclass(frozen=True)
class Line:
    """One row of work: its path inside the table, its words, and the values of its columns."""

    path: tuple[str, ...]
    title: Source
    details: tuple[Source, ...]
    fields: tuple[tuple[str, Source], ...]
    strict: frozenset[str]
    blocks: frozenset[int]


@dataclass(frozen=True)
class Reading:
    """A table as read: its lines of work, the blocks that only head them, and its columns."""

    lines: tuple[Line, ...]
    headings: frozenset[int]
    columns: Columns | None


@dataclass
class Cursor:
    """Where the reading of a table stands: its groups and the values of the row before."""

    groups: list[tuple[int, str]] = field(default_factory=list)
    before: list[TableCell] = field(default_factory=list)
    number: str = ""
    unnumbered: int = 0

    def enter(self, rank: int, label: str) -> None:
        while self.groups and self.groups[-1][0] >= rank:
            self.groups.pop()
        self.groups.append((rank, label))
        self.before, self.number, self.unnumbered = [], "", 0

    def path(self, label: str, rank: int) -> tuple[str, ...]:
        return (*(name for place, name in self.groups if name and (place < rank or not rank)), label)


def read_table(table: Table, like: Columns | None = None) -> Reading:
    """The lines of a table; `like` are the columns of the table before, for one that goes on without a
    head.
    """
    columns = columns_of(table) or _goes_on(table, like)
    if columns is None or not columns.holds_tasks:
        return Reading((), frozenset(), columns)
    lines: list[Line] = []
    headings = {cell.block for row in table.rows[: columns.first] for cell in row.cells}
    cursor = Cursor()
    rows = [part for row in table.rows[columns.first :] for part in _parts(row, columns.width)]
    for number, row in enumerate(rows):
        if _repeats_head(row, columns):
            headings |= _blocks(row)
            continue
        following = rows[number + 1] if number + 1 < len(rows) else None
        line = _read_row(row, following, columns, cursor)
        if line is None:
            headings |= _blocks(row)
        else:
            lines.append(line)
    return Reading(tuple(_told_apart(_joined(lines))), frozenset(headings) - {-1}, columns)


def _parts(row: Row, width: int) -> Iterator[Row]:
    """A row that is wider than the head is several rows that a copy has run together at empty cells."""
    if len(grid(row)) <= width:
        yield row
        return
    yield Row(row.cells[:width])
    part: list[TableCell] = []
    for cell in (*row.cells[width:], TableCell("")):
        if cell.text.strip():
            part.append(cell)
        elif part:
            yield Row(tuple(part[:width]))
            part = []


def _goes_on(table: Table, like: Columns | None) -> Columns | None:
    """The columns of the table before, where this one is as wide and begins with a row of data."""
    if like is None or not table.rows or len(grid(table.rows[0])) != like.width:
        return None
    return replace(like, first=0)


def _blocks(row: Row) -> set[int]:
    return {cell.block for cell in row.cells if cell.block >= 0}


def _repeats_head(row: Row, columns: Columns) -> bool:
    cells = grid(row)
    return len(cells) > 1 and (_is_head_again(cells, columns.heads) or _names_columns(cells))


def _is_head_again(cells: Sequence[TableCell], heads: Sequence[str]) -> bool:
    """Cell by cell: a row of work differs in its first one."""
    return len(cells) <= len(heads) and all(
        fold(" ".join(cell.text.split())) == fold(head) for cell, head in zip(cells, heads, strict=False)
    )


def _names_columns(cells: Sequence[TableCell]) -> bool:
    """A head in other words under a group: each cell of it names a column, one of them who does the work."""
    named = []
    for cell in cells:
        if cell.text.strip():
            named.append(kind_of(cell.text))
            if not named[-1]:
                return False
    return len(named) > 2 and len(set(named)) > 2 and not DOERS.isdisjoint(named)


# --- one row ---


def _read_row(row: Row, following: Row | None, columns: Columns, cursor: Cursor) -> Line | None:
    cells = _placed(row, columns)
    label = _label(cells, columns)
    words = _work(cells, columns)
    if words is None or TOTAL.begins(words.text[:MARK_LENGTH]):
        return None
    if not label and columns.number is not None:
        label, words = _inner_label(words, label)
    if _is_group(cells, columns, label, following, words):
        cursor.enter(_rank(label, cursor), label)
        return None
    cells = _filled(cells, columns, cursor, bool(label))
    cursor.before = cells
    return _line(cells, columns, cursor, label, words)


def _label(cells: Sequence[TableCell], columns: Columns) -> str:
    place = columns.number
    if place is None or place >= len(cells):
        return ""
    found = STT.match(cells[place].text.strip())
    return found["label"] if found else ""


def source_of(cell: TableCell) -> Source:
    return Source(cell.block, cell.start, cell.end, cell.text)


def _work(cells: Sequence[TableCell], columns: Columns) -> Source | None:
    """The words of the work; a group that stands in one wide cell is found in any column."""
    place = columns.work
    if place is not None and place < len(cells) and cells[place].text.strip():
        return source_of(cells[place])
    number = columns.number
    others = [c for i, c in enumerate(cells) if c.text.strip() and i != number]
    if len({cell.block for cell in others}) == 1:
        return source_of(others[0])
    first = cells[number] if number is not None and number < len(cells) else None
    if not others and first is not None and len(first.text.strip()) > 4:
        return source_of(first)
    return None


def _inner_label(words: Source, label: str) -> tuple[str, Source]:
    """`I. Kinh tế số` in a cell of its own carries its number itself."""
    rank, found, body = marked(words)
    if 1 <= rank <= 6:
        return found, body
    return label, words


def _is_group(
    cells: Sequence[TableCell], columns: Columns, label: str, following: Row | None, words: Source
) -> bool:
    """A row that only names what stands below it, in whatever column its words have slipped to."""
    filled = {
        cell.block for i, cell in enumerate(cells) if cell.text.strip() and columns.kinds[i] != "number"
    }
    wide = [cell for cell in cells if cell.columns > 1 and cell.text.strip()]
    said = [
        i
        for i, cell in enumerate(cells)
        if _says(cell, columns.kinds[i]) and cell.columns == 1 and not _is(cell, words)
    ]
    if said and not wide:
        return False
    if said and any(columns.kinds[i] in ("leads", "timings", "partners") for i in said):
        return False
    if wide or (len(filled) <= 1 and _rank_of(label) in (NO_LABEL, 1, 2)):
        return True
    return _deeper(label, following, columns)


def _is(cell: TableCell, words: Source) -> bool:
    return cell.block == words.block and cell.start <= words.start < max(cell.end, cell.start + 1)


def _says(cell: TableCell, kind: str) -> bool:
    return kind not in ("", "number", "work", "notes", "money", "target") and bool(cell.text.strip())


def _deeper(label: str, following: Row | None, columns: Columns) -> bool:
    if following is None:
        return False
    below = _label(_placed(following, columns), columns)
    return bool(below) and below.startswith(label + ".")


def _rank_of(label: str) -> int:
    return next((rank for rank, shape in reversed(LABEL_RANKS) if shape.match(label)), NO_LABEL)


def _rank(label: str, cursor: Cursor) -> int:
    """The rank of a group; after H an I is a letter, not a Roman one."""
    if len(label) == 1 and label in LETTERS:
        letters = [name for rank, name in cursor.groups if rank == 1]
        before = LETTERS.find(letters[-1]) if letters else -1
        follows = before >= 0 and LETTERS[before + 1 : before + 3].find(label) >= 0
        if follows or roman(label) is None:
            return 1
    return 2 if roman(label) is not None else _rank_of(label)


# --- rows that have lost cells ---


def _placed(row: Row, columns: Columns) -> list[TableCell]:
    """The cells by column; where a row is shorter than the head, by what the cells look like."""
    cells = grid(row)
    width = columns.width
    if len(cells) >= width:
        return cells[:width]
    if len(cells) <= 1:
        return [*cells, *[TableCell("")] * (width - len(cells))] if not cells else _alone(cells[0], columns)
    # A row with its number has lost cells at its end, one without has lost the first ones.
    side = -1 if STT.match(cells[0].text.strip()) else 1
    best = max(
        combinations(range(width), len(cells)),
        key=lambda places: (_fit(cells, places, columns), side * sum(places)),
    )
    placed = [TableCell("")] * width
    for place, cell in zip(best, cells, strict=True):
        placed[place] = cell
    return placed


def _alone(cell: TableCell, columns: Columns) -> list[TableCell]:
    placed = [TableCell("")] * columns.width
    placed[columns.work or 0] = cell
    return placed


def _fit(cells: Sequence[TableCell], places: Sequence[int], columns: Columns) -> int:
    return sum(_likely(cell, columns.kinds[place]) for cell, place in zip(cells, places, strict=True))


def _likely(cell: TableCell, kind: str) -> int:
    """How well a cell looks like what its column holds."""
    text = BULLET.sub("", cell.text.strip())
    if kind == "number":
        return 4 if STT.match(text) else (0 if not text else -4)
    if STT.match(text):
        return -3
    if kind in ("leads", "partners", "both"):
        return 2 if UNIT.match(text) else -1
    if kind in ("timings", "start", "finish"):
        return 2 if TIME_LIKE.search(fold(text[:60])) else -1
    if kind == "work":
        return 3 if len(text) > 12 and not (UNIT.match(text) and len(text) < 60) else 0
    return 0


def _filled(cells: list[TableCell], columns: Columns, cursor: Cursor, numbered: bool) -> list[TableCell]:
    """With the values from above where a ditto mark stands, or where a row without number goes on."""
    before = cursor.before
    if not before:
        return cells
    short = not numbered and columns.number is not None
    found: list[TableCell] = []
    for i, cell in enumerate(cells):
        text = cell.text.strip()
        carried = _is_ditto(text) if text else short and cell.block < 0
        kind = columns.kinds[i]
        found.append(before[i] if carried and i < len(before) and kind not in ("work", "number") else cell)
    return found


def _is_ditto(text: str) -> bool:
    return len(text) <= MARK_LENGTH and DITTO.begins(text) is not None


# --- a line of work ---


def _line(cells: Sequence[TableCell], columns: Columns, cursor: Cursor, label: str, words: Source) -> Line:
    rank = _rank_of(label)
    if label:
        cursor.number, cursor.unnumbered = label, 0
        while cursor.groups and rank and cursor.groups[-1][0] >= rank:
            cursor.groups.pop()
    shown = label or cursor.number or _next_bullet(cursor)
    parts = lines(words)
    title = trim(parts[0]) if parts else trim(words)
    values = [
        (kind, source_of(cell))
        for kind, cell in zip(columns.kinds, cells, strict=False)
        if kind not in ("", "number", "work", "notes", "money", "target")
        and cell.text.strip()
        and not _is(cell, words)
    ]
    blocks = {cell.block for cell in cells if cell.block >= 0} | {words.block}
    strict = frozenset(columns.kinds[i] for i in columns.strict)
    return Line(cursor.path(shown, rank), title, tuple(parts[1:]), tuple(values), strict, frozenset(blocks))


def _next_bullet(cursor: Cursor) -> str:
    cursor.unnumbered += 1
    return f"-{cursor.unnumbered}"


def lines(value: Source) -> list[Source]:
    """The lines of a cell, each without its dash."""
    if "\n" not in value.text and "<" not in value.text and not BULLET.match(value.text):
        return [one for one in (trim(value, " "),) if one.text.strip(" .;,")]  # as most cells are
    found: list[Source] = []
    for piece in _split(value, LINE):
        dashed = bool(BULLET.match(piece.text))
        for part in _split(piece, INNER_DASH) if dashed else [piece]:
            mark = BULLET.match(part.text)
            found.append(cut(part, mark.end() if mark else 0, len(part.text)))
    return [one for one in (trim(part, " ") for part in found) if one.text.strip(" .;,")]


def _split(value: Source, joint: re.Pattern[str]) -> Iterator[Source]:
    begin = 0
    for match in joint.finditer(value.text):
        yield cut(value, begin, match.start())
        begin = match.end()
    yield cut(value, begin, len(value.text))


# --- rows that belong together ---


def _joined(found: Sequence[Line]) -> list[Line]:
    """A work over several rows is one task: its cell is merged, so the words stand in one place."""
    joined: list[Line] = []
    for line in found:
        last = joined[-1] if joined else None
        if last and last.title == line.title:
            more = tuple(value for value in line.fields if value not in last.fields)
            joined[-1] = replace(last, fields=(*last.fields, *more), blocks=last.blocks | line.blocks)
        else:
            joined.append(line)
    return joined


def _told_apart(found: Sequence[Line]) -> Iterator[Line]:
    """Several works under one number: 1.-1, 1.-2."""
    place = 0
    for number, line in enumerate(found):
        place = place + 1 if number and found[number - 1].path == line.path else 1
        after = found[number + 1].path if number + 1 < len(found) else ()
        several = place > 1 or after == line.path
        yield replace(line, path=(*line.path, f"-{place}")) if several else line
