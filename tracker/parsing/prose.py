"""Sentences and the clock: a paragraph in, its sentences out; the words of a time label in, its timings out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tracker.drafts.model import Doubt, Source, TimingDraft
from tracker.parsing.pieces import cut, trim
from tracker.parsing.rules.prose import (
    SENTENCE_END,
)
from tracker.parsing.timings import parse_timing

Timed = list[tuple[Source, TimingDraft]]


@dataclass(frozen=True)
class Clock:
    """The days that a reading may lean on: the plan's first day and its day of issue. Never today."""

    plan_start: date | None
    issued: date | None


def sentences(paragraph: Source) -> Iterator[Source]:
    begin = 0
    for end in SENTENCE_END.finditer(paragraph.text):
        yield trim(cut(paragraph, begin, end.start() + 1), " ")
        begin = end.end()
    rest = trim(cut(paragraph, begin, len(paragraph.text)), " ")
    if rest.text:
        yield rest


def placed(value: Source, timings: list[TimingDraft]) -> Timed:
    """Each timing with the place of its words in the value."""
    found: Timed = []
    for timing in timings:
        begin = value.text.find(timing.text)
        found.append((cut(value, begin, begin + len(timing.text)) if begin >= 0 else value, timing))
    return found


def timed(value: Source, clock: Clock) -> tuple[Timed, list[Doubt]]:
    """The timings of a time label's value."""
    timings, doubts = parse_timing(value.text, clock.plan_start, clock.issued)
    return placed(value, timings), doubts
