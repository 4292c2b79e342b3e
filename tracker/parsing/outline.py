"""The outline of a plan: blocks in, a tree of numbered items with their paragraphs and labels out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tracker.drafts.model import Source
from tracker.parsing.labels import fields_in
from tracker.parsing.pieces import cut, trim, whole

# Printed labels from the outermost in. Where one begins, everything of its rank or below ends.
MARKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (
        0,
        re.compile(
            r"(?:PHẦN|Phần|CHƯƠNG|Chương|PHỤ LỤC|Phụ lục)\s+(?P<label>[IVX]+|\d+|thứ \w+)[.:]?(?:\s+|$)"
        ),
    ),
    (1, re.compile(r"(?P<label>[A-HĐ])[.)]\s+(?=[A-ZĐÀ-Ỹ]{2})")),
    (2, re.compile(r"(?P<label>[IVX]{1,5})[.)/]\s+")),
    (3, re.compile(r"(?P<label>\d{1,2})[.)]\s*(?=\D)")),
    (4, re.compile(r"(?P<label>\d{1,2}\.\d{1,2})[.)]?\s+")),
    (5, re.compile(r"(?P<label>\d{1,2}\.\d{1,2}\.\d{1,2})[.)]?\s+")),
    (6, re.compile(r"(?P<label>[a-zđ]\d?)[.)]\s*(?=\S)")),
    (7, re.compile(r"(?P<label>[-–—•●▪*])\s*(?=\S)")),
    (8, re.compile(r"(?P<label>\+)\s*(?=\S)")),
)
BULLET = 7


@dataclass(frozen=True)
class Field:
    """A labelled value, with the number of child items that stood before it."""

    name: str
    value: Source
    after: int


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


def root_of(texts: Sequence[str], first: int, last: int) -> Node:
    """The tree of the blocks from `first` up to `last`."""
    root = Node("", -1, Source(first, 0, 0, ""), first)
    path = [root]
    for number in range(first, last):
        _place(path, whole(number, texts[number]))
    return root


def _place(path: list[Node], line: Source) -> None:
    rank, label, body = marked(line)
    values = fields_in(body)
    if values:
        owner = _owner(path, rank)
        owner.fields += [Field(name, value, len(owner.children)) for name, value in values]
    elif rank < 0:
        path[-1].paragraphs.append(line)
    else:
        while path[-1].rank >= rank:
            path.pop()
        node = Node(label, rank, body, line.block)
        path[-1].children.append(node)
        path.append(node)


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
            label = "-" if rank == BULLET else found["label"]
            return rank, label, cut(line, found.end(), len(line.text))
    return -1, "", line


def title_of(node: Node) -> Source:
    return trim(node.body)
