"""Words about time become due dates and cycles: text, the plan's start and its day of issue in, timings
and doubts out.

Nothing depends on today. All patterns run over folded text of the same length, so that spelling, marks
and case do not count and every finding can be cut from the text as it stands.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from tracker.drafts.model import Doubt, Offset, TimingDraft
from tracker.parsing.rules.when import (
    ADHOC,
    ALWAYS,
    BOUNDS,
    CITATION,
    CYCLE,
    DAY,
    EVENT,
    FURTHER_YEARS,
    HALF,
    LABEL,
    MONTH,
    MONTHLY_DAY,
    NEXT_IN_LIST,
    NEXT_YEAR,
    OFFSET,
    PERIODICALLY,
    QUARTER,
    RANGE,
    REVIEW,
    SOFT,
    YEAR,
    YEARLY_AFTER,
)
from tracker.vietnamese.forms import same_length_fold
from tracker.vietnamese.numbers import number, roman

ONE_DAY = timedelta(days=1)
Readings = tuple[list[TimingDraft], list[Doubt]]


@dataclass(frozen=True)
class Context:
    """What the plan knows: the year that a date without one takes, and the day of issue where it is known."""

    year: int | None
    issued: date | None


@dataclass(frozen=True)
class Stretch:
    """One named piece of time: its first and last day, where its words stand, and whether they named the
    year.
    """

    first: date
    last: date
    begin: int
    end: int
    kind: str
    dated: bool


@dataclass(frozen=True)
class Found:
    """A timing with the place of its words. `role` tells dated, cycle, always, event, adhoc and words
    apart.
    """

    timing: TimingDraft
    begin: int
    end: int
    role: str
    dated: bool = False
    cycle: str = ""


class BadDateError(ValueError):
    """Figures in the shape of a date that is in no calendar."""


def plan_year(plan_start: date | None, issued: date | None) -> int | None:
    """The year of dates that name none: the plan's, else the year of issue, from October on the next one."""
    if plan_start:
        return plan_start.year
    if issued:
        return issued.year + (issued.month >= 10)
    return None


def parse_timing(text: str, plan_start: date | None, issued: date | None) -> Readings:
    """Every due date and cycle in the value of a time label, and what a person must decide about it."""
    context = Context(plan_year(plan_start, issued), issued)
    folded = readable(text)
    found, doubts = _scan(text, folded, context)
    timings = [one.timing for one in _settle(text, folded, found)]
    doubts += [_unsure(text[m.start() : m.end()]) for m in REVIEW.pattern.finditer(folded)]
    if not timings and not doubts and text.strip():
        doubts.append(Doubt("unread-time", "timings", text))
    return timings, doubts


def _unsure(words: str) -> Doubt:
    """Words that name no day are vague; a week, a school year or a lunar day can be read in two ways."""
    vague = same_length_fold(words).startswith(("theo", "dung", "thoi gian"))
    return Doubt("vague-time" if vague else "two-readings", "timings", words)


def readable(text: str) -> str:
    """Folded text of the same length in which letters read for figures are figures again (3O/6, l5/11)."""
    folded = same_length_fold(text)
    folded = re.sub(r"(?<=\d)o(?=[\d/ .,]|$)|(?<![a-z])o(?=\d)", "0", folded)
    return re.sub(r"(?<![a-z0-9])l(?=\d)|(?<=\d)l(?=[/\d])", "1", folded)


def _scan(text: str, folded: str, context: Context) -> tuple[list[Found], list[Doubt]]:
    found: list[Found] = []
    doubts: list[Doubt] = []
    place = 0
    while place < len(folded):
        try:
            step = _next_at(text, folded, place, context)
        except BadDateError as bad:
            doubts.append(Doubt("invalid-date", "timings", str(bad)))
            match = DAY.pattern.search(folded, place)
            place = match.end() if match else len(folded)
            continue
        if step is None:
            place = _next_word(folded, place)
        else:
            got, place = step
            found += got
    return found, doubts


def _next_word(folded: str, place: int) -> int:
    """The next place where a word or a figure begins."""
    match = re.compile(r"(?<![a-z0-9])[a-z0-9]").search(folded, place + 1)
    return match.start() if match else len(folded)


Step = tuple[list[Found], int]


