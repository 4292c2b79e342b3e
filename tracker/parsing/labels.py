"""Labelled values in a line: `Chủ trì: A; phối hợp: B` in, each field with its value and place out."""

from __future__ import annotations

import re

from tracker.drafts.model import Source
from tracker.parsing.pieces import cut, trim
from tracker.parsing.rules.words import LABELS
from tracker.vietnamese.forms import same_length_fold

# Inside a line a further label begins only after a mark that ends the value before it.
FURTHER = re.compile(r"[;.,(]\s*")


def fields_in(line: Source) -> list[tuple[str, Source]]:
    """The fields of a line that begins with a label; empty for any other line."""
    folded = same_length_fold(line.text)
    first = _label_at(folded, 0)
    if first is None:
        return []
    starts = [(0, *first)]
    for joint in FURTHER.finditer(folded):
        more = _label_at(folded, joint.end())
        if more and more[0] not in {name for _, name, _ in starts}:
            starts.append((joint.end(), *more))
    ends = [begin for begin, _, _ in starts[1:]] + [len(folded)]
    return [(name, trim(cut(line, after, end))) for (_, name, after), end in zip(starts, ends, strict=True)]


def _label_at(folded: str, place: int) -> tuple[str, int] | None:
    for name, label in LABELS:
        found = label.pattern.match(folded, place)
        if found:
            return name, found.end()
    return None
