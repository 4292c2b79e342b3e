"""Work that runs, waits for an event, is counted from one, or is done when needed; words that say no day."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from tracker.drafts.model import Doubt, Offset, TimingDraft
from tracker.parsing.rules.shape import Shape
from tracker.parsing.rules.when import (
    ADHOC,
    AHEAD,
    BLANK_FORM,
    EVENT,
    MANNER,
    MILESTONE,
    OFFSET,
    OWN_ISSUE,
    SCHOOL_YEAR,
    SINCE_ISSUE,
    VAGUE,
)
from tracker.parsing.rules.when_pieces import (
    ONE_DAY,
    month_end,
)
from tracker.parsing.rules.when_words import (
    CYCLE_UNITS,
)
from tracker.parsing.timing_dates import piece_at
from tracker.parsing.timing_parts import (
    VAGUE_TIME,
    Context,
    Found,
    Reader,
    Step,
    Words,
    add_months,
    first_due,
    number,
)
from tracker.vietnamese.forms import same_length_fold


def plain(rule: Shape, role: str, **values: bool | str) -> Reader:
    """A reader of words that mean the same wherever they stand."""

    def reader(words: Words, place: int, context: Context) -> Step | None:
        match = rule.pattern.match(words.folded, place)
        if not match:
            return None
        timing = TimingDraft(words.cut(place, match.end()))
        return Step(match.end(), (Found(replace(timing, **values), place, match.end(), role),))  # type: ignore[arg-type]

    return reader


def read_adhoc(words: Words, place: int, context: Context) -> Step | None:
    match = ADHOC.pattern.match(words.folded, place)
    if not match or (match["event"].startswith("yeu cau") and not match[0].startswith("theo")):
        return None
    awaits = words.cut(*match.span("event")).rstrip(" ,")
    label = "đột xuất" if "dot xuat" in match[0] else None
    end = match.start("event") + len(awaits)
    timing = TimingDraft(words.cut(place, end), label=label, awaits=awaits)
    return Step(end, (Found(timing, place, end, "adhoc"),))


# `trước khi khai mạc ít nhất 07 ngày`
DAYS_AHEAD = re.compile(
    r"(?<=\S)\s+(?:(?:it nhat|toi thieu|truoc)\s+)?(?P<n>\d{1,3})\s+(?P<unit>ngay|tuan|thang)"
    r"(?P<working>\s+lam\s+viec)?\s*$"
)
YEARLY_EVENT = re.compile(r"(?:hang|moi)\s+(nam|quy|thang|tuan)\s*$")


def read_event(words: Words, place: int, context: Context) -> Step | None:
    match = EVENT.pattern.match(words.folded, place)
    if not match:
        return None
    group = next(name for name in ("guide", "clause", "happening", "beside") if match[name])
    if group == "clause" and OWN_ISSUE.pattern.match(words.folded, match.start("clause")):
        return _after_own_issue(words, match, context)
    awaits = words.cut(*match.span(group)).rstrip(" ,")
    end = match.start(group) + len(awaits)
    timing = TimingDraft(words.cut(place, end), awaits=awaits, soft=bool(match["feast"]))
    if match["when"] and match["when"].startswith("truoc") and (back := DAYS_AHEAD.search(match[group])):
        event = awaits[: back.start()].rstrip(" ,")
        timing = replace(timing, awaits=event, bound="before", offset=_offset(back, event, -1))
    every = YEARLY_EVENT.search(match[group])
    if every and group == "guide" and context.begin:
        cycle = CYCLE_UNITS[every[1]]
        timing = replace(timing, start=context.begin, due=first_due(cycle, context.begin), every=cycle)
    return Step(end, (Found(timing, place, end, "event", unsure=bool(match["feast"])),))


def _after_own_issue(words: Words, match: re.Match[str], context: Context) -> Step:
    """`ngay sau khi Kế hoạch được ban hành`: the day is known, but not how long it may take."""
    text = words.cut(match.start(), match.end()).rstrip(" ,")
    end = match.start() + len(text)
    awaits = None if context.issued else words.cut(match.start("clause"), end)
    timing = TimingDraft(text, start=context.issued, awaits=awaits, bound="from")
    found = Found(timing, match.start(), end, "event")
    return Step(end, (found,), (Doubt(VAGUE_TIME, "timings", text),))


def read_since_issue(words: Words, place: int, context: Context) -> Step | None:
    match = SINCE_ISSUE.pattern.match(words.folded, place)
    if not match:
        return None
    awaits = None if context.issued else words.cut(place, match.end())
    timing = TimingDraft(
        words.cut(place, match.end()), start=context.issued, ongoing=True, awaits=awaits, bound="from"
    )
    return Step(match.end(), (Found(timing, place, match.end(), "dated", "issue", True),))


OFFSET_UNITS = {"ngay": "day", "tuan": "week", "thang": "month", "nam": "year", "gio": "hour"}


def read_offset(words: Words, place: int, context: Context) -> Step | None:
    match = OFFSET.pattern.match(words.folded, place)
    if not match:
        return None
    event = words.cut(*match.span("event")).rstrip(" ,")
    end = match.start("event") + len(event)
    if not event:
        return None
    offset = _offset(match, event, 1)
    timing = TimingDraft(words.cut(place, end), awaits=event, bound="within", offset=offset)
    due = _counted(context.issued, offset)
    own = OWN_ISSUE.pattern.match(words.folded, match.start("event"))
    if context.issued and due and own:
        timing = replace(timing, start=context.issued + ONE_DAY, due=due, awaits=None)
    # `sau 10 ngày kể từ ngày ký` may mean within ten days, or from the tenth day on.
    after = bool(timing.due) and match["within"] == "sau"
    return Step(end, (Found(timing, place, end, "event", unsure=after),))


def from_own_issue(event: str) -> bool:
    """Whether the words of an offset's event mean the issue of the plan itself: `ngày ký`."""
    return OWN_ISSUE.pattern.match(same_length_fold(event)) is not None


