"""What the readers of time hand to one another: the words, what was found in them and where, and the small
sums of months that all of them need.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracker.drafts.model import Doubt, TimingDraft
from tracker.parsing.rules.when_pieces import (
    month_end,
)
from tracker.parsing.rules.when_words import (
    CYCLE_MONTHS,
    SMALL_NUMBERS,
)

Readings = tuple[list[TimingDraft], list[Doubt]]
VAGUE_TIME = "vague-time"
# How far back the words before a finding are looked at.
NEAR = 80
# More dates than a month has days are no list that a person wrote.
MOST_IN_LIST = 31


@dataclass(frozen=True)
class Context:
    """What the plan knows: the year that a date without one takes, and the day of issue where it is known."""

    year: int | None
    issued: date | None

    @property
    def begin(self) -> date | None:
        return date(self.year, 1, 1) if self.year else None


@dataclass(frozen=True)
class Words:
    """The text as printed and, of the same length, as patterns see it."""

    text: str
    folded: str

    def cut(self, begin: int, end: int) -> str:
        return self.text[begin:end]


@dataclass(frozen=True)
class Found:
    """A timing with the place of its words. `role` tells dated, cycle, always, event, adhoc and words
    apart; `group` is shared by the findings of one list.
    """

    timing: TimingDraft
    begin: int
    end: int
    role: str
    kind: str = ""
    dated: bool = False
    cycle: str = ""
    group: int = -1
    over: Found | None = None
    unsure: bool = False


@dataclass(frozen=True)
class Step:
    """What one reader has read, and where the next one goes on."""

    end: int
    found: tuple[Found, ...] = ()
    doubts: tuple[Doubt, ...] = ()


Reader = Callable[[Words, int, Context], Step | None]


def add_months(day: date, months: int) -> date:
    """The same day some months later, cut to the month's length."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, month_end(year, month + 1).day))


def in_year(day: date, year: int) -> date:
    """The same day of another year; 29 February becomes the 28th."""
    return date(year, day.month, min(day.day, month_end(year, day.month).day))


def months_end(start: date, months: int) -> date:
    """The last day of so many months from `start` on."""
    last = add_months(start, months - 1)
    return month_end(last.year, last.month)


def first_due(every: str, start: date) -> date:
    """The last day of the first period of a cycle."""
    return start + timedelta(days=6) if every == "week" else months_end(start, CYCLE_MONTHS[every])


def each_year(one: Found, context: Context) -> Found:
    """A dated timing that comes back: it starts with the plan's year unless it names its own days."""
    start = one.timing.start or (date(one.timing.due.year, 1, 1) if one.timing.due else context.begin)
    if one.timing.due and not one.dated and context.begin and not one.timing.start:
        start = context.begin
    timing = replace(one.timing, start=start, every="year", ongoing=False)
    if timing.due is None and start:
        timing = replace(timing, due=month_end(start.year, 12), bound=None)
    # Work that comes back in a span of years ends with them, which a cycle cannot say.
    years = bool(one.timing.start and timing.due and timing.due.year > one.timing.start.year + 1)
    return replace(one, timing=timing, unsure=one.unsure or years)


def closing(words: Words, begin: int, end: int) -> int:
    """1 where the words have opened a bracket that is closed just behind them."""
    return int("(" in words.text[begin:end] and words.text[end : end + 1] == ")")


def number(word: str) -> int:
    """Figures or a small number in words; 0 where it is neither."""
    return int(word) if word.isdigit() else SMALL_NUMBERS.get(word, 0)