def _next_at(text: str, folded: str, place: int, context: Context) -> Step | None:
    cited = CITATION.pattern.match(folded, place)
    if cited:
        return [], cited.end()
    for reader in READERS:
        step = reader(text, folded, place, context)
        if step:
            return step
    return None


# --- pieces of time ---


def _stretch(folded: str, place: int, context: Context) -> Stretch | None:
    for reader in (_day, _quarter, _half, _month, _year):
        got = reader(folded, place, context)
        if got:
            return got
    return None


def _year_of(match: re.Match[str], context: Context) -> int | None:
    return int(match["y"]) if match["y"] else context.year


def _day(folded: str, place: int, context: Context) -> Stretch | None:
    match = DAY.pattern.match(folded, place)
    year = _year_of(match, context) if match else None
    if not match or not year:
        return None
    following = None if match["y"] else NEXT_YEAR.pattern.match(folded, match.end())
    try:
        day = date(year + bool(following), int(match["m"]), int(match["d"]))
    except ValueError as error:
        raise BadDateError(match[0]) from error
    return Stretch(day, day, place, (following or match).end(), "day", bool(match["y"]))


def month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _months(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 1), month_end(year, last)


def _month(folded: str, place: int, context: Context) -> Stretch | None:
    match = MONTH.pattern.match(folded, place)
    year = _year_of(match, context) if match else None
    if not match or not year:
        return None
    month = number({"tu": "tư", "muoi": "mười"}.get(match["m"], match["m"]))
    if not month or not 1 <= month <= 12:
        raise BadDateError(match[0])
    return Stretch(*_months(year, month, month), place, match.end(), "month", bool(match["y"]))


def _quarter(folded: str, place: int, context: Context) -> Stretch | None:
    match = QUARTER.pattern.match(folded, place)
    year = _year_of(match, context) if match else None
    if not match or not year:
        return None
    quarter = _quarter_number(match["q"])
    if quarter is None:
        raise BadDateError(match[0])
    return Stretch(
        *_months(year, 3 * quarter - 2, 3 * quarter), place, match.end(), "quarter", bool(match["y"])
    )


def _quarter_number(text: str) -> int | None:
    if text in ("2", "3", "4"):
        return int(text)
    read = roman(text.replace("l", "i").replace("1", "i"))
    return read if read and read <= 4 else None


def _half(folded: str, place: int, context: Context) -> Stretch | None:
    match = HALF.pattern.match(folded, place)
    year = _year_of(match, context) if match else None
    if not match or not year:
        return None
    if match["n"] in ("9", "09", "chin"):
        first, last = 1, 9
    else:
        first, last = (7, 12) if match["part"] == "cuoi" else (1, 6)
    return Stretch(*_months(year, first, last), place, match.end(), "half", bool(match["y"]))


def _year(folded: str, place: int, context: Context) -> Stretch | None:
    match = YEAR.pattern.match(folded, place)
    if not match:
        return None
    year = int(match["y"]) if match["y"] else context.year
    if year is None:
        return None
    return Stretch(date(year, 1, 1), date(year, 12, 31), place, match.end(), "year", bool(match["y"]))


def _window(folded: str, place: int, context: Context) -> list[Stretch]:
    """A piece of time with what is joined to it: a range is one piece, a list with gaps is several."""
    first = _stretch(folded, place, context)
    if first is None:
        return []
    ranged = _range(folded, first, context)
    return [ranged] if ranged else _listed(folded, first, context)


def _range(folded: str, first: Stretch, context: Context) -> Stretch | None:
    joint = RANGE.pattern.match(folded, first.end)
    if not joint:
        return None
    second = _stretch(folded, joint.end(), context) or _bare(folded, joint.end(), first, context)
    if second is None:
        return None
    start = first.first
    if second.dated and not first.dated:
        start = _in_year(start, second.first.year)
    last = second.last
    if last < start and not second.dated:
        last = _in_year(last, start.year + 1)
    if last < start:
        start = _in_year(start, last.year - 1)
    return Stretch(start, last, first.begin, second.end, first.kind, first.dated or second.dated)


