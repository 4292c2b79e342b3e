"""The products of a task: a label's value in, each document or result by itself out."""

from __future__ import annotations

import re

from tracker.drafts.model import Source
from tracker.parsing.pieces import cut, trim

# Kinds of documents: where both sides of a comma begin with one, they are two products.
PAPERS = (
    r"(?:[Kk]ế hoạch|[Bb]áo cáo|[Cc]ông văn|[Qq]uyết định|[Tt]ờ trình|[Nn]ghị quyết|[Tt]hông báo|"
    r"[Cc]hương trình|[Đđ]ề án|[Bb]iên bản|[Vv]ăn bản)(?!\w)"
)
PAPER = re.compile(PAPERS)
COMMA = re.compile(r",\s+")
# Two sorts of one material are two products as well: tài liệu hướng dẫn, tài liệu tuyên truyền.
SAME_START = re.compile(r"(?P<kind>\w+ \w+) \w")


def products(value: Source) -> tuple[Source, ...]:
    """Split at `;`, and at a comma only between two plain documents."""
    parts: list[Source] = []
    begin = 0
    for joint in re.finditer(r";", value.text):
        parts += _documents(cut(value, begin, joint.start()))
        begin = joint.end()
    parts += _documents(cut(value, begin, len(value.text)))
    return tuple(part for part in parts if part.text)


def _documents(part: Source) -> list[Source]:
    found: list[Source] = []
    begin = 0
    for comma in COMMA.finditer(part.text):
        before, after = part.text[begin : comma.start()].lstrip(), part.text[comma.end() :]
        if before.count("(") == before.count(")") and _two_papers(before, after):
            found.append(trim(cut(part, begin, comma.start())))
            begin = comma.end()
    return [*found, trim(cut(part, begin, len(part.text)))]


def _two_papers(before: str, after: str) -> bool:
    if PAPER.match(before) and PAPER.match(after):
        return True
    start = SAME_START.match(before)
    return bool(start and after.startswith(start["kind"] + " "))
