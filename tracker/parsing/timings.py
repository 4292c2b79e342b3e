"""Words about time become due dates and cycles: text, the plan's start and its day of issue in, timings
and doubts out.

Nothing depends on today. All patterns run over folded text of the same length, so that spelling, marks
and case do not count and every finding can be cut from the text as it stands. First what is no time is
hidden, then the text is read from left to right, then neighbours are joined; words of time that no rule
has read raise a doubt.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date, timedelta

from tracker.drafts.model import Doubt, TimingDraft
from tracker.parsing.rules.shape import Shape
from tracker.parsing.rules.when import (
    ALWAYS,
    CITATION,
    HIDDEN,
    PERIODICALLY,
    TRACE,
)
from tracker.parsing.rules.when_pieces import (
    ONE_DAY,
    TWO_READINGS,
    BadDateError,
    month_end,
)
from tracker.parsing.rules.when_words import (
    CYCLE_MONTHS,
)
from tracker.parsing.timing_cycles import read_cycle, read_day_of_cycle, read_day_of_week, read_frequency
from tracker.parsing.timing_dates import read_dated, read_programme
from tracker.parsing.timing_events import (
    plain,
    read_adhoc,
    read_ahead,
    read_doubtful,
    read_event,
    read_milestone,
    read_offset,
    read_since_issue,
)
from tracker.parsing.timing_joins import settle
from tracker.parsing.timing_parts import Context, Found, Reader, Readings, Step, Words, add_months
from tracker.vietnamese.forms import same_length_fold


def plan_year(plan_start: date | None, issued: date | None) -> int | None:
    """The year of dates that name none: the plan's, else the year of issue, from October on the next one."""
    if plan_start:
        return plan_start.year
    if issued:
        return issued.year + (issued.month >= 10)
    return None


def parse_timing(text: str, plan_start: date | None, issued: date | None) -> Readings:
    """Every due date and cycle in the value of a time label, and what a person must decide about it.

    The words of each timing are a part of the text in its composed form (NFC).
    """
    text = unicodedata.normalize("NFC", text)
    context = Context(plan_year(plan_start, issued), issued)
    words, hidden = _without_others(Words(text, readable(text)))
    found, doubts, read = _scan(words, context)
    settled = list(settle(words, found, context))
    timings = [_under_way(one.timing, plan_start, issued) for one in settled]
    doubts += [Doubt(TWO_READINGS, "timings", one.timing.text) for one in settled if one.unsure]
    doubts += _backwards(timings)
    doubts += _unread(words, read, bool(timings or doubts or hidden))
    return timings, list(dict.fromkeys(doubts))


def _backwards(timings: list[TimingDraft]) -> list[Doubt]:
    ends = [one for one in timings if one.start and one.due and one.due < one.start]
    return [Doubt("end-before-start", "timings", one.text) for one in ends]


def _under_way(timing: TimingDraft, plan_start: date | None, issued: date | None) -> TimingDraft:
    """A plan that is issued in the course of its first year asks for nothing before: cycles shorter than a
    year start with the first period that ends after the issue.
    """
    if not (timing.every and timing.every != "year" and timing.start and timing.due and issued):
        return timing
    late = plan_start and (issued.year, issued.month) > (plan_start.year, plan_start.month)
    if not late or timing.start.year != issued.year:
        return timing
    while timing.due and timing.start and timing.due < issued:
        timing = _next_period(timing)
    return timing


def _next_period(timing: TimingDraft) -> TimingDraft:
    assert timing.start
    assert timing.due
    assert timing.every
    if timing.every == "week":
        week = timedelta(days=7)
        return replace(timing, start=timing.start + week, due=timing.due + week)
    months = CYCLE_MONTHS[timing.every]
    anchor = timing.printed or timing.due
    last = not timing.printed and anchor == month_end(anchor.year, anchor.month)
    moved = add_months(anchor, months)
    moved = month_end(moved.year, moved.month) if last else moved
    due = moved - ONE_DAY if timing.printed else moved
    printed = moved if timing.printed else None
    return replace(timing, start=add_months(timing.start, months), due=due, printed=printed)


# --- the text, made ready ---

# A figure of a date in which scanning has put letters: 3O/6, l5/11, 2O24.
MIXED = re.compile(r"(?<![a-z0-9])(?<!quy )(?<!qui )[oli]{0,2}\d[oli\d]{0,3}(?![a-z0-9])")
FIGURES = str.maketrans("oli", "011")


def readable(text: str) -> str:
    """Folded text of the same length in which letters read for figures are figures again (3O/6, l5/11)."""
    return MIXED.sub(lambda match: match[0].translate(FIGURES), same_length_fold(text))


def _without_others(words: Words) -> tuple[Words, bool]:
    """The words with everything hidden that only looks like time; whether something was."""
    folded = words.folded
    for rule in HIDDEN:
        folded = _hide(rule, words.text, folded)
    return Words(words.text, folded), folded != words.folded


def _hide(rule: Shape, text: str, folded: str) -> str:
    kept: list[str] = []
    place = 0
    for match in rule.pattern.finditer(folded):
        if rule is CITATION and not text[match.start("sign")].isupper():
            continue
        begin, end = match.span("no") if match.re.groupindex.get("no") and match["no"] else match.span()
        kept += [folded[place:begin], "~" * (end - begin)]
        place = end
    return "".join([*kept, folded[place:]])


# --- from left to right ---

WORD = re.compile(r"(?<![a-z0-9])[a-z0-9]")


def _scan(words: Words, context: Context) -> tuple[list[Found], list[Doubt], list[tuple[int, int]]]:
    """What is found, what is doubted, and the stretches that were read."""
    found: list[Found] = []
    doubts: list[Doubt] = []
    read: list[tuple[int, int]] = []
    begin = _next_word(words, 0)
    while begin < len(words.folded):
        step = _step_at(words, begin, context)
        if step:
            found += step.found
            doubts += step.doubts
            read.append((begin, step.end))
        begin = _next_word(words, max(step.end if step else 0, begin + 1))
    return found, doubts, read


def _next_word(words: Words, place: int) -> int:
    match = WORD.search(words.folded, place)
    return match.start() if match else len(words.folded)


def _step_at(words: Words, place: int, context: Context) -> Step | None:
    try:
        return next((step for reader in READERS if (step := reader(words, place, context))), None)
    except BadDateError as bad:
        shown = words.cut(bad.begin, bad.end) if bad.end > bad.begin else words.cut(place, place + 20)
        return Step(max(bad.end, place + 1), doubts=(Doubt("invalid-date", "timings", shown.strip()),))


def _unread(words: Words, read: list[tuple[int, int]], explained: bool) -> list[Doubt]:
    """Words of time that no rule has read; or the whole text, where nothing in it means anything."""
    place = 0
    for begin, end in [*read, (len(words.folded), len(words.folded))]:
        if trace := TRACE.pattern.search(words.folded[place:begin]):
            return [Doubt("unread-time", "timings", words.cut(place + trace.start(), begin).strip())]
        place = max(place, end)
    silent = not read and not explained and bool(words.text.strip())
    return [Doubt("unread-time", "timings", words.text)] if silent else []


READERS: tuple[Reader, ...] = (
    read_doubtful,
    read_since_issue,
    read_offset,
    read_ahead,
    read_adhoc,
    read_day_of_cycle,
    read_day_of_week,
    read_frequency,
    read_cycle,
    plain(ALWAYS, "always", ongoing=True),
    read_milestone,
    read_programme,
    read_dated,
    read_event,
    plain(PERIODICALLY, "words", label="định kỳ"),
)
