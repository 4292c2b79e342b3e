"""Counts and rates by the rules of counting: each figure with numerator, denominator and what is left out.

A unit's figures count its assignments as lead; lines that one tick closed together count once. A plan's figures
count task × timing × period: a group has done its part when all of its units have, or any of them, or so many,
as the task says. Partners count nowhere. What is due so far has a present due day up to and including today.
Excused, withdrawn and undated work is outside every rate; nothing due is no rate at all, never 100 %.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.deadlines.workdays import WorkCalendar
from tracker.progress.enough import needed
from tracker.progress.standing import Standing, Work, standing

# From worst to best: the first one that a cell or a row holds is what it shows.
WORST_FIRST = (
    "overdue",
    "submitted",
    "today",
    "soon",
    "waiting",
    "open",
    "late",
    "accepted",
    "enough",
    "excused",
)
DONE = ("accepted", "late")
# How near to done: what is sent is nearer than what nobody has done yet.
NEAREST_FIRST = (
    "accepted",
    "late",
    "submitted",
    "open",
    "waiting",
    "soon",
    "today",
    "overdue",
    "enough",
    "excused",
)
UNDATED, NOT_DUE, ENOUGH = "undated", "not-due", "enough"


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
class Left:
    """So many that a figure does not count, and why: a code of an excuse (empty: none was given), `undated`, or
    `not-due`."""

    why: str
    count: int


@dataclass(frozen=True)
class Figure:
    """One rate and how it came about: `lacking` are those of the denominator that are not in the numerator, by
    where they stand (late, submitted, overdue …); `left` are those outside the denominator, with the reason."""

    code: str
    rate: Rate
    lacking: tuple[tuple[str, int], ...]
    left: tuple[Left, ...]


@dataclass(frozen=True)
class Tally:
    """How many stand where. `total` is what is counted: everything but excused and undated work.

    `due` is how many of them are due so far, by where they stand; `excuses` is `excused` by reason.
    """

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
    due: tuple[tuple[str, int], ...] = ()
    excuses: tuple[tuple[str, int], ...] = ()

    @property
    def every(self) -> int:
        """Everything that there is, counted in a rate or not."""
        return self.total + self.excused + self.undated

    @property
    def in_time(self) -> int:
        """Done by the present due day, whether that day has come or not."""
        return self.done - self.late

    @property
    def coming(self) -> int:
        """Due today or within thirty days."""
        return self.today + self.soon

    @property
    def done_of_all(self) -> Rate:
        return Rate(self.done, self.total)

    @property
    def done_of_asked(self) -> Rate:
        """Done of everything that has to be done, dated or not: what a list says of its lines."""
        return Rate(self.done + self.undated_done, self.total + self.undated)

    @property
    def worst(self) -> str | None:
        """The code that a cell shows, None for an empty one."""
        counts = {**vars(self), "accepted": self.in_time}
        return next(
            (code for code in WORST_FIRST if code not in ("enough", "excused") and counts[code]), None
        )

    @property
    def segments(self) -> tuple[tuple[str, int], ...]:
        """(code, count) in the order in which a bar shows them; they add up to `total`."""
        parts = (
            ("accepted", self.done),
            ("submitted", self.submitted),
            ("overdue", self.overdue),
            ("soon", self.coming),
            ("waiting", self.waiting),
            ("open", self.open),
        )
        return tuple(part for part in parts if part[1])

    @property
    def outside(self) -> tuple[Left, ...]:
        """What no rate counts, and why."""
        undated = ((UNDATED, self.undated),) if self.undated else ()
        return tuple(Left(why, count) for why, count in (*self.excuses, *undated))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every rate with how it came about: on time by the present and by the first due day, and done at all, of
        what is due so far; done of all."""
        not_due = self.total - self.on_time.denominator
        left = (*self.outside, *((Left(NOT_DUE, not_due),) if not_due else ()))
        undone = tuple(part for part in self.due if part[0] not in DONE)
        late = tuple(part for part in self.due if part[0] == "late")
        of_all = tuple(part for part in self.segments if part[0] != "accepted")
        at_first = self.done_of_due.numerator - self.on_time_first.numerator
        return (
            Figure("on-time", self.on_time, late + undone, left),
            Figure(
                "on-time-first",
                self.on_time_first,
                ((("late", at_first),) if at_first else ()) + undone,
                left,
            ),
            Figure("done-of-due", self.done_of_due, undone, left),
            Figure("done-of-all", self.done_of_all, of_all, self.outside),
        )


