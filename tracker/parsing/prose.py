"""Time and reports in sentences: a paragraph in, its sentences, its timings and its duties to report
out.

In prose a date counts only beside a word that binds it (before, at the latest, to be finished), because
most dates there belong to the documents that are cited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tracker.drafts.model import Doubt, Source, TimingDraft
from tracker.parsing.pieces import cut, trim
from tracker.parsing.rules.prose import (
    CLAUSE_END,
    CYCLE_IN_PROSE,
    DATED,
    DESTINATION,
    INLINE_LABEL,
    QUOTED,
    REPORTS,
    RUNNING,
    SENTENCE_END,
    TRAILING_CONDITION,
)
from tracker.parsing.timings import parse_timing, readable
from tracker.parsing.who import subject, units

Timed = list[tuple[Source, TimingDraft]]


@dataclass(frozen=True)
class Clock:
    """The days that a reading may lean on: the plan's first day and its day of issue. Never today."""

    plan_start: date | None
    issued: date | None


@dataclass(frozen=True)
class Report:
    """A duty to send something to somebody by a date."""

    title: Source
    senders: tuple[Source, ...]
    recipient: str
    timings: Timed
    doubts: tuple[Doubt, ...]


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


def prose_timings(paragraph: Source, clock: Clock) -> tuple[Timed, list[Doubt]]:
    """The timings that a sentence binds to the work itself; reports have their own."""
    found: Timed = []
    doubts: list[Doubt] = []
    for sentence in sentences(paragraph):
        if report_in(sentence, clock):
            continue
        for span in _time_spans(sentence):
            got, unsure = timed(span, clock)
            found += got
            doubts += [doubt for doubt in unsure if doubt.code == "invalid-date"]
    return found, doubts


def _time_spans(sentence: Source) -> Iterator[Source]:
    """The parts of a sentence that speak about the time of the work."""
    folded = QUOTED.sub(lambda m: " " * len(m[0]), readable(sentence.text))
    for pattern in (INLINE_LABEL, DATED, TRAILING_CONDITION):
        match = pattern.pattern.search(folded)
        if match:
            yield trim(cut(sentence, *match.span("value")))
            return


def running_timings(paragraph: Source) -> Timed:
    """`thường xuyên` before a verb: a duty that runs all the time."""
    match = RUNNING.find(paragraph.text)
    if not match:
        return []
    words = cut(paragraph, *match.span("value"))
    return [(words, TimingDraft(words.text, ongoing=True))]


def reports_in(paragraph: Source, clock: Clock) -> list[Report]:
    return [report for one in sentences(paragraph) if (report := report_in(one, clock))]


def report_in(sentence: Source, clock: Clock) -> Report | None:
    """The report that a sentence asks for: a verb of sending, somebody to send to, and a date or a cycle."""
    folded = readable(sentence.text)
    verb = REPORTS.pattern.search(folded)
    target = DESTINATION.search(sentence.text) if verb else None
    if not verb or not target:
        return None
    dates, doubts = _report_dates(sentence, folded, clock)
    if not any(timing.due for _, timing in dates):
        return None
    recipient = recipient_of(sentence, target)
    title = _report_title(sentence, target.start(), min(one.start for one, _ in dates))
    return Report(title, subject(sentence), recipient, dates, tuple(doubts)) if recipient else None


def _report_dates(sentence: Source, folded: str, clock: Clock) -> tuple[Timed, list[Doubt]]:
    """The due dates of a report's sentence, each from its first word of time to its last."""
    found: Timed = []
    doubts: list[Doubt] = []
    for match in CYCLE_IN_PROSE.pattern.finditer(folded):
        got, unsure = timed(trim(cut(sentence, *match.span()), " ,;."), clock)
        found += [one for one in got if one[1].due]
        doubts += [doubt for doubt in unsure if doubt.code == "invalid-date"]
    return found, doubts


def condition_in(title: Source) -> str | None:
    """The event that a title waits for: `… sau khi được cấp trên ban hành`."""
    match = TRAILING_CONDITION.find(title.text)
    if not match:
        return None
    timings, _ = parse_timing(title.text[match.start("value") : match.end("value")], None, None)
    return next((timing.awaits for timing in timings if timing.awaits), None)


def recipient_of(sentence: Source, target: re.Match[str]) -> str:
    """To whom it goes, with `(qua …)`; a bracket that the writer forgot is closed."""
    named = units(cut(sentence, *target.span("unit")))
    if not named:
        return ""
    through = target["through"]
    whole_list = trim(cut(sentence, *target.span("unit"))).text
    return f"{whole_list} (qua {through.strip()})" if through else whole_list


def _report_title(sentence: Source, target: int, first_date: int) -> Source:
    """The clause that says what to send: up to the one to whom it goes, from the verb that begins it."""
    before = sentence.text[:target]
    begin = 0
    for clause in CLAUSE_END.finditer(before):
        if len(before) - clause.end() >= 8:
            begin = clause.end()
    title = trim(cut(sentence, begin, target))
    if len(title.text.split()) >= 2:
        return title
    return trim(sentence)