def _offset(match: re.Match[str], event: str, sign: int) -> Offset:
    unit = "working-day" if match["working"] else OFFSET_UNITS[match["unit"]]
    return Offset(sign * int(match["n"]), unit, event)


def _counted(day: date | None, offset: Offset) -> date | None:
    """The day at a distance. Working days need the work calendar, which the reader does not have."""
    if day is None or offset.unit in ("working-day", "hour"):
        return None
    if offset.unit in ("month", "year"):
        return add_months(day, offset.n * (12 if offset.unit == "year" else 1))
    return day + timedelta(days=offset.n * (7 if offset.unit == "week" else 1))


def read_ahead(words: Words, place: int, context: Context) -> Step | None:
    """`chậm nhất 10 ngày trước ngày tổ chức`: a distance back from an event, or from a printed day."""
    match = AHEAD.pattern.match(words.folded, place)
    event = words.cut(*match.span("event")).rstrip(" ,") if match else ""
    if not match or not event:
        return None
    end = match.start("event") + len(event)
    offset = _offset(match, event, -1)
    timing = TimingDraft(words.cut(place, end), awaits=event, bound="before", offset=offset)
    printed = piece_at(words, match.start("event"), context, True)
    if printed and not match["lead"]:
        return None  # `6 tháng trước ngày 10/5`: the half-year is reported on, no distance
    due = _counted(printed.first, offset) if printed else None
    if printed and due:
        end = printed.end
        timing = replace(timing, text=words.cut(place, end), due=due, awaits=None)
    return Step(end, (Found(timing, place, end, "event"),))


def read_milestone(words: Words, place: int, context: Context) -> Step | None:
    """`sơ kết 6 tháng`: due with the end of the period that it sums up."""
    match = MILESTONE.pattern.match(words.folded, place)
    year = int(match["y"]) if match and match["y"] else context.year
    if not match or not year:
        return None
    length = number(match["n"]) if match["n"] else 12
    month = 12 if match["part"] == "cuoi" else length
    label = words.cut(*match.span("label"))
    timing = TimingDraft(words.cut(place, match.end()), label=label, due=month_end(year, month))
    return Step(match.end(), (Found(timing, place, match.end(), "dated", "milestone", bool(match["y"])),))


def read_doubtful(words: Words, place: int, context: Context) -> Step | None:
    """Words that speak of time without saying when."""
    if match := BLANK_FORM.pattern.match(words.folded, place) or VAGUE.pattern.match(words.folded, place):
        text = words.cut(place, match.end())
        return Step(match.end(), doubts=(Doubt(VAGUE_TIME, "timings", text),))
    if match := SCHOOL_YEAR.pattern.match(words.folded, place):
        found = Found(TimingDraft(words.cut(place, match.end())), place, match.end(), "words", unsure=True)
        return Step(match.end(), (found,))
    match = MANNER.pattern.match(words.folded, place)
    return Step(match.end()) if match else None
