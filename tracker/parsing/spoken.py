"""The time that sentences bind to a piece of work: a paragraph in, its timings out; reports have their own.

In prose a date counts only beside a word that binds it (before, at the latest, to be finished), because
most dates there belong to the documents that are cited.
"""

from __future__ import annotations

from collections.abc import Iterator

from tracker.drafts.model import Doubt, Source, TimingDraft
from tracker.parsing.pieces import cut, trim
from tracker.parsing.prose import Clock, Timed, sentences, timed
from tracker.parsing.reports import report_in
from tracker.parsing.rules.prose import DATED, INLINE_LABEL, QUOTED, REGULARLY, RUNNING, TRAILING_CONDITION
from tracker.parsing.timings import parse_timing, readable


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
    regular = None if match else REGULARLY.find(paragraph.text)
    if regular:
        said = cut(paragraph, *regular.span("value"))
        return [(said, TimingDraft(said.text, label="định kỳ"))]
    if not match:
        return []
    words = cut(paragraph, *match.span("value"))
    return [(words, TimingDraft(words.text, ongoing=True))]


def condition_in(title: Source) -> str | None:
    """The event that a title waits for: `… sau khi được cấp trên ban hành`."""
    match = TRAILING_CONDITION.find(title.text)
    if not match:
        return None
    timings, _ = parse_timing(title.text[match.start("value") : match.end("value")], None, None)
    return next((timing.awaits for timing in timings if timing.awaits), None)
