"""The outline of a plan: blocks in, a tree of numbered items with their paragraphs and labels out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tracker.documents.blocks import Table
from tracker.drafts.model import Source
from tracker.parsing.labels import fields_in
from tracker.parsing.pieces import cut, trim, whole
from tracker.parsing.rules.heads import ANNEX, ANNEX_LABEL
from tracker.parsing.rules.letters import LOW, UP
from tracker.parsing.rules.words import UNIT
from tracker.vietnamese.numbers import roman, to_roman

# Printed labels from the outermost in. Where one begins, everything of its rank or below ends.
MARKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (
        0,
        re.compile(
            rf"(?:(?:PHẦN|Phần|CHƯƠNG|Chương)\s+(?P<label>[IVX]+|[A-Z](?![{LOW}])|\d+|thứ \w+)[.:]?(?:\s+|$))"
        ),
    ),
    (0, re.compile(rf"(?P<label>Điều\s+\d+)[.:]?(?:\s+|$)(?!\d)(?=[{UP}]|$)")),
    (1, re.compile(rf"(?P<label>[A-HĐ])[.)]\s+(?=[{UP}]{{2}})")),
    (2, re.compile(rf"(?P<label>[IVX]{{1,5}})(?:[.)/]\s+|[.]\s*(?=[{UP}]{{2}}))")),
    (4, re.compile(r"(?P<label>\d{1,2}\.\d{1,2})[.)]?\s+(?=\D)")),
    (4, re.compile(rf"(?P<label>\d{{1,2}}\.\d{{1,2}})[.)](?=[{UP}])")),
    (5, re.compile(r"(?P<label>\d{1,2}\.\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)[.)]?\s*(?=[^\d\s])")),
    (3, re.compile(r"(?P<label>\d{1,3})[.)/]\s*(?=[^\d\s/])(?!\d)")),
    (6, re.compile(r"(?P<label>[a-zđ]\d?)[.)]\s*(?=\S)")),
    (7, re.compile(r"(?P<label>[-–—•●▪■□*✓➢§·])\s*(?=\S)")),
    (8, re.compile(r"(?P<label>\+)\s*(?=\S)")),
)
# What a scan's reader makes of the strokes of a Roman number.
STROKES = str.maketrans(
    {"l": "I", "1": "I", "|": "I", "L": "I", "T": "I", "Y": "V", "í": "I", "Ï": "I", "!": "I"}
)
SCANNED = re.compile(rf"(?P<label>[IVXHLTYl1|!]{{1,5}})[.,]\s*(?=[{UP}][\w{UP}{LOW}])")
# A heading in capitals, whose number a scan may also have lost the dot of.
SCANNED_HEAD = re.compile(rf"(?P<label>[IVXHLTYl1|!]{{1,5}})(?:[.,]\s*|\s+)(?=[{UP}][^{LOW}]+$)")
BULLET = 7


@dataclass(frozen=True)
class Field:
    """A labelled value, with the number of child items that stood before it."""

    name: str
    value: Source
    after: int
    block: int = -1


@dataclass
class Node:
    """One item of the outline. `body` is its own paragraph without the label, `paragraphs` those that
    follow it.
    """

    label: str
    rank: int
    body: Source
    block: int
    paragraphs: list[Source] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    annex: bool = False
    scanned: bool = False

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def numbered(self) -> list[Node]:
        return [child for child in self.children if child.rank < BULLET]

    @property
    def bullets(self) -> list[Node]:
        return [child for child in self.children if child.rank == BULLET]


@dataclass
class Opened:
    """A label without a value: the bullets below it are its values, unless they carry other labels."""

    owner: Node | None = None
    name: str = ""

    def takes(self, rank: int, values: Sequence[tuple[str, Source]]) -> bool:
        if self.owner is None or rank < BULLET:
            return False
        return not values or (self.name == "timings" and not UNIT.match(values[0][1].text))

    def give(self, value: Source) -> None:
        if self.owner is not None:
            self.owner.fields.append(Field(self.name, trim(value), len(self.owner.children), value.block))


def root_of(
    texts: Sequence[str],
    blocks: Sequence[int],
    tables: Sequence[Table] = (),
    after: int = -1,
    *,
    scanned: bool = False,
) -> Node:
    """The tree of some blocks, with the tables among them; from `after` on they belong to annexes."""
    begin = blocks[0] if blocks else 0
    root = Node("", -1, Source(begin, 0, 0, ""), begin, scanned=scanned)
    path = [root]
    opened = Opened()
    starts = {table.first_block: table for table in tables}
    end_of_table = -1
    for number in blocks:
        if number <= end_of_table:
            continue
        if number in starts:
            end_of_table = starts[number].last_block
            _hang(path, starts[number], number == after)
            opened.owner = None
        elif ANNEX.begins(texts[number]) or number == after:
            _begin_annex(path, whole(number, texts[number]))
        else:
            _place(path, whole(number, texts[number]), opened)
    return root


def _hang(path: list[Node], table: Table, begins_annex: bool) -> None:
    """A table stands under the heading above it; bullets end before it."""
    if begins_annex:
        _begin_annex(path, Source(table.first_block, 0, 0, ""))
    while path[-1].rank >= BULLET:
        path.pop()
    path[-1].tables.append(table)


def _begin_annex(path: list[Node], line: Source) -> None:
    del path[1:]
    found = ANNEX_LABEL.match(line.text)
    label = " ".join(found["label"].split()) if found else ""
    rest = cut(line, found.end() if found else 0, len(line.text))
    node = Node(label, 0, rest, line.block, annex=True)
    path[0].children.append(node)
    path.append(node)


def _place(path: list[Node], line: Source, opened: Opened) -> None:
    rank, label, body = _read_mark(path, line)
    values = fields_in(body)
    if opened.takes(rank, values):
        opened.give(body)
        return
    opened.owner = None
    if values and _is_label(path, rank, values):
        _give(path, rank, line, values)
        name, last = values[-1]
        if len(values) == 1 and not last.text and name in ("timings", "leads", "partners", "deliverables"):
            opened.owner, opened.name = _owner(path, rank), name
    elif rank < 0:
        path[-1].paragraphs.append(line)
    else:
        while path[-1].rank >= rank:
            path.pop()
        node = Node(label, rank, body, line.block)
        path[-1].children.append(node)
        path.append(node)


def _is_label(path: list[Node], rank: int, values: Sequence[tuple[str, Source]]) -> bool:
    """`Nhiệm vụ:` is a label only inside an item; alone it heads what follows."""
    if values[0][0] != "work":
        return True
    return (rank == 6 or rank >= BULLET) and any(node.rank >= 3 for node in path)


def _give(path: list[Node], rank: int, line: Source, values: Sequence[tuple[str, Source]]) -> None:
    """The values of a label's line to the item that they belong to."""
    owner = _owner(path, rank)
    for name, value in values:
        if name == "work":
            owner.paragraphs.append(line)
        else:
            owner.fields.append(Field(name, value, len(owner.children), line.block))


