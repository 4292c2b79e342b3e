"""Short names that a plan gives to its units: `Phòng A và Hội B (sau đây gọi chung là Tổ liên ngành)`.

Where the short name stands as a lead or a partner, the units that it means stand there instead, each with its
place in the definition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tracker.drafts.model import Source, TaskDraft
from tracker.parsing.pieces import cut, trim, whole, words
from tracker.parsing.rules.words import DEFINES, END_OF_NAME, NO_BODY, UNIT
from tracker.parsing.tasks import checked
from tracker.parsing.who import masked, units
from tracker.vietnamese.forms import fold

Meanings = Mapping[str, tuple[Source, ...]]
# Names longer than this before a definition are a sentence.
LONGEST = 300
# What a name leaves open is asked anew of the units that it means.
ASKED_ANEW = frozenset({"vague-unit", "committee-lead", "no-lead"})


def meanings(texts: Sequence[str]) -> Meanings:
    """Every short name of units in a plan, folded, with the units that it stands for; the first one holds."""
    found: dict[str, tuple[Source, ...]] = {}
    for number, text in enumerate(texts):
        for short, meant in _defined(whole(number, text)):
            found.setdefault(short, meant)
    return found


def _defined(paragraph: Source) -> Iterator[tuple[str, tuple[Source, ...]]]:
    for match in DEFINES.finditer(paragraph.text):
        named = _named_before(cut(paragraph, 0, match.start()))
        meant = named if match["all"] else named[-1:]
        short = fold(match["short"].strip(" “”\"'"))
        if meant and not NO_BODY.begins(short) and short not in {fold(one.text) for one in meant}:
            yield short, meant


def _named_before(text: Source) -> tuple[Source, ...]:
    """The longest list of units that ends a text; empty where its last words are none."""
    hidden = masked(text.text)
    begin = max(0, len(hidden) - LONGEST)
    for start in UNIT.finditer(hidden, begin):
        if not END_OF_NAME.search(hidden, start.start()):
            return units(trim(cut(text, start.start(), len(hidden))))
    return ()


def spelled_out(task: TaskDraft, known: Meanings) -> TaskDraft:
    """The row with the units that its short names mean."""
    changed = {
        name: _spelled_out(task.spans.get(name, ()), known)
        for name in ("leads", "partners")
        if any(fold(one.text) in known for one in task.spans.get(name, ()))
    }
    if not changed:
        return task
    rest = tuple(doubt for doubt in task.doubts if doubt.code not in ASKED_ANEW)
    return checked(
        replace(
            task,
            leads=words(changed.get("leads", task.spans.get("leads", ()))),
            partners=words(changed.get("partners", task.spans.get("partners", ()))),
            doubts=rest,
            spans={**task.spans, **changed},
        )
    )


def _spelled_out(places: Sequence[Source], known: Meanings) -> tuple[Source, ...]:
    found = [meant for one in places for meant in known.get(fold(one.text), (one,))]
    return tuple({one.text: one for one in found}.values())
