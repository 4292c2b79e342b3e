"""Counts and rates by the rules of counting: each figure with numerator, denominator and what is left out.

A unit's figures count its assignments as lead; lines that one tick closed together count once. A plan's figures
count task × timing × period: a group has done its part when all of its units have, or any of them, or so many,
as the task says. Excused and undated work is outside every rate; nothing due is no rate at all, never 100 %.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date

from tracker.deadlines.workdays import WorkCalendar
from tracker.progress.standing import Standing, Work, standing

# From worst to best: the first one that a cell or a group holds is what it shows.
WORST_FIRST = ("overdue", "submitted", "today", "soon", "waiting", "open", "late", "accepted", "excused")
DONE = ("accepted", "late")


@dataclass(frozen=True)
class Rate:
    """`share` is None when nothing is due."""

    numerator: int
    denominator: int

    @property
    def share(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None

    @property
    def percent(self) -> int | None:
        """Rounded as everybody does; but 100 says that nothing is missing, and 0 that nothing is there."""
        if not self.denominator:
            return None
        rounded = (self.numerator * 200 + self.denominator) // (self.denominator * 2)
        if 0 < self.numerator < self.denominator:
            return min(max(rounded, 1), 99)
        return rounded


@dataclass(frozen=True)
class Tally:
    """How many stand where. `total` is what is counted: everything but excused and undated work."""

    total: int = 0
    done: int = 0
    late: int = 0
    submitted: int = 0
    overdue: int = 0
    today: int = 0
    soon: int = 0
    waiting: int = 0
    open: int = 0
    excused: int = 0
    undated: int = 0
    undated_done: int = 0
    on_time: Rate = Rate(0, 0)
    on_time_first: Rate = Rate(0, 0)
    done_of_due: Rate = Rate(0, 0)

    @property
    def done_of_all(self) -> Rate:
        return Rate(self.done, self.total)

    @property
    def worst(self) -> str | None:
        """The code that a cell shows, None for an empty one."""
        counts = {**vars(self), "accepted": self.done - self.late}
        return next((code for code in WORST_FIRST if code != "excused" and counts[code]), None)

    @property
    def segments(self) -> tuple[tuple[str, int], ...]:
        """(code, count) in the order in which a bar shows them; they add up to `total`."""
        parts = (
            ("accepted", self.done),
            ("submitted", self.submitted),
            ("overdue", self.overdue),
            ("soon", self.soon + self.today),
            ("waiting", self.waiting),
            ("open", self.open),
        )
        return tuple(part for part in parts if part[1])


def tally(works: Iterable[Work], today: date, calendar: WorkCalendar) -> Tally:
    """Count assignments as they stand on `today`."""
    works = list(works)
    counted = [work for work in works if not work.undated and work.state != "excused"]
    codes = Counter(standing(work, today, calendar).code for work in counted)
    undated = [work for work in works if work.undated and work.state != "excused"]
    due = [work for work in counted if work.due_on is not None and work.due_on <= today]
    return Tally(
        total=len(counted),
        done=codes["accepted"] + codes["late"],
        late=codes["late"],
        submitted=codes["submitted"],
        overdue=codes["overdue"],
        today=codes["today"],
        soon=codes["soon"],
        waiting=codes["waiting"],
        open=codes["open"],
        excused=sum(work.state == "excused" for work in works),
        undated=len(undated),
        undated_done=sum(work.state == "accepted" for work in undated),
        on_time=Rate(sum(_by(work, work.due_on, calendar) for work in due), len(due)),
        on_time_first=Rate(sum(_by(work, work.first_due_on, calendar) for work in due), len(due)),
        done_of_due=Rate(sum(work.state == "accepted" for work in due), len(due)),
    )


def _by(work: Work, day: date | None, calendar: WorkCalendar) -> bool:
    if work.state != "accepted" or work.done_on is None or day is None:
        return False
    return work.done_on <= (work.calendar or calendar).in_time_until(day)


def unit_tally(works: Iterable[tuple[Hashable, Work]], today: date, calendar: WorkCalendar) -> Tally:
    """Count assignments, those with the same key once: lines that were ticked together. The key None counts
    alone."""
    alone: list[Work] = []
    together: dict[Hashable, list[Work]] = {}
    for key, work in works:
        if key is None:
            alone.append(work)
        else:
            together.setdefault(key, []).append(work)
    joined = (_worst_of(group, today, calendar) for group in together.values())
    return tally((*alone, *joined), today, calendar)


def plan_tally(works: Iterable[tuple[Hashable, str, Work]], today: date, calendar: WorkCalendar) -> Tally:
    """Count task × timing × period: each work comes with that key and its completion rule; a key counts once."""
    return tally(joined(works, today, calendar), today, calendar)


def joined(
    works: Iterable[tuple[Hashable, str, Work]], today: date, calendar: WorkCalendar
) -> tuple[Work, ...]:
    """For each key the one work that stands for all: by the rule "all", "any" or a number of units."""
    groups: dict[Hashable, list[Work]] = {}
    rules: dict[Hashable, str] = {}
    for key, rule, work in works:
        groups.setdefault(key, []).append(work)
        rules[key] = rule
    return tuple(_joined(group, rules[key], today, calendar) for key, group in groups.items())


def _joined(group: list[Work], rule: str, today: date, calendar: WorkCalendar) -> Work:
    """With all: the one that holds its group back. Else the one with which enough units had done it; while there
    are not enough, the one that is still lacking, those that are nearest to done counted first."""
    live = _live(group)
    needed = 1 if rule == "any" else int(rule) if rule.isdecimal() else len(live)
    if needed >= len(live):
        return _worst_of(group, today, calendar)

    def nearness(work: Work) -> tuple[int, date]:
        code = standing(work, today, calendar).code
        if code in DONE:
            return -2, work.done_on or date.max
        return (-1 if code == "submitted" else -WORST_FIRST.index(code) + len(WORST_FIRST)), date.max

    return sorted(live, key=nearness)[max(needed, 1) - 1]


def _live(group: list[Work]) -> list[Work]:
    return [work for work in group if work.state != "excused"] or group


def _worst_of(group: list[Work], today: date, calendar: WorkCalendar) -> Work:
    """The one that holds its group back; of a group that is all done, the one that was done last."""

    def rank(work: Work) -> tuple[int, date]:
        place = WORST_FIRST.index(standing(work, today, calendar).code)
        return (
            place,
            date.max
            if work.done_on is None
            else date.fromordinal(date.max.toordinal() - work.done_on.toordinal()),
        )

    return min(_live(group), key=rank)


def worst(standings: Iterable[Standing]) -> Standing | None:
    """The standing that a row of several assignments shows."""
    return min(standings, key=lambda one: WORST_FIRST.index(one.code), default=None)
