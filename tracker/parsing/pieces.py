"""Cutting text without losing its place: every value is a `Source`, a slice of one block that knows
where it stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tracker.drafts.model import Source

CLOSING = re.compile(r"\.\s*/$")
EDGES = " \t,;:.…"
# A writer forgets one bracket or two; more of them are no slip, and stay.
STRAY_BRACKETS = 3


def whole(block: int, text: str) -> Source:
    return Source(block, 0, len(text), text)


def cut(source: Source, begin: int, end: int) -> Source:
    """The part of a source from `begin` to `end`, counted inside it."""
    text = source.text[begin:end]
    return Source(source.block, source.start + begin, source.start + begin + len(text), text)


def trim(source: Source, edges: str = EDGES) -> Source:
    """Without marks and blanks at its ends; a bracket goes only when its partner is missing."""
    source = _stripped(source, edges)
    for _ in range(STRAY_BRACKETS):
        freed = _unbracketed(source)
        if freed is source:
            break
        source = _stripped(freed, edges)
    return source


def _stripped(source: Source, edges: str) -> Source:
    left = len(source.text) - len(source.text.lstrip(edges))
    # "./." closes a document; what is left of it after the last stop goes, too.
    kept = CLOSING.sub("", source.text.rstrip(edges)).rstrip(edges)
    return cut(source, left, max(left, len(kept)))


def _unbracketed(source: Source) -> Source:
    text = source.text
    if text.endswith(")") and text.count("(") < text.count(")"):
        return cut(source, 0, len(text) - 1)
    if text.startswith("(") and text.count("(") > text.count(")"):
        return cut(source, 1, len(text))
    return source


def words(sources: Iterable[Source]) -> tuple[str, ...]:
    return tuple(source.text for source in sources)
