"""What comes back: cycles with and without a day, so many times a year, days of the week."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from tracker.drafts.model import TimingDraft
from tracker.parsing.rules.when import (
    CYCLE,
    DAY_OF_CYCLE,
    DAY_OF_WEEK,
    FREQUENCY,
    NEXT_CYCLE,
)
from tracker.parsing.rules.when_pieces import (
    ONE_DAY,
    BadDateError,
    Piece,
    month_end,
    soft_end,
)
from tracker.parsing.rules.when_words import (
    BY_MONTHS,
    CYCLE_MONTHS,
    CYCLE_UNITS,
    UNIT_MONTHS,
    WEEKDAYS,
)
from tracker.parsing.timing_parts import Context, Found, Step, Words, add_months, closing, first_due, number


def _cycle(words: Words, begin: int, end: int, unit: str, context: Context) -> Found:
    unit = re.sub(r"^0", "", " ".join(unit.split()).replace("nan", "nam").replace("sau thang", "6 thang"))
    unit = re.sub(r"(?<=\d)(?=thang)", " ", unit)
    every = CYCLE_UNITS[unit]
    due = first_due(every, context.begin) if context.begin else None
    if due and unit == "9 thang":
        due = month_end(due.year, 9)
    timing = TimingDraft(words.cut(begin, end), start=context.begin, due=due, every=every)
    return Found(timing, begin, end, "cycle", cycle=unit, group=begin)


def read_cycle(words: Words, place: int, context: Context) -> Step | None:
    match = CYCLE.pattern.match(words.folded, place)
    if not match:
        return None
    unit = match["unit"] or match["named"] or match["half"] or match["opened"]
    first = _cycle(words, place, match.end(), unit, context)
    first = replace(first, unsure=_misread(words, first) or bool(match["half"]))
    if match["times"] and number(match["times"]) != 1:
        first = _several_times(first, number(match["times"]), context)
    if match["edge"] and first.timing.start and first.timing.due:
        first = _at_edge(first, match["edge"])
    found = _more_cycles(words, first, context)
    if match["opened"] or len(found) == 1:
        return Step(found[-1].end, tuple(found))
    # A list of periods that are reported on: once a year for `9 tháng`; for `6 tháng` nobody can say.
    nine = any(one.cycle == "9 thang" for one in found)
    return Step(found[-1].end, tuple(replace(one, unsure=one.unsure or nine) for one in found))


def _misread(words: Words, one: Found) -> bool:
    """`Hàng năn` is read as `năm`, but somebody should look."""
    return "nan" in words.folded[one.begin : one.end].split()


def _several_times(one: Found, times: int, context: Context) -> Found:
    """`mỗi năm 02 lần`: nearly always halves of the year, but nobody says so."""
    every = one.timing.every or ""
    shorter = BY_MONTHS.get(CYCLE_MONTHS.get(every, 0) // times) if times else None
    if not shorter or not context.begin or CYCLE_MONTHS[every] % times:
        return replace(one, timing=TimingDraft(one.timing.text), role="words", unsure=True)
    due = first_due(shorter, context.begin)
    return replace(one, timing=replace(one.timing, every=shorter, due=due), unsure=True)


def _at_edge(one: Found, edge: str) -> Found:
    """`cuối mỗi quý`, `đầu mỗi tháng`."""
    assert one.timing.start
    assert one.timing.due
    assert one.timing.every
    kind = {"half-year": "half", "week": "part"}.get(one.timing.every, one.timing.every)
    piece = Piece(one.timing.start, one.timing.due, one.begin, one.end, kind)
    return replace(one, timing=replace(one.timing, due=soft_end(edge, piece), soft=True))


def _more_cycles(words: Words, first: Found, context: Context) -> list[Found]:
    found = [first]
    while more := NEXT_CYCLE.pattern.match(words.folded, found[-1].end):
        # `hằng quý, năm (trước ngày …)`: each goes on by itself; the joining comes later.
        begin = more.start("unit")
        found.append(_cycle(words, begin, more.end(), more["unit"], context))
    return found


def read_frequency(words: Words, place: int, context: Context) -> Step | None:
    match = FREQUENCY.pattern.match(words.folded, place)
    if not match:
        return None
    end = match.end()
    every, unsure = _rhythm(match)
    text = words.cut(place, end)
    if every is None:
        found = Found(TimingDraft(text), place, end, "words", unsure=True)
    else:
        due = first_due(every, context.begin) if context.begin else None
        timing = TimingDraft(text, start=context.begin, due=due, every=every)
        found = Found(timing, place, end, "cycle", cycle=every, group=place, unsure=unsure)
    return Step(end, (found,))


def _rhythm(match: re.Match[str]) -> tuple[str | None, bool]:
    """How often, as far as the contract can say it: every two years has no word there."""
    times, per = number(match["times"] or "1"), match["per"] or match["unit"]
    count = number(match["n"] or "1")
    if per == "tuan":
        return ("week" if times == count == 1 else None), times != 1
    months = UNIT_MONTHS[per.replace("qui", "quy")] * count
    if not times or months % times:
        return None, True
    return BY_MONTHS.get(months // times), times != 1


WHICH_MONTH = {"dau": 0, "giua": 1, "cuoi": 2}


def read_day_of_cycle(words: Words, place: int, context: Context) -> Step | None:
    """A day that comes back each month, or in a certain month of each quarter."""
    match = DAY_OF_CYCLE.pattern.match(words.folded, place)
    if not match or not context.begin:
        return None
    every, month, unsure = _month_of_cycle(match)
    found = []
    for figures in re.findall(r"\d+", match["days"] or "0"):
        printed = _printed_day(match, add_months(context.begin, month), int(figures))
        found.append(_cyclic(words, match, printed, every, context))
    end = match.end() + closing(words, match.start(), match.end())
    unsure = unsure or bool(match["working"])
    return Step(end, tuple(_to(words, one, end, unsure) for one in found))


def _to(words: Words, one: Found, end: int, unsure: bool) -> Found:
    timing = replace(one.timing, text=words.cut(one.begin, end))
    return replace(one, timing=timing, end=end, unsure=one.unsure or unsure)


def _month_of_cycle(match: re.Match[str]) -> tuple[str, int, bool]:
    """The cycle, the month counted from its start, and whether the month is a guess."""
    if match["which"]:
        word = match["which"].split()
        which = WHICH_MONTH.get(word[0], number(word[-1]) - 1)
        return "quarter", max(0, min(which, 2)) + (3 if match["next_quarter"] else 0), False
    if match["every_quarter"] or (match["cycle"] or "").startswith("qu"):
        guess = match["edge"] is None
        return "quarter", 0 if match["edge"] == "dau" else 2, guess
    return "month", 1 if match["next_month"] else 0, False


def _printed_day(match: re.Match[str], month: date, number: int) -> date:
    if match["edge"]:
        return month if match["edge"] == "dau" else month_end(month.year, month.month)
    if not 1 <= number <= month_end(month.year, month.month).day:
        raise BadDateError(match.start(), match.end())
    return month.replace(day=number)


def _cyclic(words: Words, match: re.Match[str], printed: date, every: str, context: Context) -> Found:
    before = match["bound"] == "truoc"
    timing = TimingDraft(
        words.cut(match.start(), match.end()),
        start=context.begin,
        due=printed - ONE_DAY if before else printed,
        every=every,
        bound="before" if before else "by" if match["bound"] else None,
        printed=printed if before else None,
    )
    return Found(timing, match.start(), match.end(), "dated", "cyclic", group=match.start())


def read_day_of_week(words: Words, place: int, context: Context) -> Step | None:
    match = DAY_OF_WEEK.pattern.match(words.folded, place)
    if not match or not context.begin:
        return None
    weekday = WEEKDAYS["chu nhat" if match["sunday"] else match["weekday"]]
    # The first such day of the plan; its week begins with the plan.
    day = context.begin + timedelta(days=(weekday - context.begin.weekday()) % 7)
    before = match["bound"] == "truoc" and not match["clock"]
    end = match.end() + closing(words, place, match.end())
    timing = TimingDraft(
        words.cut(place, end),
        start=context.begin,
        due=day - ONE_DAY if before else day,
        every="week",
        bound="before" if before else None,
        printed=day if before else None,
    )
    return Step(end, (Found(timing, place, end, "dated", "cyclic", group=place),))