def _in_year(day: date, year: int) -> date:
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def _bare(folded: str, place: int, like: Stretch, context: Context) -> Stretch | None:
    """A second part that does not repeat its word: `tháng 3 - 6/2024`, `Quý I, II`, `2024 - 2025`."""
    word = {"month": "thang ", "quarter": "quy "}.get(like.kind)
    if word is None or not folded[place : place + 1].isalnum():
        return None
    shifted = replace(context, year=like.first.year)
    reader = _month if like.kind == "month" else _quarter
    got = reader(word + folded[place : place + 24], 0, shifted)
    return replace(got, begin=place, end=place + got.end - len(word)) if got else None


def _listed(folded: str, first: Stretch, context: Context) -> list[Stretch]:
    found = [first]
    while joint := NEXT_IN_LIST.pattern.match(folded, found[-1].end):
        more = _same_kind(folded, joint.end(), found[-1], context)
        if more is None:
            break
        if more.dated and not found[-1].dated:
            found = [_moved(one, more.first.year) for one in found]
        found.append(more)
    return _joined(found)


def _moved(stretch: Stretch, year: int) -> Stretch:
    return replace(
        stretch, first=_in_year(stretch.first, year), last=_in_year(stretch.last, year), dated=True
    )


def _same_kind(folded: str, place: int, like: Stretch, context: Context) -> Stretch | None:
    got = _stretch(folded, place, context) or _bare(folded, place, like, context)
    return got if got and got.kind == like.kind else None


def _joined(found: list[Stretch]) -> list[Stretch]:
    """Neighbours become one window; with a gap between them they stay apart."""
    touching = all(a.last + ONE_DAY == b.first for a, b in pairwise(found))
    if len(found) > 1 and touching and found[0].kind != "day":
        last = found[-1]
        return [Stretch(found[0].first, last.last, found[0].begin, last.end, last.kind, last.dated)]
    return found


# --- readers, in the order in which they are asked ---


def _read_dated(text: str, folded: str, place: int, context: Context) -> Step | None:
    bound = BOUNDS.pattern.match(folded, place)
    word = " ".join((bound["bound"] or "").split()) if bound else ""
    pieces = _window(folded, bound.end() if bound else place, context)
    if not pieces:
        return None
    end = pieces[-1].end
    further = FURTHER_YEARS.pattern.match(folded, end)
    if further:
        open_end = TimingDraft(text[place : further.end()], start=pieces[0].first, ongoing=True, bound="from")
        return [Found(open_end, place, further.end(), "dated", True)], further.end()
    yearly = YEARLY_AFTER.pattern.match(folded, end)
    stop = yearly.end() if yearly else end
    found = [_bounded(text, word, one, place if i == 0 else one.begin, stop) for i, one in enumerate(pieces)]
    if yearly:
        found = [replace(one, timing=_each_year(one.timing, context)) for one in found]
    return found, stop


def _bounded(text: str, word: str, piece: Stretch, begin: int, stop: int) -> Found:
    end = max(stop if piece.end <= stop else piece.end, piece.end)
    timing = _by_bound(word, piece, text[begin:end])
    return Found(timing, begin, end, "dated", piece.dated)


def _by_bound(word: str, piece: Stretch, words: str) -> TimingDraft:
    """What the word before a piece of time makes of it."""
    if word.endswith("truoc"):
        return TimingDraft(words, due=piece.first - ONE_DAY, bound="before", printed=piece.first)
    if word in SOFT:
        return TimingDraft(words, due=_soft_end(word, piece), soft=True)
    ranged = (piece.kind != "day" and piece.last > piece.first) or piece.first != piece.last
    if word in ("tu", "ke tu", "tu ngay") and not _is_range(piece):
        return TimingDraft(words, start=piece.first, ongoing=True, bound="from")
    if word == "sau":
        return TimingDraft(words, start=piece.last + ONE_DAY, ongoing=True, bound="from")
    if word in ("", "vao", "trong", "ngay trong", "tu", "ke tu"):
        start = piece.first if ranged or word in ("trong", "ngay trong") else None
        return TimingDraft(words, start=start, due=piece.last)
    return TimingDraft(words, due=piece.last, bound="by")


def _is_range(piece: Stretch) -> bool:
    """Whether a piece spans more than one unit of its own kind."""
    days = (piece.last - piece.first).days
    longest = {"day": 0, "month": 30, "quarter": 91, "half": 273, "year": 365}[piece.kind]
    return days > longest