def _read_mark(path: Sequence[Node], line: Source) -> tuple[int, str, Source]:
    """Rank, label and body; a Roman number that a scan has garbled is read by its place in the row."""
    rank, label, body = marked(line)
    before = _point_before(path) if rank == 2 and label == "I" else ""
    if before:
        return 6, before, body
    if rank == 3 and _counts_on(path, label):
        return rank, label, body
    head = SCANNED_HEAD.match(line.text) if path[0].scanned else None
    found = SCANNED.match(line.text) or head
    if not found or (rank == 2 and roman(label) is not None and not _doubtful(label) and not head):
        return rank, label, body
    expected = _next_roman(path)
    strokes = _strokes(found["label"])
    lost = head is not None and len(strokes) == len(expected) - 1 and expected.startswith(strokes)
    if (rank, label) != (2, expected) and (strokes == expected or lost):
        return 2, expected, cut(line, found.end(), len(line.text))
    return rank, label, body


def _point_before(path: Sequence[Node]) -> str:
    """After the points h and k a capital I is the point i or l."""
    holder = next((node for node in reversed(path) if node.rank < 6), path[0])
    last = holder.children[-1].label if holder.children and holder.children[-1].rank == 6 else ""
    return {"h": "i", "k": "l"}.get(last, "")


def _counts_on(path: Sequence[Node], label: str) -> bool:
    """11. after 10. is an eleven, not the strokes of II."""
    last = next((node.label for node in reversed(path) if node.rank == 3), "")
    return last.isdecimal() and label.isdecimal() and int(label) == int(last) + 1


def _doubtful(label: str) -> bool:
    return "H" in label


def _strokes(label: str) -> str:
    return label.translate(STROKES).replace("H", "II")


def _next_roman(path: Sequence[Node]) -> str:
    """The Roman number that would come next among the sections."""
    holder = next((node for node in reversed(path) if node.rank < 2), path[0])
    sections = [child for child in holder.children if child.rank == 2]
    last = roman(sections[-1].label) if sections else 0
    return to_roman((last or 0) + 1)


def _owner(path: list[Node], rank: int) -> Node:
    """Whose field a label is: the numbered item's above it, since bullets are its details."""
    while path[-1].rank >= BULLET or (0 <= rank < BULLET and path[-1].rank >= rank):
        path.pop()
    return path[-1]


def marked(line: Source) -> tuple[int, str, Source]:
    """Rank, label and body of a line; rank -1 where it has no label."""
    for rank, mark in MARKS:
        found = mark.match(line.text)
        if found:
            label = "-" if rank == BULLET else " ".join(found["label"].split())
            return rank, label, cut(line, found.end(), len(line.text))
    return -1, "", line


def title_of(node: Node) -> Source:
    return trim(node.body)