def tally(works: Iterable[Work], today: date, calendar: WorkCalendar) -> Tally:
    """Count assignments as they stand on `today`."""
    many = _many(works)
    codes: Counter[str] = Counter()
    excuses: Counter[str] = Counter()
    due: Counter[str] = Counter()
    undated = undated_done = on_time = on_time_first = 0
    for work, count in many:
        if work.state == "excused" or work.spared:
            excuses[ENOUGH if work.spared else work.excuse] += count
        elif work.undated:
            undated += count
            undated_done += count * (work.state == "accepted")
        else:
            code = standing(work, today, calendar).code
            codes[code] += count
            if work.due_on is not None and work.due_on <= work.day(today):
                due[code] += count
                on_time += count * _by(work, work.due_on, calendar)
                on_time_first += count * _by(work, work.first_due_on, calendar)
    due_so_far = due.total()
    return Tally(
        total=codes.total(),
        done=codes["accepted"] + codes["late"],
        late=codes["late"],
        submitted=codes["submitted"],
        overdue=codes["overdue"],
        today=codes["today"],
        soon=codes["soon"],
        waiting=codes["waiting"],
        open=codes["open"],
        excused=excuses.total(),
        undated=undated,
        undated_done=undated_done,
        on_time=Rate(on_time, due_so_far),
        on_time_first=Rate(on_time_first, due_so_far),
        done_of_due=Rate(due["accepted"] + due["late"], due_so_far),
        due=tuple((code, due[code]) for code in WORST_FIRST if due[code]),
        excuses=tuple(sorted(excuses.items())),
    )


def by_code(codes: Iterable[str]) -> Tally:
    """Count what stands at these codes, where no due day has to be told apart."""
    found = Counter(codes)
    done = found["accepted"] + found["late"]
    return Tally(
        total=found.total() - found["enough"] - found["excused"],
        done=done,
        late=found["late"],
        submitted=found["submitted"],
        overdue=found["overdue"],
        today=found["today"],
        soon=found["soon"],
        waiting=found["waiting"],
        open=found["open"],
        excused=found["enough"] + found["excused"],
    )


def _many(works: Iterable[Work]) -> list[tuple[Work, int]]:
    """Each object once, with how often it comes: whoever reads many assignments shares those that are alike."""
    found = list(works)
    counts = Counter(map(id, found))
    return [(work, counts[key]) for key, work in {id(work): work for work in found}.items()]


def _by(work: Work, day: date | None, calendar: WorkCalendar) -> bool:
    if work.state != "accepted" or work.done_on is None or day is None:
        return False
    return work.done_on <= (work.calendar or calendar).in_time_until(day)


def unit_tally(works: Iterable[tuple[Hashable, Work]], today: date, calendar: WorkCalendar) -> Tally:
    """Count assignments, those with the same key once: lines that were ticked together. The key None counts
    alone."""
    alone: list[Work] = []
    together: list[tuple[Hashable, str, Work]] = []
    for key, work in works:
        if key is None:
            alone.append(work)
        else:
            together.append((key, "all", work))
    return tally((*alone, *joined(together, today, calendar)), today, calendar)


def plan_tally(works: Iterable[tuple[Hashable, str, Work]], today: date, calendar: WorkCalendar) -> Tally:
    """Count task × timing × period: each work comes with that key and its completion rule; a key counts once."""
    return tally(joined(works, today, calendar), today, calendar)


Place = tuple[int, int, int, int, str]


def joined(
    works: Iterable[tuple[Hashable, str, Work]], today: date, calendar: WorkCalendar
) -> tuple[Work, ...]:
    """For each key the one work that stands for all: by the rule "all", "any" or a number of units."""
    groups: dict[Hashable, list[Work]] = {}
    rules: dict[Hashable, str] = {}
    for key, rule, work in works:
        groups.setdefault(key, []).append(work)
        rules[key] = rule
    places: dict[int, Place] = {}
    for found in groups.values():
        for known, work in {id(work): work for work in found}.items():
            if known not in places:
                places[known] = _place(work, today, calendar)
    return tuple(_joined(found, rules[key], places) for key, found in groups.items())


def _joined(group: list[Work], rule: str, places: dict[int, Place]) -> Work:
    """Those who could do it in the order of how near to done they are: the one with which enough of them have
    done it, or who is still lacking then, stands for the group. With all it is the last one."""
    live = [work for work in group if work.state != "excused"] or group
    return sorted(live, key=lambda work: places[id(work)])[needed(rule, len(live)) - 1]


def _place(work: Work, today: date, calendar: WorkCalendar) -> Place:
    """How near to done, then done the earlier, then with more time left."""
    return (
        NEAREST_FIRST.index(standing(work, today, calendar).code),
        0 if work.done_on is None else work.done_on.toordinal(),
        -(work.due_on or date.max).toordinal(),
        -(work.first_due_on or date.max).toordinal(),
        work.excuse,
    )


def worst(standings: Iterable[Standing]) -> Standing | None:
    """The standing that a row of several assignments shows."""
    return min(standings, key=lambda one: WORST_FIRST.index(one.code), default=None)


def urgency(work: Work, today: date, calendar: WorkCalendar) -> tuple[int, date]:
    """The worst first, of these the first due: the order in which lists show what there is too much of."""
    return WORST_FIRST.index(standing(work, today, calendar).code), work.due_on or date.max


def most_urgent(works: Sequence[Work], today: date, calendar: WorkCalendar) -> list[int]:
    """The places of the works, the most urgent first."""
    keys = {known: urgency(work, today, calendar) for known, work in {id(w): w for w in works}.items()}
    return sorted(range(len(works)), key=lambda n: keys[id(works[n])])
