"""The products of a task: a label's value in, each document or result by itself out."""

from __future__ import annotations

import re

from tracker.drafts.model import Source
from tracker.parsing.pieces import cut, trim

# Kinds of documents: where both sides of a comma begin with one, they are two products.
DOCUMENT = re.compile(
    r"(?:[Kk]ế hoạch|[Bb]áo cáo|[Cc]ông văn|[Qq]uyết định|[Tt]ờ trình|[Nn]ghị quyết|[Tt]hông báo|[Cc]hương trình|[Đđ]ề án|[Bb]iên bản)(?!\w)"
)
DOCUMENT_COMMA = re.compile(
    r",\s+(?=(?:[Bb]áo cáo|[Cc]ông văn|[Qq]uyết định|[Tt]ờ trình|[Nn]ghị quyết|[Tt]hông báo|tài liệu [A-ZĐ])(?!\w))"
)


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
    part = trim(part)
    comma = DOCUMENT_COMMA.search(part.text)
    if (
        not comma
        or not DOCUMENT.match(part.text)
        or part.text[: comma.start()].count("(") > part.text.count(")")
    ):
        return [part]
    return [trim(cut(part, 0, comma.start())), *_documents(cut(part, comma.end(), len(part.text)))]