def _soft_end(word: str, piece: Stretch) -> date:
    if word.endswith("cuoi"):
        return piece.last
    half = word.endswith("giua")
    if piece.kind == "month":
        return piece.first.replace(day=15 if half else 10)
    if piece.kind == "year":
        return month_end(piece.first.year, 6 if half else 3)
    month = piece.first.month + (1 if half else 0)
    return date(piece.first.year, month, 15)


def _each_year(timing: TimingDraft, context: Context) -> TimingDraft:
    """A dated timing that comes back: it starts with the plan's year unless it names its own days."""
    start = timing.start or (date(context.year, 1, 1) if context.year else None)
    return replace(timing, start=start, every="year", ongoing=False)


CYCLE_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
CYCLE_NAMES = {"nam": "year", "quy": "quarter", "thang": "month", "tuan": "week", "6 thang": "half-year"}


def _read_cycle(text: str, folded: str, place: int, context: Context) -> Step | None:
    monthly = MONTHLY_DAY.pattern.match(folded, place)
    if monthly and context.year:
        return _monthly(text, monthly, context.year)
    match = CYCLE.pattern.match(folded, place)
    if not match:
        return None
    unit = match["unit"] or match["half"]
    unit = "6 thang" if unit[0].isdigit() else unit.replace("nan", "nam")
    every = CYCLE_NAMES[unit]
    start = date(context.year, 1, 1) if context.year else None
    due = None
    if start:
        due = start + timedelta(days=6) if every == "week" else month_end(start.year, CYCLE_MONTHS[every])
    timing = TimingDraft(text[place : match.end()], start=start, due=due, every=every)
    return [Found(timing, place, match.end(), "cycle", cycle=unit)], match.end()


def _monthly(text: str, match: re.Match[str], year: int) -> Step:
    """A day that comes back each month, or in the last month of each quarter."""
    quarterly = "quy" in match[0].split()
    month = 3 if quarterly else 1
    number_of_day = int(match["d1"] or match["d2"])
    if not 1 <= number_of_day <= calendar.monthrange(year, month)[1]:
        raise BadDateError(match[0])
    printed = date(year, month, number_of_day)
    before = "truoc" in match[0]
    timing = TimingDraft(
        text[match.start() : match.end()],
        start=date(year, 1, 1),
        due=printed - ONE_DAY if before else printed,
        every="quarter" if quarterly else "month",
        bound="before" if before else "by",
        printed=printed if before else None,
    )
    return [Found(timing, match.start(), match.end(), "dated")], match.end()


def _read_always(text: str, folded: str, place: int, context: Context) -> Step | None:
    match = ALWAYS.pattern.match(folded, place)
    if not match:
        return None
    return [
        Found(TimingDraft(text[place : match.end()], ongoing=True), place, match.end(), "always")
    ], match.end()


def _read_adhoc(text: str, folded: str, place: int, context: Context) -> Step | None:
    match = ADHOC.pattern.match(folded, place)
    if not match:
        return None
    awaits = text[match.start("event") : match.end("event")]
    label = "đột xuất" if "dot xuat" in match[0] else None
    timing = TimingDraft(text[place : match.end()], label=label, awaits=awaits)
    return [Found(timing, place, match.end(), "adhoc")], match.end()


def _read_event(text: str, folded: str, place: int, context: Context) -> Step | None:
    match = EVENT.pattern.match(folded, place)
    if not match:
        return None
    awaits = text[match.start("event") : match.end("event")].rstrip(" ,")
    end = match.start("event") + len(awaits)
    return [Found(TimingDraft(text[place:end], awaits=awaits), place, end, "event")], match.end()


def _read_offset(text: str, folded: str, place: int, context: Context) -> Step | None:
    match = OFFSET.pattern.match(folded, place)
    if not match:
        return None
    event = text[match.start("event") : match.end("event")].rstrip(" ,")
    unit = "working-day" if match["working"] else {"ngay": "day", "thang": "month"}[match["unit"]]
    offset = Offset(int(match["n"]), unit, event)
    timing = TimingDraft(text[place : match.end()], awaits=event, bound="within", offset=offset)
    if context.issued and unit == "day" and re.search(r"ban hanh|ky|ke hoach co hieu luc", match["event"]):
        due = context.issued + timedelta(days=offset.n)
        timing = replace(timing, start=context.issued + ONE_DAY, due=due, awaits=None)
    return [Found(timing, place, match.end(), "event")], match.end()


def _read_periodic(text: str, folded: str, place: int, context: Context) -> Step | None:
    match = PERIODICALLY.pattern.match(folded, place)
    if not match:
        return None
    words = TimingDraft(text[place : match.end()], label="định kỳ")
    return [Found(words, place, match.end(), "words")], match.end()


READERS: tuple[Callable[[str, str, int, Context], Step | None], ...] = (
    _read_offset,
    _read_adhoc,
    _read_event,
    _read_cycle,
    _read_always,
    _read_dated,
    _read_periodic,
)


# --- what neighbours make of one another ---


def _settle(text: str, folded: str, found: list[Found]) -> Iterator[Found]:
    """Join a cycle with its date, an event with what awaits it, and name what tells several apart."""
    settled: list[Found] = []
    for one in found:
        before = settled[-1] if settled else None
        gap = folded[before.end : one.begin] if before else ""
        joined = _join(text, before, one, gap) if before else None
        if joined is _DROP:
            continue
        if joined and before:
            settled[-1] = joined
        else:
            settled.append(one)
    return iter(_labelled(text, folded, settled))


_DROP = Found(TimingDraft(""), 0, 0, "drop")
CLOSE = re.compile(r"[ ,:(]*(?:vao |hoan thanh |xong |gui |la |trong nam |trong )*[ (]*$")


def _join(text: str, before: Found, one: Found, gap: str) -> Found | None:
    close = CLOSE.match(gap)
    if before.role == "cycle" and one.role == "dated" and close:
        return _dated_cycle(text, before, one)
    if before.role == "dated" and before.timing.start and _ends_by_day(one) and not gap.strip():
        return _named_day(text, before, one)
    if one.role == "event" and before.role in ("dated", "cycle") and close:
        return replace(before, timing=replace(before.timing, awaits=one.timing.awaits), end=one.end)
    if one.role == "always" and before.role in ("dated", "cycle") and re.match(r"[ (]*$", gap):
        return _DROP
    if before.role == "always" and one.role in ("dated", "cycle") and re.match(r"(?: trong| )*$", gap):
        return replace(one, timing=replace(one.timing, text=text[before.begin : one.end]), begin=before.begin)
    # `Hằng năm (định kỳ, đột xuất)`: the first word names the cycle before it.
    if one.role == "words" and before.role == "cycle" and close:
        return replace(before, timing=replace(before.timing, label="định kỳ"))
    return None


def _ends_by_day(one: Found) -> bool:
    return one.role == "dated" and one.timing.bound in ("before", "by")


def _named_day(text: str, named: Found, one: Found) -> Found:
    """`năm 2018 trước ngày 20/11/2018`: the year names what is due, the day says when."""
    words = text[named.begin : one.end]
    label = "năm" if readable(named.timing.text).startswith("nam") else named.timing.text
    return Found(replace(one.timing, text=words, label=label), named.begin, one.end, "dated", one.dated)


def _dated_cycle(text: str, cycle: Found, one: Found) -> Found:
    closing = 1 if text[one.end : one.end + 1] == ")" and "(" in text[cycle.begin : one.end] else 0
    end = one.end + closing
    words = text[cycle.begin : end]
    label = {"6 thang": "6 tháng", "nam": "năm", "quy": "quý", "thang": "tháng"}.get(cycle.cycle)
    every = cycle.timing.every
    if one.dated:
        timing = replace(one.timing, text=words, label=label, start=None)
    else:
        # A day and a month come back once a year, whatever the report is called after.
        every = "year" if every in ("half-year", "quarter", "month") else every
        start = one.timing.start or cycle.timing.start
        timing = replace(one.timing, text=words, label=label, start=start, every=every, ongoing=False)
    return Found(timing, cycle.begin, end, "dated", one.dated)


def _labelled(text: str, folded: str, found: list[Found]) -> Iterator[Found]:
    place = 0
    for one in found:
        named = list(LABEL.pattern.finditer(folded, place, max(place, one.begin)))
        place = one.end
        if not named or one.timing.label:
            yield one
            continue
        begin, end = named[-1].start("label"), named[-1].end("label")
        words = text[begin : one.end] if re.fullmatch(r"[ ,:(]*(?:vao )?", folded[end : one.begin]) else None
        label = text[begin:end]
        yield replace(one, timing=replace(one.timing, label=label, text=words or one.timing.text))
